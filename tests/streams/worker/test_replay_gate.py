"""Which articles of a bounded run come in, and which partitions wait for the others."""

import math
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from kafka import TopicPartition

from streams.worker.bounds import Bounds
from streams.worker.fetch_holds import FetchHolds, HoldReason
from streams.worker.replay_gate import ReplayGate

SPANS = {0: (10, 20), 1: (0, 1_000), 2: (0, 1_000)}


@dataclass(frozen=True)
class Message:
    partition: int
    offset: int
    timestamp: float | None = 0.0

    @property
    def tp(self) -> TopicPartition:
        return TopicPartition("news.articles", self.partition)


@dataclass(frozen=True)
class Event:
    message: Message


@dataclass
class Consumer:
    """Faust's, as far as it is held: the partitions that are not fetched."""

    paused: set[int] = field(default_factory=set)
    _buffered_partitions: set[Any] = field(default_factory=set)

    def assignment(self) -> set[Any]:
        return set()

    def on_buffer_full(self, tp: Any) -> None:
        self.paused.add(tp.partition)

    def on_buffer_drop(self, tp: Any) -> None:
        self.paused.discard(tp.partition)


def gate(pace_ms: int = 1_000) -> tuple[ReplayGate, Consumer]:
    consumer = Consumer()
    holds = FetchHolds(lambda: consumer)
    holds.renew()
    return ReplayGate(Bounds("one", SPANS, pace_ms), holds), consumer


def admit(one: ReplayGate, partition: int, *offsets: int, seconds: float | None = 0.0) -> list[int]:
    events = [Event(Message(partition, offset, seconds)) for offset in offsets]
    return [event.message.offset for event in one.admit(events)]


def test_only_articles_within_the_bounds_come_in_and_what_is_beyond_is_not_fetched() -> None:
    one, consumer = gate()
    assert admit(one, 0, 8, 9, 10, 19, 20, 21) == [10, 19]
    one.pause_partitions_ahead(-math.inf)
    assert consumer.paused == {0}
    assert not one.is_waiting


def test_a_record_whose_timestamp_is_refused_comes_in_and_holds_no_partition() -> None:
    one, consumer = gate()
    one.moment_ms = lambda message: None if message.timestamp is None else 5_000
    assert admit(one, 1, 0, seconds=None) == [0]
    one.pause_partitions_ahead(-math.inf)
    one.pause_partitions_ahead(0)
    assert consumer.paused == set()
    admit(one, 1, 1)
    one.pause_partitions_ahead(3_999)
    assert consumer.paused == {1}


def test_a_partition_that_is_ahead_waits_until_the_others_have_come_after() -> None:
    one, consumer = gate()
    admit(one, 1, 0, seconds=5.0)
    admit(one, 2, 0, seconds=9.0)
    one.pause_partitions_ahead(5_000)
    assert consumer.paused == {2}
    assert one.is_waiting
    one.pause_partitions_ahead(8_000)
    assert consumer.paused == set()
    assert not one.is_waiting


def test_before_anything_is_known_each_counts_from_its_own_first_article() -> None:
    one, consumer = gate()
    admit(one, 1, 0, seconds=100.0)
    one.pause_partitions_ahead(-math.inf)
    assert consumer.paused == set()
    admit(one, 1, 1, seconds=102.0)
    one.pause_partitions_ahead(-math.inf)
    assert consumer.paused == {1}


def test_a_rebalance_begins_anew_and_an_article_without_a_time_is_of_the_beginning() -> None:
    one, consumer = gate()
    admit(one, 1, 0, seconds=None)
    admit(one, 1, 1, seconds=50.0)
    one.pause_partitions_ahead(0)
    assert consumer.paused == {1}
    one.forget()
    assert consumer.paused == set()
    one.pause_partitions_ahead(0)
    assert consumer.paused == set()


def test_a_full_inbox_holds_a_partition_that_the_gate_lets_go_and_the_other_way_round() -> None:
    one, consumer = gate()
    tp = TopicPartition("news.articles", 1)
    admit(one, 1, 0, seconds=5.0)
    one.pause_partitions_ahead(0)
    one.holds.hold(HoldReason.INBOX_FULL, tp)
    one.pause_partitions_ahead(5_000)
    assert consumer.paused == {1}
    assert one.holds.reasons(tp) == [HoldReason.INBOX_FULL]
    one.pause_partitions_ahead(0)
    one.holds.release(HoldReason.INBOX_FULL, tp)
    assert consumer.paused == {1}
    one.pause_partitions_ahead(5_000)
    assert consumer.paused == set()


@given(st.lists(st.tuples(st.sampled_from([1, 2]), st.integers(0, 50)), max_size=40))
def test_somebody_can_always_go_on(articles: list[tuple[int, int]]) -> None:
    one, consumer = gate(pace_ms=3_000)
    newest = {1: 0.0, 2: 0.0}
    admit(one, 1, 0)
    admit(one, 2, 0)
    for number, (partition, seconds) in enumerate(articles):
        if partition in consumer.paused:
            continue
        admit(one, partition, number + 1, seconds=seconds)
        newest[partition] = max(newest[partition], seconds)
        # What was read is committed, whatever waits; lateness is a second.
        one.pause_partitions_ahead(min(newest.values()) * 1000 - 1_000)
        assert consumer.paused != {1, 2}
        slowest = min(newest, key=lambda tp: newest[tp])
        assert slowest not in consumer.paused
