"""Puts records back into the order of event time.

Articles of several partitions are analysed at different speeds, so a leader's mentions arrive out
of order. A watermark says up to which event time all have arrived. Records are released in the
order of event time, ties by id, so that the result does not depend on the order of arrival. This is
bounded out-of-orderness: a record that arrives after its watermark is late, and is released on
arrival.

A watermark is measured apart from the reading of records, so it comes with the offset up to which
the records before it stand in the log, and counts once they have been read.
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

    `watermark_ms` is event time: negative infinity where nothing is known, and infinity where
    nothing is to come.
    """

    watermark_ms: float
    ends: Mapping[int, int]


@dataclass(slots=True)
class _Partition(Generic[T]):
    # Moment, name, offset, number and record: a heap. A record that is delivered twice stands there
    # twice, distinguished by the number: records themselves have no order.
    waiting: list[tuple[int, str, int, int, T]] = field(default_factory=list)
    read_to: int = 0
    watermark_ms: float = -math.inf
    ahead: deque[tuple[int, float]] = field(default_factory=deque)

    def read(self, offset: int) -> None:
        self.read_to = max(self.read_to, offset + 1)
        while self.ahead and self.ahead[0][0] <= self.read_to:
            end, watermark_ms = self.ahead.popleft()
            if watermark_ms == math.inf:
                # Nothing is to come now, but something may come later: all that is here is ready.
                here = [one[0] for one in self.waiting if one[2] < end]
                watermark_ms = max(here, default=-math.inf)
            self.watermark_ms = max(self.watermark_ms, watermark_ms)


class Reordering(Generic[T]):
    """Records that wait, by partition.

    Args:
        max_held: Records of one partition that wait at most. Beyond them the earliest is released
            although something earlier may come: memory is bounded, and order then is not.

    Attributes:
        forced: How many records were released so, since this was made.
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
        """Return how many records wait in the partition that has the most."""
        return max((len(one.waiting) for one in self._partitions.values()), default=0)

    def add(self, partition: int, offset: int, moment_ms: int, name: str, record: T) -> None:
        """Add a record. `name` orders records of one moment."""
        held = self._partitions.setdefault(partition, _Partition())
        self._added += 1
        heappush(held.waiting, (moment_ms, name, offset, self._added, record))
        held.read(offset)

    def passed(self, partition: int, offset: int) -> None:
        """Note a record that was read and does not wait."""
        self._partitions.setdefault(partition, _Partition()).read(offset)

    def mark(self, marks: WatermarkSnapshot) -> None:
        """Apply a measured watermark to the partitions that were read from."""
        for partition, held in self._partitions.items():
            end = marks.ends.get(partition)
            if end is None:
                continue
            if held.ahead and held.ahead[-1][0] == end:
                # What stands before that end has not been read yet: the newer mark is the better.
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

        For when memory runs short: something earlier may come.
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
        """Drop everything: the partitions are assigned again."""
        self._partitions.clear()
