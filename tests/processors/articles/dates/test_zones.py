"""Names of time zones."""

from datetime import UTC, datetime

import pytest

from processors.articles.dates import read_date

NOON = datetime(2026, 1, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tue, 20 Jan 2026 13:00:00 CET", 12),
        ("Tue, 20 Jan 2026 08:00:00 HNA", 12),
        ("Tue, 20 Jan 2026 08:00:00 HAE", 12),
        ("Tue, 20 Jan 2026 04:00:00 HNP", 12),
        ("Tue, 20 Jan 2026 14:00:00 CEST", 12),
        ("Tue, 20 Jan 2026 14:00:00 EET", 12),
        ("Tue, 20 Jan 2026 23:00:00 AEDT", 12),
        ("Tue, 20 Jan 2026 22:00:00 AEST", 12),
        ("Tue, 20 Jan 2026 21:00:00 JST", 12),
        ("Tue, 20 Jan 2026 21:00:00 KST", 12),
        ("Tue, 20 Jan 2026 20:00:00 HKT", 12),
        ("Tue, 20 Jan 2026 20:00:00 SGT", 12),
        ("Tue, 20 Jan 2026 15:00:00 MSK", 12),
        ("Tue, 20 Jan 2026 17:00:00 PKT", 12),
        ("Tue, 20 Jan 2026 19:00:00 WIB", 12),
        ("Tue, 20 Jan 2026 14:00:00 SAST", 12),
        ("Tue, 20 Jan 2026 15:00:00 EAT", 12),
        ("Tue, 20 Jan 2026 13:00:00 BST", 12),
        ("Tue, 20 Jan 2026 13:00:00 MEZ", 12),
        ("Tue, 20 Jan 2026 07:00:00 EST", 12),
        ("Tue, 20 Jan 2026 08:00:00 EDT", 12),
        ("Tue, 20 Jan 2026 04:00:00 PST", 12),
        ("Tue, 20 Jan 2026 05:00:00 PDT", 12),
        ("Tue, 20 Jan 2026 09:00:00 BRT", 12),
        ("Wed, 21 Jan 2026 01:00:00 NZDT", 12),
        ("Tue, 20 Jan 2026 17:45:00 NPT", 12),
        ("Tue, 20 Jan 2026 19:00:00 GMT+7", 12),
        ("Tue, 20 Jan 2026 09:00:00 UTC-03:00", 12),
        ("Tue, 20 Jan 2026 17:30:00 UTC+5:30", 12),
        ("Tue, 20 Jan 2026 17:30:00 +5:30", 12),
        ("Tue, 20 Jan 2026 12:00:00 UT", 12),
        ("January 20, 2026 7:00 a.m. ET", 12),
        ("July 20, 2026 8:00 a.m. ET", 12),
        ("20 Jan 2026 12:00 Europe/London", 12),
        ("20 Jan 2026 13:00 (CET)", 12),
        ("20. Januar 2026 13:00 Uhr MEZ", 12),
        ("20 января 2026, 15:00 МСК", 12),
        ("Tue Jan 20 2026 13:00:00 GMT+0100 (Central European Standard Time)", 12),
        ("Tue Jan 20 21:00:00 JST 2026", 12),
        ("20 January 2026 17:30 India Standard Time", 12),
    ],
)
def test_a_zone_is_known_by_its_name(text: str, expected: int) -> None:
    moment = read_date(text).moment
    assert moment is not None
    assert (moment.hour, moment.minute) == (expected, 0)


@pytest.mark.parametrize(
    ("text", "hints", "hour"),
    [
        ("20 Jan 2026 12:30 IST", {}, 7),
        ("20 Jan 2026 14:00 IST", {"country": "IL"}, 12),
        ("20 Jan 2026 14:00 IST", {"language": "he"}, 12),
        ("20 Jul 2026 13:00 IST", {"country": "IE"}, 12),
        ("20 Jan 2026 06:00 CST", {}, 12),
        ("20 Jan 2026 20:00 CST", {"country": "TW"}, 12),
        ("20 Jan 2026 20:00 CST", {"language": "zh"}, 12),
        ("20 Jan 2026 18:00 BST", {"country": "BD"}, 12),
        ("20 Jan 2026 08:00 AST", {"country": "PR"}, 12),
        ("20 Jan 2026 15:00 AST", {"language": "ar"}, 12),
        ("20 Jan 2026 22:00 EST", {"country": "AU"}, 12),
        ("20 Jan 2026 23:00 EDT", {"country": "AU"}, 12),
        ("20 Jan 2026 20:00 PST", {"country": "PH"}, 12),
        ("20 Jan 2026 16:00 GST", {}, 12),
        ("20 Jan 2026 16:00 AMT", {"country": "AM"}, 12),
        ("20 Jan 2026 15:00 MSK", {"country": "US"}, 12),
    ],
)
def test_a_name_of_several_zones_is_read_by_place(
    text: str, hints: dict[str, str], hour: int
) -> None:
    moment = read_date(text, **hints).moment
    assert moment is not None
    assert moment.hour == hour


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("20 Jan 2026 06:00 CST", 12),  # the Americas
        ("20 Jan 2026 19:50 CST", 11),  # China: in the Americas it would be tomorrow
        ("20 Jan 2026 14:30 AST", 11),
        ("20 Jan 2026 19:30 PST", 11),
        ("20 Jan 2026 12:30 IST", 7),
        ("20 Jan 2026 17:59 IST", 12),  # India, by five minutes of skew at most
    ],
)
def test_without_a_place_the_first_reading_that_is_not_in_the_future_wins(
    text: str, hour: int
) -> None:
    reading = read_date(text, reference=NOON.replace(minute=30))
    assert reading.moment is not None
    assert reading.moment.hour == hour
    assert reading.how == "zone_assumed"


def test_a_zone_that_is_not_known_gives_no_date() -> None:
    for name in ("XYZT", "QQQ", "Mars/Olympus"):
        assert read_date(f"Tue, 20 Jan 2026 12:00:00 {name}").how == "unreadable"
