"""Puts records back into the order of event time.

Articles of several partitions are analysed at different speeds, so a leader's mentions arrive out
of order. A watermark is the event time up to which all have arrived. Records are released in the
order of event time, and in the order of ids within one moment, so the result does not depend on the
order of arrival. This is bounded out-of-orderness: a record that arrives after its watermark is
late, and is released on arrival.

A watermark is not measured by reading the records. So it comes with the offset up to which the
records before it stand in the log, and counts once they have been read.
"""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WatermarkSnapshot:
    """A watermark, and for each partition the offset up to which its records stand in the log.

    `watermark_ms` is event time: negative infinity if the watermark is unknown, and infinity if no
    more records are to come.
    """

    watermark_ms: float
    ends: Mapping[int, int]


@dataclass(slots=True)
class _Partition(Generic[T]):
    # A heap of moment, name, offset, number and record. A record that is delivered twice stands
    # there twice, and the number distinguishes the two, because records themselves have no order.
    waiting: list[tuple[int, str, int, int, T]] = field(default_factory=list)
    read_to: int = 0
    watermark_ms: float = -math.inf
    ahead: deque[tuple[int, float]] = field(default_factory=deque)

    def read(self, offset: int) -> None:
        self.read_to = max(self.read_to, offset + 1)
        while self.ahead and self.ahead[0][0] <= self.read_to:
            end, watermark_ms = self.ahead.popleft()
            if watermark_ms == math.inf:
                # No more records are to come now, but later ones may arrive. The waiting records
                # before the end are ready.
                here = [one[0] for one in self.waiting if one[2] < end]
                watermark_ms = max(here, default=-math.inf)
            self.watermark_ms = max(self.watermark_ms, watermark_ms)


class Reordering(Generic[T]):
    """Records that wait, by partition.

    Args:
        max_held: Maximum number of waiting records of one partition. Beyond it the earliest is
            released although an earlier one may arrive. This bounds memory, at the cost of the
            order.

    Attributes:
        forced: How many records were released before their watermark, since the object was made.
    """

    def __init__(self, max_held: int) -> None:
        self._max_held = max_held
        self._partitions: dict[int, _Partition[T]] = {}
        self._added = 0
        self.forced = 0

    def __len__(self) -> int:
        return sum(len(one.waiting) for one in self._partitions.values())

    @property
    def fullest(self) -> int:
        """Return the number of waiting records in the partition that has the most."""
        return max((len(one.waiting) for one in self._partitions.values()), default=0)

    def add(self, partition: int, offset: int, moment_ms: int, name: str, record: T) -> None:
        """Add a record. `name` orders records of one moment."""
        held = self._partitions.setdefault(partition, _Partition())
        self._added += 1
        heappush(held.waiting, (moment_ms, name, offset, self._added, record))
        held.read(offset)

    def passed(self, partition: int, offset: int) -> None:
        """Record the offset of a record that was read and does not wait."""
        self._partitions.setdefault(partition, _Partition()).read(offset)

    def mark(self, marks: WatermarkSnapshot) -> None:
        """Apply a measured watermark to the partitions that were read from."""
        for partition, held in self._partitions.items():
            end = marks.ends.get(partition)
            if end is None:
                continue
            if held.ahead and held.ahead[-1][0] == end:
                # The records before that end have not been read yet, so the newer mark is the
                # better one.
                held.ahead.pop()
            held.ahead.append((end, marks.watermark_ms))
            held.read(held.read_to - 1)

    def release(self, most: int) -> list[T]:
        """Return up to so many records that no longer wait, in the order of event time."""
        ready: list[T] = []
        for held in self._partitions.values():
            while held.waiting and len(ready) < most:
                is_forced = len(held.waiting) > self._max_held
                if held.waiting[0][0] > held.watermark_ms and not is_forced:
                    break
                self.forced += held.waiting[0][0] > held.watermark_ms
                ready.append(heappop(held.waiting)[-1])
        return ready

    def release_early(self, most: int) -> list[T]:
        """Return up to so many of the earliest records of the partition where most wait.

        Use it when memory runs short. An earlier record may still arrive.
        """
        fullest = max(self._partitions.values(), key=lambda one: len(one.waiting), default=None)
        if fullest is None:
            return []
        ready: list[T] = []
        while fullest.waiting and len(ready) < most:
            self.forced += fullest.waiting[0][0] > fullest.watermark_ms
            ready.append(heappop(fullest.waiting)[-1])
        return ready

    def forget(self) -> None:
        """Drop all records, because the partitions are assigned again."""
        self._partitions.clear()
