"""A moment as a person types one: `2h` ago, or a date.

Owns the notation. Must not know the clock: now is an argument.
"""

import re
from datetime import UTC, datetime, timedelta

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_AGO = re.compile(r"([0-9]{1,9})([smhdw])")
FORMS = "2h (also s, m, d, w), 2026-11-23, or 2026-11-23T14:00:00+01:00; without a zone: UTC"


def moment_of(text: str, now: datetime) -> datetime:
    """Read a moment, in aware UTC.

    Args:
        text: A number and one of s, m, h, d, w (before now), or an ISO 8601 date or date and time.
        now: The time that a span counts back from.

    Raises:
        ValueError: the text is neither; the message says what is.
    """
    text = text.strip()
    ago = _AGO.fullmatch(text)
    try:
        if ago:
            return now - timedelta(seconds=int(ago[1]) * _SECONDS[ago[2]])
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is no moment; write {FORMS}") from error
