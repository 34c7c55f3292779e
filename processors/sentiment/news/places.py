"""Where each word of a sentence stands to the leader in it: near or far, before or after, reported.

Owns the words and places that the linear model reads. Must not know weights. Names are no words
here (`^` stands for them, `@` for the leader), so that nothing is learned of any person. The rules
are ours: what a leader says, condemns or praises is `REPORTED` and does not colour the leader; what
stands beyond a "but" that has a name of its own is `BEYOND`.
"""

import re
from collections.abc import Iterable, Sequence

from processors.sentiment.news.codes import FILLER
from processors.sentiment.news.grammar import (
    BE_FORMS,
    CONDEMNING_VERBS,
    CONTRASTS,
    FUNCTION_WORDS,
    JUDGED,
    JUDGING_VERBS,
    NEGATIONS,
    PRONOUNS,
    REPORTING_VERBS,
)
from processors.sentiment.news.roles import TITLES, agent_verb, is_passive

LEADER, NAME, NUMBER = "@", "^", "#"
FAR_BEFORE, BEFORE, NEAR_BEFORE, NEXT_BEFORE = 0, 1, 2, 3
NEXT_AFTER, NEAR_AFTER, AFTER, FAR_AFTER = 4, 5, 6, 7
BEYOND_BEFORE, BEYOND_AFTER, REPORTED = 8, 9, 10
RELIEVED = 11
PLACES = 12
"""Two or three words away is near, four to eight is `BEFORE` or `AFTER`."""
AT_LEADER = -1

_LONGEST_SIDE = 40
_ALL_AFTER = [NEXT_AFTER] + [NEAR_AFTER] * 2 + [AFTER] * 5
_ALL_AFTER += [FAR_AFTER] * (_LONGEST_SIDE - len(_ALL_AFTER))
_ALL_BEFORE = [NEXT_BEFORE] + [NEAR_BEFORE] * 2 + [BEFORE] * 5
_ALL_BEFORE = [FAR_BEFORE] * (_LONGEST_SIDE - len(_ALL_BEFORE)) + _ALL_BEFORE[::-1]
_MOST_MEMO_CHUNKS = 100_000
_LONGEST_MEMO_CHARACTERS = 40
_LONGEST_APPOSITION = 12
_MOST_BETWEEN = 4
_NEGATION_REACH_WORDS = 4
_TOKEN = re.compile(
    f"{FILLER}+(?:['\u2019]s\\b)?|"
    "[^\\W_]+(?:['\u2019.\u2010\u2011-][^\\W_]+)*|[,;:\u2014\u2013()\"\u201c\u201d\u00ab\u00bb.!?\u2026-]"
)
_DISTANCED = re.compile("['\u2018]\\w+['\u2019][.,]?")
"""A word alone in single quotation marks: the writer does not vouch for a 'peace' plan."""
_SIGNS = {",": ",", ";": ";"}
_SIGNS |= dict.fromkeys(":\u2014\u2013()-", "-")
_SIGNS |= dict.fromkeys('"\u201c\u201d\u00ab\u00bb', '"')
_SIGNS |= dict.fromkeys(".!?\u2026", ".")
SIGNS = frozenset(',;-".')
SILENT = FUNCTION_WORDS | SIGNS | {LEADER, NAME, NUMBER, "s"}
"""What colours nothing by itself, but in pairs with a word."""
_SPEAKS = REPORTING_VERBS | JUDGING_VERBS
_OPENS = frozenset('".-')
_TURNS = CONTRASTS | {";"}
_FAR = {"from": "far", "but": "anything", "longer": "no", "than": "less"}
DENIERS = NEGATIONS | {"far", "anything", "less"}


class Chunks(dict[str, tuple[str, ...]]):
    """Maps a stretch between white space to its words in lower case, `^word` if capitalised.

    A bounded memo of itself.
    """

    def __missing__(self, chunk: str) -> tuple[str, ...]:
        if _DISTANCED.fullmatch(chunk):
            words: tuple[str, ...] = (NUMBER,)
        else:
            words = tuple(_word(token) for token in _TOKEN.findall(chunk))
        if len(chunk) <= _LONGEST_MEMO_CHARACTERS:
            if len(self) >= _MOST_MEMO_CHUNKS:
                self.clear()
            self[chunk] = words
        return words

    def words(self, text: str) -> list[str]:
        """The words and signs of a text, in order."""
        return [word for chunk in text.split() for word in self[chunk]]


def _word(token: str) -> str:
    sign = _SIGNS.get(token)
    if sign is not None:
        return sign
    if token[0] == FILLER:
        return NAME
    if token[0].isdigit():
        return NUMBER
    lower = token.lower().replace("\u2019", "'").replace("\u2010", "-").replace("\u2011", "-")
    if lower.endswith("n't"):
        return "n't"
    if "'" in lower:
        lower = lower.partition("'")[0]
    return lower if not token[0].isupper() or lower in PRONOUNS else NAME + lower


def join(parts: Sequence[Sequence[str]], *, cased: bool) -> list[str]:
    """One list of words of the stretches around a leader, `@` between each two.

    Args:
        parts: Words as `Chunks.words` gives them: before the leader's first place, between places,
            after the last.
        cased: Whether a capital makes a name; in a headline in title case it does not.
    """
    words: list[str] = []
    last = "."
    for number, part in enumerate(parts):
        if number:
            words.append(LEADER)
            last = LEADER
        for word in part:
            if word[0] == NAME and len(word) > 1:
                if last in _OPENS or not cased:
                    word = word[1:]  # noqa: PLW2901 - a capital that says nothing
                elif last == NAME:
                    continue
                else:
                    word = NAME  # noqa: PLW2901
            words.append(word)
            last = word
    return words


