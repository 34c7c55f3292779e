"""Which articles of a bounded run come in, and which partitions wait for the others."""

import math
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from streams.kafka.envelope import TopicPartition
from streams.worker.bounds import Bounds
from streams.worker.fetch_holds import FetchHolds, HoldReason
from streams.worker.replay_gate import ReplayGate
from tests.streams.worker.records import ARTICLES, records

SPANS = {0: (10, 20), 1: (0, 1_000), 2: (0, 1_000)}


@dataclass
class Group:
    """The consumer group, as far as partitions are held: those that are not fetched."""

    paused: set[int] = field(default_factory=set)

    def stop_fetching(self, tp: TopicPartition) -> None:
        self.paused.add(tp.partition)

    def resume_fetching(self, tp: TopicPartition) -> None:
        self.paused.discard(tp.partition)


def gate(pace_ms: int = 1_000) -> tuple[ReplayGate, Group]:
    group = Group()
    holds = FetchHolds(group)  # type: ignore[arg-type]  # only the methods that hold
    holds.renew()
    return ReplayGate(Bounds("one", SPANS, pace_ms), holds), group


def admit(one: ReplayGate, partition: int, *offsets: int, seconds: float = 0.0) -> list[int]:
    tp = TopicPartition(ARTICLES, partition)
    fetched = records(*offsets, tp=tp, timestamp_ms=round(seconds * 1000))
    return [record.offset for record in one.admit(fetched)]


def test_only_articles_within_the_bounds_come_in_and_what_is_beyond_is_not_fetched() -> None:
    one, group = gate()
    assert admit(one, 0, 8, 9, 10, 19, 20, 21) == [10, 19]
    one.pause_partitions_ahead(-math.inf)
    assert group.paused == {0}
    assert not one.is_waiting


def test_a_record_whose_timestamp_is_refused_comes_in_and_holds_no_partition() -> None:
    one, group = gate()
    one.event_time_ms = lambda record: None if record.offset == 0 else 5_000
    assert admit(one, 1, 0) == [0]
    one.pause_partitions_ahead(-math.inf)
    one.pause_partitions_ahead(0)
    assert group.paused == set()
    admit(one, 1, 1)
    one.pause_partitions_ahead(3_999)
    assert group.paused == {1}


def test_a_partition_that_is_ahead_waits_until_the_others_have_come_after() -> None:
    one, group = gate()
    admit(one, 1, 0, seconds=5.0)
    admit(one, 2, 0, seconds=9.0)
    one.pause_partitions_ahead(5_000)
    assert group.paused == {2}
    assert one.is_waiting
    one.pause_partitions_ahead(8_000)
    assert group.paused == set()
    assert not one.is_waiting


def test_before_anything_is_known_each_counts_from_its_own_first_article() -> None:
    one, group = gate()
    admit(one, 1, 0, seconds=100.0)
    one.pause_partitions_ahead(-math.inf)
    assert group.paused == set()
    admit(one, 1, 1, seconds=102.0)
    one.pause_partitions_ahead(-math.inf)
    assert group.paused == {1}


def test_a_rebalance_begins_again_and_an_article_without_a_time_is_of_the_beginning() -> None:
    one, group = gate()
    admit(one, 1, 0)
    admit(one, 1, 1, seconds=50.0)
    one.pause_partitions_ahead(0)
    assert group.paused == {1}
    one.forget()
    assert group.paused == set()
    one.pause_partitions_ahead(0)
    assert group.paused == set()


def test_a_full_inbox_holds_a_partition_that_the_gate_lets_go_and_the_other_way_round() -> None:
    one, group = gate()
    tp = TopicPartition("news.articles", 1)
    admit(one, 1, 0, seconds=5.0)
    one.pause_partitions_ahead(0)
    one.holds.hold(HoldReason.INBOX_FULL, tp)
    one.pause_partitions_ahead(5_000)
    assert group.paused == {1}
    assert one.holds.reasons(tp) == [HoldReason.INBOX_FULL]
    one.pause_partitions_ahead(0)
    one.holds.release(HoldReason.INBOX_FULL, tp)
    assert group.paused == {1}
    one.pause_partitions_ahead(5_000)
    assert group.paused == set()


@given(st.lists(st.tuples(st.sampled_from([1, 2]), st.integers(0, 50)), max_size=40))
def test_a_partition_can_always_continue(articles: list[tuple[int, int]]) -> None:
    one, group = gate(pace_ms=3_000)
    newest = {1: 0.0, 2: 0.0}
    admit(one, 1, 0)
    admit(one, 2, 0)
    for number, (partition, seconds) in enumerate(articles):
        if partition in group.paused:
            continue
        admit(one, partition, number + 1, seconds=seconds)
        newest[partition] = max(newest[partition], seconds)
        # What was read is committed, whatever waits; lateness is a second.
        one.pause_partitions_ahead(min(newest.values()) * 1000 - 1_000)
        assert group.paused != {1, 2}
        slowest = min(newest, key=lambda tp: newest[tp])
        assert slowest not in group.paused
