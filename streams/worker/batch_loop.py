"""The loop around a batch: take a batch, process it, wait for every acknowledgement, finish it.

Any error of the processing ends the worker: Faust would acknowledge the record and start the agent
again, and so lose it.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import structlog

from streams.kafka.envelope import Record
from streams.kafka.offset_tracker import Batch
from streams.service.metrics import Metrics
from streams.worker.batch_tracker import BatchTracker
from streams.worker.inbox import Inbox, OffsetGap, split_gaps

log = structlog.get_logger(__name__)

Handle = Callable[[Sequence[Record]], Awaitable[None]]


def no_end(_partition: int) -> int:
    """Return an offset behind all others."""
    return sys.maxsize


@dataclass(slots=True)
class _Running:
    """The batches of one loop that are in flight, and whether one has failed."""

    slots: asyncio.Semaphore
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    has_failed: bool = False

    def start(self, task: asyncio.Task[None]) -> None:
        self.tasks.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        self.slots.release()


@dataclass(frozen=True, slots=True)
class BatchLoop:
    """What every agent needs for its loop.

    `generation` returns the group's generation now, and `end` the offset at which a partition ends
    for this worker. `admit` returns those of the current records that this worker is to handle.
    `fail` ends the worker with an error.
    """

    tracker: BatchTracker
    metrics: Metrics
    generation: Callable[[], int]
    fail: Callable[[BaseException], None]
    batch_records: int
    batch_wait_seconds: float
    admit: Callable[[Sequence[Record]], Sequence[Record]] = list
    end: Callable[[int], int] = no_end

    async def run(self, inbox: Inbox, stage: str, handle: Handle, max_in_flight: int = 1) -> None:
        """Process batches until the inbox is exhausted or a handler raises.

        With `max_in_flight` above 1, the next batch begins while the broker still acknowledges the
        one before. Nothing is committed past a batch that is not finished.
        """
        running = _Running(asyncio.Semaphore(max_in_flight))
        try:
            await self._begin_all(inbox, stage, handle, running)
        except Exception as error:  # noqa: BLE001 - any fault at all must end the worker
            self._fail(stage, error, running)
        if running.tasks:
            await asyncio.wait(running.tasks)
        if running.has_failed:
            # Returning would let Faust start the agent again; the worker is ending.
            await asyncio.Event().wait()

    async def _begin_all(self, inbox: Inbox, stage: str, handle: Handle, running: _Running) -> None:
        async for fetched in inbox.batches(self.batch_records, self.batch_wait_seconds):
            await running.slots.acquire()
            if running.has_failed:
                break
            generation = self.generation()
            records, gaps = split_gaps(fetched)
            # The gate must not hold a partition for records that are delivered again.
            current = self.tracker.current(generation, records)
            batch = self.tracker.begin(generation, self.admit(current))
            self._skip(gaps)
            if not batch.records:
                running.slots.release()
                continue
            self.metrics.batch_records.labels(stage).observe(len(batch.records))
            processing = self._process(stage, handle, generation, batch, running)
            running.start(asyncio.create_task(processing))

    def _skip(self, gaps: Sequence[OffsetGap]) -> None:
        for gap in gaps:
            after = min(gap.offset + 1, self.end(gap.partition))
            self.tracker.skip_gap(gap.generation, gap.tp, gap.first, after)

    async def _process(
        self, stage: str, handle: Handle, generation: int, batch: Batch, running: _Running
    ) -> None:
        try:
            await handle(batch.records)
            self.tracker.finish(generation, batch.offsets)
        except Exception as error:  # noqa: BLE001 - any fault at all must end the worker
            self._fail(stage, error, running)
            return
        self.metrics.last_progress.labels(stage).set(time.time())

    def _fail(self, stage: str, error: Exception, running: _Running) -> None:
        log.error("agent.failed", stage=stage, exc_info=error)
        running.has_failed = True
        self.fail(error)