def with_speaker(parts: Sequence[list[str]], following: str) -> bool:
    """Make a speaker of a leader before a colon who opens the sentence: "Modi: it is a crime".

    Args:
        parts: Words as `Chunks.words` gives them; "said" takes the colon's place.
        following: The text after the leader's first place.

    Returns:
        Whether there is such a colon.
    """
    is_first = all(word[0] == NAME or word in TITLES for word in parts[0])
    speaks = is_first and parts[1][:1] == ["-"] and following.lstrip()[:1] == ":"
    if speaks:
        parts[1][0] = "said"
    return speaks


def in_title_case(parts: Sequence[Sequence[str]]) -> bool:
    """Whether most words have a capital, as in headlines, so that a capital makes no name."""
    capitalised = level = 0
    for part in parts:
        for word in part:
            if word[0] == NAME and len(word) > 1:
                capitalised += 1
            elif word not in SILENT:
                level += 1
    return capitalised > level


def leaders_in(words: Sequence[str]) -> list[int]:
    """Return where the leader stands."""
    found: list[int] = []
    at = -1
    for _ in range(words.count(LEADER)):
        at = words.index(LEADER, at + 1)
        found.append(at)
    return found


def places(words: Sequence[str], relieved: Iterable[int] = ()) -> list[int]:
    """Return the place of each word, as one of the constants above, to the nearest `@`.

    Args:
        words: As `join` gives them.
        relieved: Which words `relief` takes the blame off.
    """
    leaders = leaders_in(words)
    found = [AT_LEADER] * len(words)
    if not leaders:
        return found
    start = 0
    for number, leader in enumerate(leaders):
        end = leaders[number + 1] if number + 1 < len(leaders) else len(words)
        middle = (leader + end) // 2 + 1 if end < len(words) else end
        found[start:leader] = _before(leader - start)
        found[leader + 1 : middle] = _after(middle - leader - 1)
        start = middle
    _mark_beyond(words, found, leaders[0], leaders[-1])
    for at in relieved:
        if found[at] >= 0:
            found[at] = RELIEVED
    for leader in leaders:
        _mark_reported(words, found, leader)
    return found


def _before(count: int) -> list[int]:
    if count > _LONGEST_SIDE:
        return [FAR_BEFORE] * (count - _LONGEST_SIDE) + _ALL_BEFORE
    return _ALL_BEFORE[_LONGEST_SIDE - count :]


def _after(count: int) -> list[int]:
    if count > _LONGEST_SIDE:
        return _ALL_AFTER + [FAR_AFTER] * (count - _LONGEST_SIDE)
    return _ALL_AFTER[:count]


def negated(words: Sequence[str]) -> list[bool]:
    """Whether each word stands at most four words behind a negation, no sign between."""
    found = []
    reach = 0
    for at, word in enumerate(words):
        if word in NEGATIONS or (word in _FAR and words[at - 1 : at] == [_FAR[word]]):
            reach = _NEGATION_REACH_WORDS
            found.append(False)
            continue
        if word in SIGNS:
            reach = 0
        found.append(reach > 0)
        reach -= 1
    return found


def _mark_beyond(words: Sequence[str], found: list[int], first: int, last: int) -> None:
    if _TURNS.isdisjoint(words):
        return
    before = after = None
    for at, word in enumerate(words):
        if word in _TURNS:
            if at < first:
                before = at
            elif at > last:
                after = at
                break
    if before is not None and NAME in words[:before]:
        found[:before] = [BEYOND_BEFORE] * before
    if after is not None and NAME in words[after:]:
        found[after:] = [BEYOND_AFTER] * (len(words) - after)


def _mark_reported(words: Sequence[str], found: list[int], leader: int) -> None:
    verb = agent_verb(words, leader)
    if verb is not None and words[verb] in JUDGED:
        _report(found, 0, len(words))
        return
    verb = _verb_after(words, leader + 1)
    if verb is not None:
        _report(found, verb if words[verb] in CONDEMNING_VERBS else verb + 1, len(words))
        ends = verb + 1 >= len(words) or words[verb + 1] in SIGNS
        before = words[leader - 1] if leader else ""
        before = words[leader - 2] if before == NAME and leader > 1 else before
        if before == '"' or (ends and before == ","):
            _report(found, 0, leader)
    elif leader > 1:
        verb = leader - 1
        while verb > 0 and leader - verb < _MOST_BETWEEN and words[verb] not in REPORTING_VERBS:
            verb -= 1
        between = words[verb + 1 : leader]
        quoted = words[verb - 1] in ('"', ",") if verb else False
        if words[verb] in REPORTING_VERBS and quoted and not SIGNS.intersection(between):
            _report(found, 0, verb)


def _verb_after(words: Sequence[str], at: int) -> int | None:
    """Return the verb by which the name before `at` speaks or judges, not in the passive."""
    end = len(words)
    if at < end and words[at] == ",":  # an apposition
        for close in range(at + 1, min(at + _LONGEST_APPOSITION, end)):
            if words[close] == ",":
                at = close + 1
                break
    for verb in range(at, min(at + _MOST_BETWEEN, end)):
        word = words[verb]
        if word in _SPEAKS:
            return None if is_passive(words, verb) else verb
        if word in BE_FORMS or word in NEGATIONS:
            return None
        if word not in FUNCTION_WORDS and word != NAME and not word.endswith("ly"):
            return None
    return None


def _report(found: list[int], start: int, end: int) -> None:
    for at in range(start, end):
        if found[at] != AT_LEADER:
            found[at] = REPORTED
