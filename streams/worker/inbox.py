"""The inbox of an agent: records that were fetched and wait for its next batch.

Owns the queue between Faust's consumer and an agent, and when the consumer is to fetch no more.
Must not know what a record is. It stands in the place of Faust's stream, which makes an event and
several calls of coroutines for every record, at more than the cost of fetching it.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

# Where fetching goes on again, as a share of what waits when it stops.
LOW_SHARE = 0.5
MAX_BYTES = 16_777_216


class Arrived(Struct, frozen=True, gc=False):
    """A Faust message in an inbox; agents know it as an event."""

    message: Any


class Passed(Struct, frozen=True, gc=False):
    """Offsets of a partition that hold no record to read: markers, aborted or compacted records.

    It stands in the inbox in the place of a message, behind the records that were fetched with it.

    Attributes:
        since: The first of these offsets.
        offset: The last of them.
        generation_id: The group's generation in which they were fetched.
    """

    topic: str
    partition: int
    tp: Any
    since: int
    offset: int
    generation_id: int


def parted(events: Sequence[Arrived]) -> tuple[Sequence[Arrived], list[Passed]]:
    """Separate records from passed offsets; both keep their order."""
    passed = [event.message for event in events if type(event.message) is Passed]
    if not passed:
        return events, passed
    return [event for event in events if type(event.message) is not Passed], passed


@dataclass(slots=True)
class Inbox:
    """Records of one topic.

    Who brings a record never waits. The consumer brings those of all topics one after the other:
    articles that waited here for their analysis would keep the mentions behind them from being
    watched.

    Args:
        most: When so many records wait, no more are fetched. What was fetched already still comes
            in: at most two fetches of each partition.
        hold_back: Called with a partition that is to be fetched no more for now.
        go_on: Called with it when it may be fetched again.
        most_bytes: As `most`, for the bytes of their values.
    """

    most: int
    hold_back: Callable[[Any], None]
    go_on: Callable[[Any], None]
    most_bytes: int = MAX_BYTES
    _waiting: deque[Arrived] = field(default_factory=deque)
    _waiting_bytes: int = 0
    _held_back: set[Any] = field(default_factory=set)
    _wanted: int = 1
    _enough: asyncio.Event = field(default_factory=asyncio.Event)

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, message: Any) -> None:
        """Take a record in."""
        self._waiting.append(Arrived(message))
        self._waiting_bytes += _size(message)
        waiting = len(self._waiting)
        if waiting >= self._wanted:
            self._enough.set()
        is_full = waiting >= self.most or self._waiting_bytes >= self.most_bytes
        if is_full and message.tp not in self._held_back:
            self._held_back.add(message.tp)
            self.hold_back(message.tp)

    async def batches(self, most: int, within_seconds: float) -> AsyncIterator[list[Arrived]]:
        """Give batch after batch, in the order in which records came, until it is cancelled.

        Args:
            most: Records of a batch.
            within_seconds: How long a batch that is not full waits for more.
        """
        while True:
            await self._until(1)
            if len(self._waiting) < most:
                try:
                    async with asyncio.timeout(within_seconds):
                        await self._until(most)
                except TimeoutError:
                    pass
            yield self._take(most)

    async def _until(self, count: int) -> None:
        self._wanted = count
        while len(self._waiting) < count:
            self._enough.clear()
            await self._enough.wait()

    def _take(self, most: int) -> list[Arrived]:
        take = self._waiting.popleft
        batch = [take() for _ in range(min(most, len(self._waiting)))]
        self._waiting_bytes -= sum(_size(arrived.message) for arrived in batch)
        has_room = (
            len(self._waiting) <= LOW_SHARE * self.most
            and self._waiting_bytes <= LOW_SHARE * self.most_bytes
        )
        if self._held_back and has_room:
            for tp in self._held_back:
                self.go_on(tp)
            self._held_back.clear()
        return batch


def _size(message: Any) -> int:
    return 0 if type(message) is Passed else len(message.value or b"")
