"""The inbox of an agent: records that were fetched and wait for its next batch.

It replaces Faust's stream, which makes an event and several coroutine calls for every record, at
more than the cost of fetching it.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from streams.kafka.envelope import Record, TopicPartition

# Fetching resumes when no more than this share of the limit waits.
LOW_SHARE = 0.5
MAX_BYTES = 16_777_216


class OffsetGap(Struct, frozen=True, gc=False):
    """Offsets of a partition that hold no record: markers, aborted or compacted records.

    A gap stands in the inbox behind the records that were fetched before it.

    Attributes:
        first: The first of these offsets.
        offset: The last of them. Faust asks a record for it by this name.
        generation: The consumer group's generation in which they were fetched.
    """

    topic: str
    partition: int
    first: int
    offset: int
    generation: int

    @property
    def tp(self) -> TopicPartition:
        """The partition."""
        return TopicPartition(self.topic, self.partition)


Fetched = Record | OffsetGap


def split_gaps(fetched: Sequence[Fetched]) -> tuple[list[Record], list[OffsetGap]]:
    """Separate records from gaps. Both keep their order."""
    records = [one for one in fetched if isinstance(one, Record)]
    gaps = [one for one in fetched if isinstance(one, OffsetGap)]
    return records, gaps


@dataclass(slots=True)
class Inbox:
    """Records of one topic.

    `put` never blocks. The consumer delivers the records of all topics one after the other, so
    articles that wait here for their analysis must not delay the mentions behind them.

    Args:
        max_records: When this many records wait, their partitions are not fetched. Records that
            were fetched already still arrive: at most two fetches of each partition.
        on_full: Called with a partition that must not be fetched for now.
        on_room: Called with it when it may be fetched again.
        max_bytes: The same limit for the bytes of their values.
    """

    max_records: int
    on_full: Callable[[TopicPartition], None]
    on_room: Callable[[TopicPartition], None]
    max_bytes: int = MAX_BYTES
    _waiting: deque[Fetched] = field(default_factory=deque)
    _waiting_bytes: int = 0
    _full: set[TopicPartition] = field(default_factory=set)
    _wanted: int = 1
    _enough: asyncio.Event = field(default_factory=asyncio.Event)

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, fetched: Fetched) -> None:
        """Add a record or a gap."""
        self._waiting.append(fetched)
        self._waiting_bytes += _size_bytes(fetched)
        waiting = len(self._waiting)
        if waiting >= self._wanted:
            self._enough.set()
        if waiting < self.max_records and self._waiting_bytes < self.max_bytes:
            return
        tp = fetched.tp
        if tp not in self._full:
            self._full.add(tp)
            self.on_full(tp)

    async def batches(
        self, max_records: int, max_wait_seconds: float
    ) -> AsyncIterator[list[Fetched]]:
        """Yield batch after batch in the order of arrival, until cancelled.

        Args:
            max_records: The size of a batch.
            max_wait_seconds: How long after the batch before a batch that is not full waits for
                more records. So the first record after a pause does not wait.
        """
        now = asyncio.get_running_loop().time
        taken_at = now() - max_wait_seconds
        while True:
            await self._until(1)
            if len(self._waiting) < max_records and now() < taken_at + max_wait_seconds:
                try:
                    async with asyncio.timeout_at(taken_at + max_wait_seconds):
                        await self._until(max_records)
                except TimeoutError:
                    pass
            taken_at = now()
            yield self._take(max_records)

    async def _until(self, count: int) -> None:
        self._wanted = count
        while len(self._waiting) < count:
            self._enough.clear()
            await self._enough.wait()

    def _take(self, max_records: int) -> list[Fetched]:
        take = self._waiting.popleft
        batch = [take() for _ in range(min(max_records, len(self._waiting)))]
        self._waiting_bytes -= sum(map(_size_bytes, batch))
        has_room = (
            len(self._waiting) <= LOW_SHARE * self.max_records
            and self._waiting_bytes <= LOW_SHARE * self.max_bytes
        )
        if self._full and has_room:
            for tp in self._full:
                self.on_room(tp)
            self._full.clear()
        return batch


def _size_bytes(fetched: Fetched) -> int:
    return len(fetched.value or b"") if isinstance(fetched, Record) else 0
