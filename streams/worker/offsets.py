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
class _InHand:
    """A batch's records of one partition; `newest_ms` is None where none has an event time."""

    first: int
    newest_ms: int | None
    is_finished: bool = False


@dataclass(slots=True)
class _Books:
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
    in_hand: deque[_InHand] = field(default_factory=deque)

    def settle(self) -> None:
        """Strike out the oldest batches that are finished."""
        while self.in_hand and self.in_hand[0].is_finished:
            done = self.in_hand.popleft()
            self.newest_ms = _later(self.newest_ms, done.newest_ms)

    def committable(self) -> Committable:
        offset = self.in_hand[0].first if self.in_hand else self.read_to
        return Committable(offset, self.newest_ms)


@dataclass(slots=True)
class Progress:
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
    _books: dict[Any, _Books] = field(default_factory=dict)
    # Batches by identity, each with its parts: after a step back two can begin at one offset.
    _batches: dict[int, tuple[Sequence[Any], list[tuple[_Books, _InHand]]]] = field(
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
            self.resume()
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
        books = self._books.setdefault(tp, _Books(since, since, since))
        if since <= books.read_to:
            books.read_to = max(books.read_to, after)

    def hold(self) -> None:
        """Lay a batch in hand aside: nobody waits for it, and nothing is committed beyond it."""
        self._in_flight -= 1
        if not self._in_flight:
            self._idle.set()

    def resume(self) -> None:
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
        self.hold()
        self.advance()
        if generation != self.generation:
            return
        # Forgotten meanwhile: the partitions are another worker's.
        _, parts = self._batches.pop(id(batch), (batch, []))
        for books, part in parts:
            # Of a partition that is read again these are no longer the books.
            part.is_finished = True
            books.settle()

    def committable(self) -> dict[Any, Committable]:
        """Return what may be committed of each partition that is further than its last commit."""
        asked = {tp: books.committable() for tp, books in self._books.items()}
        return {tp: one for tp, one in asked.items() if one.offset > self._books[tp].committed}

    def pass_over(self, tp: Any, offset: int) -> None:
        """Say that there is no record before this offset that is not finished.

        What is in hand comes first: it is for the caller to say so again.
        """
        books = self._books.setdefault(tp, _Books(offset, offset, -1))
        if not books.in_hand:
            books.read_to = max(offset, books.read_to)

    def committed(self, done: Mapping[Any, Committable]) -> None:
        """Strike out what is committed; what was finished meanwhile stays."""
        for tp, one in done.items():
            books = self._books.get(tp)
            # Books that were begun again meanwhile may not be so far.
            if books is not None and one.offset <= books.read_to:
                books.committed = max(one.offset, books.committed)

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
            books, part = self._books[tp], _InHand(first, newest_ms)
            books.in_hand.append(part)
            parts.append((books, part))
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
        books = self._books.get(tp)
        return books is not None and offset < books.first

    def _is_new(self, tp: Any, offset: int) -> bool:
        books = self._books.get(tp)
        if books is None:
            self._books[tp] = _Books(offset, offset + 1, offset)
            return True
        if offset < books.read_to:
            return False
        books.read_to = offset + 1
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
