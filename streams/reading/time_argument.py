"""Reads a time as a person types it: `2h` ago, a date, or `beginning`.

The present time is an argument.
"""

import re
from datetime import UTC, datetime, timedelta

BEGINNING = "beginning"
FORMS = "2h ago (also s, m, d, w), 2026-11-23, 2026-11-23T14:00:00+01:00 (else UTC), or beginning"
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_AGO = re.compile(r"-?([0-9]{1,9})([smhdw])(?:\s+ago)?")
_FIRST_MOMENT = datetime.fromtimestamp(0, tz=UTC)


def moment_of(text: str, now: datetime) -> datetime:
    """Return the time that a text names, in aware UTC.

    Args:
        text: A number and one of s, m, h, d, w (before now, with or without a minus sign), an
            ISO 8601 date or date and time, or `beginning`.
        now: The time that a span counts back from.

    Raises:
        ValueError: The text has none of these forms; the message lists them.
    """
    text = text.strip()
    if text == BEGINNING:
        return _FIRST_MOMENT
    ago = _AGO.fullmatch(text)
    try:
        if ago:
            return now - timedelta(seconds=int(ago[1]) * _SECONDS[ago[2]])
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is no moment; write {FORMS}") from error
