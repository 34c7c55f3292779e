"""Handing a record on: at once where it can be, and as Faust does it where it cannot."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from faust.transport.drivers import aiokafka as driver
from kafka import TopicPartition
from mode import Service

from streams.kafka.envelope import Record
from streams.worker.faust_transport import _Consumer, _delivering, _Thread
from streams.worker.inbox import Inbox, OffsetGap


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
            seek_to_committed=self._committed,
            seek_to_beginning=self._beginning,
            committed_notes=self._notes,
            call_thread=self._called,
        )
        self.app = SimpleNamespace(tables=SimpleNamespace(changelog_topics={"changelog"}))
        self._known = committed

    async def _committed(self) -> dict[TopicPartition, int | None]:
        return self._known

    async def _beginning(self, *partitions: TopicPartition) -> None:
        self.sent += partitions

    async def _notes(self) -> dict[TopicPartition, str]:
        return {tp: f"note of {at}" for tp, at in self._known.items() if at}

    async def _called(self, function: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        return await function()


def test_where_nothing_is_committed_the_seek_goes_to_the_beginning_but_not_in_a_changelog() -> None:
    tps = [TopicPartition("articles", n) for n in range(3)]
    committed = {tps[0]: 7, tps[1]: None, tps[2]: 0, TopicPartition("changelog", 0): None}
    consumer = Seeking(committed)
    assert asyncio.run(consumer.seek_to_committed()) == committed
    assert consumer.sent == tps[1:]
    assert consumer.notes == {tps[0]: "note of 7"}


def test_what_fausts_consumer_says_is_logged_as_fausts() -> None:
    # Else its every start and stop would be in the log as ours.
    assert _Consumer.logger.name.split(".")[0] == "faust"
    assert _Thread.logger.name.split(".")[0] == "faust"


ARTICLES, CHANGELOG = TopicPartition("articles", 0), TopicPartition("changelog", 0)
Step = tuple[dict[TopicPartition, int], dict[TopicPartition, list[int]]]


@dataclass(frozen=True)
class Fetched:
    offset: int


class Log:
    """An aiokafka consumer whose every fetch comes to the next step of a script.

    A step is the positions after it, and the offsets of the records that it gives.
    """

    def __init__(self, positions: dict[TopicPartition, int], *steps: Step) -> None:
        self.positions, self.steps = positions, list(steps)
        self.assignment = SimpleNamespace(
            tps=list(positions),
            state_value=lambda tp: SimpleNamespace(
                position=self.positions[tp], has_valid_position=self.positions[tp] >= 0
            ),
        )
        self._subscription = SimpleNamespace(
            subscription=SimpleNamespace(assignment=self.assignment)
        )
        self._closed = False
        self._fetcher = self
        self._subscriptions = SimpleNamespace(fetch_context=nullcontext)

    async def fetched_records(self, *_: Any, **__: Any) -> dict[TopicPartition, list[Fetched]]:
        if not self.steps:
            return {}
        positions, records = self.steps.pop(0)
        self.positions = self.positions | positions
        return {tp: [Fetched(offset) for offset in offsets] for tp, offsets in records.items()}

    def _create_fetch_waiter(self) -> asyncio.Future[None]:
        waiter = asyncio.get_running_loop().create_future()
        if self.steps:
            waiter.set_result(None)
        return waiter


class Thread(_Thread):
    """The thread's fetching alone."""

    def __init__(self) -> None:
        self.app = SimpleNamespace(consumer_generation_id=3)
        self.consumer = SimpleNamespace(flow_active=True)


def fetched(log: Log, timeout_seconds: float = 0.01) -> dict[TopicPartition, list[Any]]:
    """Fetch once; passed offsets are given as their first and the one after their last."""
    thread = Thread()
    records = asyncio.run(thread._fetch_records(log, set(), timeout=timeout_seconds))  # noqa: SLF001 - Faust and aiokafka name them so
    return {
        tp: [
            (one.first, one.offset + 1) if isinstance(one, OffsetGap) else one.offset
            for one in each
        ]
        for tp, each in records.items()
    }


def test_offsets_without_a_record_stand_behind_the_records_fetched_before_them() -> None:
    log = Log({ARTICLES: 5}, ({ARTICLES: 9}, {ARTICLES: [5, 6]}))
    assert fetched(log) == {ARTICLES: [5, 6, (7, 9)]}


def test_a_gap_between_records_is_no_news() -> None:
    log = Log({ARTICLES: 5}, ({ARTICLES: 9}, {ARTICLES: [5, 8]}))
    assert fetched(log) == {ARTICLES: [5, 8]}


def test_markers_alone_are_handed_on_at_once() -> None:
    log = Log({ARTICLES: 5, CHANGELOG: 1}, ({}, {}), ({ARTICLES: 8}, {}))
    assert fetched(log, timeout_seconds=60.0) == {ARTICLES: [(5, 8)]}


