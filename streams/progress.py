"""Progress: which records are begun, which are finished, and what may be committed.

Owns the books of a worker's offsets. Must not know how an offset is committed, nor what a record
means.

Faust's own books are not used, because two things were seen in them. A record that Faust delivers
twice after a seek (it does so at every start, for the first records of a partition) stands twice in
its list of acknowledged offsets, and commits then stop before the pair. And an offset that is
acknowledged first is committed even when a smaller one is still being worked on, as long as nothing
was committed before. Here nothing is committed beyond a batch that is still being worked on.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from streams.messages import timestamp_ms


@dataclass(slots=True)
class _Books:
    """One partition in one generation of the group."""

    first_begun: int
    last_begun: int
    # Each batch in hand, as `begin` gave it, with its first offset here; the oldest first. Known by
    # identity: after a step back two batches can begin at one offset.
    in_hand: list[tuple[Sequence[Any], int]] = field(default_factory=list)


@dataclass(slots=True)
class Progress:
    """The books of every partition that this worker has.

    A generation is one assignment by the group; offsets of an older one are never finished, because
    their partition may belong to another worker by now, which has committed further.
    """

    generation: int = -1
    stopping: bool = False
    finished_batches: int = 0
    _books: dict[Any, _Books] = field(default_factory=dict)
    _finished: dict[Any, int] = field(default_factory=dict)
    _newest_ms: dict[Any, int] = field(default_factory=dict)
    _in_flight: int = 0
    _idle: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._idle.set()

    def begin(self, generation: int, events: Iterable[Any]) -> list[Any]:
        """Take a batch in hand.

        Args:
            generation: The group's generation now.
            events: Faust events, in the order of each partition.

        Returns:
            The events to work on: without those of an older generation, which are delivered again,
            and those already begun in this one. None at all while stopping. `finish` takes this
            very list.
        """
        if generation != self.generation:
            self.forget()
            self.generation = generation
        if self.stopping:
            return []
        begun: list[Any] = []
        for event in events:
            tp, offset = event.message.tp, event.message.offset
            if event.message.generation_id != generation:
                continue
            if self._goes_back(tp, offset):
                # A broker that restarted makes the consumer do that. All from here on is delivered
                # and done again, and nothing is committed past it before it is. Batches in hand no
                # longer count, nor what comes before the step in this one.
                del self._books[tp]
                self._finished.pop(tp, None)
                begun = [one for one in begun if one.message.tp != tp]
            if self._is_new(tp, offset):
                begun.append(event)
        if begun:
            self._in_flight += 1
            self._idle.clear()
        for tp, first in _firsts(begun).items():
            self._books[tp].in_hand.append((begun, first))
        return begun

    def hold(self) -> None:
        """Lay a batch in hand aside: nobody waits for it, and nothing is committed beyond it."""
        self._in_flight -= 1
        if not self._in_flight:
            self._idle.set()

    def resume(self) -> None:
        """Take up again what was laid aside."""
        self._in_flight += 1
        self._idle.clear()

    def is_in_hand(self, generation: int, tp: Any) -> bool:
        """Say whether a partition is still ours, in the generation in which a batch was begun."""
        return not self.stopping and generation == self.generation and tp in self._books

    def finish(self, generation: int, batch: Sequence[Any]) -> None:
        """Say that every output of a batch, which `begin` gave, is acknowledged."""
        self.hold()
        self.finished_batches += 1
        if generation != self.generation:
            return
        for tp in _firsts(batch):
            books = self._books.get(tp)
            if books is None:
                continue
            others = [one for one in books.in_hand if one[0] is not batch]
            # Forgotten meanwhile: the partition is another worker's, or is read again.
            if len(others) == len(books.in_hand):
                continue
            books.in_hand = others
            after = 1 + max(event.message.offset for event in batch if event.message.tp == tp)
            self._finished[tp] = max(after, self._finished.get(tp, 0))
            newest = max(timestamp_ms(event.message) for event in batch if event.message.tp == tp)
            self._newest_ms[tp] = max(newest, self._newest_ms.get(tp, newest))

    def committable(self) -> dict[Any, int]:
        """Give the next offset to read of each partition with finished records not committed."""
        return {
            tp: after
            for tp, after in self._finished.items()
            if tp not in self._books or all(after <= first for _, first in self._books[tp].in_hand)
        }

    def pass_over(self, tp: Any, offset: int) -> None:
        """Say that there is no record before this offset that is not finished.

        What is in hand comes first: it is for the caller to say so again.
        """
        books = self._books.get(tp)
        if books is None or not books.in_hand:
            self._finished[tp] = max(offset, self._finished.get(tp, 0))

    def newest_ms(self, tp: Any) -> int | None:
        """Give the newest timestamp among a partition's finished records, in milliseconds."""
        return self._newest_ms.get(tp)

    def committed(self, offsets: Mapping[Any, int]) -> None:
        """Strike out what is committed; what was finished meanwhile stays."""
        for tp, offset in offsets.items():
            if self._finished.get(tp) == offset:
                del self._finished[tp]

    def forget(self) -> None:
        """Drop the books: the partitions are being assigned anew."""
        self._books.clear()
        self._finished.clear()
        self._newest_ms.clear()

    async def idle(self, timeout_seconds: float) -> bool:
        """Wait until no batch is in flight; False if one still is after that time."""
        try:
            await asyncio.wait_for(self._idle.wait(), timeout_seconds)
        except TimeoutError:
            return False
        return True

    def _goes_back(self, tp: Any, offset: int) -> bool:
        books = self._books.get(tp)
        return books is not None and offset < books.first_begun

    def _is_new(self, tp: Any, offset: int) -> bool:
        books = self._books.get(tp)
        if books is None:
            self._books[tp] = _Books(offset, offset)
            return True
        if offset <= books.last_begun:
            return False
        books.last_begun = offset
        return True


def _firsts(events: Iterable[Any]) -> dict[Any, int]:
    """Give the first offset of each partition among these events."""
    firsts: dict[Any, int] = {}
    for event in events:
        firsts.setdefault(event.message.tp, event.message.offset)
    return firsts
