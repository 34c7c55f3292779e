"""Tracks which offsets of each partition are in flight, and which are safe to commit.

The committable offset of a partition is a low-water mark: every record before it is finished. The
event time beside it is the newest among those records, counted since tracking of the partition
began or since the consumer went back. It is never that of a record behind the offset.

Faust's own bookkeeping is not used, because it failed in two ways. A record that Faust delivers
twice after a seek, as it does for the first records of a partition at every start, stands twice in
its list of acknowledged offsets, and commits then stop before the pair. Also, an offset that is
acknowledged first is committed even while a smaller one is still in flight, as long as nothing was
committed before.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from streams.kafka.envelope import Record, TopicPartition

EventTime = Callable[[Record], int | None]
"""Returns a record's event time in Unix milliseconds, or None if its timestamp is rejected."""


def timestamp_of(record: Record) -> int | None:
    """Return a record's timestamp as its event time."""
    return record.timestamp_ms


@dataclass(frozen=True, slots=True)
class CommittableOffset:
    """The committable offset of a partition at one moment.

    Attributes:
        offset: The next offset to read.
        event_time_ms: The newest event time before it, or None if no record with an event time was
            read.
    """

    offset: int
    event_time_ms: int | None


@dataclass(frozen=True, slots=True)
class PartitionProgress:
    """How far a partition is read and finished at one moment.

    Attributes:
        offset: Every record before this offset is finished.
        begun_to: Every record before this offset is begun.
        newest_ms: The newest event time that was begun, or None if no record has an event time.
        oldest_unfinished_ms: The oldest event time that is begun and not finished, if any.
    """

    offset: int
    begun_to: int
    newest_ms: int | None
    oldest_unfinished_ms: int | None = None


@dataclass(slots=True)
class _BatchPart:
    """A batch's records of one partition.

    `event_time_ms` is the newest of its event times, and `oldest_ms` the oldest. Both are None if
    no record has an event time.
    """

    first: int
    event_time_ms: int | None
    oldest_ms: int | None
    is_finished: bool = False


@dataclass(slots=True)
class _PartitionOffsets:
    """The offsets of one partition since its tracking began.

    Attributes:
        first: The offset at which reading began.
        read_to: Every record before this offset is begun, or the offset holds no record.
        committed: The offset of the last commit. At first it is `first`.
        event_time_ms: The newest event time before the oldest batch in flight.
        in_flight: Parts of batches, oldest first. The oldest is not finished.
    """

    first: int
    read_to: int
    committed: int
    event_time_ms: int | None = None
    in_flight: deque[_BatchPart] = field(default_factory=deque)

    def settle(self) -> None:
        """Remove the oldest batches that are finished."""
        while self.in_flight and self.in_flight[0].is_finished:
            done = self.in_flight.popleft()
            self.event_time_ms = _later(self.event_time_ms, done.event_time_ms)

    def committable(self) -> CommittableOffset:
        offset = self.in_flight[0].first if self.in_flight else self.read_to
        return CommittableOffset(offset, self.event_time_ms)

    def progress(self) -> PartitionProgress:
        newest_ms, oldest_ms = self.event_time_ms, None
        for part in self.in_flight:
            newest_ms = _later(newest_ms, part.event_time_ms)
            if not part.is_finished and part.oldest_ms is not None:
                oldest_ms = part.oldest_ms if oldest_ms is None else min(oldest_ms, part.oldest_ms)
        return PartitionProgress(self.committable().offset, self.read_to, newest_ms, oldest_ms)


