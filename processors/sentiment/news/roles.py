"""Which words stand in a grammatical relation to the leader: the verb, its voice, what is owned.

Owns a shallow reading of the words around `@`: no parser, the rules are ours. `places` says how far
a word is; a role says what it does: "condemned by @" is no blame, "@ condemned by critics" is.
"""

from collections.abc import Iterator, Sequence

from processors.sentiment.news.grammar import (
    BE_FORMS,
    FUNCTION_WORDS,
    NEGATIONS,
)


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


LEADER, NAME, NUMBER = "@", "^", "#"
SIGNS = frozenset(',;-".')
ROLES = (
    "subject", "denied subject", "passive", "denied passive", "is", "is not", "then", "has",
    "object", "by", "of", "against", "for", "from", "to", "under",
)  # fmt: skip
_AT = {name: at for at, name in enumerate(ROLES)}
_PREPOSITIONS = {
    "by": "by", "of": "of", "against": "against", "at": "against", "on": "against",
    "over": "against", "for": "for", "behind": "for", "with": "to", "from": "from", "to": "to",
    "in": "for", "under": "under", "between": "to", "about": "of", "into": "against",
    "toward": "for", "towards": "for", "like": "of",
}  # fmt: skip
TITLES = _words(
    """
    president prime minister premier chancellor leader former mr mrs ms dr sen rep gov senator
    governor secretary vice king queen pope crown prince general sir foreign chief then-president
    ex-president president-elect first acting interim lady judge justice speaker mayor counterpart
    deputy late
    """
)
_SKIPPED_BEFORE = TITLES | {
    "the",
    "a",
    "an",
    "s",
    "his",
    "her",
    "their",
    "its",
    "our",
    NAME,
    NUMBER,
}
_IRREGULAR = _words(
    """
    beaten shot hit struck hurt sued booed found held made told shown seen given taken thrown
    caught sent torn forced driven let left put set brought kept lost won met shut cut hung
    slain forgiven forsaken sworn known stung swept outdone overthrown undone
    """
)
_AFTER_PASSIVE = frozenset(
    ["by", "as", "over", "for", "after", "amid", "at", "of", "in", "on", "with"]
)
_NOT_TRANSITIVE = _words(
    """
    apologised apologized arrived returned died failed lied resigned appeared called warned vowed
    pledged insisted agreed talked worked campaigned lived looked reacted responded objected
    traveled travelled walked voted succeeded struggled refused declined argued asked wanted
    proposed landed played pushed turned moved stayed visited passed needed used started
    """
)
_LIGHT = FUNCTION_WORDS | {NAME, NUMBER} | _PREPOSITIONS.keys() | {"after", "amid", "during", "s"}
_NO_SUBJECT = frozenset(["as", "of", "for", "by"])
_MAX_BEFORE, _MAX_AFTER, _MAX_APPOSITION, _MAX_AGENT = 5, 8, 12, 10
_MAX_BETWEEN, _MAX_OWNED = 3, 5
_MAX_LEADERS = 3


def roles(words: Sequence[str], leaders: Sequence[int]) -> list[tuple[int, int]]:
    """Return (place of a word, index into `ROLES`) of every word that has a role.

    Args:
        words: As `places.join` gives them.
        leaders: Where the leader stands.
    """
    found: list[tuple[int, int]] = []
    for leader in leaders[:_MAX_LEADERS]:
        before = list(_before(words, leader))
        found += before
        if not (before and before[0][1] == _AT["by"]):
            found += _after(words, leader)
    return found


def is_passive(words: Sequence[str], verb: int) -> bool:
    """Whether a past form without an auxiliary is a headline's passive: "@ condemned over raid"."""
    word = words[verb]
    following = words[verb + 1] if verb + 1 < len(words) else "."
    if not is_participle(word) or word in _NOT_TRANSITIVE:
        return False
    return following in _AFTER_PASSIVE or (following == "." and word in _IRREGULAR)


