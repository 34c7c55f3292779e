"""The scorer `minilm` mixes the fast scorer's reading of a sentence in."""

import pytest

from processors.contracts import Span
from processors.sentiment.minilm.model import Opinion
from processors.sentiment.minilm.scorer import FAST_SHARE, blended
from processors.sentiment.scored import ScoredWord, Towards
from processors.sentiment.scorer import load_scorer

WORD = [ScoredWord("awful", -0.5, 0.5)]


def test_both_count_by_their_share() -> None:
    opinion = blended(Opinion(1.0, 0.0, 0.0), Towards(WORD, polarity=0.6, certainty=0.8))
    assert opinion.negative == pytest.approx(1.0 - FAST_SHARE + FAST_SHARE * 0.1, abs=1e-4)
    assert opinion.neutral == pytest.approx(FAST_SHARE * 0.2, abs=1e-4)
    assert opinion.positive == pytest.approx(FAST_SHARE * 0.7, abs=1e-4)


def test_a_sentence_that_the_fast_scorer_passed_over_is_the_models() -> None:
    opinion = Opinion(0.2, 0.5, 0.3)
    assert blended(opinion, Towards(())) == opinion


@pytest.mark.parametrize("sentence", ["{} lied to voters.", "Allies praised {} on Monday."])
def test_no_name_changes_the_score(sentence: str) -> None:
    scorer = load_scorer("minilm")
    found = set()
    for name in ("Trump", "Emmanuel Macron", "Xi", "Angela Merkel"):
        text = sentence.format(name)
        start = text.index(name)
        span = Span(field="text", start=start, end=start + len(name), text=name, kind="name")
        found.add(scorer.read("", text, [span]).towards([span])[0].polarity)
    assert len(found) == 1
