"""Which window a moment of event time falls into."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.windows import EPOCH, milliseconds, tumbling

HOUR = 3_600
moments = st.datetimes(
    min_value=datetime(1969, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    max_value=datetime(9000, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
)
lengths = st.integers(min_value=1, max_value=30 * 86_400)


@pytest.mark.parametrize(
    ("moment", "length_seconds", "start"),
    [
        ("2026-05-20T09:00:00+00:00", HOUR, "2026-05-20T09:00:00+00:00"),
        ("2026-05-20T09:59:59.999999+00:00", HOUR, "2026-05-20T09:00:00+00:00"),
        ("2026-05-20T10:00:00+00:00", HOUR, "2026-05-20T10:00:00+00:00"),
        ("2026-05-20T09:30:00+02:00", HOUR, "2026-05-20T07:00:00+00:00"),
        ("1970-01-03T23:59:59+00:00", 3 * 86_400, "1970-01-01T00:00:00+00:00"),
        ("1970-01-04T00:00:00+00:00", 3 * 86_400, "1970-01-04T00:00:00+00:00"),
        ("1969-12-31T23:59:59+00:00", HOUR, "1969-12-31T23:00:00+00:00"),
    ],
)
def test_windows_are_half_open_and_start_at_the_epoch(
    moment: str, length_seconds: int, start: str
) -> None:
    window = tumbling(datetime.fromisoformat(moment), length_seconds)
    assert window.start.isoformat() == start
    assert window.end - window.start == timedelta(seconds=length_seconds)


@given(moments, lengths)
def test_every_moment_of_a_window_names_the_same_window(
    moment: datetime, length_seconds: int
) -> None:
    window = tumbling(moment, length_seconds)
    assert window.start <= moment < window.end
    assert (window.start - EPOCH) % timedelta(seconds=length_seconds) == timedelta(0)
    last = window.end - timedelta(microseconds=1)
    for other in (window.start, last, moment.astimezone(timezone(timedelta(hours=-7)))):
        assert tumbling(other, length_seconds) == window
    assert tumbling(window.end, length_seconds).start == window.end


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("1970-01-01T00:00:00.001999+00:00", 1),
        ("1969-12-31T23:59:59.999000+00:00", -1),
        ("2026-05-20T09:15:00.123456+00:00", 1_779_268_500_123),
    ],
)
def test_milliseconds_are_whole_and_never_ahead_of_the_moment(moment: str, expected: int) -> None:
    assert milliseconds(datetime.fromisoformat(moment)) == expected
