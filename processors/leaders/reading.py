"""One field of an article while it is being read, and what has been found in it so far.

Owns the working state that the rungs of the ladder share. Must not decide who is meant.
"""

import re
from dataclasses import dataclass, field

from msgspec import Struct

from processors.contracts import Field, MentionKind
from processors.leaders.automaton import Automaton, Hit
from processors.leaders.context import Cues, word_before
from processors.leaders.fold import Folded, fold

_LEAD_CHARACTERS = 300
_SHORTEST_LEAD_CHARACTERS = 80
_SHORTEST_SENTENCE_CHARACTERS = 50
_SENTENCE_END = re.compile(r"[.!?][\"')]* +(?=[\"'(A-Z])|\n")
_WORD = re.compile(r"[A-Za-z][a-z']{3,}")
_TITLE_CASE_SHARE = 0.6
_TITLE_CASE_WORDS = 3


class Found(Struct, frozen=True):
    """A leader named at half-open offsets of the folded field."""

    person_id: str
    start: int
    end: int
    kind: MentionKind
    cues: Cues


@dataclass(slots=True)
class Reading:
    """A field, its hits and what was found; `found` and `strangers` grow while it is read.

    `strangers` are given names seen before a surname that belong to no leader, by surname, with the
    first offset ("Hunter" before "Biden"); `other_holders` are surnames that somebody else bears
    here with a leader's title ("President Alberto Fujimori").
    """

    name: Field
    folded: Folded
    hits: list[Hit]
    in_capitals: bool
    in_title_case: bool
    found: list[Found] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    strangers: dict[str, dict[str, int]] = field(default_factory=dict)
    other_holders: set[str] = field(default_factory=set)
    _before: dict[int, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The folded text."""
        return self.folded.text

    def before(self, index: int) -> str:
        """The word directly before the hit at `index`; see `context.word_before`."""
        word = self._before.get(index)
        if word is None:
            word = self._before[index] = word_before(self.text, self.hits[index].start)
        return word


def read_field(name: Field, original: str, automaton: Automaton) -> Reading:
    """Fold a field and read it once."""
    folded = fold(original)
    text = folded.text
    is_headline = name == "headline"
    in_capitals = is_headline and text.isupper()
    return Reading(
        name=name,
        folded=folded,
        hits=automaton.hits(text, in_capitals=in_capitals),
        in_capitals=in_capitals,
        in_title_case=is_headline and _is_title_case(text),
    )


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
