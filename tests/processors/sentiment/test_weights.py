"""The examples in the weights module hold."""

import pytest

from processors.sentiment import weights
from processors.sentiment.news.lexicon import load_news
from processors.sentiment.news.scorer import NewsScorer

SCORER = NewsScorer(load_news())


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("killed", -0.7 / 1.2),
        ("killed in a massacre", -1.6 / 2.1),
        ("isn't good", -0.42 / 0.92),
        ("no attack", 0.12 / 0.62),
        ("despite", -0.2 / 0.7),
        ("war and peace", 0.0),
        ("support", 0.3 / 0.8),
    ],
)
def test_examples_score_as_their_constants_say(text: str, polarity: float) -> None:
    assert SCORER.read("", text, []).sentiment.polarity == pytest.approx(polarity)


@pytest.mark.parametrize(
    ("polarity", "label"),
    [
        (-1.0, "negative"),
        (weights.NEGATIVE_BELOW, "neutral"),
        (0.0, "neutral"),
        (weights.POSITIVE_ABOVE, "neutral"),
        (1.0, "positive"),
    ],
)
def test_thresholds_belong_to_neutral(polarity: float, label: str) -> None:
    assert weights.label_of(polarity, weights.NEGATIVE_BELOW, weights.POSITIVE_ABOVE) == label
