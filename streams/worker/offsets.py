"""Progress: which records are begun, which are finished, and what may be committed.

Owns the books of a worker's offsets. Must not know how an offset is committed, nor what a record
means.

Faust's own books are not used, because two things were seen in them. A record that Faust delivers
twice after a seek (it does so at every start, for the first records of a partition) stands twice in
its list of acknowledged offsets, and commits then stop before the pair. And an offset that is
acknowledged first is committed even when a smaller one is still being worked on, as long as nothing
was committed before. Here nothing is committed beyond a batch that is still being worked on.

Two laws hold for what may be committed of a partition, at every moment. No record before the offset
is unfinished. And the event time is the newest among the records before the offset that were read
since the partition was assigned, or since the consumer went back: never that of a record behind it,
finished or not.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from streams.worker.messages import timestamp_ms


@dataclass(frozen=True, slots=True)
class Committable:
    """What may be committed of a partition, as of one moment.

    Attributes:
        offset: The next offset to read.
        newest_ms: The newest event time before it, in Unix milliseconds; None: no record was read
            that has one.
    """

    offset: int
    newest_ms: int | None


@dataclass(slots=True)
class _BatchPart:
    """A batch's records of one partition; `newest_ms` is None where none has an event time."""

    first: int
    newest_ms: int | None
    is_finished: bool = False


@dataclass(slots=True)
class _PartitionOffsets:
    """One partition in one generation of the group.

    Attributes:
        first: Where its reading began.
        read_to: Everything before this offset is begun, or is known to hold no record.
        committed: The offset of the last commit; at first, where the reading began.
        newest_ms: The newest event time before the first batch in flight.
        in_hand: The oldest first; it is not finished.
    """

    first: int
    read_to: int
    committed: int
    newest_ms: int | None = None
    in_flight: deque[_BatchPart] = field(default_factory=deque)

    def settle(self) -> None:
        """Strike out the oldest batches that are finished."""
        while self.in_flight and self.in_flight[0].is_finished:
            done = self.in_flight.popleft()
            self.newest_ms = _later(self.newest_ms, done.newest_ms)

    def committable(self) -> Committable:
        offset = self.in_flight[0].first if self.in_flight else self.read_to
        return Committable(offset, self.newest_ms)


