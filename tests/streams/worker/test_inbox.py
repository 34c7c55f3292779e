"""An agent's inbox: batches in order, and a consumer that is held back and goes on."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.worker.inbox import Inbox


class Message:
    def __init__(
        self, number: int, tp: str = "news.articles-0", value: bytes | None = None
    ) -> None:
        self.number, self.tp, self.value = number, tp, value


class House:
    """An inbox, and what it said to the consumer."""

    def __init__(self, most: int = 100) -> None:
        self.told: list[tuple[str, str]] = []
        self.inbox = Inbox(
            most,
            lambda tp: self.told.append(("hold back", tp)),
            lambda tp: self.told.append(("go on", tp)),
        )

    def bring(self, *numbers: int, tp: str = "news.articles-0") -> None:
        for number in numbers:
            self.inbox.put(Message(number, tp))

    async def take(self, most: int, within_seconds: float = 0.01) -> list[int]:
        async for batch in self.inbox.batches(most, within_seconds):
            return [one.message.number for one in batch]
        raise AssertionError("an inbox does not end")


def test_large_records_hold_the_consumer_back_before_there_are_many() -> None:
    async def step() -> list[tuple[str, str]]:
        house = House()
        house.inbox.most_bytes = 1_000
        for number in range(3):
            house.inbox.put(Message(number, value=b"x" * 400))
        held = list(house.told)
        await house.take(1)
        assert house.told == held
        await house.take(1)
        return house.told

    assert run(step()) == [("hold back", "news.articles-0"), ("go on", "news.articles-0")]


def run(step: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(step, 5))


def test_what_is_there_comes_in_order_and_in_batches_of_the_size_asked_for() -> None:
    async def step() -> list[list[int]]:
        house = House()
        house.bring(*range(7))
        return [await house.take(3), await house.take(3), await house.take(3)]

    assert run(step()) == [[0, 1, 2], [3, 4, 5], [6]]


def test_a_batch_that_is_full_does_not_wait() -> None:
    async def step() -> list[int]:
        house = House()
        house.bring(0, 1, 2)
        return await house.take(3, within_seconds=1_000)

    assert run(step()) == [0, 1, 2]


def test_a_batch_waits_for_its_first_record_and_then_a_little_for_more() -> None:
    async def step() -> list[int]:
        house = House()
        loop = asyncio.get_running_loop()
        loop.call_later(0.02, house.bring, 0)
        loop.call_later(0.03, house.bring, 1)
        return await house.take(10, within_seconds=0.1)

    assert run(step()) == [0, 1]


def test_a_batch_that_fills_up_meanwhile_is_given_at_once() -> None:
    async def step() -> list[int]:
        house = House()
        house.bring(0)
        asyncio.get_running_loop().call_later(0.01, house.bring, 1, 2)
        return await house.take(2, within_seconds=1_000)

    assert run(step()) == [0, 1]


def test_the_consumer_is_held_back_when_much_waits_and_goes_on_when_half_is_gone() -> None:
    async def step() -> House:
        house = House(most=10)
        house.bring(*range(9))
        assert house.told == []
        # What was fetched already still comes in, and nobody waits for it.
        house.bring(9, 10, tp="a")
        house.bring(11, tp="b")
        assert house.told == [("hold back", "a"), ("hold back", "b")]
        await house.take(6)
        assert len(house.told) == 2
        await house.take(1)
        return house

    house = run(step())
    assert sorted(house.told[2:]) == [("go on", "a"), ("go on", "b")]


@pytest.mark.parametrize("most", [1, 4])
@given(bunches=st.lists(st.integers(0, 6), min_size=1, max_size=8))
def test_every_record_comes_once_and_in_order(most: int, bunches: list[int]) -> None:
    async def step() -> list[int]:
        house, wanted, got = House(), sum(bunches), []

        async def bring() -> None:
            number = 0
            for bunch in bunches:
                house.bring(*range(number, number + bunch))
                number += bunch
                await asyncio.sleep(0)

        bringing = asyncio.create_task(bring())
        while len(got) < wanted:
            got += await house.take(most, within_seconds=0.0)
        await bringing
        return got

    assert run(step()) == list(range(sum(bunches)))
