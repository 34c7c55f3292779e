"""Publishers' timestamps."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.articles.timestamps import read_timestamp
from processors.errors import BadArticleError, DeadLetterReason

MORNING = datetime(2024, 5, 16, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2024-05-16T09:30:00Z",
        "2024-05-16t09:30:00z",
        " 2024-05-16T11:30:00+02:00 ",
        "2024-05-16T09:30:00.000000001Z",
        "2024-05-16 09:30",
        "2024-05-16 09:30:00 UTC",
        "2024-05-16 11:30:00 +0200",
        "20240516T093000Z",
        "Thu, 16 May 2024 09:30:00 GMT",
        "Thu, 16 May 2024 05:30:00 EDT",
        "16 May 2024 11:30 +0200",
        "Thursday, 16-May-2024 09:30:00 GMT",
        1715851800,
        1715851800.0,
        1715851800000,
        "1715851800",
        "1715851800000",
    ],
)
def test_every_form_gives_the_same_moment(value: object) -> None:
    assert read_timestamp(value, "published") == MORNING


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-05-16", datetime(2024, 5, 16, tzinfo=UTC)),
        ("20240516", datetime(2024, 5, 16, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("1800-01-01", datetime(1800, 1, 1, tzinfo=UTC)),
        ("2200-12-31T23:59:59Z", datetime(2200, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (-86_400, datetime(1969, 12, 31, tzinfo=UTC)),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (1715851800.25, datetime(2024, 5, 16, 9, 30, 0, 250_000, tzinfo=UTC)),
    ],
)
def test_edges_are_read(value: object, expected: datetime) -> None:
    moment = read_timestamp(value, "published")
    assert moment == expected
    assert moment is not None
    assert moment.tzinfo is UTC


@pytest.mark.parametrize("value", [None, "", "  \n"])
def test_a_missing_date_stays_missing(value: object) -> None:
    assert read_timestamp(value, "published") is None


@pytest.mark.parametrize(
    "value",
    [
        "0000-01-01",
        "0001-01-01T00:00:00+10:00",
        "9999-12-31T23:59:59-10:00",
        "1799-12-31T23:59:59Z",
        "2201-01-01",
        "2200-12-31T23:30:00-01:00",
        "2024-02-30",
        "2024-05-16T24:00:00Z",
        "2024-05-16T09:30:00+99:99",
        "2024-W20-4",
        "16 May 2024 25:00 GMT",
        "16 Foo 2024 09:30 GMT",
        "16 May 2024 09:30 CEST",
        "now",
        "2024",
        "1" * 65,
        "²024-05-16",
        1e300,
        float("inf"),
        float("nan"),
        10**40,
        -(10**10),
        1_715_851_800_000_000,
    ],
)
def test_what_is_no_date_between_1800_and_2200_is_refused(value: object) -> None:
    with pytest.raises(BadArticleError, match="published is ") as refusal:
        read_timestamp(value, "published")
    assert refusal.value.reason is DeadLetterReason.INVALID_DATE


@pytest.mark.parametrize("value", [True, [], {"year": 2024}])
def test_other_types_are_refused(value: object) -> None:
    with pytest.raises(BadArticleError) as refusal:
        read_timestamp(value, "published")
    assert refusal.value.reason is DeadLetterReason.WRONG_TYPE


MOMENTS = st.datetimes(
    datetime(1801, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds and adds the zones
    datetime(2199, 12, 31),  # noqa: DTZ001 - as above
    timezones=st.integers(-1439, 1439).map(lambda m: timezone(timedelta(minutes=m))),
)


@given(MOMENTS)
def test_written_moments_are_read_back(moment: datetime) -> None:
    assert read_timestamp(moment.isoformat(), "p") == moment
    second = moment.replace(microsecond=0)
    assert read_timestamp(format_datetime(second), "p") == second
