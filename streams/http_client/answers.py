"""Reads parts of an HTTP server's answer for every part of Tocsin that sends requests.

It parses `Retry-After`, and makes a server's own text safe to show.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

_SHOWN_CHARACTERS: Final = 200


def retry_after_seconds(value: str, now: Callable[[], datetime]) -> float | None:
    """Return the seconds of a `Retry-After`, which holds a number of seconds or a date.

    Args:
        value: The header, or "" without one.
        now: The current time, in aware UTC, from which a date is counted.

    Returns:
        How long the server asks clients to wait, 0 or more. None if it does not ask.
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
    """Return a server's text shortened and in ASCII, because terminals obey control characters."""
    return ascii(str(value)[:_SHOWN_CHARACTERS])[1:-1]
