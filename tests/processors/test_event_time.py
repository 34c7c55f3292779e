"""Which timestamps can be the moment of a news article."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.event_time import END_MS, FIRST_MS, timestamp_fault

NOW_MS = 1_796_074_496_000


@pytest.mark.parametrize(
    ("timestamp_ms", "says"),
    [
        (-1, "has none"),
        (-1_000, "before 1970"),
        (0, "never set"),
        (NOW_MS // 1000, "looks like seconds"),
        (2_147_483_647, "looks like seconds"),
        (NOW_MS * 1_000, "looks like microseconds"),
        (NOW_MS * 1_000_000, "looks like nanoseconds"),
        (2**63 - 1, "looks like nanoseconds"),
        (END_MS, "beyond the year 9998"),
    ],
)
def test_what_a_wrong_timestamp_looks_like_is_said_with_its_value(
    timestamp_ms: int, says: str
) -> None:
    fault = timestamp_fault(timestamp_ms, math.inf)
    assert fault is not None
    assert fault.reason == "invalid_timestamp"
    assert says in fault.message
    assert str(timestamp_ms) in fault.message
    assert "milliseconds" in fault.message


@pytest.mark.parametrize(
    "timestamp_ms",
    # The first of February 1970, Reuters 1987, now, and as late as is allowed.
    [FIRST_MS, 541_000_000_000, NOW_MS, NOW_MS + 600_000],
)
def test_archives_and_the_present_are_let_in(timestamp_ms: int) -> None:
    assert timestamp_fault(timestamp_ms, NOW_MS + 600_000) is None


def test_the_future_is_refused_with_its_date() -> None:
    fault = timestamp_fault(4_102_444_800_000, NOW_MS + 600_000)
    assert fault is not None
    assert fault.reason == "future_timestamp"
    assert "4102444800000 (2100-01-01T00:00:00Z)" in fault.message


@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 2**48))
def test_every_timestamp_that_kafka_can_hold_is_decided(timestamp_ms: int, latest_ms: int) -> None:
    fault = timestamp_fault(timestamp_ms, latest_ms)
    assert (fault is None) == (FIRST_MS <= timestamp_ms < END_MS and timestamp_ms <= latest_ms)
