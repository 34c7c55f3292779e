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
    from processors.sentiment.engine import Engine, Reading


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
        sentences = []
        fields: tuple[tuple[Field, str], ...] = (("headline", headline), ("text", text))
        for field, content in fields:
            for start, end in split(content):
                sentence = content[start:end]
                scored = _scored(self._engine.read(sentence))
                words = len(sentence.split())
                sentences.append(ScoredSentence(field, start, end, words, scored))
        whole = self._engine.read(f"{headline}\n\n{text}" if headline and text else headline + text)
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
        """All assessments of the sentence, whoever they are about."""
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
