"""Lanes: records of one key one after the other, records of different keys beside each other.

Owns the order, and which offsets may be committed: none beyond a record that is still in work. Must
not know what the work is. A record that waits long holds back its own key's records and the commit
of its partition, and nothing else; after a crash what was done beyond it is done again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from streams.forward.delivery import StoppedError
from streams.kafka.envelope import Record

Work = Callable[[Record], Awaitable[None]]


@dataclass(slots=True)
class _Books:
    """One partition: the offset after the last that was taken, and those in work, in order."""

    after: int
    committed: int
    in_work: dict[int, asyncio.Task[None]] = field(default_factory=dict)

    @property
    def committable(self) -> int:
        return next(iter(self.in_work), self.after)


class Lanes:
    """Runs the work of records.

    Args:
        work: What is to be done with a record.
        on_failure: Told an error of the work, which is a bug or ends the process; the record counts
            as not done.
    """

    def __init__(self, work: Work, on_failure: Callable[[BaseException], None]) -> None:
        self._work = work
        self._on_failure = on_failure
        self._books: dict[Any, _Books] = {}
        self._last: dict[Hashable, asyncio.Task[None]] = {}

    @property
    def waiting(self) -> int:
        """How many records are taken and not done."""
        return sum(len(books.in_work) for books in self._books.values())

    def take(self, tp: Any, record: Record) -> None:
        """Take a record in work, after those of its partition with the same key."""
        books = self._books.setdefault(tp, _Books(record.offset, record.offset))
        books.after = record.offset + 1
        lane = (tp, record.key)
        task = asyncio.create_task(self._run(books, record, self._last.get(lane)))
        books.in_work[record.offset] = self._last[lane] = task
        task.add_done_callback(lambda done: self._left(lane, done))

    def committable(self) -> dict[Any, int]:
        """Give the next offset to read of each partition where it has moved."""
        return {
            tp: books.committable
            for tp, books in self._books.items()
            if books.committable > books.committed
        }

    def committed(self, offsets: Mapping[Any, int]) -> None:
        """Say that these are committed."""
        for tp, offset in offsets.items():
            if tp in self._books:
                self._books[tp].committed = max(offset, self._books[tp].committed)

    async def forget(self, partitions: Iterable[Any]) -> None:
        """Break off the work of partitions that are another's now, and drop their books."""
        gone = [self._books.pop(tp) for tp in list(partitions) if tp in self._books]
        tasks = [task for books in gone for task in books.in_work.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def drained(self, timeout_seconds: float) -> bool:
        """Wait until nothing is in work; False if something still is after that time."""
        tasks = [task for books in self._books.values() for task in books.in_work.values()]
        if tasks:
            _, pending = await asyncio.wait(tasks, timeout=timeout_seconds)
            return not pending
        return True

    async def _run(self, books: _Books, record: Record, before: asyncio.Task[None] | None) -> None:
        if before is not None and not before.done():
            await asyncio.wait([before])
        try:
            await self._work(record)
        except StoppedError:
            return
        except Exception as error:  # noqa: BLE001 - it ends the process, with its own exit code
            self._on_failure(error)
            return
        del books.in_work[record.offset]

    def _left(self, lane: Hashable, task: asyncio.Task[None]) -> None:
        if self._last.get(lane) is task:
            del self._last[lane]
