"""The `textblob` scorer: TextBlob's own scores, nothing masked, nothing added.

Owns how the engine's assessments become a scored article. Must not know the news lexicon. It is
there for comparison: it reads "Great Hall of the People" as praise, and knows few words of news.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

from processors.contracts import Field, Sentiment, Span
from processors.sentences import split
from processors.sentiment import weights
from processors.sentiment.scored import (
    UNKNOWN,
    ScoredArticle,
    ScoredSentence,
    ScoredWord,
    Towards,
)

if TYPE_CHECKING:  # the engine pulls in textblob and nltk: only who scores with it pays
    from processors.sentiment.textblob.engine import Engine, Reading


class TextBlobScorer:
    """The plain engine. A leader gets the mean of the assessments in the leader's sentences."""

    name = "textblob"
    version = weights.TEXTBLOB_SCORER_VERSION

    def __init__(self, engine: Engine) -> None:
        self.lexicon_version = f"textblob-{version('textblob')}"
        self._engine = engine

    def read(self, headline: str, text: str, names: Sequence[Span]) -> ScoredArticle:
        """Scores an article: exactly as `TextBlob` scores headline, empty line, text.

        Args:
            headline: Any Unicode text, or empty.
            text: Any Unicode text, or empty.
            names: Not used: TextBlob does not know what a name is.
        """
        del names
        joined = f"{headline}\n\n{text}" if headline and text else headline + text
        offset = len(joined) - len(text)
        in_headline, in_text = split(headline), split(text)
        spans = in_headline + [(start + offset, end + offset) for start, end in in_text]
        whole, read = self._engine.read_parts(joined, spans)
        places: list[tuple[Field, int, int]] = [("headline", *span) for span in in_headline]
        places += [("text", *span) for span in in_text]
        sentences = [
            ScoredSentence(*place, joined.count(" ", *span) + 1, _scored(one))
            for place, span, one in zip(places, spans, read, strict=True)
        ]
        return ScoredArticle(
            headline=headline,
            text=text,
            sentiment=_sentiment(
                whole.polarity,
                whole.subjectivity,
                len(whole.assessed),
                sum(sentence.words for sentence in sentences),
            ),
            sentences=tuple(sentences),
            read_headline=headline,
            read_text=text,
            method=self,
        )

    def towards(self, sentence: ScoredSentence, text: str, spans: Sequence[Span]) -> Towards:
        """All assessments of the sentence, about any target."""
        del text, spans
        return Towards(sentence.scored)

    def combined(self, parts: Sequence[tuple[float, Towards]], words: int) -> Sentiment:
        """The mean of the assessments."""
        polarity = subjectivity = total = 0.0
        for importance, said in parts:
            for word in said.words:
                polarity += importance * word.weight
                subjectivity += importance * word.subjectivity
                total += importance
        count = sum(len(said.words) for _, said in parts)
        return _sentiment(polarity / (total or 1.0), subjectivity / (total or 1.0), count, words)


def _scored(reading: Reading) -> list[ScoredWord]:
    return [
        ScoredWord(" ".join(one.words), one.polarity, one.subjectivity) for one in reading.assessed
    ]


def _sentiment(polarity: float, subjectivity: float, count: int, words: int) -> Sentiment:
    if count == 0:
        return UNKNOWN
    below, above = weights.TEXTBLOB_NEGATIVE_BELOW, weights.TEXTBLOB_POSITIVE_ABOVE
    return Sentiment(
        polarity=polarity,
        subjectivity=subjectivity,
        label=weights.label_of(polarity, below, above),
        scored_words=count,
        coverage=min(1.0, count / max(words, count)),
    )
