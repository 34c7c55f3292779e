"""Holding partitions back in a Faust consumer: every record that was fetched still comes in."""

import asyncio
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import faust
import pytest
from faust.transport import consumer as driver
from faust.transport.utils import DefaultSchedulingStrategy
from faust.types import TP

from streams.kafka.envelope import TopicPartition
from streams.worker.faust_app import FaustConsumerGroup
from streams.worker.fetch_holds import FetchHolds, HoldReason

ONE, OTHER = TopicPartition("news.articles", 0), TopicPartition("news.articles", 1)


class Consumer(driver.Consumer):  # type: ignore[misc]  # Faust ships no types
    """Faust's own consumer, over a fetch that something happens after."""

    _committed_offset: Mapping[Any, int]

    def __init__(self, fetched: Mapping[TP, list[int]], meanwhile: Callable[[], None]) -> None:
        self.app = faust.App("test", store="memory://", web_enabled=False)
        self.app.in_recovery = False
        self.scheduler = DefaultSchedulingStrategy()
        self._fetched, self._meanwhile = fetched, meanwhile
        self._active_partitions = set(fetched)
        self._paused_partitions, self._buffered_partitions = set(), set()
        self.flow_active = True

    @property
    def should_stop(self) -> bool:
        return False

    @property
    def active(self) -> set[TP]:
        return set(self._active_partitions)

    @property
    def full(self) -> set[TP]:
        return set(self._buffered_partitions)

    async def _wait_next_records(self, _timeout: float) -> tuple[Any, Any]:
        active = self._get_active_partitions()
        fetched = {tp: records for tp, records in self._fetched.items() if tp in active}
        self._meanwhile()
        return fetched, active

    def assignment(self) -> set[TP]:
        return set(self._fetched)

    def highwater(self, _tp: TP) -> int:
        return 0

    def _to_message(self, _tp: TP, record: int) -> int:
        return record


# What a consumer over a real broker does beside this.
Consumer.__abstractmethods__ = frozenset()


def holds_of(consumer: Consumer) -> FetchHolds:
    return FetchHolds(FaustConsumerGroup(SimpleNamespace(consumer=consumer)))


def delivered(consumer: Consumer) -> dict[TP, list[int]]:
    async def all_() -> dict[TP, list[int]]:
        found: dict[TP, list[int]] = {ONE: [], OTHER: []}
        async for tp, record in consumer.getmany(1.0):
            found[tp].append(record)
        return found

    return asyncio.run(all_())


def fetching(meanwhile: Callable[[Consumer], None]) -> Consumer:
    consumer = Consumer({TP(*ONE): [0, 1, 2], TP(*OTHER): [0, 1, 2]}, lambda: meanwhile(consumer))
    return consumer


def test_the_trap_faust_drops_what_it_fetched_of_a_partition_that_is_paused_meanwhile() -> None:
    consumer = fetching(lambda one: one.pause_partitions({TP(*ONE)}))
    assert delivered(consumer) == {ONE: [], OTHER: [0, 1, 2]}


def test_what_was_fetched_of_a_partition_that_is_held_meanwhile_comes_in() -> None:
    def hold(consumer: Consumer) -> None:
        holds = holds_of(consumer)
        holds.renew()
        holds.replace(HoldReason.AHEAD, {ONE, OTHER})
        # And one that is released again before it is delivered.
        holds.release(HoldReason.AHEAD, OTHER)

    consumer = fetching(hold)
    assert delivered(consumer) == {ONE: [0, 1, 2], OTHER: [0, 1, 2]}
    assert consumer.active == {OTHER}


@pytest.mark.parametrize("first", list(HoldReason))
@pytest.mark.parametrize("second", list(HoldReason))
def test_a_partition_goes_on_when_no_reason_is_left(first: HoldReason, second: HoldReason) -> None:
    consumer = fetching(lambda _: None)
    holds = holds_of(consumer)
    holds.renew()
    holds.hold(first, ONE)
    holds.hold(second, ONE)
    assert holds.reasons(ONE) == sorted({first, second})
    holds.release(first, ONE)
    assert (ONE in consumer.active) == (first == second)
    holds.release(second, ONE)
    assert ONE in consumer.active
    assert holds.reasons(ONE) == []
    # It was not held here: Faust decides when to fetch it.
    consumer.pause_partitions({TP(*ONE)})
    holds.release(second, ONE)
    assert ONE not in consumer.active


def test_an_assignment_is_left_alone_and_holds_are_renewed_after_it() -> None:
    consumer = fetching(lambda _: None)
    holds = holds_of(consumer)
    # Before the first one, too.
    holds.hold(HoldReason.INBOX_FULL, ONE)
    assert ONE in consumer.active
    holds.renew()
    assert consumer.active == {OTHER}
    holds.suspend()
    assert consumer.full == set()
    # Faust pauses all for the recovery of states: a batch that is taken must not start one.
    consumer.pause_partitions({TP(*ONE), TP(*OTHER)})
    holds.hold(HoldReason.AHEAD, OTHER)
    holds.hold(HoldReason.AHEAD, TopicPartition("news.articles", 7))
    holds.release(HoldReason.INBOX_FULL, ONE)
    assert consumer.active == set()
    assert consumer.full == set()
    consumer.resume_partitions({TP(*ONE), TP(*OTHER)})
    holds.renew()
    assert consumer.active == {ONE}
    # A partition that went to another worker is not ours to hold.
    assert consumer.full == {OTHER}
