"""The throttle of a replay: it delays batches until they are due.

A rate spares a cluster that is shared. A speed replays the past at a multiple of real time. Both
count from the first batch of this worker, so that a restart does not repeat the waiting.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from streams.kafka.envelope import Record
from streams.kafka.offset_tracker import EventTime, timestamp_of

# A stop must not wait for a night without articles.
STEP_SECONDS = 0.2


@dataclass(slots=True)
class Throttle:
    """Delays batches.

    Attributes:
        rate: The maximum of articles a second; None without a limit.
        speed: The maximum of seconds of event time a second; None without a limit.
        stopping: Returns whether the worker stops: then no batch waits.
        clock: Returns monotonic seconds.
        sleep: Waits for some seconds.
        event_time_ms: Returns the event time of a record. A record without one is not delayed.
    """

    rate: float | None
    speed: float | None
    stopping: Callable[[], bool]
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    event_time_ms: EventTime = timestamp_of
    _began: float | None = field(default=None, init=False)
    _first_seconds: float | None = field(default=None, init=False)
    _count: int = field(default=0, init=False)

    async def wait(self, records: Sequence[Record]) -> None:
        """Return when the last of these records is due."""
        known = (self.event_time_ms(record) for record in records)
        moments = [moment / 1000 for moment in known if moment is not None]
        if self._began is None:
            self._began = self.clock()
        if self._first_seconds is None:
            self._first_seconds = min(moments, default=None)
        self._count += len(records)
        waits = [0.0]
        if self.rate:
            waits.append(self._count / self.rate)
        if self.speed and self._first_seconds is not None and moments:
            waits.append((max(moments) - self._first_seconds) / self.speed)
        due = self._began + max(waits)
        while (left := due - self.clock()) > 0 and not self.stopping():
            await self.sleep(min(left, STEP_SECONDS))
