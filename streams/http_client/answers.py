"""What an HTTP server's answer says, for every part of Tocsin that asks one.

Owns the reading of `Retry-After`, and how a server's own text is made fit to be shown. Must not
know what was asked.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

_SHOWN_CHARACTERS: Final = 200


def retry_after_seconds(value: str, now: Callable[[], datetime]) -> float | None:
    """Read a `Retry-After`: a number of seconds, or a date.

    Args:
        value: The header; "" where there is none.
        now: The time, in aware UTC, that a date is counted from.

    Returns:
        How long the server asks us to stay away, from 0 up; None if it does not.
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now()).total_seconds())


def shown(value: object) -> str:
    """Make a server's text short, and ASCII: terminals obey what they are shown."""
    return ascii(str(value)[:_SHOWN_CHARACTERS])[1:-1]
