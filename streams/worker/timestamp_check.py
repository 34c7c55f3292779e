"""Decides which article records have a timestamp that can be their event time.

A broker that knows `message.timestamp.after.max.ms` refuses what is too far ahead by its own clock.
This check is for other brokers. It allows twice as much, so that a worker whose clock is behind
does not refuse what such a broker accepted. A replay decides as the live worker did: it refuses the
records that are in the live dead letters for their timestamp, and its clock is fixed at the
time at which the replay was made.
"""

import math
import time
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from processors.errors import BadArticleError, DeadLetterReason
from processors.event_time import timestamp_fault
from streams.kafka.envelope import Record

log = structlog.get_logger(__name__)

WARN_EVERY_SECONDS = 60.0
ALLOWED_FACTOR = 2

OffsetRanges = dict[int, list[tuple[int, int]]]
"""Half-open ranges of offsets by partition, in order."""


def latest_at(now_seconds: float, max_ahead_seconds: float) -> float:
    """Return the latest event time that a worker allows, in Unix milliseconds.

    Args:
        now_seconds: Unix time.
        max_ahead_seconds: What the broker is asked to allow.
    """
    return (now_seconds + ALLOWED_FACTOR * max_ahead_seconds) * 1000


def live_clock(max_ahead_seconds: float) -> Callable[[], float]:
    """Return a function that returns the latest event time that is allowed now."""
    return lambda: latest_at(time.time(), max_ahead_seconds)


def no_limit() -> float:
    """Return infinity: every event time is allowed."""
    return math.inf


@dataclass(frozen=True, slots=True)
class TimestampCheck:
    """Decides whether a record's timestamp can be its event time.

    Args:
        latest_ms: Returns the latest event time that is allowed now, in Unix milliseconds.
        refused: Offsets of records that are refused whatever their timestamp is.
    """

    latest_ms: Callable[[], float] = no_limit
    refused: OffsetRanges = field(default_factory=dict)
    _warned: dict[str, tuple[float, int]] = field(default_factory=dict)

    def error_of(self, record: Record) -> BadArticleError | None:
        """Return why a record of the articles is refused, or None."""
        is_refused = self._is_refused(record.partition, record.offset)
        return timestamp_fault(record.timestamp_ms, -math.inf if is_refused else self.latest_ms())

    def event_time_ms(self, record: Record) -> int | None:
        """Return the event time of a record, or None if it is refused."""
        return record.timestamp_ms if self.error_of(record) is None else None

    def warn(self, error: BadArticleError, record: Record) -> None:
        """Log a refused record: one a minute and reason, with the number since the last."""
        if error.reason not in {
            DeadLetterReason.INVALID_TIMESTAMP,
            DeadLetterReason.FUTURE_TIMESTAMP,
        }:
            return
        now = time.monotonic()
        last, unlogged = self._warned.get(error.reason, (-math.inf, 0))
        if now - last < WARN_EVERY_SECONDS:
            self._warned[error.reason] = last, unlogged + 1
            return
        self._warned[error.reason] = now, 0
        log.warning(
            "records.timestamp_refused",
            reason=error.reason.value,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            message=error.message,
            others_since_last_warning=unlogged,
        )

    def _is_refused(self, partition: int, offset: int) -> bool:
        ranges = self.refused.get(partition)
        if not ranges:
            return False
        index = bisect_right(ranges, (offset, math.inf)) - 1
        return index >= 0 and ranges[index][0] <= offset < ranges[index][1]
