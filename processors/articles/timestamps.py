"""Publishers' timestamps as aware UTC.

Owns which forms of a date are read: RFC 3339 and its ISO 8601 kin, dates alone, RFC 5322 dates (as
feeds write them), seconds or milliseconds since 1970. A time without a zone counts as UTC. Must not
know the clock: a missing date stays missing, and a future one is the caller's to flag.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from processors.articles.document import describe, shorten
from processors.errors import BadArticleError, DeadLetterReason

FIRST_YEAR: Final = 1800
LAST_YEAR: Final = 2200

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Numbers from here on are milliseconds: as seconds they lie after the year 5100, and as
# milliseconds all after March 1973 are read rightly.
_MILLISECONDS_FROM: Final = 100_000_000_000
_LONGEST: Final = 64

_DIGITS: Final = re.compile(r"-?[0-9]{9,13}", re.ASCII)
# Hour 24 is read by some versions of Python and not by others; a replay must not differ by them.
_ISO: Final = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}(?:$|[Tt ](?!24))", re.ASCII)
_FEED: Final = re.compile(
    r"(?:[a-z]{3,9},? +)?[0-9]{1,2}[ -][a-z]{3}[ -][0-9]{4} +[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
    r"(?: +(?:[+-][0-9]{4}|ut|utc|gmt|z|[ecmp][sd]t))?",
    re.ASCII | re.IGNORECASE,
)
_ZONE_APART: Final = re.compile(r" +(?:([+-][0-9:]+)|(?:utc|gmt|z))$", re.ASCII | re.IGNORECASE)


def read_timestamp(value: Any, field: str) -> datetime | None:
    """Read a timestamp in any of the forms above.

    Args:
        value: What JSON holds there; null and blank text mean that there is none.
        field: The field's name, for messages.

    Returns:
        Aware UTC within the years 1800 to 2200, or None where there is none.

    Raises:
        BadArticleError: INVALID_DATE, or WRONG_TYPE for a boolean, list or object.
    """
    if value is None:
        return None
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        moment = _from_text(text)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        moment = _from_epoch(value)
    else:
        raise BadArticleError(
            DeadLetterReason.WRONG_TYPE,
            f"{field} is {describe(value)}; send a date as text or a number since 1970",
        )
    if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise BadArticleError(
            DeadLetterReason.INVALID_DATE,
            f"{field} is {shorten(value)}, no date between the years {FIRST_YEAR} and"
            f" {LAST_YEAR}; send RFC 3339 such as 2024-05-16T09:30:00Z, or null",
        )
    return moment


def _from_epoch(number: float) -> datetime | None:
    if not abs(number) < _MILLISECONDS_FROM * 1000:  # also true of NaN
        return None
    if abs(number) >= _MILLISECONDS_FROM:
        return _moved(timedelta(milliseconds=number))
    return _moved(timedelta(seconds=number))


def _moved(since_epoch: timedelta) -> datetime | None:
    try:
        return _EPOCH + since_epoch
    except OverflowError:
        return None


def _from_text(text: str) -> datetime | None:
    if len(text) > _LONGEST:
        return None
    if _DIGITS.fullmatch(text):
        return _from_epoch(int(text))
    try:
        if _ISO.match(text):
            moment = _from_iso(text)
        elif _FEED.fullmatch(text):
            moment = parsedate_to_datetime(text)
        else:
            return None
        if moment.tzinfo is None:
            return moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _from_iso(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        # "2024-05-16 09:30:00 +0000" and "... UTC" are common. RFC 3339 allows small letters and
        # leap seconds; Python has no sixtieth second.
        text = _ZONE_APART.sub(lambda zone: zone.group(1) or "Z", text).upper()
        return datetime.fromisoformat(re.sub(r"(:[0-9]{2}):60", r"\1:59", text, count=1))
