"""Where event time enters: which article records have a timestamp that can be.

Owns the decision, its warning in the log, and the clock behind it: `processors` has none. Must not
know what becomes of a record that is refused.

A broker that knows `message.timestamp.after.max.ms` refuses what is too far ahead by its own clock.
This is for the others, and allows twice as much, so that what such a broker took is not refused by
a worker whose clock is behind. A replay decides as the live worker did: it refuses the records that
are in the live dead letters for it, and for all others its clock stands still at its making.
"""

import math
import time
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog

from processors.errors import BadArticleError, DeadLetterReason
from processors.event_time import timestamp_fault
from streams.worker.messages import timestamp_ms

log = structlog.get_logger(__name__)

WARN_EVERY_SECONDS = 60.0
ALLOWED_FACTOR = 2

OffsetRanges = dict[int, list[tuple[int, int]]]
"""Partition to half-open ranges of offsets, in order."""


def latest_at(now_seconds: float, max_ahead_seconds: float) -> float:
    """Return the latest event time that a worker allows, in Unix milliseconds.

    Args:
        now_seconds: Unix time.
        max_ahead_seconds: What the broker is asked to allow.
    """
    return (now_seconds + ALLOWED_FACTOR * max_ahead_seconds) * 1000


def live_clock(max_ahead_seconds: float) -> Callable[[], float]:
    """Return a function that gives the latest event time allowed now."""
    return lambda: latest_at(time.time(), max_ahead_seconds)


def everything() -> float:
    """Allow every event time: for callers that read no live topic."""
    return math.inf


@dataclass(frozen=True, slots=True)
class Entry:
    """Decides whether a record's timestamp can be its event time.

    Args:
        latest_ms: Gives the latest event time that is allowed now, in Unix milliseconds.
        refused: Records that are refused whatever their timestamp is allowed to be by now.
    """

    latest_ms: Callable[[], float] = everything
    refused: OffsetRanges = field(default_factory=dict)
    _warned: dict[str, tuple[float, int]] = field(default_factory=dict)

    def fault(self, partition: int, offset: int, timestamp: int) -> BadArticleError | None:
        """Return why a record of the articles is refused, or None."""
        latest_ms = -math.inf if self._was_refused(partition, offset) else self.latest_ms()
        return timestamp_fault(timestamp, latest_ms)

    def moment_ms(self, message: Any) -> int | None:
        """Return the event time of a Faust message; None if it is refused."""
        moment = timestamp_ms(message)
        return None if self.fault(message.partition, message.offset, moment) else moment

    def warn(self, error: BadArticleError, topic: str, partition: int, offset: int) -> None:
        """Log a refused record: at most one a minute and reason, with the number since the last."""
        if error.reason not in {
            DeadLetterReason.INVALID_TIMESTAMP,
            DeadLetterReason.FUTURE_TIMESTAMP,
        }:
            return
        now = time.monotonic()
        last, unsaid = self._warned.get(error.reason, (-math.inf, 0))
        if now - last < WARN_EVERY_SECONDS:
            self._warned[error.reason] = last, unsaid + 1
            return
        self._warned[error.reason] = now, 0
        log.warning(
            "records.timestamp_refused",
            reason=error.reason.value,
            topic=topic,
            partition=partition,
            offset=offset,
            message=error.message,
            others_since_last_warning=unsaid,
        )

    def _was_refused(self, partition: int, offset: int) -> bool:
        ranges = self.refused.get(partition)
        if not ranges:
            return False
        place = bisect_right(ranges, (offset, math.inf)) - 1
        return place >= 0 and ranges[place][0] <= offset < ranges[place][1]
