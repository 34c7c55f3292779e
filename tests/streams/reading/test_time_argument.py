"""Moments as a person types them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.reading.time_argument import moment_of

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30s", "2026-11-23T11:59:30+00:00"),
        ("90m", "2026-11-23T10:30:00+00:00"),
        ("2h", "2026-11-23T10:00:00+00:00"),
        ("3d", "2026-11-20T12:00:00+00:00"),
        ("-7d", "2026-11-16T12:00:00+00:00"),
        ("2h ago", "2026-11-23T10:00:00+00:00"),
        ("beginning", "1970-01-01T00:00:00+00:00"),
        (" 1w ", "2026-11-16T12:00:00+00:00"),
        ("2026-11-23", "2026-11-23T00:00:00+00:00"),
        ("2026-11-23T14:00:00+01:00", "2026-11-23T13:00:00+00:00"),
        ("2026-11-23T14:00:00Z", "2026-11-23T14:00:00+00:00"),
    ],
)
def test_a_span_counts_back_from_now_and_a_date_is_utc(text: str, expected: str) -> None:
    moment = moment_of(text, NOW)
    assert moment.isoformat() == expected
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2", "h", "--2h", "2 h", "2y", "999999999w", "2026-13-01", "٢h"]
)
def test_anything_else_is_refused_and_the_message_says_what_is_not(text: str) -> None:
    with pytest.raises(ValueError, match="is no moment; write 2h"):
        moment_of(text, NOW)


@given(st.text() | st.from_regex(r"\d{1,12}[smhdw]") | st.datetimes().map(str))
def test_whatever_is_typed_is_a_moment_in_utc_or_refused(text: str) -> None:
    try:
        moment = moment_of(text, NOW)
    except ValueError:
        return
    assert moment.tzinfo is UTC
