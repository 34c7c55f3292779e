"""Processes mentions in event-time order, once the watermark has passed.

The loop reads a batch and holds its records until no earlier one can arrive. Their alerts are sent
when they are released. The batch is finished when the last of them is processed and the changed
states are saved, which happens at intervals. Records that are not finished are not committed: after
a crash or a rebalance they are read again.
"""

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from processors.ordering import Reordering, WatermarkSnapshot
from streams.kafka.envelope import Record
from streams.kafka.offset_tracker import BatchOffsets
from streams.service.metrics import Metrics
from streams.worker.batch_tracker import BatchTracker
from streams.worker.held_mentions import HeldMention, HeldMentions
from streams.worker.inbox import Fetched, Inbox, OffsetGap, split_gaps
from streams.worker.mention_reading import ReadMention, UnreadableMention
from streams.worker.replayed_records import ReplayedRecordFilter
from streams.worker.watch_agent import WatchAgent

log = structlog.get_logger(__name__)

# How often the watermark is computed while records are held. Finished articles and new mentions
# wake the loop.
TICK_SECONDS = 0.01
# How often a loop without records looks at the group's generation.
IDLE_TICK_SECONDS = 0.25
# A batch of mentions is only decoded, so it need not wait to become large.
MAX_READ_WAIT_SECONDS = 0.005
# Of a partition. Beyond it records are released early, and those that then arrive too late are
# counted.
MAX_HELD = 20_000
# A partition that holds less than this share of the maximum is no longer near it.
LOW_SHARE = 0.5
# Of all partitions together: some 18,000 mentions of long articles, or 27,000 of short ones.
MAX_HELD_BYTES = 40_000_000


class WatermarkSource(Protocol):
    """Computes or measures watermarks."""

    def take(self, *, wanted: bool) -> WatermarkSnapshot | None:
        """Return the watermark, or None if there is no new one. `wanted`: mentions wait for it."""


@dataclass(slots=True)
class _Chunk:
    """A batch, and how many of its records are not finished."""

    generation: int
    offsets: BatchOffsets
    unfinished: int


