"""Read options that name a moment."""

from datetime import UTC, datetime

from processors.errors import MisconfigurationError
from streams.reading.time_argument import moment_of


def moment_option(option: str, text: str, now: datetime) -> datetime:
    """Return the moment that an option names, in aware UTC.

    Args:
        option: Name of the option, for the message.
        text: Its value.
        now: The time that a span such as `2h` counts back from.

    Raises:
        MisconfigurationError: The value names no moment.
    """
    try:
        return moment_of(text, now)
    except ValueError as error:
        raise MisconfigurationError(f"{option}: {error}.") from error


def since_option(text: str | None) -> datetime | None:
    """Return the moment that --since names; None where it is not given.

    Raises:
        MisconfigurationError: The value names no moment.
    """
    return None if text is None else moment_option("--since", text, datetime.now(UTC))
