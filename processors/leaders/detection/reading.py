"""One field of an article while it is being read, and what has been found in it so far.

Owns the working state that the steps share, and where sentences end for them. Must
not decide who is meant.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from msgspec import Struct

from processors.contracts import Field, MentionKind
from processors.leaders.detection.automaton import Automaton
from processors.leaders.detection.context import Cues, word_before
from processors.leaders.detection.entries import FULL_NAME, PLACE, SURNAME, TITLE, Entry, Hit
from processors.leaders.languages.fold import Folded, fold

Rung = Literal[
    "full_name", "titled_surname", "named_surname", "supported_surname", "country_office", "office"
]
"""The steps of the ladder, from the surest down."""

_LEAD_CHARACTERS = 300
_SHORTEST_LEAD_CHARACTERS = 80
_SHORTEST_SENTENCE_CHARACTERS = 50
_ABBREVIATIONS = (
    *("Mr", "Mrs", "Ms", "Dr", "St", "Sen", "Rep", "Gov", "Gen", "Col", "Lt", "Prof", "Jr", "Sr"),
    *("vs", "No", "Jan", "Feb", "Aug", "Sept", "Oct", "Nov", "Dec"),
)
# The point of an initial or of an abbreviation ends no sentence. The mark comes first, because a
# pattern that looks behind at every character takes ten times as long.
_NO_END = r"(?<![ .][A-Z]\.)" + "".join(rf"(?<! {word}\.)" for word in _ABBREVIATIONS)
_SENTENCE_END = re.compile(rf"[.!?\n](?:(?<=\n)|{_NO_END}[\"')]* +(?=[\"'(A-Z]))")
_WORD = re.compile(r"[A-Za-z][a-z']{3,}")
SLUG = re.compile(r"[A-Z][A-Z/ ]{2,}(?: \d{1,2})?-(?=\w)")
"""What agencies glue to a headline: "UPDATE 3-Putin", "EXCLUSIVE-Trump"."""
_TITLE_CASE_SHARE = 0.6
_TITLE_CASE_WORDS = 3


class Found(Struct, frozen=True, gc=False):
    """A leader named at half-open offsets of the folded field, and by which step."""

    person_id: str
    start: int
    end: int
    kind: MentionKind
    cues: Cues
    rung: Rung


@dataclass(slots=True)
class Reading:
    """A field, its hits and what was found; `found` and `strangers` grow while it is read.

    `full_names`, `surnames`, `titles` and `places` are the indices of the hits that can be such.

    `strangers` are given names seen before a surname that belong to no leader, by surname, with the
    first offset ("Hunter" before "Biden"); `other_holders` are surnames of namesakes
    here with a leader's title ("President Alberto Fujimori"). `used` and `used_titles` are indices
    of hits that a step has taken. `statecraft` remembers which sentences speak of it, and
    `countries` the codes of those that a sentence names.
    """

    name: Field
    folded: Folded
    text: str
    hits: list[Hit]
    full_names: list[int]
    surnames: list[int]
    titles: list[int]
    places: list[int]
    in_capitals: bool
    in_title_case: bool
    found: list[Found] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    used_titles: set[int] = field(default_factory=set)
    strangers: dict[str, dict[str, int]] = field(default_factory=dict)
    other_holders: set[str] = field(default_factory=set)
    _before: dict[int, str] = field(default_factory=dict)
    statecraft: dict[int, bool] = field(default_factory=dict)
    countries: dict[int, set[str]] = field(default_factory=dict)
    evidence: dict[int, dict[str, float]] = field(default_factory=dict)
    _ends: list[int] | None = None

    def before(self, index: int) -> str:
        """The word directly before the hit at `index`; see `context.word_before`."""
        word = self._before.get(index)
        if word is None:
            word = word_before(self.text, self.hits[index].start)
            if self.name == "headline" and "-" in word:
                word = self._without_slug(word, self.hits[index].start)
            self._before[index] = word
        return word

    def _without_slug(self, word: str, start: int) -> str:
        """Return the word without what an agency glues before it: "EXPLAINER-Why" as "Why"."""
        slug = SLUG.match(self.text)
        if slug is not None and slug.end() > start - 1 - len(word):
            return self.text[slug.end() : start - 1]
        return word

    def replace_entries(self, entries: Mapping[int, Entry]) -> None:
        """Let surnames mean something else, by index, and leave out those that mean nothing then.

        Args:
            entries: By the index of the hit, which no step has used.
        """
        gone = []
        for index, entry in entries.items():
            hit = self.hits[index]
            self.hits[index] = Hit(hit.start, hit.end, entry)
            if not entry.kinds:
                gone.append(index)
            if not entry.kinds & SURNAME:
                self.surnames.remove(index)
        if not gone:
            return
        gone.sort(reverse=True)
        for index in gone:
            del self.hits[index]
        gone.reverse()
        for indices in (self.full_names, self.surnames, self.titles, self.places):
            indices[:] = [index - bisect_left(gone, index) for index in indices]
        self.used = {index - bisect_left(gone, index) for index in self.used}
        self._before.clear()

    def sentence(self, offset: int) -> int:
        """The number of the sentence that a character stands in."""
        if self._ends is None:
            self._ends = _sentence_ends(self.text)
        return bisect_right(self._ends, offset)

    def bounds(self, sentence: int) -> tuple[int, int]:
        """Where a sentence of that number begins and ends."""
        if self._ends is None:
            self._ends = _sentence_ends(self.text)
        start = self._ends[sentence - 1] if sentence else 0
        return start, self._ends[sentence] if sentence < len(self._ends) else len(self.text)

    def hits_between(self, start: int, end: int) -> list[Hit]:
        """Return the hits that begin from `start` to before `end`."""
        first = bisect_left(self.hits, start, key=_hit_start)
        return self.hits[first : bisect_left(self.hits, end, lo=first, key=_hit_start)]

    def has_place_or_title(self, offset: int) -> bool:
        """Whether a country, a place or an office is named from this character on."""
        return any(
            self.hits[indices[at]].start == offset
            for indices in (self.places, self.titles)
            if (at := bisect_left(indices, offset, key=self._start)) < len(indices)
        )

    def countries_of(self, sentence: int) -> set[str]:
        """Codes of the countries that a sentence names."""
        known = self.countries.get(sentence)
        if known is None:
            known = self.countries[sentence] = set()
            start, end = self.bounds(sentence)
            for at in range(bisect_left(self.places, start, key=self._start), len(self.places)):
                hit = self.hits[self.places[at]]
                if hit.start >= end:
                    break
                known |= hit.entry.countries
        return known

    def _start(self, index: int) -> int:
        return self.hits[index].start


def _hit_start(hit: Hit) -> int:
    return hit.start


def read_field(name: Field, original: str, automaton: Automaton) -> Reading:
    """Fold a field and read it once."""
    folded = fold(original)
    text = folded.text
    is_headline = name == "headline"
    in_capitals = text.isupper()
    hits = automaton.hits(text, in_capitals=in_capitals)
    return Reading(
        name=name,
        folded=folded,
        text=text,
        hits=hits,
        full_names=[index for index, hit in enumerate(hits) if hit.entry.kinds & FULL_NAME],
        surnames=[index for index, hit in enumerate(hits) if hit.entry.kinds & SURNAME],
        titles=[index for index, hit in enumerate(hits) if hit.entry.kinds & TITLE],
        places=[index for index, hit in enumerate(hits) if hit.entry.kinds & PLACE],
        in_capitals=in_capitals,
        in_title_case=is_headline and _is_title_case(text),
    )


def _sentence_ends(text: str) -> list[int]:
    return [match.end() for match in _SENTENCE_END.finditer(text)]


def _is_title_case(text: str) -> bool:
    words = _WORD.findall(text)
    capitalised = sum(word[0].isupper() for word in words)
    return len(words) >= _TITLE_CASE_WORDS and capitalised >= _TITLE_CASE_SHARE * len(words)


def lead_end(text: str) -> int:
    """Where the lead of a folded text ends: its first paragraph, or about 300 characters."""
    paragraph = text.find("\n", _SHORTEST_LEAD_CHARACTERS, _LEAD_CHARACTERS)
    return paragraph if paragraph >= 0 else min(len(text), _LEAD_CHARACTERS)


def first_sentence_end(text: str) -> int:
    """Where the first sentence of a folded text ends; a short dateline does not end it."""
    match = _SENTENCE_END.search(text, _SHORTEST_SENTENCE_CHARACTERS)
    return match.start() if match else len(text)