@dataclass(slots=True)
class EventTimeOrderedLoop:
    """What the watching agent needs for its loop.

    `generation` returns the group's generation now. `fail` ends the worker with an error.
    """

    agent: WatchAgent
    tracker: BatchTracker
    metrics: Metrics
    watermarks: WatermarkSource
    generation: Callable[[], int]
    fail: Callable[[BaseException], None]
    batch_records: int
    batch_wait_seconds: float
    save_interval_seconds: float
    max_held: int = MAX_HELD
    max_held_bytes: int = MAX_HELD_BYTES
    replayed: ReplayedRecordFilter | None = None
    _reordering: Reordering[tuple[_Chunk, HeldMention]] = field(init=False)
    _held: HeldMentions = field(default_factory=HeldMentions)
    _generation: int = -1
    _early: int = 0
    _is_crowded: bool = False
    # The batches of processed records whose states are not saved, once for each record.
    _unsaved: list[_Chunk] = field(default_factory=list)
    _save_due_at: float = math.inf
    # A batch and a save change the same states.
    _states: asyncio.Lock = field(default_factory=asyncio.Lock)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    # Set while no record is ready: reading faster than processing would fill the memory.
    _caught_up: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._reordering = Reordering(self.max_held)

    def wake(self) -> None:
        """Compute the watermark now. Call this when it may have changed."""
        self._woken.set()

    async def run(self, inbox: Inbox, stage: str) -> None:
        """Read and release until the inbox is exhausted or an error occurs."""
        releasing = asyncio.create_task(self._release_until_cancelled(stage))
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
        wait_seconds = min(self.batch_wait_seconds, MAX_READ_WAIT_SECONDS)
        async for fetched in inbox.batches(self.batch_records, wait_seconds):
            chunk, done, dead = self._hold(fetched, stage)
            # The records are not kept in memory until the next batch arrives.
            del fetched
            if chunk is None:
                continue
            await self.agent.send_dead_letters(dead)
            self._finish(chunk, done)
            self.tracker.idle_while_held()
            self.wake()
            await self._caught_up.wait()

    def _hold(
        self, fetched: Sequence[Fetched], stage: str
    ) -> tuple[_Chunk | None, int, list[UnreadableMention]]:
        """Hold a batch, and return it, the number of its finished records, and the unreadable."""
        generation = self.generation()
        records, gaps = split_gaps(fetched)
        batch = self.tracker.begin(generation, records)
        self._begin_generation(generation)
        if not batch.records:
            self._skip(gaps)
            return None, 0, []
        self.metrics.batch_records.labels(stage).observe(len(batch.records))
        chunk = _Chunk(generation, batch.offsets, len(batch.records))
        dead = []
        skipped = 0
        for record in batch.records:
            if self.replayed is not None and self.replayed.skips(stage, record):
                self._reordering.passed(record.partition, record.offset)
                skipped += 1
            elif (unreadable := self._hold_record(record, chunk)) is not None:
                dead.append(unreadable)
        self._skip(gaps)
        return chunk, len(dead) + skipped, dead

    def _hold_record(self, record: Record, chunk: _Chunk) -> UnreadableMention | None:
        mention = self.agent.read(record)
        if not isinstance(mention, ReadMention):
            self._reordering.passed(record.partition, record.offset)
            return mention
        held = self._held.hold(mention, record.value or b"")
        self._reordering.add(
            record.partition, record.offset, mention.event_time_ms, mention.name, (chunk, held)
        )
        return None

    def _skip(self, gaps: Sequence[OffsetGap]) -> None:
        for gap in gaps:
            if gap.generation == self._generation:
                self._reordering.passed(gap.partition, gap.offset)
                self.tracker.skip_gap(gap.generation, gap.tp, gap.first, gap.offset + 1)

    async def _release_until_cancelled(self, stage: str) -> None:
        while True:
            await self._until_woken()
            # Also without a new record: the partitions may belong to another worker.
            self._begin_generation(self.generation())
            watermarks = self.watermarks.take(wanted=len(self._reordering) > 0)
            if watermarks is not None:
                self._reordering.mark(watermarks)
            self._caught_up.clear()
            while await self._release(stage):
                await self._save_if_due()
            await self._save_if_due()
            self._caught_up.set()
            self._report()

    async def _until_woken(self) -> None:
        is_busy = len(self._reordering) > 0 or bool(self._unsaved)
        try:
            async with asyncio.timeout(TICK_SECONDS if is_busy else IDLE_TICK_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            pass
        self._woken.clear()

    async def _save_if_due(self) -> None:
        if self._unsaved and (time.monotonic() >= self._save_due_at or self.agent.is_full):
            await self.save()

    async def save(self) -> None:
        """Write the changed states, and finish the records that changed them."""
        async with self._states:
            chunks, self._unsaved = self._unsaved, []
            self._save_due_at = math.inf
            if not chunks:
                return
            # Of the processing: the tracker may be in a later generation already.
            generation = self._generation
            self.tracker.busy()
            try:
                is_saved = await self.agent.save(lambda tp: self.tracker.is_ours(generation, tp))
            finally:
                self.tracker.idle_while_held()
            # Without their states, the records must not be committed: they are read again.
            for chunk in chunks if is_saved else ():
                self._finish(chunk, 1)

    def _report(self) -> None:
        """Count held and early records, and log the first early record of each burst."""
        self.metrics.mentions_held.set(len(self._reordering))
        early, self._early = self._reordering.forced - self._early, self._reordering.forced
        self.metrics.mentions_released_early.inc(early)
        if early and not self._is_crowded:
            log.warning(
                "watch.released_early",
                held=len(self._reordering),
                max_held=self.max_held,
                note="mentions are processed out of event-time order: find the partition of "
                "articles that is behind (tocsin_lag_seconds)",
            )
        # A burst is over when no partition is near the maximum any more.
        self._is_crowded = bool(early) or (
            self._is_crowded and self._reordering.fullest > LOW_SHARE * self.max_held
        )

    async def _release(self, stage: str) -> bool:
        """Process the records that are ready, and return whether there were any."""
        ready = self._reordering.release(self.batch_records)
        if not ready and self._held.held_bytes > self.max_held_bytes:
            ready = self._reordering.release_early(self.batch_records)
        ours = []
        for chunk, held in ready:
            if self.tracker.is_in_flight(chunk.generation, held.mention.tp):
                ours.append((chunk, self._held.release(held)))
            else:
                self._held.drop(held)
        if not ours:
            return bool(ready)
        self.tracker.busy()
        async with self._states:
            generation = self.tracker.generation
            await self.agent.handle(
                [mention for _, mention in ours], lambda tp: self.tracker.is_ours(generation, tp)
            )
            if generation == self._generation:
                self._unsaved += [chunk for chunk, _ in ours]
                due_at = time.monotonic() + self.save_interval_seconds
                self._save_due_at = min(self._save_due_at, due_at)
            else:
                # The states belong to an assignment that ended while the alerts were sent.
                self.agent.forget()
        self.tracker.idle_while_held()
        self.metrics.last_progress.labels(stage).set(time.time())
        return True

    def _begin_generation(self, generation: int) -> None:
        """Drop held records of an earlier generation: they are delivered again."""
        if generation != self._generation:
            self._reordering.forget()
            self._held.forget()
            self._unsaved.clear()
            self._save_due_at = math.inf
            self.agent.forget()
            self._generation = generation

    def _finish(self, chunk: _Chunk, records: int) -> None:
        chunk.unfinished -= records
        if not chunk.unfinished and records:
            self.tracker.busy()
            self.tracker.finish(chunk.generation, chunk.offsets)
