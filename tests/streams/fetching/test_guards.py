"""What both clients do through our parts: bounds, rests, errors behind what was read."""

import asyncio
import itertools
import time
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.consumer import consumer as aiokafka_consumer
from aiokafka.consumer import fetcher as aiokafka_fetcher
from aiokafka.structs import TopicPartition
from kafka.consumer import fetcher as kafka_fetcher
from kafka.consumer import group
from raw_batches import Raw, batch

from streams.connection import Connection
from streams.errors import UnreadableLogError
from streams.fetching import aiokafka_guard, kafka_python_guard
from streams.fetching.layout import HANDED_ON_BYTES, LONGEST_REST_SECONDS, FetchedRecords

TP = TopicPartition("news.articles", 1)
HALF = Raw(b"x" * (HANDED_ON_BYTES // 2))
DAMAGED = batch([Raw()], base=5, last_delta=-5)


def test_every_consumer_that_a_connection_is_asked_for_is_guarded() -> None:
    connection = Connection.plaintext("localhost:9092")
    connection.aiokafka()
    connection.kafka_python()
    connection.faust_broker_urls()
    assert aiokafka_consumer.Fetcher is aiokafka_guard.GuardedFetcher
    assert aiokafka_fetcher.FetchResult is aiokafka_guard.GuardedFetchResult
    assert aiokafka_fetcher.PartitionRecords is aiokafka_guard.GuardedPartitionRecords
    assert group.Fetcher is kafka_python_guard.GuardedFetcher
    assert kafka_fetcher.MemoryRecords is kafka_python_guard.GuardedRecords


class Assigned:
    """An assignment of one partition, as aiokafka's fetch results ask for it."""

    active = True

    def __init__(self) -> None:
        self.state = SimpleNamespace(paused=False, position=0, consumed_to=self._consumed_to)

    def _consumed_to(self, position: int) -> None:
        self.state.position = position

    def state_value(self, _tp: Any) -> Any:
        return self.state


def result(data: bytes, assigned: Assigned) -> Any:
    records = aiokafka_guard.GuardedPartitionRecords(
        TP, FetchedRecords(data), None, 0, None, None, True, 0
    )
    return aiokafka_guard.GuardedFetchResult(
        TP, assignment=assigned, partition_records=records, backoff=0
    )


def test_aiokafka_hands_on_a_bounded_number_of_bytes_or_of_records() -> None:
    assigned = Assigned()
    fetched = result(batch([HALF] * 5), assigned)
    sizes, positions = [], []
    while fetched.has_more():
        sizes.append(len(fetched.getall(500)))
        positions.append(assigned.state.position)
    assert (sizes, positions) == ([2, 2, 1], [2, 4, 5])
    assert len(result(batch([Raw()] * 5), Assigned()).getall(3)) == 3


def test_aiokafka_hands_on_what_stands_before_an_end_that_is_not_known_and_then_raises() -> None:
    assigned = Assigned()
    fetched = result(batch([Raw()] * 5) + DAMAGED, assigned)
    assert len(fetched.getall()) == 5
    assert assigned.state.position == 5
    for _ in range(2):
        with pytest.raises(UnreadableLogError, match=r"news\.articles partition 1 .* offset 5"):
            fetched.getall()


class Quiet(aiokafka_guard.GuardedFetcher):
    """A fetcher without a client."""

    def __init__(self) -> None:
        self._rests: dict[Any, float] = {}
        self._fetch_max_wait_ms = 500


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give the seconds that were slept, which pass at once."""
    slept: list[float] = []
    sleep = asyncio.sleep

    async def noted(seconds: float) -> None:
        slept.append(seconds)
        await sleep(0)

    own = SimpleNamespace(sleep=noted, CancelledError=asyncio.CancelledError)
    monkeypatch.setattr(aiokafka_guard, "asyncio", own)
    return slept


def ask(monkeypatch: pytest.MonkeyPatch, *answers: tuple[bool, float]) -> None:
    """Let the fetcher ask, with whether there were records and after how many seconds."""
    clock = itertools.count()
    times: list[float] = []
    for number, (_, seconds) in enumerate(answers):
        times += [number * 10.0, number * 10.0 + seconds]
    own = SimpleNamespace(monotonic=lambda: times[next(clock)])
    monkeypatch.setattr(aiokafka_guard, "time", own)
    left = [has_records for has_records, _ in answers]

    async def answer(*_: Any) -> bool:
        return left.pop(0)

    monkeypatch.setattr(aiokafka_fetcher.Fetcher, "_proc_fetch_request", answer)

    async def run() -> list[bool]:
        fetcher = Quiet()
        return [await fetcher._proc_fetch_request(None, 1, None) for _ in answers]  # noqa: SLF001

    assert asyncio.run(run()) == [has_records for has_records, _ in answers]


def test_rests_grow_while_answers_are_empty_and_quick_and_records_end_them(
    monkeypatch: pytest.MonkeyPatch, rests: list[float]
) -> None:
    empty, full = (False, 0.001), (True, 0.001)
    ask(monkeypatch, *[empty] * 6, full, empty)
    assert rests == [0.005, 0.01, 0.02, 0.04, LONGEST_REST_SECONDS, LONGEST_REST_SECONDS, 0.005]


def test_a_broker_that_keeps_the_question_open_is_asked_again_at_once(
    monkeypatch: pytest.MonkeyPatch, rests: list[float]
) -> None:
    ask(monkeypatch, (False, 0.5), (False, 0.5), (True, 0.2))
    assert rests == []


def test_the_longest_rest_leaves_an_article_its_50_ms() -> None:
    assert LONGEST_REST_SECONDS < 0.05


def taken(data: bytes) -> Any:
    records = kafka_python_guard.GuardedRecords(data)
    return kafka_python_guard.GuardedPartitionRecords(0, TP, records, check_crcs=False)


def test_kafka_python_takes_a_bounded_number_of_bytes_or_of_records() -> None:
    part = taken(batch([HALF] * 5))
    assert [len(part.take(500)) for _ in range(3)] == [2, 2, 1]
    assert len(taken(batch([Raw()] * 5)).take(3)) == 3


def test_kafka_python_takes_what_stands_before_an_end_that_is_not_known_and_then_raises() -> None:
    part = taken(batch([Raw()] * 5) + DAMAGED)
    assert len(part.take(500)) == 5
    with pytest.raises(UnreadableLogError, match="offset 5"):
        part.take(500)


def test_a_poll_of_kafka_python_ends_where_the_bytes_are_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kafka_fetcher.Fetcher, "_append", lambda *_: 2)
    fetcher = object.__new__(kafka_python_guard.GuardedFetcher)
    append = fetcher._append
    enough = SimpleNamespace(taken_bytes=HANDED_ON_BYTES)
    assert append({}, enough, 500, True) == 500
    assert append({}, SimpleNamespace(taken_bytes=9), 500, True) == 2


def test_kafka_python_rests_after_an_empty_answer_and_no_longer_than_it_may_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers: list[tuple[dict[str, int], bool]] = [({}, False), ({}, False), ({"a": 1}, False)]
    monkeypatch.setattr(kafka_fetcher.Fetcher, "fetch_records", lambda *_: answers.pop(0))
    slept: list[float] = []
    own = SimpleNamespace(monotonic=time.monotonic, sleep=slept.append)
    monkeypatch.setattr(kafka_python_guard, "time", own)
    fetcher = object.__new__(kafka_python_guard.GuardedFetcher)
    fetcher.fetch_records(timeout_ms=500)
    fetcher.fetch_records(timeout_ms=2)
    fetcher.fetch_records(timeout_ms=500)
    assert slept[0] == 0.005
    assert 0 < slept[1] <= 0.002
    assert len(slept) == 2
