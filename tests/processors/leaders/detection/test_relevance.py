"""The points of relevance add up and keep their order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.leaders.detection import weights
from processors.leaders.detection.relevance import Presence, relevance


def test_the_weights_add_up_to_a_hundred() -> None:
    top = weights.HEADLINE + weights.LEAD + weights.FIRST_SENTENCE + weights.SHARE
    assert top + weights.FREQUENCY_POINTS[-1] == 100
    assert relevance(Presence(True, True, True, 9), 9, 1) == 100


@pytest.mark.parametrize(
    ("presence", "all_spans", "leaders", "points"),
    [
        (Presence(False, False, False, 1), 1, 1, 20),
        (Presence(False, False, False, 1), 10, 3, 6),
        (Presence(True, False, False, 1), 1, 1, 55),
        (Presence(False, True, False, 2), 4, 2, 36),
        (Presence(False, True, True, 2), 4, 2, 46),
        (Presence(False, False, False, 1), 20, 12, 4),
    ],
)
def test_points_are_those_of_the_table(
    presence: Presence, all_spans: int, leaders: int, points: int
) -> None:
    assert relevance(presence, all_spans, leaders) == points


_PRESENCES = st.builds(Presence, st.booleans(), st.booleans(), st.just(False), st.integers(1, 50))


@given(_PRESENCES, st.integers(0, 50), st.integers(1, 20))
def test_more_presence_never_counts_less(presence: Presence, others: int, leaders: int) -> None:
    spans = presence.spans
    here = relevance(presence, spans + others, leaders)
    more = relevance(Presence(True, True, True, spans + 1), spans + 1 + others, leaders)
    assert 1 <= here <= more <= 100
