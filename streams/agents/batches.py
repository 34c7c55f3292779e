"""The loop around a batch, the same for every agent.

Owns the order of things: take a batch, work on it, see every output acknowledged, call it finished.
Must not know what the work is. Whatever the work raises ends the worker: Faust would acknowledge
the event and start the agent again, and so lose it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from streams.metrics import Metrics
from streams.progress import Progress

log = structlog.get_logger(__name__)

Handle = Callable[[Sequence[Any]], Awaitable[None]]
# A slice of work without a pause: heartbeats and producers share the loop.
SLICE_SECONDS = 0.010


@dataclass(frozen=True, slots=True)
class BatchLoop:
    """What every agent needs for its loop.

    `generation` gives the group's generation now; `fail` ends the worker with an error.
    """

    progress: Progress
    metrics: Metrics
    generation: Callable[[], int]
    fail: Callable[[BaseException], None]
    batch_records: int
    batch_wait_seconds: float

    async def run(self, stream: Any, stage: str, handle: Handle) -> None:
        """Give every batch of the stream to `handle`, until the stream ends or something fails."""
        try:
            async for events in stream.noack_take(
                self.batch_records, within=self.batch_wait_seconds
            ):
                generation = self.generation()
                batch = self.progress.begin(generation, events)
                if not batch:
                    continue
                self.metrics.batch_records.labels(stage).observe(len(batch))
                await handle(batch)
                self.progress.finish(generation, batch)
                self.metrics.last_progress.labels(stage).set(time.time())
        except Exception as error:  # any fault at all must end the worker
            log.exception("agent.failed", stage=stage)
            self.fail(error)
            # Returning would let Faust start the agent again; the worker is ending.
            await asyncio.Event().wait()


class Slices:
    """Counts the time worked without a pause, and says when one is due."""

    __slots__ = ("_since",)

    def __init__(self) -> None:
        self._since = time.perf_counter()

    def is_due(self) -> bool:
        """Whether the slice is over; the next one starts then."""
        now = time.perf_counter()
        if now - self._since < SLICE_SECONDS:
            return False
        self._since = now
        return True
