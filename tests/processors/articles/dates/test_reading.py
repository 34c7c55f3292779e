"""Dates as machines write them, and what counts as no date."""

import time
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.articles.dates import read_date

EVENING = datetime(2025, 11, 6, 18, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2025-11-06T18:40:00Z",
        "2025-11-06t18:40:00z",
        " 2025-11-06T19:40:00+01:00 ",
        "2025-11-06T18:40:00.000000001Z",
        "2025-11-06T18:40:00,000Z",
        "2025-11-06 18:40:00 UTC",
        "2025-11-06 20:40:00 +0200",
        "20251106T184000Z",
        "2025-W45-4T18:40:00Z",
        "2025-310T18:40:00Z",
        "2025-11-06T19:40:00+01:00[Europe/Madrid]",
        "2025-11-06T19:40:00[Europe/Madrid]",
        "2025-11-06T19:40:00+01:00[Europe/Madrid][u-ca=iso8601]",
        "Thu, 06 Nov 2025 13:40:00 HNE",
        "Thu, 06 Nov 2025 06:40:00 PM UTC",
        ["2025-11-06T18:40:00Z"],
        {"@type": "xsd:dateTime", "@value": "2025-11-06T18:40:00Z"},
        "2025-11-06 13:40 America/New_York",
        "Thu, 06 Nov 2025 18:40:00 GMT",
        "Thu, 06 Nov 2025 18:40:00 -0000",
        "Thu, 06 Nov 2025 14:40:00 EDT",
        "6 Nov 2025 20:40 +0200",
        "Thursday, 06-Nov-2025 18:40:00 GMT",
        1762454400,
        1762454400.0,
        1762454400000,
        1762454400000000,
        1762454400000000000,
        "1762454400",
        "1762454400.0",
        "1762454400000",
        "/Date(1762454400000)/",
        "/Date(1762454400000+0100)/",
        {"$date": "2025-11-06T18:40:00Z"},
        {"$date": 1762454400000},
        {"$date": {"$numberLong": "1762454400000"}},
        {"seconds": 1762454400, "nanos": 0},
        {"_seconds": 1762454400, "_nanoseconds": 0},
    ],
)
def test_every_form_of_one_moment_is_read(value: object) -> None:
    reading = read_date(value)
    assert reading.moment == EVENING
    assert reading.how == "read"


@pytest.mark.parametrize(
    "text",
    ["Thu, 06 Nov 2025 06:40:00 PM", "Thu, 06 Nov 2025 18:40:00 PM", "20251106-184000"],
)
def test_halves_of_the_day_and_stamps_are_no_zones(text: str) -> None:
    assert read_date(text).moment == EVENING


@pytest.mark.parametrize(
    "value",
    [
        "2025-11-06T18:40:00",
        "2025-11-06 18:40",
        "20251106184000",
        202511061840,
        "6 Nov 2025 18:40:00",
        "Thu, 06 Nov 2025 18:40:00 K",  # a military letter: RFC 5322 gives it no meaning
        [2025, 11, 6, 18, 40],
        [2025, 11, 6, 18, 40, 0, 3, 310, 0],
    ],
)
def test_a_time_without_a_zone_is_utc_and_says_so(value: object) -> None:
    reading = read_date(value)
    assert reading.moment == EVENING
    assert reading.how == "zone_assumed"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2025-11-06", datetime(2025, 11, 6, tzinfo=UTC)),
        ("20251106", datetime(2025, 11, 6, tzinfo=UTC)),
        (20251106, datetime(2025, 11, 6, tzinfo=UTC)),
        ("2025-W45-4", datetime(2025, 11, 6, tzinfo=UTC)),
        ("2025-310", datetime(2025, 11, 6, tzinfo=UTC)),
        ([2025, 11, 6], datetime(2025, 11, 6, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("1800-01-01", datetime(1800, 1, 1, tzinfo=UTC)),
        ("2200-12-31T23:59:59Z", datetime(2200, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (-1_000_000_000, datetime(1938, 4, 24, 22, 13, 20, tzinfo=UTC)),
        (1762454400.25, EVENING + timedelta(milliseconds=250)),
    ],
)
def test_edges_are_read(value: object, expected: datetime) -> None:
    moment = read_date(value).moment
    assert moment == expected
    assert moment is not None
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        *(None, "", "  \n", 0, 0.0, -1, "0", "-1", "N/A", "n/a", "null", "None", "NaN", "unknown"),
        *("\u2013", "\u2014", "0.0"),
        *(False, "-", "0000-00-00", "0000-00-00 00:00:00", "0001-01-01T00:00:00Z"),
        *(
            "Mon, 01 Jan 0001 00:00:00 GMT",
            "1970-01-01T00:00:00Z",
            "1970-01-01T00:00:00.000+00:00",
            {},
            [],
            {"$date": 0},
        ),
    ],
)
def test_what_means_no_date_is_missing(value: object) -> None:
    reading = read_date(value)
    assert reading.moment is None
    assert reading.how == "missing"


