"""Two stages: the fast scorer reads everything, the model confirms what would fire.

Owns which scores are worth the model's time, and what becomes of them. Must not know rules: the
numbers below are at or under those at which the built-in `sentiment` rule fires, and a rule that
fires on less fires on what was not confirmed.
"""

from collections.abc import Sequence

import msgspec

from processors.contracts import Evidence, Sentiment, Span
from processors.sentiment.minilm.model import Model
from processors.sentiment.minilm.scorer import Judged, judge, opined, together
from processors.sentiment.weights import HEADLINE_WEIGHT

FROM_POLARITY = 0.4
FROM_SCORED_WORDS = 2
FROM_RELEVANCE = 30
"""A leader named in passing fires no alert and costs nothing."""

MOST_READ = 3
"""Sentences that are read of one leader: some 15 ms of one core at most."""


class Confirmation:
    """Asks the model about strong scores; a pure function of the score, so a replay agrees."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.version = f"minilm/{model.version}"
        """Goes behind the fast scorer's on every record, whether or not the model was asked."""

    def confirmed(
        self,
        sentiment: Sentiment,
        evidence: Sequence[Evidence],
        spans: Sequence[Span],
        relevance: int,
    ) -> tuple[Sentiment, list[Evidence]]:
        """The score as it is where it is mild; where it is strong, as far as the model has it so.

        The model reads the evidence, the sentence that weighs most first, until it has said the
        same as strongly, or has read three. The score then keeps its polarity, loses some, or turns
        to the other side, and the label is the model's. It never grows stronger: what is read was
        chosen for being strong, and says less of the whole. Words and counts stay as they were.

        Args:
            sentiment: The fast score of one leader.
            evidence: What it rests on, with offsets into the fields.
            spans: Where the leader is named.
            relevance: Of the leader in the article, 0 to 100.
        """
        shown = list(evidence)
        fast = sentiment.polarity
        if (
            abs(fast) < FROM_POLARITY
            or relevance < FROM_RELEVANCE
            or sentiment.scored_words < FROM_SCORED_WORDS
        ):
            return sentiment, shown
        judged: list[Judged] = []
        for index in sorted(range(len(shown)), key=lambda index: -_weight(shown[index])):
            read = self._judged(shown[index], spans)
            if read is None:
                continue
            judged.append(read)
            shown[index] = opined(shown[index], read.opinion)
            said = together(judged).polarity
            if len(judged) == MOST_READ or (said * fast > 0 and abs(said) >= abs(fast)):
                break
        if not judged:
            return sentiment, shown
        opinion = together(judged)
        polarity = max(-abs(fast), min(abs(fast), opinion.polarity))
        return (
            msgspec.structs.replace(sentiment, polarity=polarity, label=opinion.label),
            shown,
        )

    def _judged(self, evidence: Evidence, spans: Sequence[Span]) -> Judged | None:
        """The model's reading towards the first name in the sentence; None if none is whole."""
        here = [
            span
            for span in spans
            if span.field == evidence.field
            and evidence.start <= span.start < span.end <= evidence.end
        ]
        if not here:
            return None
        mentions = sorted((span.start - evidence.start, span.end - evidence.start) for span in here)
        return judge(evidence.sentence, mentions, _importance(evidence), self._model)


def _importance(evidence: Evidence) -> float:
    return HEADLINE_WEIGHT if evidence.field == "headline" else 1.0


def _weight(evidence: Evidence) -> float:
    return _importance(evidence) * sum(abs(weight) for _, weight in evidence.words)
