"""Words that are no blame: denied, dropped, averted or over, as in "acquitted of bribery".

Owns how far relief reaches, and whether the leader is the one relieved. The patterns are in
`relief_patterns`.
"""

from collections.abc import Sequence

from processors.sentiment.news.grammar import CONTRASTS, FUNCTION_WORDS, NEGATIONS, UNDOING
from processors.sentiment.news.relief_patterns import BY_HINT, HINTS, RULES

_REACH_WORDS = 14
_DENIAL_REACH_WORDS = 4
_STOPS = frozenset((";", "-", ".", '"')) | CONTRASTS
_UNDOES = NEGATIONS | UNDOING
_LEADER = "@"
_NONE: frozenset[int] = frozenset()


def relief(words: Sequence[str]) -> tuple[frozenset[int], bool]:
    """Return the places of words that are relieved of blame, and whether the leader is relieved.

    In a sentence with a contrast ("cleared of fraud but criticised") words are relieved, the leader
    is not.

    Args:
        words: As `places.join` gives them.
    """
    hints = HINTS.intersection(words)
    if not hints:
        return _NONE, False
    text = " ".join(words)
    relieved_words: set[int] = set()
    is_relieved = False
    for number in sorted({number for hint in hints for number in BY_HINT[hint]}):
        rule = RULES[number]
        if rule.needs and rule.needs.isdisjoint(words):
            continue
        match = rule.pattern.search(text)
        if match is None:
            continue
        at = text.count(" ", 0, match.start("t"))
        if _is_denied(words, at, match["t"]):
            continue
        is_relieved = is_relieved or rule.is_leaders
        last = at + match["t"].count(" ")
        if rule.is_backward:
            begin = text.count(" ", 0, match.start())
            relieved_words.update(range(_begin(words, begin), at))
        relieved_words.update(range(last + 1, _end(words, last + 1)))
    places = frozenset(place for place in relieved_words if words[place] != _LEADER)
    return places, is_relieved and CONTRASTS.isdisjoint(words)


def _is_denied(words: Sequence[str], at: int, relieving: str) -> bool:
    """Return whether what relieves is itself denied: "failed to avert", "not cleared"."""
    if relieving in NEGATIONS:
        return False
    for back in range(at - 1, max(-1, at - 1 - _DENIAL_REACH_WORDS), -1):
        word = words[back]
        if word in _STOPS or word == ",":
            return False
        if word in _UNDOES:
            return True
    return False


def _begin(words: Sequence[str], start: int) -> int:
    """Return where relief that reaches back to `start` begins: at a function word or a sign."""
    while start > 0 and words[start - 1] not in _STOPS and words[start - 1] != ",":
        start -= 1
        if words[start] in FUNCTION_WORDS:
            break
    return start


def _end(words: Sequence[str], start: int) -> int:
    """Return where relief that begins at `start` ends: at a sign, a contrast or after 14 words."""
    most = min(start + _REACH_WORDS, len(words))
    return next((at for at in range(start, most) if words[at] in _STOPS), most)
