"""The throttle of a replay: articles are not worked on before they are due.

Owns when a batch is due. Must not know what is done with it. By rate, to spare a cluster that is
shared; by speed, so that the past goes by as many times faster as was asked for. Both count from
the first batch of this worker, so what was waited for before a restart is not waited for again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

# A stop is not to wait for a night without articles.
STEP_SECONDS = 0.2


@dataclass(slots=True)
class Throttle:
    """Holds batches back.

    Attributes:
        rate: Articles a second at most; None: as many as there are.
        speed: Seconds of event time that go by in a second; None: as many as there are.
        stopping: Whether the worker is about to stop: then nothing waits.
        clock: Seconds that only go forward.
        sleep: Waits.
    """

    rate: float | None
    speed: float | None
    stopping: Callable[[], bool]
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _began: float | None = field(default=None, init=False)
    _first_seconds: float = field(default=0.0, init=False)
    _count: int = field(default=0, init=False)

    async def wait(self, events: Sequence[Any]) -> None:
        """Return when the last of these Faust events is due."""
        moments = [event.message.timestamp or 0.0 for event in events]
        if self._began is None:
            self._began, self._first_seconds = self.clock(), min(moments)
        self._count += len(events)
        waits = [0.0]
        if self.rate:
            waits.append(self._count / self.rate)
        if self.speed:
            waits.append((max(moments) - self._first_seconds) / self.speed)
        due = self._began + max(waits)
        while (left := due - self.clock()) > 0 and not self.stopping():
            await self.sleep(min(left, STEP_SECONDS))
