"""Reads options whose value is a time."""

from datetime import UTC, datetime

from processors.errors import MisconfigurationError
from streams.reading.time_argument import moment_of


def moment_option(option: str, text: str, now: datetime) -> datetime:
    """Return the time that an option names, as an aware datetime in UTC.

    Args:
        option: Name of the option, for the error message.
        text: Value of the option.
        now: Time from which a duration such as `2h` counts back.

    Raises:
        MisconfigurationError: The value is not a valid time.
    """
    try:
        return moment_of(text, now)
    except ValueError as error:
        raise MisconfigurationError(f"{option}: {error}.") from error


def since_option(text: str | None) -> datetime | None:
    """Return the time that --since names, or None if the option is missing.

    Raises:
        MisconfigurationError: The value is not a valid time.
    """
    return None if text is None else moment_option("--since", text, datetime.now(UTC))
