"""Splits a sentence into parts: leaders' names, scored words, and the rest.

The parts together are the sentence. A page that shows them needs no offsets, which count characters
in a mention and UTF-16 units in a browser. Control characters are removed last.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct

from processors.contracts import Evidence, Span
from processors.shown_words import shown_words
from streams.reading.terminal_text import visible

Mark = Literal["leader", "word"]

MAX_SENTENCE = 1_200
MAX_WORDS = 250
MAX_WORD = 100
_MIN_SURNAME = 3


class Part(Struct, frozen=True, omit_defaults=True):
    """A part of a sentence. `weight` is that of a scored word."""

    text: str
    mark: Mark | None = None
    weight: float | None = None


class _Place(NamedTuple):
    """Half-open offsets into the sentence. Places sort in reading order, leaders first."""

    start: int
    rank: int
    end: int
    weight: float | None


def marked(evidence: Evidence, spans: Sequence[Span], names: Sequence[str]) -> list[Part]:
    """Return the parts of a sentence. Scored words that are not found in it follow at its end.

    Args:
        evidence: The sentence, with its place in the article and its scored words, of which those
            that carry meaning and weight are shown.
        spans: Where the article names the leaders, as far as it is known.
        names: The leaders' names, for a sentence without a span.
    """
    sentence = evidence.sentence[:MAX_SENTENCE]
    words, unfound = _words(shown_words(evidence.words), sentence)
    leaders = list(_spans(evidence, spans, sentence)) or list(_names(names, sentence))
    parts, position = [], 0
    for place in sorted([*leaders, *words]):
        if place.start < position:
            continue
        parts.append(Part(sentence[position : place.start]))
        mark: Mark = "word" if place.rank else "leader"
        parts.append(Part(sentence[place.start : place.end], mark, place.weight))
        position = place.end
    cut = "…" if len(evidence.sentence) > MAX_SENTENCE else ""
    parts.append(Part(sentence[position:] + cut))
    for word, weight in unfound:
        parts += [Part(" "), Part(word, "word", weight)]
    cleaned = (Part(visible(part.text), part.mark, part.weight) for part in parts)
    return [part for part in cleaned if part.text]


def _words(
    scored: Sequence[tuple[str, float]], sentence: str
) -> tuple[list[_Place], list[tuple[str, float]]]:
    """Find scored words, which are in the order of the text, in lower case, with plain spaces."""
    found, unfound, position = [], [], 0
    for word, weight in scored[:MAX_WORDS]:
        spaced = r"\s+".join(map(re.escape, word[:MAX_WORD].split()))
        pattern = re.compile(rf"(?<!\w){spaced}(?!\w)", re.IGNORECASE) if spaced else None
        match = pattern.search(sentence, position) if pattern else None
        if match:
            found.append(_Place(match.start(), 1, match.end(), weight))
            position = match.end()
        elif len(sentence) < MAX_SENTENCE:
            unfound.append((word[:MAX_WORD], weight))
    return found, unfound


def _spans(evidence: Evidence, spans: Sequence[Span], sentence: str) -> Iterator[_Place]:
    for span in spans:
        if span.field != evidence.field:
            continue
        start, end = span.start - evidence.start, span.end - evidence.start
        # A span of another version of the article would mark the wrong words.
        if 0 <= start < end <= len(sentence) and sentence[start:end] == span.text:
            yield _Place(start, 0, end, None)


def _names(names: Sequence[str], sentence: str) -> Iterator[_Place]:
    """Yield the places of full names, and of surnames at the end of a name."""
    for name in names:
        surname = name.split()[-1:]
        wanted = [name, *(one for one in surname if len(one) >= _MIN_SURNAME)]
        either = "|".join(re.escape(one) for one in wanted if one)
        if either:
            for match in re.finditer(rf"(?<!\w)(?:{either})(?!\w)", sentence):
                yield _Place(match.start(), 0, match.end(), None)
