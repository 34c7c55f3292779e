"""Records of one key go one after the other; no offset is committed before its record is done."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from streams.forward.delivery import StoppedError
from streams.forward.keyed_queue import KeyedQueue
from streams.kafka.envelope import Record, TopicPartition

P, Q = TopicPartition("t", 0), TopicPartition("t", 1)


def record(offset: int, key: str, tp: TopicPartition = P) -> Record:
    return Record(tp.topic, tp.partition, offset, 0, key.encode(), b"", [])


def committable(lanes: KeyedQueue) -> dict[TopicPartition, int]:
    return {tp: one.offset for tp, one in lanes.committable().items()}


class Work:
    """Work that ends when the test says so."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.failures: list[BaseException] = []
        self.lanes = KeyedQueue(self._work, self.failures.append)
        self._ends: dict[int, asyncio.Future[None]] = {}

    async def _work(self, one: Record) -> None:
        self.begun.append(one.offset)
        end = self._ends[one.offset] = asyncio.get_running_loop().create_future()
        await end

    async def take(self, *records: Record) -> None:
        for one in records:
            self.lanes.take(one)
        await settled()

    async def end(self, offset: int, error: BaseException | None = None) -> None:
        future = self._ends.pop(offset)
        future.set_result(None) if error is None else future.set_exception(error)
        await settled()


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def run(test: Callable[[Work], Awaitable[None]]) -> None:
    async def whole() -> None:
        work = Work()
        await test(work)
        await work.lanes.forget([P, Q])

    asyncio.run(whole())


def test_one_key_waits_for_itself_and_not_for_another() -> None:
    async def test(work: Work) -> None:
        await work.take(record(0, "a"), record(1, "b"), record(2, "a"), record(3, "a"))
        assert work.begun == [0, 1]
        await work.end(0)
        assert work.begun == [0, 1, 2]
        await work.end(2)
        assert work.begun == [0, 1, 2, 3]
        assert work.lanes.waiting == 2

    run(test)


def test_nothing_is_committed_beyond_a_record_in_flight() -> None:
    async def test(work: Work) -> None:
        await work.take(record(5, "a"), record(6, "b"), record(9, "c"))
        assert committable(work.lanes) == {}
        await work.end(6)
        assert committable(work.lanes) == {}
        await work.end(5)
        assert committable(work.lanes) == {P: 9}
        work.lanes.committed(work.lanes.committable())
        assert committable(work.lanes) == {}
        await work.end(9)
        assert committable(work.lanes) == {P: 10}

    run(test)


@pytest.mark.parametrize("error", [ValueError("a bug"), StoppedError()])
def test_what_failed_or_was_stopped_is_not_done(error: Exception) -> None:
    async def test(work: Work) -> None:
        await work.take(record(0, "a"), record(1, "b"))
        await work.end(1)
        await work.end(0, error)
        assert committable(work.lanes) == {}
        assert work.failures == ([] if isinstance(error, StoppedError) else [error])

    run(test)


def test_a_partition_that_is_revoked_is_cancelled_and_begins_again() -> None:
    async def test(work: Work) -> None:
        await work.take(record(0, "a"), record(1, "a"))
        await work.take(record(7, "a", Q))
        await work.lanes.forget([P])
        assert work.lanes.waiting == 1
        assert committable(work.lanes) == {}
        await work.take(record(0, "a"))
        assert work.begun == [0, 7, 0]
        await work.end(0)
        assert committable(work.lanes) == {P: 1}

    run(test)


def test_draining_waits_and_says_whether_all_is_done() -> None:
    async def test(work: Work) -> None:
        assert await work.lanes.drained(0.01)
        await work.take(record(0, "a"))
        assert not await work.lanes.drained(0.01)
        asyncio.get_running_loop().call_later(0.01, lambda: asyncio.ensure_future(work.end(0)))
        assert await work.lanes.drained(5)

    run(test)