@dataclass(frozen=True, slots=True)
class BatchOffsets:
    """The offsets of one batch: pass them to `OffsetTracker.finish`."""

    # After the consumer went back, two batches can begin at the same offset. Each finishes its own.
    parts: tuple[tuple[_PartitionOffsets, _BatchPart], ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Records that are processed together, and their offsets."""

    records: list[Record]
    offsets: BatchOffsets = BatchOffsets()


class OffsetTracker:
    """Tracks the offsets of every partition that a consumer has.

    Args:
        event_time_ms: Returns the event time of a record.
    """

    def __init__(self, event_time_ms: EventTime = timestamp_of) -> None:
        self._event_time_ms = event_time_ms
        self._partitions: dict[TopicPartition, _PartitionOffsets] = {}

    def __contains__(self, tp: TopicPartition) -> bool:
        """Return whether offsets of a partition are tracked."""
        return tp in self._partitions

    def begin(self, records: Iterable[Record]) -> Batch:
        """Begin a batch of the records that were not begun before.

        Args:
            records: In the order of their offsets within each partition.
        """
        begun: list[Record] = []
        for record in records:
            tp, offset = record.tp, record.offset
            known = self._partitions.get(tp)
            if known is not None and offset < known.first:
                # The consumer went back, as it does when a broker restarts. Every record from here
                # is delivered and processed again, and nothing behind it is committed before that.
                # Batches in flight no longer count, nor what comes before the step in this one.
                begun = [one for one in begun if one.tp != tp]
                known = None
            if known is None:
                self._partitions[tp] = _PartitionOffsets(offset, offset + 1, offset)
            elif offset >= known.read_to:
                known.read_to = offset + 1
            else:
                continue
            begun.append(record)
        return Batch(begun, self._put_in_flight(begun))

    def finish(self, offsets: BatchOffsets) -> None:
        """Mark a batch as finished.

        This has no effect on a partition that was forgotten or read again since the batch began.
        """
        for partition, part in offsets.parts:
            part.is_finished = True
            partition.settle()

    def skip_gap(self, tp: TopicPartition, first: int, after: int) -> None:
        """Skip the offsets from `first` until before `after`, which hold no record.

        The records before the gap must have been begun.
        """
        partition = self._partitions.setdefault(tp, _PartitionOffsets(first, first, first))
        if first <= partition.read_to:
            partition.read_to = max(partition.read_to, after)

    def skip_to(self, tp: TopicPartition, offset: int) -> None:
        """Skip to an offset before which no record is left to read.

        This has no effect while a batch of the partition is in flight. Call it again later.
        """
        partition = self._partitions.setdefault(tp, _PartitionOffsets(offset, offset, -1))
        if not partition.in_flight:
            partition.read_to = max(offset, partition.read_to)

    def progress(self, topic: str) -> dict[int, PartitionProgress]:
        """Return how far each partition of a topic is read and finished, committed or not."""
        return {
            tp.partition: partition.progress()
            for tp, partition in self._partitions.items()
            if tp.topic == topic
        }

    def committable(self) -> dict[TopicPartition, CommittableOffset]:
        """Return the committable offset of each partition that is further than its last commit."""
        found = {tp: partition.committable() for tp, partition in self._partitions.items()}
        return {tp: one for tp, one in found.items() if one.offset > self._partitions[tp].committed}

    def committed(self, done: Mapping[TopicPartition, CommittableOffset]) -> None:
        """Record a commit. Pass the result of `committable`."""
        for tp, one in done.items():
            partition = self._partitions.get(tp)
            # A partition that was begun again meanwhile may have a smaller offset.
            if partition is not None and one.offset <= partition.read_to:
                partition.committed = max(one.offset, partition.committed)

    def forget(self, partitions: Iterable[TopicPartition] | None = None) -> None:
        """Stop tracking these partitions, or all of them."""
        for tp in list(self._partitions) if partitions is None else partitions:
            self._partitions.pop(tp, None)

    def _put_in_flight(self, records: Sequence[Record]) -> BatchOffsets:
        parts: dict[TopicPartition, _BatchPart] = {}
        for record in records:
            event_time_ms = self._event_time_ms(record)
            part = parts.get(record.tp)
            if part is None:
                parts[record.tp] = _BatchPart(record.offset, event_time_ms, event_time_ms)
            elif event_time_ms is not None:
                part.event_time_ms = _later(part.event_time_ms, event_time_ms)
                is_oldest = part.oldest_ms is None or event_time_ms < part.oldest_ms
                part.oldest_ms = event_time_ms if is_oldest else part.oldest_ms
        for tp, part in parts.items():
            self._partitions[tp].in_flight.append(part)
        return BatchOffsets(tuple((self._partitions[tp], part) for tp, part in parts.items()))


def _later(one_ms: int | None, other_ms: int | None) -> int | None:
    if one_ms is None or other_ms is None:
        return other_ms if one_ms is None else one_ms
    return max(one_ms, other_ms)
