"""An agent's inbox: batches in order, and a consumer that stops fetching and resumes."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.kafka.envelope import TopicPartition
from streams.worker.inbox import Fetched, Inbox, OffsetGap, split_gaps
from tests.streams.worker.records import ARTICLES, OTHER, PARTITION, record, records


def offsets(batch: Sequence[Fetched]) -> list[int]:
    return [one.offset for one in batch]


class Consumer:
    """An inbox, and the calls that it made to its consumer."""

    def __init__(self, max_records: int = 100) -> None:
        self.calls: list[tuple[str, TopicPartition]] = []
        self.inbox = Inbox(
            max_records,
            lambda tp: self.calls.append(("full", tp)),
            lambda tp: self.calls.append(("room", tp)),
        )

    def deliver(self, *offsets: int, tp: TopicPartition = PARTITION) -> None:
        for one in records(*offsets, tp=tp):
            self.inbox.put(one)

    async def take(self, max_records: int, within_seconds: float = 0.01) -> list[int]:
        async for batch in self.inbox.batches(max_records, within_seconds):
            return [one.offset for one in batch]
        raise AssertionError("an inbox does not end")


def test_large_records_stop_the_consumer_before_there_are_many() -> None:
    async def step() -> list[tuple[str, TopicPartition]]:
        consumer = Consumer()
        consumer.inbox.max_bytes = 1_000
        for number in range(3):
            consumer.inbox.put(record(number, value=b"x" * 400))
        held = list(consumer.calls)
        await consumer.take(1)
        assert consumer.calls == held
        await consumer.take(1)
        return consumer.calls

    assert run(step()) == [("full", PARTITION), ("room", PARTITION)]


def run(step: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(step, 5))


def test_what_is_there_comes_in_order_and_in_batches_of_the_size_asked_for() -> None:
    async def step() -> list[list[int]]:
        consumer = Consumer()
        consumer.deliver(*range(7))
        return [await consumer.take(3), await consumer.take(3), await consumer.take(3)]

    assert run(step()) == [[0, 1, 2], [3, 4, 5], [6]]


def test_a_batch_that_is_full_does_not_wait() -> None:
    async def step() -> list[int]:
        consumer = Consumer()
        consumer.deliver(0, 1, 2)
        return await consumer.take(3, within_seconds=1_000)

    assert run(step()) == [0, 1, 2]


def test_a_batch_waits_for_its_first_record_and_then_a_little_for_more() -> None:
    async def step() -> list[int]:
        consumer = Consumer()
        loop = asyncio.get_running_loop()
        batches = consumer.inbox.batches(10, 0.5)
        consumer.deliver(0)
        await anext(batches)
        loop.call_later(0.02, consumer.deliver, 1)
        loop.call_later(0.03, consumer.deliver, 2)
        return offsets(await anext(batches))

    assert run(step()) == [1, 2]


def test_the_first_record_after_a_pause_does_not_wait() -> None:
    async def step() -> list[list[int]]:
        consumer = Consumer()
        batches = consumer.inbox.batches(10, 0.05)
        found = []
        for number in range(2):
            asyncio.get_running_loop().call_later(0.1, consumer.deliver, 2 * number)
            asyncio.get_running_loop().call_later(0.13, consumer.deliver, 2 * number + 1)
            found += [offsets(await anext(batches)), offsets(await anext(batches))]
        return found

    assert run(step()) == [[0], [1], [2], [3]]


def test_a_batch_that_fills_up_meanwhile_is_given_at_once() -> None:
    async def step() -> list[int]:
        consumer = Consumer()
        consumer.deliver(0)
        batches = consumer.inbox.batches(2, 1_000)
        await anext(batches)
        consumer.deliver(1)
        asyncio.get_running_loop().call_later(0.01, consumer.deliver, 2, 3)
        return offsets(await anext(batches))

    assert run(step()) == [1, 2]


def test_the_consumer_stops_fetching_when_much_waits_and_resumes_when_half_is_gone() -> None:
    async def step() -> Consumer:
        consumer = Consumer(max_records=10)
        consumer.deliver(*range(9))
        assert consumer.calls == []
        # What was fetched already still comes in, and blocks no one.
        consumer.deliver(9, 10, tp=PARTITION)
        consumer.deliver(11, tp=OTHER)
        assert consumer.calls == [("full", PARTITION), ("full", OTHER)]
        await consumer.take(6)
        assert len(consumer.calls) == 2
        await consumer.take(1)
        return consumer

    consumer = run(step())
    assert sorted(consumer.calls[2:]) == [("room", PARTITION), ("room", OTHER)]


@pytest.mark.parametrize("most", [1, 4])
@given(bunches=st.lists(st.integers(0, 6), min_size=1, max_size=8))
def test_every_record_comes_once_and_in_order(most: int, bunches: list[int]) -> None:
    async def step() -> list[int]:
        consumer, wanted, got = Consumer(), sum(bunches), []

        async def deliver_all() -> None:
            number = 0
            for bunch in bunches:
                consumer.deliver(*range(number, number + bunch))
                number += bunch
                await asyncio.sleep(0)

        delivering = asyncio.create_task(deliver_all())
        while len(got) < wanted:
            got += await consumer.take(most, within_seconds=0.0)
        await delivering
        return got

    assert run(step()) == list(range(sum(bunches)))


def test_gaps_are_separated_from_records_and_count_for_no_bytes() -> None:
    consumer = Consumer()
    consumer.inbox.max_bytes = 1
    gap = OffsetGap(ARTICLES, 0, 2, 4, 1)
    consumer.inbox.put(gap)
    assert consumer.calls == []
    assert split_gaps([record(1), gap, record(5)]) == ([record(1), record(5)], [gap])
