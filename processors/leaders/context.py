"""Reads the words next to a place in a folded text.

Owns neighbouring words and the cues former and elect. Must not know people or dates.
"""

import re

from msgspec import Struct

from processors.leaders.automaton import Hit

_WORD_AFTER = re.compile(r" ([^\W_][\w&'-]*\.?|&)")
_WORD_REACH = 32
_OPENING_MARKS = "\"'([-"
_ABBREVIATIONS = frozenset(
    ["mr.", "mrs.", "ms.", "dr.", "st.", "sen.", "rep.", "gov.", "gen.", "col.", "prof.", "u.s."]
)

_FORMER = re.compile(
    r"(?:\b(?:former|ex|then|late|onetime|one-time|ousted|deposed|disgraced|past|previous)[ -])"
    r"(?:[a-z]+ )?\Z",
    re.IGNORECASE,
)
_ELECT = re.compile(r"-elect,? \Z", re.IGNORECASE)
_CUE_REACH = 28
_COUNTRY_GAPS = (" ", "'s ", "' ")
_SENTENCE_ENDS = frozenset(".!?:;\n")
_SKIPPED_BEFORE_SENTENCE = " \"'([-"
_MARKS_BEFORE_SENTENCE = 4


class Cues(Struct, frozen=True):
    """What stands before a name: the article's own word on its office, and the country named.

    `other_office` says that the words before name an office that is none of a leader's.
    """

    former: bool = False
    elect: bool = False
    country: frozenset[str] = frozenset()
    other_office: bool = False


def word_before(text: str, start: int) -> str:
    """The word directly before `start`, one space away; "" where there is none.

    A word that ends a sentence or a clause is none; "Mr." and an initial are.
    """
    if start < 2 or text[start - 1] != " ":  # noqa: PLR2004 - a word and a space
        return ""
    low = max(0, start - _WORD_REACH)
    begin = max(text.rfind(" ", low, start - 1), text.rfind("\n", low, start - 1), low - 1) + 1
    word = text[begin : start - 1].lstrip(_OPENING_MARKS)
    if not word:
        return ""
    if word[-1] == ".":
        return word if is_initial(word) or word.lower() in _ABBREVIATIONS else ""
    return word if word[-1].isalnum() or word == "&" else ""


def is_initial(word: str) -> bool:
    """Whether a word is one capital, or several with points ("V.", "H.W.")."""
    letters = word.replace(".", "")
    return word[:1].isupper() and (len(letters) == 1 or (word[-1] == "." and letters.isupper()))


def word_after(text: str, end: int) -> str:
    """The word directly after `end`, one space away; "" where there is none."""
    match = _WORD_AFTER.match(text, end, end + _WORD_REACH)
    return match[1] if match else ""


def opens_sentence(text: str, start: int) -> bool:
    """Whether the word at `start` is the first of its sentence."""
    low = max(0, start - _MARKS_BEFORE_SENTENCE)
    before = text[low:start].rstrip(_SKIPPED_BEFORE_SENTENCE)
    return before[-1] in _SENTENCE_ENDS if before else low == 0


def cues_before(text: str, hits: list[Hit], index: int) -> Cues:
    """Read the title, country and former or elect that stand before the hit at `index`.

    "former U.S. President Barack Obama" is read backwards: a title, a country, a cue.
    """
    start = hits[index].start
    elect = other_office = False
    before = index - 1
    title = hits[before].entry.title if before >= 0 else None
    if title is not None:
        gap = text[hits[before].end : start]
        if gap in (" ", "-elect ", ", "):
            elect = gap == "-elect "
            other_office = not title.offices
            start = hits[before].start
            before -= 1
    country: frozenset[str] = frozenset()
    if before >= 0 and hits[before].entry.countries:
        gap = text[hits[before].end : start]
        if gap in _COUNTRY_GAPS:
            country = frozenset(hits[before].entry.countries)
            start = hits[before].start
    window = text[max(0, start - _CUE_REACH) : start]
    return Cues(
        former=_FORMER.search(window) is not None,
        elect=elect or _ELECT.search(window) is not None,
        country=country,
        other_office=other_office,
    )
