"""Processes records of one key one after the other, and records of different keys concurrently.

No offset is committed beyond a record that is still in flight. A record that waits long delays only
the records of its own key and the commit of its partition. After a crash, finished records behind
it are processed again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping

from streams.forward.delivery import StoppedError
from streams.kafka.envelope import Record, TopicPartition
from streams.kafka.offset_tracker import BatchOffsets, CommittableOffset, OffsetTracker

Work = Callable[[Record], Awaitable[None]]


class KeyedQueue:
    """Processes records.

    Args:
        work: Processes a record.
        on_failure: Called with an error of the work, which ends the process. The record counts as
            not done.
    """

    def __init__(self, work: Work, on_failure: Callable[[BaseException], None]) -> None:
        self._work = work
        self._on_failure = on_failure
        self._offsets = OffsetTracker()
        self._tasks: dict[TopicPartition, set[asyncio.Task[None]]] = {}
        self._last: dict[tuple[TopicPartition, bytes | None], asyncio.Task[None]] = {}

    @property
    def waiting(self) -> int:
        """Return how many records are in flight."""
        return sum(map(len, self._tasks.values()))

    def take(self, record: Record) -> None:
        """Begin a record after those of its partition with the same key."""
        batch = self._offsets.begin([record])
        if not batch.records:
            return
        tp = record.tp
        lane = (tp, record.key)
        task = asyncio.create_task(self._run(batch.offsets, record, self._last.get(lane)))
        self._last[lane] = task
        tasks = self._tasks.setdefault(tp, set())
        tasks.add(task)

        def done(task: asyncio.Task[None]) -> None:
            tasks.discard(task)
            if self._last.get(lane) is task:
                del self._last[lane]

        task.add_done_callback(done)

    def committable(self) -> dict[TopicPartition, CommittableOffset]:
        """Return what may be committed of each partition that is further than its last commit."""
        return self._offsets.committable()

    def committed(self, done: Mapping[TopicPartition, CommittableOffset]) -> None:
        """Record a commit. Pass what `committable` returned."""
        self._offsets.committed(done)

    async def forget(self, partitions: Iterable[TopicPartition]) -> None:
        """Cancel the work of partitions that are revoked, and forget their offsets."""
        gone = list(partitions)
        self._offsets.forget(gone)
        tasks = [task for tp in gone for task in self._tasks.pop(tp, ())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def drained(self, timeout_seconds: float) -> bool:
        """Wait until no record is in flight, and return False if one still is after that time."""
        tasks = [task for tasks in self._tasks.values() for task in tasks]
        if tasks:
            _, pending = await asyncio.wait(tasks, timeout=timeout_seconds)
            return not pending
        return True

    async def _run(
        self, offsets: BatchOffsets, record: Record, before: asyncio.Task[None] | None
    ) -> None:
        if before is not None and not before.done():
            await asyncio.wait([before])
        try:
            await self._work(record)
        except StoppedError:
            return
        except Exception as error:  # noqa: BLE001 - it ends the process, with its own exit code
            self._on_failure(error)
            return
        self._offsets.finish(offsets)
