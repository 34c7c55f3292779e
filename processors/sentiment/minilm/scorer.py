"""The `minilm` scorer: the small model reads every sentence that names a leader.

Owns how its opinions of sentences become one score of a leader. Must not know the runtime (`model`)
or how often it is asked. The model reads a sentence towards a target, so an article as a whole,
which has none, is scored by the fast scorer; so are subjectivity and the words that are shown as
evidence, which are the lexicon's: the model does not say which words moved it, and nothing is made
up for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from processors.contracts import Evidence, Sentiment, Span
from processors.sentiment.minilm.inputs import encode
from processors.sentiment.minilm.model import DECIMALS, Model, Opinion, milder
from processors.sentiment.news.blameless import is_blameless
from processors.sentiment.news.scorer import NewsScorer
from processors.sentiment.scored import (
    MOST_EVIDENCE,
    UNKNOWN,
    ScoredArticle,
    ScoredSentence,
    Towards,
)
from processors.sentiment.weights import HEADLINE_WEIGHT

MOST_SENTENCES = 32
"""Sentences that are read for one leader, the first of an article: bounds the time of a hostile
article to a fifth of a second for each leader."""

FAST_SHARE = 0.35
"""Of the fast scorer in the opinion of a sentence."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence as the model read it towards one leader; `importance` is 2 for the headline."""

    importance: float
    opinion: Opinion

    @property
    def weight(self) -> float:
        """How much it says: a neutral sentence beside a clear one hardly counts."""
        return self.importance * (1.0 - self.opinion.neutral)


def together(judged: Sequence[Judged]) -> Opinion:
    """One opinion of several sentences, each by its weight; of one sentence, its own.

    Args:
        judged: At least one.
    """
    if len(judged) == 1:
        return judged[0].opinion
    total = sum(one.weight for one in judged)
    if total == 0.0:
        return judged[0].opinion
    return Opinion(
        *(
            round(sum(one.weight * getattr(one.opinion, name) for one in judged) / total, DECIMALS)
            for name in ("negative", "neutral", "positive")
        )
    )


def judge(
    sentence: str, mentions: Sequence[tuple[int, int]], importance: float, model: Model
) -> Judged:
    """Ask the model about one sentence and the leader in it.

    A sentence that takes blame off the leader ("acquitted of fraud"), or in which the leader is the
    one who blames ("condemned by"), is never negative.

    Args:
        sentence: The sentence alone.
        mentions: Half-open offsets of the leader in it, in order. The first is asked about.
        importance: 2 for a headline, else 1.
        model: The model.
    """
    (opinion,) = model.read([encode(sentence, mentions, model.pieces)])
    if opinion.negative > opinion.positive and is_blameless(sentence, mentions):
        opinion = milder(opinion)
    return Judged(importance, opinion)


def blended(opinion: Opinion, said: Towards) -> Opinion:
    """Mix the fast scorer's reading of the sentence in: the two err in different sentences.

    Args:
        opinion: The model's.
        said: The fast scorer's, unless it skipped the sentence.
    """
    if not said.words and said.certainty == 1.0:
        return opinion
    fast = (
        (said.certainty - said.polarity) / 2,
        1.0 - said.certainty,
        (said.certainty + said.polarity) / 2,
    )
    own = (opinion.negative, opinion.neutral, opinion.positive)
    return Opinion(
        *(
            round((1.0 - FAST_SHARE) * mine + FAST_SHARE * theirs, DECIMALS)
            for mine, theirs in zip(own, fast, strict=True)
        )
    )


@dataclass(frozen=True, slots=True)
class MiniLmArticle:
    """An article after the fast pass; the model reads when it is asked for a leader."""

    fast: ScoredArticle
    model: Model

    @property
    def sentiment(self) -> Sentiment:
        """Of the article as a whole: the fast scorer's."""
        return self.fast.sentiment

    def towards(self, spans: Sequence[Span]) -> tuple[Sentiment, list[Evidence]]:
        """What the article says of one leader.

        Args:
            spans: Where the leader is named, in any order.

        Returns:
            The sentiment, in which `scored_words` are all words of the sentences that the model
            read and `subjectivity` is the fast scorer's; and up to five sentences, those that say
            most, in the text's order, each with the model's label and probability.
        """
        read: list[tuple[Judged, ScoredSentence, Span, Sequence[Span]]] = []
        for sentence, here in self.fast.sentences_of(spans)[:MOST_SENTENCES]:
            field = self.fast.headline if sentence.field == "headline" else self.fast.text
            importance = HEADLINE_WEIGHT if sentence.field == "headline" else 1.0
            mentions = [(one.start - sentence.start, one.end - sentence.start) for one in here]
            text = field[sentence.start : sentence.end]
            judged = judge(text, mentions, importance, self.model)
            judged = Judged(importance, blended(judged.opinion, self.fast.said_of(sentence, here)))
            read.append((judged, sentence, here[0], here))
        words = sum(sentence.words for _, sentence, _, _ in read)
        if not words:
            return UNKNOWN, []
        fast, _ = self.fast.towards(spans)
        opinion = together([judged for judged, *_ in read])
        sentiment = Sentiment(
            polarity=opinion.polarity,
            subjectivity=fast.subjectivity,
            label=opinion.label,
            scored_words=words,
            coverage=1.0,
        )
        heaviest = sorted(range(len(read)), key=lambda index: -read[index][0].weight)
        shown = [read[index] for index in sorted(heaviest[:MOST_EVIDENCE])]
        return sentiment, [
            opined(self.fast.evidence(sentence, here), judged.opinion)
            for judged, sentence, _, here in shown
        ]


class MiniLmScorer:
    """The small model over the fast scorer. Ten to thirty times as slow as the fast one alone."""

    name = "minilm"

    def __init__(self, fast: NewsScorer, model: Model) -> None:
        self.version = model.version
        self.lexicon_version = fast.lexicon_version
        self._fast = fast
        self._model = model

    def read(self, headline: str, text: str, names: Sequence[Span]) -> MiniLmArticle:
        """Scores an article; the model waits until a leader is asked for.

        Args:
            headline: Any Unicode text, or empty.
            text: Any Unicode text, or empty.
            names: Stretches that are names and give no sentiment, in any order.
        """
        return MiniLmArticle(self._fast.read(headline, text, names), self._model)


def opined(evidence: Evidence, opinion: Opinion) -> Evidence:
    """The evidence with the model's label and how likely it is."""
    return msgspec.structs.replace(evidence, label=opinion.label, probability=opinion.probability)
