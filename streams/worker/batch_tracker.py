"""Tracks a worker's batches in flight, in one generation of its consumer group at a time.

A generation is one assignment of partitions by the group. Offsets of an older generation are never
finished, because their partition may belong to another worker by now, which has committed further.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping

from streams.kafka.envelope import Record, TopicPartition
from streams.kafka.offset_tracker import (
    Batch,
    BatchOffsets,
    CommittableOffset,
    EventTime,
    OffsetTracker,
    PartitionProgress,
    timestamp_of,
)


def _ignore() -> None:
    """Ignore the call."""


class BatchTracker:
    """The batches of every partition that this worker has.

    Args:
        event_time_ms: Returns the event time of a record.

    Attributes:
        generation: The newest generation that was seen.
        stopping: Whether the worker stops: then no batch begins.
        advances: Goes up with every batch that is finished, and with every part of one that is
            analysed.
    """

    def __init__(self, event_time_ms: EventTime = timestamp_of) -> None:
        self.generation = -1
        self.stopping = False
        self.advances = 0
        self._offsets = OffsetTracker(event_time_ms)
        self._is_closed = False
        self._in_flight = 0
        self._on_finished: Callable[[], None] = _ignore
        self._idle = asyncio.Event()
        self._idle.set()

    def when_finished(self, call: Callable[[], None]) -> None:
        """Call this function after every batch that is finished."""
        self._on_finished = call

    def current(self, generation: int, records: Iterable[Record]) -> list[Record]:
        """Return the records that can be processed: those of this generation.

        Records of an older generation are delivered again. The result is empty while the worker
        stops, and between two assignments.
        """
        if generation != self.generation:
            self._offsets.forget()
            self.generation = generation
        if self.stopping or self._is_closed:
            return []
        return [record for record in records if record.generation == generation]

    def begin(self, generation: int, records: Iterable[Record]) -> Batch:
        """Begin a batch of the records that are `current` and were not begun in this generation.

        Args:
            generation: The group's generation now.
            records: In the order of their offsets within each partition.
        """
        batch = self._offsets.begin(self.current(generation, records))
        if batch.records:
            self.busy()
        return batch

    def skip_gap(self, generation: int, tp: TopicPartition, first: int, after: int) -> None:
        """Skip the offsets from `first` until before `after`: they hold no record.

        The records that were fetched before them must have been begun.

        Args:
            generation: The group's generation in which the gap was found.
            tp: The partition.
            first: The first of these offsets.
            after: The offset after the last of them.
        """
        if generation == self.generation and not self.stopping and not self._is_closed:
            self._offsets.skip_gap(tp, first, after)

    def skip_to(self, tp: TopicPartition, offset: int) -> None:
        """Skip to an offset before which no record is left to read."""
        self._offsets.skip_to(tp, offset)

    def idle_while_held(self) -> None:
        """Count a batch as idle while its records are held: a stop does not wait for it."""
        self._in_flight -= 1
        if not self._in_flight:
            self._idle.set()

    def busy(self) -> None:
        """Count a batch as busy: a stop waits until it is finished or held."""
        self._in_flight += 1
        self._idle.clear()

    def advance(self) -> None:
        """Count a part of a batch as done: a batch of long articles may take minutes."""
        self.advances += 1

    def is_in_flight(self, generation: int, tp: TopicPartition) -> bool:
        """Return whether records of a batch that was begun in a generation are to be processed."""
        return not self.stopping and self.is_ours(generation, tp)

    def is_ours(self, generation: int, tp: TopicPartition) -> bool:
        """Return whether a partition still belongs to this worker, also while it stops."""
        return generation == self.generation and tp in self._offsets

    def finish(self, generation: int, offsets: BatchOffsets) -> None:
        """Mark a batch as finished: the broker has acknowledged every output of it."""
        self.idle_while_held()
        self.advance()
        if generation == self.generation:
            self._offsets.finish(offsets)
        self._on_finished()

    def progress(self, topic: str) -> dict[int, PartitionProgress]:
        """Return how far each partition of a topic is read and finished, committed or not."""
        return self._offsets.progress(topic)

    def committable(self) -> dict[TopicPartition, CommittableOffset]:
        """Return what may be committed of each partition that is further than its last commit."""
        return self._offsets.committable()

    def committed(self, done: Mapping[TopicPartition, CommittableOffset]) -> None:
        """Record a commit. Pass what `committable` returned."""
        self._offsets.committed(done)

    def forget(self) -> None:
        """Forget every partition: they are revoked. No batch begins before `reopen`.

        Records of the old generation that still arrive would be tracked without the batches in
        flight.
        """
        self._offsets.forget()
        self._is_closed = True

    def reopen(self) -> None:
        """Let batches begin again: partitions are assigned."""
        self._is_closed = False

    async def idle(self, timeout_seconds: float) -> bool:
        """Wait until no batch is busy, and return False if one still is after that time."""
        try:
            await asyncio.wait_for(self._idle.wait(), timeout_seconds)
        except TimeoutError:
            return False
        return True