def test_a_fetch_that_finds_nothing_ends_at_its_limit() -> None:
    assert fetched(Log({ARTICLES: 5})) == {}


def test_a_position_that_was_not_known_or_went_back_passes_nothing() -> None:
    log = Log({ARTICLES: -1, CHANGELOG: 9}, ({ARTICLES: 8, CHANGELOG: 4}, {}))
    assert fetched(log) == {}


def test_what_was_fetched_over_a_rebalance_passes_nothing() -> None:
    log = Log({ARTICLES: 5}, ({ARTICLES: 9}, {}))
    fetch = log.fetched_records

    async def assigned_meanwhile(*_: Any, **__: Any) -> Any:
        records = await fetch()
        log._subscription.subscription = SimpleNamespace(assignment=Log({ARTICLES: 9}).assignment)  # noqa: SLF001 - Faust and aiokafka name them so
        return records

    log.fetched_records = assigned_meanwhile  # type: ignore[method-assign]
    assert fetched(log) == {}


def test_the_consumer_reads_committed() -> None:
    made = SimpleNamespace(_isolation_level="read_uncommitted")

    with mock.patch.object(driver.AIOKafkaConsumerThread, "_create_worker_consumer") as create:
        create.return_value = made
        assert Thread()._create_worker_consumer(None) is made  # noqa: SLF001 - Faust and aiokafka name them so
    assert made._isolation_level == "read_committed"  # noqa: SLF001 - Faust and aiokafka name them so


MAX_INT64 = 9_223_372_036_854_775_807


@dataclass(frozen=True)
class ClientRecord:
    """A record of aiokafka."""

    topic: str
    timestamp: int | None
    partition: int = 1
    offset: int = 7
    timestamp_type: int = 0
    headers: tuple[tuple[str, bytes], ...] = (("a", b"1"), ("a", b"2"))
    key: bytes | None = b"k"
    value: bytes | None = b"v"
    checksum: None = None
    serialized_key_size: int = 1
    serialized_value_size: int = 1


class Reading(Consumer):
    """A consumer whose articles have an inbox."""

    def __init__(self) -> None:
        super().__init__()
        self.app = SimpleNamespace(inboxes={"articles": None}, consumer_generation_id=3)


# Faust's own message has seconds as a float, which rounds the largest timestamps.
@pytest.mark.parametrize(
    "timestamp", [-1, 0, 1, 1_796_093_070_225, 1_796_093_070_054_000, MAX_INT64, -MAX_INT64 - 1]
)
def test_a_record_of_a_topic_with_an_inbox_is_read_once_with_its_exact_timestamp(
    timestamp: int,
) -> None:
    fetched = ClientRecord("articles", timestamp)
    expected = Record("articles", 1, 7, timestamp, b"k", b"v", [("a", b"1"), ("a", b"2")], 3)
    assert Reading()._to_message(ARTICLES, fetched) == expected  # noqa: SLF001 - Faust names it so


def test_a_record_without_a_timestamp_has_timestamp_0() -> None:
    read = Reading()._to_message(ARTICLES, ClientRecord("articles", None))  # noqa: SLF001 - as above
    assert read.timestamp_ms == 0


def test_records_of_other_topics_are_fausts() -> None:
    read = Reading()._to_message(CHANGELOG, ClientRecord("changelog", 1_500))  # noqa: SLF001 - as above
    assert (type(read).__name__, read.timestamp) == ("ConsumerMessage", 1.5)


def test_records_and_gaps_are_delivered_to_the_inbox_of_their_topic_or_to_faust() -> None:
    delivered: list[tuple[str, Any]] = []
    full: list[Any] = []
    inbox = Inbox(1, full.append, full.append)

    async def to_streams(message: Any) -> None:
        delivered.append(("stream", message))

    async def skip_in_recovery(gap: OffsetGap) -> None:
        delivered.append(("recovery", gap))

    async def run() -> None:
        open_again = asyncio.Event()
        flow = SimpleNamespace(acquire=open_again.wait)
        deliver = _delivering(to_streams, {"articles": inbox}, flow, skip_in_recovery)
        await deliver(changelog_record)
        await deliver(changelog_gap)
        # While the flow is suspended no record is delivered.
        waiting = asyncio.create_task(deliver(Record("articles", 0, 1, 0, None, b"v", [])))
        await asyncio.sleep(0)
        assert len(inbox) == 0
        open_again.set()
        await waiting

    changelog_record = SimpleNamespace(topic="changelog", headers=[])
    changelog_gap = OffsetGap("changelog", 0, 1, 2, 3)
    asyncio.run(run())
    assert delivered == [("stream", changelog_record), ("recovery", changelog_gap)]
    assert (len(inbox), full) == (1, [ARTICLES])
