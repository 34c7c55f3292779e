"""The loop around a batch, the same for every agent.

Owns the order of things: take a batch, work on it, see every output acknowledged, call it finished.
Must not know what the work is. Whatever the work raises ends the worker: Faust would acknowledge
the event and start the agent again, and so lose it.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from streams.service.metrics import Metrics
from streams.worker.inbox import Inbox, Passed, parted
from streams.worker.offsets import OffsetTracker

log = structlog.get_logger(__name__)

Handle = Callable[[Sequence[Any]], Awaitable[None]]


def no_end(_partition: int) -> int:
    """Return an offset behind all others."""
    return sys.maxsize


@dataclass(frozen=True, slots=True)
class BatchLoop:
    """What every agent needs for its loop.

    `generation` returns the group's generation now, and `end` the offset at which a partition ends
    for this worker. `admit` returns those of the current events that this worker is to handle.
    `fail` ends the worker with an error.
    """

    offsets: OffsetTracker
    metrics: Metrics
    generation: Callable[[], int]
    fail: Callable[[BaseException], None]
    batch_records: int
    batch_wait_seconds: float
    admit: Callable[[Sequence[Any]], Sequence[Any]] = list
    end: Callable[[int], int] = no_end

    async def run(self, inbox: Inbox, stage: str, handle: Handle, max_in_flight: int = 1) -> None:
        """Give every batch of the inbox to `handle`, until there are no more or something fails.

        With more than one in hand, the next batch is begun while the broker still acknowledges the
        one before; nothing is committed past a batch that is not finished.
        """
        running: set[asyncio.Task[None]] = set()
        failed = asyncio.Event()
        try:
            await self._begin_all(inbox, stage, handle, max_in_flight, running, failed)
        except Exception as error:  # noqa: BLE001 - any fault at all must end the worker
            self._end(stage, error, failed)
        if running:
            await asyncio.wait(running)
        if failed.is_set():
            # Returning would let Faust start the agent again; the worker is ending.
            await asyncio.Event().wait()

    async def _begin_all(
        self,
        inbox: Inbox,
        stage: str,
        handle: Handle,
        max_in_flight: int,
        running: set[asyncio.Task[None]],
        failed: asyncio.Event,
    ) -> None:
        slots = asyncio.Semaphore(max_in_flight)
        async for events in inbox.batches(self.batch_records, self.batch_wait_seconds):
            await slots.acquire()
            if failed.is_set():
                break
            generation = self.generation()
            records, passed = parted(events)
            # The gate must not hold a partition for records that are delivered again.
            current = self.offsets.current(generation, records)
            batch = self.offsets.begin(generation, self.admit(current))
            self._pass(passed)
            if not batch:
                slots.release()
                continue
            self.metrics.batch_records.labels(stage).observe(len(batch))
            work = asyncio.create_task(self._work(stage, handle, generation, batch, failed))
            running.add(work)
            work.add_done_callback(running.discard)
            work.add_done_callback(lambda _: slots.release())

    def _pass(self, passed: Sequence[Passed]) -> None:
        for one in passed:
            after = min(one.offset + 1, self.end(one.partition))
            self.offsets.passed(one.generation_id, one.tp, one.since, after)

    async def _work(
        self,
        stage: str,
        handle: Handle,
        generation: int,
        batch: Sequence[Any],
        failed: asyncio.Event,
    ) -> None:
        try:
            await handle(batch)
            self.offsets.finish(generation, batch)
        except Exception as error:  # noqa: BLE001 - any fault at all must end the worker
            self._end(stage, error, failed)
            return
        self.metrics.last_progress.labels(stage).set(time.time())

    def _end(self, stage: str, error: Exception, failed: asyncio.Event) -> None:
        log.error("agent.failed", stage=stage, exc_info=error)
        failed.set()
        self.fail(error)
