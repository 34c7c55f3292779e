"""Handing a record on: at once where it can be, and as Faust does it where it cannot."""

import asyncio
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any

import pytest
from kafka import TopicPartition
from mode import Service

from streams.transport import _Consumer


class Consumer(_Consumer):
    """The consumer's waiting alone: what it inherits from Faust needs no broker for it."""

    def __init__(self) -> None:
        Service.__init__(self)


def run(step: Callable[[Consumer], Coroutine[Any, Any, Any]]) -> tuple[Any, list[str]]:
    """Run a step, and give its answer and the tasks that were made meanwhile."""
    made: list[str] = []

    async def all_() -> Any:
        consumer = Consumer()
        loop = asyncio.get_running_loop()

        def factory(loop: Any, coroutine: Any, **known: Any) -> asyncio.Task[Any]:
            made.append(coroutine.__name__)
            return asyncio.Task(coroutine, loop=loop, **known)

        loop.set_task_factory(factory)
        try:
            return await step(consumer)
        finally:
            loop.set_task_factory(None)

    return asyncio.run(all_()), made


def test_a_record_that_is_taken_at_once_costs_no_task() -> None:
    taken: list[int] = []

    async def on_message() -> None:
        taken.append(1)

    async def step(consumer: Consumer) -> None:
        await consumer.wait_first(on_message(), asyncio.Event().wait())

    _, made = run(step)
    assert taken == [1]
    assert made == []


def test_a_record_that_must_wait_is_taken_when_it_can_be() -> None:
    taken: list[str] = []

    async def step(consumer: Consumer) -> None:
        gate, second = asyncio.Event(), asyncio.Event()

        async def on_message() -> None:
            taken.append("begun")
            await gate.wait()
            taken.append("through the gate")
            await second.wait()
            taken.append("done")

        loop = asyncio.get_running_loop()
        loop.call_later(0.01, gate.set)
        loop.call_later(0.02, second.set)
        await consumer.wait_first(on_message(), asyncio.Event().wait())

    run(step)
    assert taken == ["begun", "through the gate", "done"]


def test_a_flow_that_is_suspended_ends_the_waiting_and_tells_the_coroutine() -> None:
    ended: list[str] = []

    async def step(consumer: Consumer) -> None:
        suspended = asyncio.Event()

        async def on_message() -> None:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                ended.append("cancelled")
                raise

        asyncio.get_running_loop().call_later(0.01, suspended.set)
        await consumer.wait_first(on_message(), suspended.wait())
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    run(step)
    assert ended == ["cancelled"]


@pytest.mark.parametrize("waits", [False, True])
def test_a_fault_comes_out(waits: bool) -> None:  # noqa: FBT001 - a table's column
    async def on_message() -> None:
        if waits:
            await asyncio.sleep(0.001)
        raise ZeroDivisionError

    async def step(consumer: Consumer) -> None:
        await consumer.wait_first(on_message(), asyncio.Event().wait())

    with pytest.raises(ZeroDivisionError):
        run(step)


def test_all_other_waiting_is_fausts() -> None:
    async def step(consumer: Consumer) -> Any:
        async def other() -> int:
            return 7

        return await consumer.wait_first(other())

    answer, made = run(step)
    assert answer.results == [7]
    assert "other" in made


class Seeking(Consumer):
    """A consumer whose thread only notes where it is sent."""

    def __init__(self, committed: dict[TopicPartition, int | None]) -> None:
        super().__init__()
        self.sent: list[TopicPartition] = []
        self._thread = SimpleNamespace(
            seek_to_committed=self._committed, seek_to_beginning=self._beginning
        )
        self.app = SimpleNamespace(tables=SimpleNamespace(changelog_topics={"changelog"}))
        self._known = committed

    async def _committed(self) -> dict[TopicPartition, int | None]:
        return self._known

    async def _beginning(self, *partitions: TopicPartition) -> None:
        self.sent += partitions


def test_where_nothing_is_committed_the_seek_goes_to_the_beginning_but_not_in_a_changelog() -> None:
    tps = [TopicPartition("articles", n) for n in range(3)]
    committed = {tps[0]: 7, tps[1]: None, tps[2]: 0, TopicPartition("changelog", 0): None}
    consumer = Seeking(committed)
    assert asyncio.run(consumer.seek_to_committed()) == committed
    assert consumer.sent == tps[1:]


def test_what_fausts_consumer_says_is_logged_as_fausts() -> None:
    # Else its every start and stop would be in the log as ours.
    assert _Consumer.logger.name.split(".")[0] == "faust"
