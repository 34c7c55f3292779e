"""The `vader` scorer: VADER's rules and lexicon (Hutto and Gilbert 2014), through a library.

Owns how the library's compound scores of sentences become a scored article. Must not know the news
lexicon. It is there for comparison, and as an example of a scorer over another engine. The
library is the optional extra `vader`.
"""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Protocol

from processors.contracts import Field, Sentiment, Span
from processors.errors import MissingExtraError
from processors.sentences import split
from processors.sentiment import weights
from processors.sentiment.scored import (
    UNKNOWN,
    ScoredArticle,
    ScoredSentence,
    ScoredWord,
    Towards,
)

LIBRARY = "nltk-vader-sentiment"
_LARGEST_VALENCE = 4.0
_LONGEST_SENTENCE_CHARACTERS = 2_000
_AROUND_WORDS = "\"'\u201c\u201d\u2018\u2019.,;:!?()[]\u2026\u2014\u2013"


class Analyzer(Protocol):
    """What is used of the library."""

    lexicon: Mapping[str, float]

    def polarity_scores(self, text: str) -> Mapping[str, float]:
        """Gives `compound`, -1 to 1."""
        ...


class VaderScorer:
    """VADER's compound score of each sentence; a leader gets the mean of the leader's sentences.

    The words that are shown have the valence of the lexicon, before negation and emphasis.
    """

    name = "vader"

    def __init__(self, analyzer: Analyzer) -> None:
        self.version = weights.VADER_SCORER_VERSION
        self.lexicon_version = f"{LIBRARY}-{version(LIBRARY)}"
        self._analyzer = analyzer

    def read(self, headline: str, text: str, names: Sequence[Span]) -> ScoredArticle:
        """Scores an article, sentence by sentence.

        Args:
            headline: Any Unicode text, or empty.
            text: Any Unicode text, or empty.
            names: Not used: VADER does not know what a name is.
        """
        del names
        sentences = []
        parts = []
        fields: tuple[tuple[Field, str], ...] = (("headline", headline), ("text", text))
        for field, content in fields:
            for start, end in split(content):
                words = content[start:end].split()
                sentence = ScoredSentence(field, start, end, len(words), self._scored(words))
                sentences.append(sentence)
                if sentence.scored:
                    importance = weights.HEADLINE_WEIGHT if field == "headline" else 1.0
                    parts.append((importance, self.towards(sentence, content, ())))
        return ScoredArticle(
            headline=headline,
            text=text,
            sentiment=self.combined(parts, sum(sentence.words for sentence in sentences)),
            sentences=tuple(sentences),
            read_headline=headline,
            read_text=text,
            method=self,
        )

    def towards(self, sentence: ScoredSentence, text: str, spans: Sequence[Span]) -> Towards:
        """The compound score of the sentence, about any target."""
        del spans
        if not sentence.scored:
            return Towards(())
        end = min(sentence.end, sentence.start + _LONGEST_SENTENCE_CHARACTERS)
        compound = self._analyzer.polarity_scores(text[sentence.start : end])["compound"]
        return Towards(sentence.scored, compound)

    def combined(self, parts: Sequence[tuple[float, Towards]], words: int) -> Sentiment:
        """The mean of the sentences."""
        count = sum(len(said.words) for _, said in parts)
        if count == 0:
            return UNKNOWN
        total = sum(importance for importance, _ in parts)
        polarity = sum(importance * said.polarity for importance, said in parts) / total
        below, above = weights.VADER_NEGATIVE_BELOW, weights.VADER_POSITIVE_ABOVE
        return Sentiment(
            polarity=polarity,
            subjectivity=0.0,
            label=weights.label_of(polarity, below, above),
            scored_words=count,
            coverage=min(1.0, count / max(words, count)),
        )

    def _scored(self, words: Sequence[str]) -> list[ScoredWord]:
        found = []
        for word in words:
            lower = word.strip(_AROUND_WORDS).lower()
            valence = self._analyzer.lexicon.get(lower)
            if valence:
                weight = max(-1.0, min(1.0, valence / _LARGEST_VALENCE))
                found.append(ScoredWord(lower, weight, 0.0))
        return found


def load_vader() -> VaderScorer:
    """Loads the scorer with the library's lexicon.

    Raises:
        MissingExtraError: The library is not installed.
    """
    try:
        from vader import SentimentIntensityAnalyzer  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise MissingExtraError(
            f"the scorer vader needs {LIBRARY}, which is not there: pip install 'tocsin[vader]'."
        ) from error
    return VaderScorer(SentimentIntensityAnalyzer())