@dataclass(slots=True)
class OffsetTracker:
    """The books of every partition that this worker has.

    A generation is one assignment by the group; offsets of an older one are never finished, because
    their partition may belong to another worker by now, which has committed further.

    `moment_ms` gives the event time of a Faust message; None where its timestamp is refused: then
    it is finished like others, and moves no time.
    """

    moment_ms: Callable[[Any], int | None] = timestamp_ms
    generation: int = -1
    stopping: bool = False
    advances: int = 0
    """Goes up with every batch that is finished, and with every part of one that is analysed."""
    _books: dict[Any, _PartitionOffsets] = field(default_factory=dict)
    # Batches by identity, each with its parts: after a step back two can begin at one offset.
    _batches: dict[int, tuple[Sequence[Any], list[tuple[_PartitionOffsets, _BatchPart]]]] = field(
        default_factory=dict
    )
    _is_closed: bool = False
    _in_flight: int = 0
    _idle: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._idle.set()

    def current(self, generation: int, events: Iterable[Any]) -> list[Any]:
        """Return the events that can be worked on: those of this generation.

        Events of an older generation are delivered again. None is returned while stopping, or
        between two assignments.
        """
        self._enter(generation)
        if self.stopping or self._is_closed:
            return []
        return [event for event in events if event.message.generation_id == generation]

    def begin(self, generation: int, events: Iterable[Any]) -> list[Any]:
        """Take a batch in hand.

        Args:
            generation: The group's generation now.
            events: Faust events, in the order of each partition.

        Returns:
            The events to work on: those that are `current` and not begun yet in this generation.
            `finish` takes this very list.
        """
        begun: list[Any] = []
        for event in self.current(generation, events):
            tp, offset = event.message.tp, event.message.offset
            if self._goes_back(tp, offset):
                # A broker that restarted makes the consumer do that. All from here on is delivered
                # and done again, and nothing is committed past it before it is. Batches in hand no
                # longer count, nor what comes before the step in this one.
                del self._books[tp]
                begun = [one for one in begun if one.message.tp != tp]
            if self._is_new(tp, offset):
                begun.append(event)
        if begun:
            self.busy()
            self._take_in_hand(begun)
        return begun

    def passed(self, generation: int, tp: Any, since: int, after: int) -> None:
        """Say that the offsets from `since` until before `after` hold no record.

        The records that were fetched before them are begun.

        Args:
            generation: The group's generation in which they were fetched.
            tp: The partition.
            since: The first of these offsets.
            after: The offset after the last of them.
        """
        if generation != self.generation or self.stopping or self._is_closed:
            return
        partition_offsets = self._books.setdefault(tp, _PartitionOffsets(since, since, since))
        if since <= partition_offsets.read_to:
            partition_offsets.read_to = max(partition_offsets.read_to, after)

    def idle_while_held(self) -> None:
        """Lay a batch in hand aside: nobody waits for it, and nothing is committed beyond it."""
        self._in_flight -= 1
        if not self._in_flight:
            self._idle.set()

    def busy(self) -> None:
        """Take up again what was laid aside."""
        self._in_flight += 1
        self._idle.clear()

    def advance(self) -> None:
        """Say that a part of a batch is done: a batch of long articles may take minutes."""
        self.advances += 1

    def is_in_hand(self, generation: int, tp: Any) -> bool:
        """Say whether a partition is still ours, in the generation in which a batch was begun."""
        return not self.stopping and generation == self.generation and tp in self._books

    def is_ours(self, generation: int, tp: Any) -> bool:
        """Return whether a partition is still ours; as `is_in_hand`, but a stop revokes none.

        What is under way at a stop is finished, and then it must be finished whole.
        """
        return generation == self.generation and tp in self._books

    def finish(self, generation: int, batch: Sequence[Any]) -> None:
        """Say that every output of a batch, which `begin` gave, is acknowledged."""
        self.idle_while_held()
        self.advance()
        if generation != self.generation:
            return
        # Forgotten meanwhile: the partitions are another worker's.
        _, parts = self._batches.pop(id(batch), (batch, []))
        for partition_offsets, part in parts:
            # Of a partition that is read again these are no longer the books.
            part.is_finished = True
            partition_offsets.settle()

    def committable(self) -> dict[Any, Committable]:
        """Return what may be committed of each partition that is further than its last commit."""
        asked = {
            tp: partition_offsets.committable() for tp, partition_offsets in self._books.items()
        }
        return {tp: one for tp, one in asked.items() if one.offset > self._books[tp].committed}

    def pass_over(self, tp: Any, offset: int) -> None:
        """Say that there is no record before this offset that is not finished.

        What is in hand comes first: it is for the caller to say so again.
        """
        partition_offsets = self._books.setdefault(tp, _PartitionOffsets(offset, offset, -1))
        if not partition_offsets.in_flight:
            partition_offsets.read_to = max(offset, partition_offsets.read_to)

    def committed(self, done: Mapping[Any, Committable]) -> None:
        """Strike out what is committed; what was finished meanwhile stays."""
        for tp, one in done.items():
            partition_offsets = self._books.get(tp)
            # Books that were begun again meanwhile may not be so far.
            if partition_offsets is not None and one.offset <= partition_offsets.read_to:
                partition_offsets.committed = max(one.offset, partition_offsets.committed)

    def forget(self) -> None:
        """Drop the books: the partitions are revoked. No batch is begun before `reopen`.

        What still comes of the old generation would have books without the batches in flight.
        """
        self._clear()
        self._is_closed = True

    def reopen(self) -> None:
        """Begin batches again: partitions are assigned."""
        self._is_closed = False

    def _clear(self) -> None:
        self._books.clear()
        self._batches.clear()

    def _take_in_hand(self, batch: Sequence[Any]) -> None:
        parts = []
        for tp, (first, newest_ms) in self._extents(batch).items():
            partition_offsets, part = self._books[tp], _BatchPart(first, newest_ms)
            partition_offsets.in_flight.append(part)
            parts.append((partition_offsets, part))
        # The batch is kept with them: an identity is another's once its owner is gone.
        self._batches[id(batch)] = (batch, parts)

    def _enter(self, generation: int) -> None:
        if generation != self.generation:
            self._clear()
            self.generation = generation

    async def idle(self, timeout_seconds: float) -> bool:
        """Wait until no batch is in flight; False if one still is after that time."""
        try:
            await asyncio.wait_for(self._idle.wait(), timeout_seconds)
        except TimeoutError:
            return False
        return True

    def _goes_back(self, tp: Any, offset: int) -> bool:
        partition_offsets = self._books.get(tp)
        return partition_offsets is not None and offset < partition_offsets.first

    def _is_new(self, tp: Any, offset: int) -> bool:
        partition_offsets = self._books.get(tp)
        if partition_offsets is None:
            self._books[tp] = _PartitionOffsets(offset, offset + 1, offset)
            return True
        if offset < partition_offsets.read_to:
            return False
        partition_offsets.read_to = offset + 1
        return True

    def _extents(self, events: Iterable[Any]) -> dict[Any, tuple[int, int | None]]:
        """Return the first offset and the newest event time of each partition of these events."""
        extents: dict[Any, tuple[int, int | None]] = {}
        for event in events:
            message = event.message
            first, newest_ms = extents.get(message.tp, (message.offset, None))
            extents[message.tp] = first, _later(newest_ms, self.moment_ms(message))
        return extents


def _later(one_ms: int | None, other_ms: int | None) -> int | None:
    if one_ms is None or other_ms is None:
        return other_ms if one_ms is None else one_ms
    return max(one_ms, other_ms)