def is_participle(word: str) -> bool:
    """Whether a word may be a past participle."""
    return word.endswith(("ed", "en")) or word in _IRREGULAR


def agent_verb(words: Sequence[str], leader: int) -> int | None:
    """Return where the passive verb stands whose agent the leader is: "condemned … by @"."""
    at = _skip_titles(words, leader)
    if at < 1 or words[at] != "by":
        return None
    for verb in range(at - 1, max(-1, at - 1 - _MAX_AGENT), -1):
        word = words[verb]
        if word in SIGNS and word != ",":
            return None
        if is_participle(word) and word not in FUNCTION_WORDS:
            return verb
    return None


def _skip_titles(words: Sequence[str], leader: int) -> int:
    at = leader - 1
    while at >= 0 and leader - at <= _MAX_BEFORE and words[at] in _SKIPPED_BEFORE:
        at -= 1
    return at


def _before(words: Sequence[str], leader: int) -> Iterator[tuple[int, int]]:
    """Yield what stands before the leader: a verb it is the object of, an agent's verb, a noun."""
    at = _skip_titles(words, leader)
    if at < 0 or words[at] in SIGNS or words[at] == LEADER:
        return
    role = _PREPOSITIONS.get(words[at])
    if role == "by":
        verb = agent_verb(words, leader)
        if verb is not None:
            yield verb, _AT["by"]
    elif role is not None:
        noun = at - 1
        while noun >= max(0, at - _MAX_BETWEEN) and _is_light(words[noun]):
            noun -= 1
        if noun >= 0 and words[noun] not in SIGNS and not _is_light(words[noun]):
            yield noun, _AT[role]
    elif words[at] not in FUNCTION_WORDS:
        yield at, _AT["object"]


def _after(words: Sequence[str], leader: int) -> Iterator[tuple[int, int]]:
    """Yield what stands after the leader: what is owned, or the verb and what follows it."""
    at = leader + 1
    if at >= len(words) or words[at] in _NO_SUBJECT:
        return
    if words[at] == "s":
        for noun in _contents(words, at + 1, _MAX_OWNED)[:3]:
            yield noun, _AT["has"]
        return
    if words[at] == ",":
        close = _second_comma(words, at)
        if close is None:
            return
        at = close + 1
    be = denied = False
    for verb in range(at, min(at + _MAX_AFTER, len(words))):
        word = words[verb]
        if word in SIGNS or word in (LEADER, "by"):
            return
        be = be or word in BE_FORMS
        denied = denied or word in NEGATIONS
        if word in BE_FORMS or word in NEGATIONS or _is_light(word) or _is_adverb(word):
            continue
        yield verb, _verb_role(words, verb, be=be, denied=denied)
        for second in _contents(words, verb + 1, _MAX_BETWEEN + 1)[:1]:
            yield second, _AT["then"]
        return


def _second_comma(words: Sequence[str], first: int) -> int | None:
    """Return where an apposition that begins with a comma ends."""
    for close in range(first + 1, min(first + 1 + _MAX_APPOSITION, len(words))):
        if words[close] == ",":
            return close
    return None


def _verb_role(words: Sequence[str], verb: int, *, be: bool, denied: bool) -> int:
    word = words[verb]
    if be and not word.endswith("ing"):
        if is_participle(word):
            return _AT["denied passive" if denied else "passive"]
        return _AT["is not" if denied else "is"]
    if not be and is_passive(words, verb):
        return _AT["passive"]
    return _AT["denied subject" if denied else "subject"]


def _contents(words: Sequence[str], start: int, reach: int) -> list[int]:
    """Return where words of content stand, up to a sign or the leader."""
    found = []
    for at in range(start, min(start + reach, len(words))):
        if words[at] in SIGNS or words[at] == LEADER:
            break
        if not _is_light(words[at]):
            found.append(at)
    return found


def _is_light(word: str) -> bool:
    return word in _LIGHT


def _is_adverb(word: str) -> bool:
    return word.endswith("ly") and len(word) > len("only")