@pytest.mark.parametrize(
    "value",
    [
        "0001-01-01T00:00:00+10:00",
        "9999-12-31T23:59:59-10:00",
        "1799-12-31T23:59:59Z",
        "2201-01-01",
        "2200-12-31T23:30:00-01:00",
        "2024-02-30",
        "2025-366",
        "2025-W54-1",
        "2024-05-16T24:00:00Z",
        "2024-05-16T09:30:00+99:99",
        "2024-05",
        "2024",
        2024,
        17,
        86_400,
        "now",
        "1" * 65,
        1e300,
        float("inf"),
        float("nan"),
        10**40,
        True,
        {"year": 2024},
        {"$date": {"$date": {"$date": 1}}},
        ["2025-11-06", "2025-11-07"],
        [2025, 13, 6],
        [10**30, 1, 1],
    ],
)
def test_what_is_no_date_between_1800_and_2200_is_unreadable(value: object) -> None:
    reading = read_date(value)
    assert reading.moment is None
    assert reading.how == "unreadable"


MOMENTS = st.datetimes(
    datetime(1801, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds and adds the zones
    datetime(2199, 12, 31),  # noqa: DTZ001 - as above
    timezones=st.integers(-1439, 1439).map(lambda m: timezone(timedelta(minutes=m))),
)


@given(MOMENTS)
def test_written_moments_are_read_back(moment: datetime) -> None:
    if moment.astimezone(UTC) != datetime(1970, 1, 1, tzinfo=UTC):
        assert read_date(moment.isoformat()).moment == moment
    second = moment.replace(microsecond=0)
    assert read_date(format_datetime(second)).moment == second


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=60),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["$date", "$numberLong", "seconds", "value", "x"]), inner, max_size=2
        )
    ),
    max_leaves=6,
)


@given(JSON_VALUES, st.sampled_from(["", "en", "de", "th", "xx"]), st.sampled_from(["", "US"]))
def test_nothing_is_raised_for_a_value(value: Any, language: str, country: str) -> None:
    reading = read_date(value, language=language, country=country, reference=EVENING)
    assert (reading.moment is None) == (reading.how in ("missing", "unreadable"))


@given(
    st.lists(
        st.sampled_from([*"0123456789:./-,+ TZ[]()h年月日", "may ", "GMT", "am", "tháng "]),
        max_size=60,
    )
)
def test_whatever_looks_like_a_date_raises_nothing(parts: list[str]) -> None:
    assert read_date("".join(parts)).how


def test_usual_forms_are_read_fast_and_long_ones_are_refused_fast() -> None:
    usual = ["2025-11-06T18:40:00Z", "Thu, 06 Nov 2025 18:40:00 GMT", "6 Nov 2025 19:40:00 CET"]
    read_date("6. November 2025")
    start = time.process_time()
    for _ in range(300):
        for form in usual:
            read_date(form)
    read_date("1:" * 10_000_000)
    read_date("may " * 24)
    assert time.process_time() - start < 0.25
