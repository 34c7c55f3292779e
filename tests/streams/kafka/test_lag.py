"""Lag as the broker knows it, with clients that answer as kafka-python's do."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from kafka import TopicPartition
from kafka.errors import KafkaConnectionError, StaleMetadata

from streams.kafka.connection import Connection
from streams.kafka.lag import Lag, LagMeter, LagReporter
from streams.service.metrics import Metrics
from tests.waiting import wait_until

GROUP = "tocsin"
TOPIC = "news.articles"
FIRST, SECOND = TopicPartition(TOPIC, 0), TopicPartition(TOPIC, 1)
NOW = 1_000.0


@dataclass
class Record:
    offset: int
    timestamp: int


@dataclass
class Position:
    offset: int


@dataclass
class Cluster:
    """Two partitions whose record n was stamped n seconds after the Unix epoch."""

    starts: dict[TopicPartition, int] = field(default_factory=lambda: {FIRST: 0, SECOND: 0})
    ends: dict[TopicPartition, int] = field(default_factory=lambda: {FIRST: 0, SECOND: 0})
    committed: dict[TopicPartition, int] = field(default_factory=dict)
    # Offsets that hold no record, and high watermarks where a transaction is open.
    empty: set[int] = field(default_factory=set)
    highs: dict[TopicPartition, int] = field(default_factory=dict)
    named: dict[str, set[int]] = field(default_factory=lambda: {TOPIC: {0, 1}})
    reads: int = 0
    closed: int = 0


class Admin:
    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def list_group_offsets(self, group: str) -> dict[str, dict[TopicPartition, Position]]:
        return {group: {tp: Position(n) for tp, n in self._cluster.committed.items()}}

    def close(self) -> None:
        self._cluster.closed += 1


class Consumer:
    """As in kafka-python, a partition that stays assigned keeps its pause."""

    def __init__(self, cluster: Cluster, isolation_level: str = "read_uncommitted") -> None:
        self._cluster = cluster
        self._is_committed = isolation_level == "read_committed"
        self._assigned: dict[TopicPartition, int] = {}
        self._paused: set[TopicPartition] = set()

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        return self._cluster.named.get(topic)

    def end_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        ends = self._cluster.ends
        return {
            tp: ends[tp] if self._is_committed else self._cluster.highs.get(tp, ends[tp])
            for tp in partitions
        }

    def beginning_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        return {tp: self._cluster.starts[tp] for tp in partitions}

    def assign(self, partitions: list[TopicPartition]) -> None:
        self._assigned = {tp: self._assigned.get(tp, 0) for tp in partitions}
        self._paused &= set(partitions)

    def seek(self, tp: TopicPartition, offset: int) -> None:
        self._assigned[tp] = offset

    def pause(self, tp: TopicPartition) -> None:
        assert tp in self._assigned
        self._paused.add(tp)

    def resume(self, tp: TopicPartition) -> None:
        assert tp in self._assigned
        self._paused.discard(tp)

    def poll(self, timeout_ms: int) -> dict[TopicPartition, list[Record]]:
        assert timeout_ms > 0
        assert self._is_committed
        self._cluster.reads += 1
        polled = {}
        for tp, at in self._assigned.items():
            if tp not in self._paused:
                end = self._assigned[tp] = self._cluster.ends[tp]
                records = [
                    Record(n, n * 1000) for n in range(at, end) if n not in self._cluster.empty
                ]
                if records:
                    polled[tp] = records
        return polled

    def position(self, tp: TopicPartition) -> int:
        return self._assigned[tp]

    def close(self) -> None:
        self._cluster.closed += 1


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    made = Cluster()
    monkeypatch.setattr("streams.kafka.lag.KafkaAdminClient", lambda **_: Admin(made))
    monkeypatch.setattr(
        "streams.kafka.ends.KafkaConsumer",
        lambda isolation_level="read_uncommitted", **_: Consumer(made, isolation_level),
    )
    monkeypatch.setattr("streams.kafka.lag.OLDEST_WAIT_SECONDS", 0.2)
    return made


def meter(*topics: str) -> LagMeter:
    connection = Connection.plaintext("localhost:1")
    return LagMeter(connection, GROUP, topics or (TOPIC,), clock=lambda: NOW)


@pytest.mark.parametrize(
    ("start", "end", "committed", "expected"),
    [
        (0, 0, None, Lag(0, 0.0)),
        (0, 10, 10, Lag(0, 0.0)),
        (0, 10, 4, Lag(6, NOW - 4)),
        (0, 10, None, Lag(10, NOW)),
        (0, 10, 0, Lag(10, NOW)),
        # Retention has eaten what was not read; the rest is what can still be read.
        (6, 10, 2, Lag(4, NOW - 6)),
        (6, 10, None, Lag(4, NOW - 6)),
        # Ends are asked first: a commit may be newer.
        (0, 10, 12, Lag(0, 0.0)),
        # A record stamped ahead of our clock is not of negative age.
        (0, 5_000, 4_000, Lag(1_000, 0.0)),
    ],
)
def test_lag_is_what_the_group_has_not_finished_and_its_oldest_records_age(
    cluster: Cluster, start: int, end: int, committed: int | None, expected: Lag
) -> None:
    cluster.starts[FIRST], cluster.ends[FIRST] = start, end
    if committed is not None:
        cluster.committed[FIRST] = committed
    assert meter().measure() == {FIRST: expected, SECOND: Lag(0, 0.0)}


def test_every_partition_is_measured_by_itself(cluster: Cluster) -> None:
    cluster.ends = {FIRST: 10, SECOND: 20}
    cluster.committed = {FIRST: 9, SECOND: 5}
    assert meter().measure() == {FIRST: Lag(1, NOW - 9), SECOND: Lag(15, NOW - 5)}


def test_age_follows_the_group_as_it_works_its_way_through(cluster: Cluster) -> None:
    cluster.ends[FIRST] = 100
    measuring = meter()
    for committed in (0, 10, 20, 99):
        cluster.committed[FIRST] = committed
        assert measuring.measure()[FIRST] == Lag(100 - committed, NOW - committed)


def test_a_group_that_is_stuck_is_not_read_again(cluster: Cluster) -> None:
    cluster.ends[FIRST] = 10
    cluster.committed[FIRST] = 3
    measuring = meter()
    measuring.measure()
    reads = cluster.reads
    cluster.ends[FIRST] = 50
    assert measuring.measure()[FIRST] == Lag(47, NOW - 3)
    assert cluster.reads == reads


@pytest.mark.parametrize("named", [{}, {TOPIC: set()}])
def test_a_topic_without_partitions_is_not_known_and_not_without_lag(
    cluster: Cluster, named: dict[str, set[int]]
) -> None:
    cluster.named = named
    with pytest.raises(StaleMetadata, match=r"0 partitions of news\.articles"):
        meter().measure()


def test_partitions_that_are_no_longer_named_are_not_known(cluster: Cluster) -> None:
    measuring = meter()
    measuring.measure()
    cluster.named = {TOPIC: {0}}
    with pytest.raises(StaleMetadata):
        measuring.measure()


def test_a_partition_that_is_added_is_measured(cluster: Cluster) -> None:
    cluster.named = {TOPIC: {0}}
    measuring = meter()
    assert measuring.measure().keys() == {FIRST}
    cluster.named = {TOPIC: {0, 1}}
    assert measuring.measure().keys() == {FIRST, SECOND}


def test_offsets_without_a_record_are_no_lag(cluster: Cluster) -> None:
    cluster.ends = {FIRST: 10, SECOND: 10}
    cluster.empty = {4, 5, 7, 8, 9}
    cluster.committed = {FIRST: 7, SECOND: 4}
    assert meter().measure() == {FIRST: Lag(0, 0.0), SECOND: Lag(6, NOW - 6)}


def test_what_an_open_transaction_holds_back_is_no_lag_and_is_named(cluster: Cluster) -> None:
    cluster.ends[FIRST], cluster.highs[FIRST] = 10, 14
    cluster.committed[FIRST] = 10
    assert meter().measure()[FIRST] == Lag(0, 0.0, blocked_at=10)
    cluster.committed[FIRST] = 8
    assert meter().measure()[FIRST] == Lag(2, NOW - 8, blocked_at=10)


def test_closing_closes_every_client(cluster: Cluster) -> None:
    meter().close()
    assert cluster.closed == 3


class ScriptedMeter:
    def __init__(self, answers: Iterator[Any]) -> None:
        self._answers = answers
        self.closed = False

    def measure(self) -> Any:
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self.closed = True


def test_the_reporter_sets_the_gauges_and_outlives_a_broker_that_is_away() -> None:
    def answers() -> Iterator[Any]:
        yield {FIRST: Lag(5, 2.5)}
        yield KafkaConnectionError()
        yield OSError("no route")
        while True:
            yield {FIRST: Lag(7, 3.5)}

    script = answers()
    made: list[ScriptedMeter] = []

    def make() -> Any:
        made.append(ScriptedMeter(script))
        return made[-1]

    metrics = Metrics()
    reporter = LagReporter(make, metrics, 0.005)
    assert reporter.newest is None
    reporter.start()
    wait_until(lambda: reporter.newest == {FIRST: Lag(7, 3.5)})
    reporter.stop()
    labels = {"topic": TOPIC, "partition": "0"}
    value = metrics.registry.get_sample_value
    assert value("tocsin_lag_records", labels) == 7
    assert value("tocsin_lag_seconds", labels) == 3.5
    measured = value("tocsin_lag_measured_timestamp_seconds") or 0.0
    assert abs(measured - time.time()) < 60
    # After a fault the clients are made anew, and the old ones closed.
    assert [one.closed for one in made] == [True, True, True]


def test_a_broker_that_is_away_at_the_start_is_asked_again() -> None:
    tries: list[int] = []

    def make() -> Any:
        tries.append(1)
        if len(tries) < 3:
            raise KafkaConnectionError
        return ScriptedMeter(iter([{FIRST: Lag(1, 1.0)}] * 1_000))

    reporter = LagReporter(make, Metrics(), 0.005)
    reporter.start()
    wait_until(lambda: reporter.newest is not None)
    reporter.stop()
    assert len(tries) == 3


def test_a_bug_in_the_thread_reaches_the_process_and_leaves_no_old_figures() -> None:
    answers = iter([{FIRST: Lag(5, 2.5)}, ZeroDivisionError()])
    reporter = LagReporter(lambda: ScriptedMeter(answers), Metrics(), 0.005)  # type: ignore[arg-type,return-value]
    reporter.check()
    reporter.start()

    def has_failed() -> bool:
        try:
            reporter.check()
        except ZeroDivisionError:
            return True
        return False

    wait_until(has_failed)
    assert reporter.newest is None
    reporter.stop()


def test_the_reporter_says_how_long_a_transaction_is_open() -> None:
    metrics = Metrics()
    answers = iter([{FIRST: Lag(0, 0.0, blocked_at=7)}] * 1_000)
    reporter = LagReporter(lambda: ScriptedMeter(answers), metrics, 0.005)  # type: ignore[arg-type,return-value]
    reporter.start()
    labels = {"topic": TOPIC, "partition": "0"}
    sample = metrics.registry.get_sample_value
    wait_until(lambda: (sample("tocsin_open_transaction_seconds", labels) or 0) > 0)
    reporter.stop()
