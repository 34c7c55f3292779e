"""Event time: which timestamps of a record can be the moment of a news article.

Owns the bounds and what is said of a timestamp beyond them. Must not know the clock: the latest
moment that is allowed is an argument.

Event time orders everything, so one timestamp that cannot be must not get in. Kafka's timestamps
are milliseconds. Producers write seconds, microseconds and nanoseconds by mistake. Seconds up to
the year 2054, read as milliseconds, lie in January 1970, so event time begins with February 1970:
archives from then on are read. It ends with the year 9998, because windows must end within the
calendar; microseconds and nanoseconds of this century lie far behind that.
"""

from datetime import UTC, datetime
from typing import Final

from processors.errors import BadArticleError, DeadLetterReason

FIRST_MS: Final = 2_678_400_000
"""1970-02-01: the first event time."""
END_MS: Final = 253_370_764_800_000
"""9999-01-01: the first moment that is no event time any more."""
# What Kafka gives for a record without a timestamp.
_NONE_MS: Final = -1
# The year 2001 in microseconds, and in nanoseconds.
_MICROSECONDS_FROM: Final = 10**15
_NANOSECONDS_FROM: Final = 10**18


def timestamp_fault(timestamp_ms: int, latest_ms: float) -> BadArticleError | None:
    """Return why a record's timestamp cannot be its event time; None if it can.

    Args:
        timestamp_ms: The record's timestamp.
        latest_ms: The latest event time that is allowed; infinity where every one is.
    """
    if not FIRST_MS <= timestamp_ms < END_MS:
        return BadArticleError(
            DeadLetterReason.INVALID_TIMESTAMP,
            f"the record's timestamp is {timestamp_ms}, {_likeness(timestamp_ms)}; "
            f"Kafka timestamps are milliseconds since 1970, and event time begins with February "
            f"1970: correct the producer, or let it send no timestamp of its own",
        )
    if timestamp_ms > latest_ms:
        moment = datetime.fromtimestamp(timestamp_ms // 1000, tz=UTC)
        return BadArticleError(
            DeadLetterReason.FUTURE_TIMESTAMP,
            f"the record's timestamp is {timestamp_ms} ({moment:%Y-%m-%dT%H:%M:%SZ}), which is too "
            f"far in the future: set the producer's clock, or let it send no timestamp of its own",
        )
    return None


def _likeness(timestamp_ms: int) -> str:
    if timestamp_ms == _NONE_MS:
        return "which means that it has none"
    if timestamp_ms == 0:
        return "which looks like a timestamp that was never set"
    if timestamp_ms < 0:
        return "which is before 1970"
    if timestamp_ms < FIRST_MS:
        return "which looks like seconds"
    if timestamp_ms < _MICROSECONDS_FROM:
        return "which is beyond the year 9998"
    return f"which looks like {'micro' if timestamp_ms < _NANOSECONDS_FROM else 'nano'}seconds"
