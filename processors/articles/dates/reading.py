"""Reads a date from a value: numbers, objects, and the forms that machines write.

It also has the bounds and the values that stand for no date. The forms that nearly all publishers
use (RFC 3339, other ISO 8601, RFC 5322) are read here, and `written` reads the rest.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal

from processors.articles.dates.written import Hints, Written, read_written
from processors.articles.dates.zones import find_zone, is_military, moment_in

FIRST_YEAR: Final = 1800
LAST_YEAR: Final = 2200

How = Literal["read", "zone_assumed", "missing", "unreadable"]


@dataclass(frozen=True, slots=True)
class DateReading:
    """A date and how it was read.

    Attributes:
        moment: Aware UTC within the years 1800 to 2200; None where there is none.
        how: "read"; "zone_assumed" where no zone, or a name of several, was given; "missing" where
            the value means that there is no date; "unreadable" where it may mean one.
    """

    moment: datetime | None
    how: How


MISSING: Final = DateReading(None, "missing")
UNREADABLE: Final = DateReading(None, "unreadable")

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Seconds, milliseconds, micro- and nanoseconds since 1970 cannot be confused from March 1973 on,
# 100,000,000 s. Smaller numbers are counters, years or faults.
_FIRST_SECOND: Final = 100_000_000
_UNITS: Final = (1e11, 1e14, 1e17, 1e20)
_LONGEST: Final = 100

_NO_DATE: Final = frozenset(
    [
        *(
            "0",
            "-1",
            "-",
            "--",
            "---",
            "\u2013",
            "\u2014",
            "0.0",
            "?",
            "n/a",
            "na",
            "n.a.",
            "none",
            "null",
            "nil",
            "nan",
            "nat",
        ),
        *("undefined", "unknown", "tbd", "false", "invalid", "invalid date"),
    ]
)
# What databases and languages write for no date at all.
_EMPTY_DATE: Final = re.compile(
    r"(?:0000-00-00|0001-01-01|1970-01-01)(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00:?00| UTC)?)?"
    r"|(?:Mon, )?0?1[ -]Jan[ -]0001\b.*"
)
_NUMBER: Final = re.compile(r"-?[0-9]{9,19}(?:\.[0-9]{1,9})?", re.ASCII)
_COMPACT: Final = re.compile(r"((?:19|20)[0-9]{6})(?:-?([0-9]{4})([0-9]{2})?)?", re.ASCII)
_DOT_NET: Final = re.compile(r"\\?/Date\((-?[0-9]{1,16})(?:[+-][0-9]{4})?\)\\?/", re.ASCII)
# Hour 24 is read by some versions of Python and not by others; a replay must not differ by them.
_ISO: Final = re.compile(
    r"[0-9]{4}(?:-?[0-9]{2}-?[0-9]{2}|-?W[0-9]{2}-?[1-7])(?:$|[Tt ](?!24))", re.ASCII
)
_ORDINAL: Final = re.compile(r"([0-9]{4})-([0-9]{3})(?=$|[Tt ])", re.ASCII)
_FEED: Final = re.compile(
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? +)?"
    r"([0-9]{1,2}[ -][a-z]{3}[ -][12][0-9]{3} +[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)"
    r"(?: +([+-][0-9]{4}|[a-z]{1,5}))?",
    re.ASCII | re.IGNORECASE,
)
_ZONE_APART: Final = re.compile(r" +(?:([+-][0-9:]+)|(?:utc|gmt|z))$", re.ASCII | re.IGNORECASE)
_ZONE_NAME_BEHIND: Final = re.compile(r"((?:Z|[+-][0-9]{2}:?[0-9]{2}))(?:\[[\w/+=-]{1,40}\]){1,3}$")

# Extended JSON of MongoDB, Firestore, protobuf and Java keep dates as objects.
_HOLDERS: Final = ("$date", "@value", "$numberLong", "$numberInt", "$numberDouble", "iso", "value")
_SECONDS: Final = ("seconds", "_seconds", "epochSecond", "epochSeconds")
_LIST_LENGTHS: Final = range(3, 10)


def read_date(
    value: Any,
    *,
    language: str = "",
    country: str = "",
    reference: datetime | None = None,
) -> DateReading:
    """Read a date.

    Args:
        value: Text, a number since 1970, an object that holds either, or None.
        language: Of the article or feed, as `read_language` gives it; "" if not known.
        country: Of the article or feed, ISO 3166-1; "" if not known.
        reference: When it was received, aware; None if not known.

    Returns:
        What was read; never raises for a value.
    """
    try:
        reading = _read(value, Hints(language, country, reference))
    except (ValueError, OverflowError):
        return UNREADABLE
    if reading.moment == _EPOCH:
        # However it is written: software that has no date writes its zero.
        return MISSING
    if reading.moment is not None and not FIRST_YEAR <= reading.moment.year <= LAST_YEAR:
        return UNREADABLE
    return reading


def _read(value: Any, hints: Hints) -> DateReading:
    if value is None or value is False:
        return MISSING
    if isinstance(value, str):
        return _from_text(value.strip(), hints)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_number(value)
    if isinstance(value, dict):
        return _from_object(value, hints)
    if isinstance(value, list):
        return _from_list(value, hints)
    return UNREADABLE


def _from_object(value: dict[str, Any], hints: Hints) -> DateReading:
    for name in _HOLDERS:
        inner = value.get(name)
        if isinstance(inner, str | int | float | dict) and len(value) <= _LIST_LENGTHS.stop:
            return _read(inner, hints) if not _is_deep(inner) else UNREADABLE
    for name in _SECONDS:
        seconds = value.get(name)
        if isinstance(seconds, str | int | float):
            return _read(seconds, hints)
    return UNREADABLE if value else MISSING


def _is_deep(value: Any) -> bool:
    # {"$date": {"$numberLong": "…"}} is as deep as it gets; more is made to exhaust the stack.
    return isinstance(value, dict) and any(isinstance(one, dict | list) for one in value.values())


def _from_list(value: list[Any], hints: Hints) -> DateReading:
    """Read [2026, 5, 1, 8, 57], as Java and Python write a local date, and a list of one date."""
    if not value:
        return MISSING
    if len(value) == 1 and isinstance(value[0], str):
        return _from_text(value[0].strip(), hints)
    are_numbers = all(isinstance(one, int) and not isinstance(one, bool) for one in value)
    if not are_numbers or len(value) not in _LIST_LENGTHS:
        return UNREADABLE
    year, month, day, hour, minute, second = [*value[:6], 0, 0, 0][:6]
    moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    return DateReading(moment, "zone_assumed")


def _from_number(number: float) -> DateReading:
    if number in (0, -1):
        return MISSING
    size = abs(number)
    if isinstance(number, int) and (compact := _COMPACT.fullmatch(str(number))):
        return _from_compact(compact)
    if not _FIRST_SECOND <= size < _UNITS[-1]:  # also true of NaN
        return UNREADABLE
    unit = next(index for index, limit in enumerate(_UNITS) if size < limit)
    whole, part = divmod(number, 1000**unit)
    since_epoch = timedelta(seconds=whole, microseconds=part * 1_000_000 / 1000**unit)
    return DateReading(_EPOCH + since_epoch, "read")


def _from_compact(compact: re.Match[str]) -> DateReading:
    """Read 20260501, 202605010857 or 20260501085700; ten digits are seconds since 1970."""
    day, minutes, seconds = compact.groups()
    if minutes is None:
        return DateReading(datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC), "read")
    local = datetime.strptime(day + minutes + (seconds or "00"), "%Y%m%d%H%M%S")  # noqa: DTZ007 - UTC is set next
    return DateReading(local.replace(tzinfo=UTC), "zone_assumed")


def _from_text(text: str, hints: Hints) -> DateReading:
    if not text or text.lower() in _NO_DATE or _EMPTY_DATE.fullmatch(text):
        return MISSING
    if len(text) > _LONGEST:
        return UNREADABLE
    return _from_digits(text) or _from_calendar(text, hints)


def _from_digits(text: str) -> DateReading | None:
    if compact := _COMPACT.fullmatch(text):
        return _from_compact(compact)
    if _NUMBER.fullmatch(text):
        return _from_number(float(text) if "." in text else int(text))
    if dot_net := _DOT_NET.fullmatch(text):
        return _from_number(int(dot_net.group(1)))
    return None


def _from_calendar(text: str, hints: Hints) -> DateReading:
    if feed := _FEED.fullmatch(text):
        return _from_feed(feed, hints)
    moment = _from_machine(text)
    if moment is not None:
        return _in_utc(moment, is_day=_is_day(text))
    written = read_written(text, hints)
    return UNREADABLE if written is None else _located(written, hints)


def _from_feed(feed: re.Match[str], hints: Hints) -> DateReading:
    """Read "Fri, 01 May 2026 08:57:00 CEST"; months of other languages are left to `written`."""
    day, zone = feed.groups()
    try:
        local = parsedate_to_datetime(f"{day} {zone if zone and zone[0] in '+-' else '-0000'}")
    except (ValueError, OverflowError):
        written = read_written(feed.group(), hints)
        return UNREADABLE if written is None else _located(written, hints)
    if local.tzinfo is not None:
        return DateReading(local.astimezone(UTC), "read")
    if zone is None:
        return _in_utc(local, is_day=False)
    if zone == "-0000":  # UTC, from a publisher who does not say where it is
        return DateReading(local.replace(tzinfo=UTC), "read")
    named = find_zone(zone.lower())
    if named is None and not is_military(zone.lower()):
        # "08:57:00 PM" names no zone.
        written = read_written(feed.group(), hints)
        return UNREADABLE if written is None else _located(written, hints)
    return _located(Written(local, is_day=False, zone=named), hints)


def _from_machine(text: str) -> datetime | None:
    """Read the forms that machines write, or return None."""
    try:
        if _ISO.match(text):
            return _from_iso(_ZONE_NAME_BEHIND.sub(r"\1", text))
        if ordinal := _ORDINAL.match(text):
            first = date(int(ordinal.group(1)), 1, 1)
            day = first + timedelta(days=int(ordinal.group(2)) - 1)
            return _from_iso(day.isoformat() + text[8:]) if day.year == first.year else None
    except (ValueError, OverflowError):
        return None
    return None


def _from_iso(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        # "2024-05-16 09:30:00 +0000" and "... UTC" are common. RFC 3339 allows small letters and
        # leap seconds; Python has no sixtieth second.
        text = _ZONE_APART.sub(lambda zone: zone.group(1) or "Z", text).upper()
        return datetime.fromisoformat(re.sub(r"(:[0-9]{2}):60", r"\1:59", text, count=1))


def _is_day(text: str) -> bool:
    return ":" not in text and "T" not in text.upper()


def _in_utc(moment: datetime, *, is_day: bool) -> DateReading:
    if moment.tzinfo is None:
        how: How = "read" if is_day else "zone_assumed"
        return DateReading(moment.replace(tzinfo=UTC), how)
    return DateReading(moment.astimezone(UTC), "read")


def _located(written: Written, hints: Hints) -> DateReading:
    """Move a local time to UTC by its offset, else by its zone's name."""
    if written.offset_minutes is not None:
        moment = written.local.replace(tzinfo=UTC) - timedelta(minutes=written.offset_minutes)
        return DateReading(moment, "read")
    if written.zone is not None:
        moment, is_guess = moment_in(
            written.local, written.zone, hints.country, hints.language, hints.reference
        )
        return DateReading(moment, "zone_assumed" if is_guess else "read")
    return _in_utc(written.local, is_day=written.is_day)
