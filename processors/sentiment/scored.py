"""What a scorer gives back: one article, its sentences and the words that were scored in them.

Owns how sentences are found for a leader and how evidence is chosen. Must not know how a word got
its weight or which words count for whom: a `Method` brings that.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from msgspec import Struct

from processors.contracts import Evidence, Field, Sentiment, Span
from processors.sentiment.weights import HEADLINE_WEIGHT

MOST_EVIDENCE = 5
LONGEST_EVIDENCE_CHARACTERS = 500
UNKNOWN = Sentiment(polarity=0.0, subjectivity=0.0, label="unknown", scored_words=0, coverage=0.0)


class ScoredWord(Struct, frozen=True, gc=False):
    """A word or phrase as it counted: "not good" with the weight after negation."""

    text: str
    weight: float
    subjectivity: float


class ScoredSentence(Struct, frozen=True, gc=False):
    """A sentence by its half-open offsets in the field, with what was scored in it.

    `words` counts all words of the sentence: what stands between spaces.
    """

    field: Field
    start: int
    end: int
    words: int
    scored: Sequence[ScoredWord]


class Towards(Struct, frozen=True, gc=False):
    """What one sentence says of a leader: the words that count, and what they come to.

    `polarity` is -1 to 1. `certainty`, 0 to 1, says how much the sentence takes sides at all: the
    probability that it is not neutral, where a method knows one.
    """

    words: Sequence[ScoredWord]
    polarity: float = 0.0
    certainty: float = 1.0


class Method(Protocol):
    """How one engine reads words off a sentence for a leader, and makes a score of sentences."""

    def towards(self, sentence: ScoredSentence, text: str, spans: Sequence[Span]) -> Towards:
        """What the sentence says of who stands at `spans`; `text` is the field as it was read."""
        ...

    def combined(self, parts: Sequence[tuple[float, Towards]], words: int) -> Sentiment:
        """One score of (importance, sentence) parts, out of `words` words in all."""
        ...


@dataclass(frozen=True, slots=True)
class ScoredArticle:
    """An article after one pass: its own sentiment, and that towards any leader in it.

    `read_headline` and `read_text` are the fields as the method read them (names masked), with the
    offsets of the originals.
    """

    headline: str
    text: str
    sentiment: Sentiment
    sentences: tuple[ScoredSentence, ...]
    read_headline: str
    read_text: str
    method: Method

    def towards(self, spans: Sequence[Span]) -> tuple[Sentiment, list[Evidence]]:
        """What the article says of one leader.

        Args:
            spans: Where the leader is named, in any order.

        Returns:
            The sentiment from the sentences that the spans stand in, and up to five of them that
            hold scored words: the most heavily scored are chosen, then put in the text's order
            (headline first). Evidence offsets are into the original field, and its `sentence` is
            exactly the slice between them, at most 500 characters.
        """
        parts: list[tuple[float, Towards]] = []
        found: list[tuple[float, ScoredSentence, Span, Towards]] = []
        words = 0
        for sentence, here in self.sentences_of(spans):
            said = self.method.towards(sentence, self._read(sentence), here)
            importance = HEADLINE_WEIGHT if sentence.field == "headline" else 1.0
            words += sentence.words
            if said.words:
                parts.append((importance, said))
                weight = importance * sum(abs(word.weight) for word in said.words)
                found.append((weight, sentence, here[0], said))
        if len(found) > MOST_EVIDENCE:
            heaviest = sorted(range(len(found)), key=lambda index: -found[index][0])
            found = [found[index] for index in sorted(heaviest[:MOST_EVIDENCE])]
        evidence = [self._evidence(sentence, span, said) for _, sentence, span, said in found]
        return self.method.combined(parts, words), evidence

    def evidence(self, sentence: ScoredSentence, spans: Sequence[Span]) -> Evidence:
        """Return a sentence as evidence of what it says of the leader at `spans`, all in it."""
        return self._evidence(sentence, spans[0], self.said_of(sentence, spans))

    def said_of(self, sentence: ScoredSentence, spans: Sequence[Span]) -> Towards:
        """Return what one sentence says of the leader at `spans`, all of them in it."""
        return self.method.towards(sentence, self._read(sentence), spans)

    def sentences_of(self, spans: Sequence[Span]) -> list[tuple[ScoredSentence, list[Span]]]:
        """Each sentence that one of the spans begins in, in order, with its spans in order."""
        keys = [(sentence.field, sentence.start) for sentence in self.sentences]
        found: dict[int, list[Span]] = {}
        for span in sorted(spans, key=lambda span: (span.field, span.start)):
            index = bisect_right(keys, (span.field, span.start)) - 1
            if index < 0:
                continue
            sentence = self.sentences[index]
            if sentence.field == span.field and span.start < sentence.end:
                found.setdefault(index, []).append(span)
        return [(self.sentences[index], here) for index, here in sorted(found.items())]

    def _read(self, sentence: ScoredSentence) -> str:
        return self.read_text if sentence.field == "text" else self.read_headline

    def _evidence(self, sentence: ScoredSentence, span: Span, said: Towards) -> Evidence:
        original = self.text if sentence.field == "text" else self.headline
        start, end = sentence.start, sentence.end
        if end - start > LONGEST_EVIDENCE_CHARACTERS:
            middle = (span.start + span.end) // 2
            start = max(start, min(middle, end) - LONGEST_EVIDENCE_CHARACTERS // 2)
            end = min(end, start + LONGEST_EVIDENCE_CHARACTERS)
            start = max(sentence.start, end - LONGEST_EVIDENCE_CHARACTERS)
        return Evidence(
            field=sentence.field,
            start=start,
            end=end,
            sentence=original[start:end],
            words=[(word.text, word.weight) for word in said.words],
        )
