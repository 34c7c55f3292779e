"""A sentence in parts: what names a leader, what was scored, and the rest.

Owns where a mark begins and ends. Must not know HTML. The parts together are the sentence, so
a page that shows them needs no offsets; those of a mention's spans count characters, and a browser
counts UTF-16 units. What a terminal or a browser would obey is taken out last.
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
    """A stretch of a sentence. `weight` is a scored word's."""

    text: str
    mark: Mark | None = None
    weight: float | None = None


class _Place(NamedTuple):
    """Half-open offsets into the sentence; places sort as they are read, leaders first."""

    start: int
    rank: int
    end: int
    weight: float | None


def marked(evidence: Evidence, spans: Sequence[Span], names: Sequence[str]) -> list[Part]:
    """Part a sentence; scored words that are not found in it follow at its end.

    Args:
        evidence: The sentence, with its place in the article and its scored words, of which those
            that carry meaning and weight are shown.
        spans: Where the article names the leaders, as far as it is known.
        names: The leaders' names, for a sentence in which no span lies.
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
        # A span of another version of the article would mark other words.
        if 0 <= start < end <= len(sentence) and sentence[start:end] == span.text:
            yield _Place(start, 0, end, None)


def _names(names: Sequence[str], sentence: str) -> Iterator[_Place]:
    """Find full names, and surnames where they stand last."""
    for name in names:
        surname = name.split()[-1:]
        wanted = [name, *(one for one in surname if len(one) >= _MIN_SURNAME)]
        either = "|".join(re.escape(one) for one in wanted if one)
        if either:
            for match in re.finditer(rf"(?<!\w)(?:{either})(?!\w)", sentence):
                yield _Place(match.start(), 0, match.end(), None)
