"""The loop of an agent whose records wait for their turn.

Owns the order of things for such an agent: read a batch, let its records wait until nothing earlier
can come, work on what is ready, see every output acknowledged, and call the batch finished when its
last record is. Must not know what the work is, nor how a watermark is found. What waits is in
memory and not committed: after a crash or a rebalance it is read again.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from processors.ordering import Reordering, WatermarkSnapshot
from streams.service.metrics import Metrics
from streams.worker.held_mentions import Held, Waiting
from streams.worker.inbox import Inbox, Passed, parted
from streams.worker.offsets import OffsetTracker
from streams.worker.replayed_records import ReplayedRecordFilter
from streams.worker.watch_agent import Read, Unreadable, WatchAgent

log = structlog.get_logger(__name__)

TICK_SECONDS = 0.05
# Of a partition. What is beyond is released early, and what then comes too late is counted.
MAX_HELD = 20_000
# A partition that holds less than this share of the most is no longer near it.
LOW_SHARE = 0.5
# Of all partitions together: some 18,000 mentions of long articles, or 27,000 of short ones.
MAX_HELD_BYTES = 40_000_000


class WatermarkSource(Protocol):
    """Gives measured watermarks."""

    def take(self, *, wanted: bool) -> WatermarkSnapshot | None:
        """Give the newest measurement, once; and say whether another one is wanted."""


@dataclass(slots=True)
class _Chunk:
    """A batch, and how many of its records are not finished. `events` is empty once it is read.

    The books know a batch by the very list, and nothing else is asked of it.
    """

    generation: int
    events: list[Any]
    left: int


@dataclass(slots=True)
class EventTimeOrderedLoop:
    """What the watching agent needs for its loop.

    `generation` gives the group's generation now; `fail` ends the worker with an error.
    """

    agent: WatchAgent
    offsets: OffsetTracker
    metrics: Metrics
    marks: WatermarkSource
    generation: Callable[[], int]
    fail: Callable[[BaseException], None]
    batch_records: int
    batch_wait_seconds: float
    max_held: int = MAX_HELD
    max_held_bytes: int = MAX_HELD_BYTES
    foreign: ReplayedRecordFilter | None = None
    _waiting: Reordering[tuple[_Chunk, Waiting]] = field(init=False)
    _held: Held = field(default_factory=Held)
    _generation: int = -1
    _early: int = 0
    _is_crowded: bool = False
    # Set while nothing is ready: who reads faster than the work goes would fill the memory.
    _caught_up: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._waiting = Reordering(self.max_held)

    async def run(self, inbox: Inbox, stage: str) -> None:
        """Read and release until there is no more or something fails."""
        releasing = asyncio.create_task(self._release_for_ever(stage))
        reading = asyncio.create_task(self._read(inbox, stage))
        try:
            done, _ = await asyncio.wait([releasing, reading], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except Exception as error:  # any fault at all must end the worker
            log.exception("agent.failed", stage=stage)
            self.fail(error)
            # Returning would let Faust start the agent again; the worker is ending.
            await asyncio.Event().wait()
        finally:
            for task in (releasing, reading):
                task.cancel()
            await asyncio.gather(releasing, reading, return_exceptions=True)

    async def _read(self, inbox: Inbox, stage: str) -> None:
        async for events in inbox.batches(self.batch_records, self.batch_wait_seconds):
            chunk, done, dead = self._take(events, stage)
            # What was fetched is not kept while the next batch is waited for.
            del events
            if chunk is None:
                continue
            await self.agent.bury(dead)
            self._finish(chunk, done)
            self.offsets.idle_while_held()
            await self._caught_up.wait()

    def _take(
        self, events: Sequence[Any], stage: str
    ) -> tuple[_Chunk | None, int, list[Unreadable]]:
        """Take a batch in, and return it, how many records are done with, and the bad ones."""
        generation = self.generation()
        records, passed = parted(events)
        batch = self.offsets.begin(generation, records)
        self._begin_generation(generation)
        if not batch:
            self._pass(passed)
            return None, 0, []
        self.metrics.batch_records.labels(stage).observe(len(batch))
        chunk = _Chunk(generation, batch, len(batch))
        dead = []
        left_alone = 0
        for event in batch:
            message = event.message
            if self.foreign is not None and self.foreign.skips(stage, message):
                self._waiting.passed(message.partition, message.offset)
                left_alone += 1
                continue
            record = self.agent.read(message)
            if isinstance(record, Read):
                self._waiting.add(
                    message.partition,
                    message.offset,
                    record.moment_ms,
                    record.name,
                    (chunk, self._held.take(record, message.value)),
                )
            else:
                self._waiting.passed(message.partition, message.offset)
                dead.append(record)
        batch.clear()
        self._pass(passed)
        return chunk, len(dead) + left_alone, dead

    def _pass(self, passed: Sequence[Passed]) -> None:
        for one in passed:
            if one.generation_id == self._generation:
                self._waiting.passed(one.partition, one.offset)
                self.offsets.passed(one.generation_id, one.tp, one.since, one.offset + 1)

    async def _release_for_ever(self, stage: str) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            # Also where no record comes any more: the partitions may be another worker's.
            self._begin_generation(self.generation())
            marks = self.marks.take(wanted=len(self._waiting) > 0)
            if marks is not None:
                self._waiting.mark(marks)
            self._caught_up.clear()
            while await self._release(stage):
                pass
            self._caught_up.set()
            self._report()

    def _report(self) -> None:
        """Count what waits and what was released early; log the first of each burst of those."""
        self.metrics.mentions_held.set(len(self._waiting))
        early, self._early = self._waiting.forced - self._early, self._waiting.forced
        self.metrics.mentions_released_early.inc(early)
        if early and not self._is_crowded:
            log.warning(
                "watch.released_early",
                held=len(self._waiting),
                max_held=self.max_held,
                note="mentions are watched before their turn: find the partition of articles that "
                "is behind (tocsin_lag_seconds)",
            )
        # A burst is over when no partition is near the bound any more.
        self._is_crowded = bool(early) or (
            self._is_crowded and self._waiting.fullest > LOW_SHARE * self.max_held
        )

    async def _release(self, stage: str) -> bool:
        """Work on what is ready; False where nothing is."""
        ready = self._waiting.release(self.batch_records)
        if not ready and self._held.held_bytes > self.max_held_bytes:
            ready = self._waiting.release_early(self.batch_records)
        ours = []
        for chunk, waiting in ready:
            if self.offsets.is_in_hand(chunk.generation, waiting.record.tp):
                ours.append((chunk, self._held.give(waiting)))
            else:
                self._held.drop(waiting)
        if not ours:
            return bool(ready)
        self.offsets.busy()
        generation = self.offsets.generation
        await self.agent.handle(
            [record for _, record in ours], lambda tp: self.offsets.is_ours(generation, tp)
        )
        for chunk, _ in ours:
            self._finish(chunk, 1)
        self.offsets.idle_while_held()
        self.metrics.last_progress.labels(stage).set(time.time())
        return True

    def _begin_generation(self, generation: int) -> None:
        """Drop what waits from an earlier generation: it is delivered again, to whoever has it."""
        if generation != self._generation:
            self._waiting.forget()
            self._held.forget()
            self.agent.forget()
            self._generation = generation

    def _finish(self, chunk: _Chunk, records: int) -> None:
        chunk.left -= records
        if not chunk.left and records:
            self.offsets.busy()
            self.offsets.finish(chunk.generation, chunk.events)
