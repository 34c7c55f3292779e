"""Reads the words next to a place in a folded text.

Owns neighbouring words, and what stands before a name or an office: its country, and the article's
own word on whether it is still held. Must not know people or dates.
"""

import re

from msgspec import Struct

from processors.leaders.detection.entries import Hit
from processors.leaders.languages.words import Title, Words

_WORD_AFTER = re.compile(r" ([^\W_][\w&'-]*\.?|&)")
_WORD_REACH = 32
_OPENING_MARKS = "\"'([-"
_ABBREVIATIONS = frozenset(
    ["mr.", "mrs.", "ms.", "dr.", "st.", "sen.", "rep.", "gov.", "gen.", "col.", "prof.", "u.s."]
)
_SENTENCE_ENDS = frozenset(".!?:;\n")
_SKIPPED_BEFORE_SENTENCE = " \"'([-"
_MARKS_BEFORE_SENTENCE = 4
_MOST_STEPS_BACK = 6


class Cues(Struct, frozen=True, gc=False):
    """What stands before a name or an office.

    `country` are the codes that the nearest country word can mean. `other_office` says that the
    words before a name are an office that is none of a leader's. `start` is where it all begins.
    """

    former: bool = False
    elect: bool = False
    acting: bool = False
    late: bool = False
    outgoing: bool = False
    country: frozenset[str] = frozenset()
    country_hit: Hit | None = None
    other_office: bool = False
    start: int = 0


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


def modifier_before(text: str, start: int) -> str:
    """The word or the hyphened prefix before `start`, lower case: "former", "then-" as "then"."""
    if start > 1 and text[start - 1] == "-":
        begin = start - 1
        while begin and text[begin - 1].isalpha() and start - begin < _WORD_REACH:
            begin -= 1
        return text[begin : start - 1].lower()
    return word_before(text, start).lower()


def cues_before(
    text: str, hits: list[Hit], index: int, words: Words, *, after_title: bool = False
) -> Cues:
    """Read backwards what stands before the hit at `index`, a name or an office.

    "the former acting U.S. President Barack Obama" is read as a title, a country and cue words.

    Args:
        text: Folded.
        hits: Of the whole text.
        index: Of the name or the office.
        words: The language.
        after_title: Whether the hit is an office itself, so that no other can stand before it.
    """
    start = hits[index].start
    before = index - 1
    title: Title | None = None
    country: Hit | None = None
    seen: set[str] = set()
    for _ in range(_MOST_STEPS_BACK):
        if before >= 0 and hits[before].end > start:
            before -= 1
            continue
        other = hits[before] if before >= 0 else None
        gap = (
            text[other.end : start]
            if other is not None and start - other.end < _WORD_REACH
            else None
        )
        if other is not None and gap is not None:
            entry = other.entry
            if not after_title and title is None and country is None and entry.title is not None:
                is_elect = gap[:-1].lower() in words.elect_endings
                if gap in (" ", ", ") or is_elect:
                    title, start, before = entry.title, other.start, before - 1
                    if is_elect:
                        seen.add("elect")
                    continue
            if country is None and entry.countries and gap in words.country_gaps:
                country, start, before = other, other.start, before - 1
                continue
        word = modifier_before(text, start)
        kind = words.cue_kinds.get(word)
        # "and then Joe Biden spoke": only before an office does "then" mean another time.
        if not kind or (word in words.then and title is None and not after_title):
            break
        seen.add(kind)
        start -= len(word) + 1
    return Cues(
        former="former" in seen,
        elect="elect" in seen,
        acting="acting" in seen,
        late="late" in seen,
        outgoing="outgoing" in seen,
        country=country.entry.countries if country is not None else frozenset(),
        country_hit=country,
        other_office=title is not None and not title.offices,
        start=start,
    )
