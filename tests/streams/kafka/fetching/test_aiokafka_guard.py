"""aiokafka's consumer through the guard: bounds, rests, and errors behind readable records."""

import asyncio
import itertools
import math
import time
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.consumer import consumer as aiokafka_consumer
from aiokafka.consumer import fetcher as aiokafka_fetcher
from aiokafka.structs import TopicPartition
from raw_batches import Raw, batch

from streams.errors import UnreadableLogError
from streams.kafka.connection import Connection
from streams.kafka.fetching import aiokafka_guard
from streams.kafka.fetching.layout import HANDED_ON_BYTES, MAX_REST_SECONDS, FetchedRecords
from streams.worker.faust_app import faust_broker_urls

TP = TopicPartition("news.articles", 1)
HALF = Raw(b"x" * (HANDED_ON_BYTES // 2))
DAMAGED = batch([Raw()], base=5, last_delta=-5)


def test_every_consumer_of_a_connection_is_guarded() -> None:
    connection = Connection.plaintext("localhost:9092")
    connection.aiokafka()
    faust_broker_urls(connection)
    assert aiokafka_consumer.Fetcher is aiokafka_guard.GuardedFetcher
    assert aiokafka_fetcher.FetchResult is aiokafka_guard.GuardedFetchResult
    assert aiokafka_fetcher.PartitionRecords is aiokafka_guard.GuardedPartitionRecords


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
        self.asked_until: dict[Any, float] = {}
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
        request = SimpleNamespace(topics=[])
        return [await fetcher._proc_fetch_request(None, 1, request) for _ in answers]  # noqa: SLF001

    assert asyncio.run(run()) == [has_records for has_records, _ in answers]


def test_it_says_which_partitions_a_request_in_flight_asks_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    in_flight: list[dict[Any, float]] = []
    fetcher = Quiet()

    async def answer(*_: Any) -> bool:
        in_flight.append(dict(fetcher.asked_until))
        return True

    monkeypatch.setattr(aiokafka_fetcher.Fetcher, "_proc_fetch_request", answer)

    async def run() -> None:
        for topics in ([("t", [(0, 5, 9), (1, 5, 9)])], [("t", [(1, 6, 9)])]):
            request = SimpleNamespace(topics=topics)
            await fetcher._proc_fetch_request(None, 1, request)  # noqa: SLF001

    before = time.monotonic()
    asyncio.run(run())
    first, second = TopicPartition("t", 0), TopicPartition("t", 1)
    assert in_flight[0] == {first: math.inf, second: math.inf}
    assert in_flight[1][second] == math.inf
    assert before <= in_flight[1][first] <= fetcher.asked_until[second] <= time.monotonic()


def test_rests_grow_while_answers_are_empty_and_quick_and_records_end_them(
    monkeypatch: pytest.MonkeyPatch, rests: list[float]
) -> None:
    empty, full = (False, 0.001), (True, 0.001)
    ask(monkeypatch, *[empty] * 6, full, empty)
    assert rests == [0.005, 0.01, 0.02, 0.04, MAX_REST_SECONDS, MAX_REST_SECONDS, 0.005]


def test_a_broker_that_keeps_the_question_open_is_asked_again_at_once(
    monkeypatch: pytest.MonkeyPatch, rests: list[float]
) -> None:
    ask(monkeypatch, (False, 0.5), (False, 0.5), (True, 0.2))
    assert rests == []


def test_the_longest_rest_leaves_an_article_its_50_ms() -> None:
    assert MAX_REST_SECONDS < 0.05
