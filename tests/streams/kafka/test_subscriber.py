"""Positions and order in which a subscriber reads several partitions."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kafka import TopicPartition

from streams.errors import BrokerUnavailableError, TopicMismatchError
from streams.kafka import subscriber
from streams.kafka.subscriber import follow, offsets_since, partitions_of, read, scan

A0, A1 = TopicPartition("a", 0), TopicPartition("a", 1)
Make = Callable[..., Any]


def test_partitions_are_listed_and_every_missing_topic_is_named(log: Make) -> None:
    consumer = log([], {"a": 2})
    assert partitions_of(consumer, ["a"]) == [A0, A1]
    with pytest.raises(TopicMismatchError, match="no topic b and no topic c"):
        partitions_of(consumer, ["a", "b", "c"])


def test_a_topic_that_the_client_dropped_for_a_moment_is_asked_for_again(log: Make) -> None:
    answers = [None, set(), {1, 0}]
    consumer = log([], {"a": 2})
    consumer.partitions_for_topic = lambda _topic: answers.pop(0)
    assert partitions_of(consumer, ["a"]) == [A0, A1]
    assert not answers


def test_a_reading_that_gets_nothing_where_more_must_come_ends_with_the_place(
    log: Make, record: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriber, "STALLED_SECONDS", 0.0)
    for way in (read, scan):
        consumer = log([record("a", 0, 0, 1)], {"a": 1})
        # kafka-python gives nothing, and says nothing, while the broker is away.
        monkeypatch.setattr(consumer, "poll", lambda **_: {})
        with pytest.raises(BrokerUnavailableError, match="a partition 0 at offset 0 of 1"):
            list(way(consumer, {A0: 0}, {A0: 1}))


def test_a_scan_gives_every_record_before_the_ends_and_passes_gaps(log: Make, record: Make) -> None:
    records = [record("a", n % 2, n // 2, 1_000 + n) for n in range(11)]
    consumer = log(records, {"a": 2}, ends={A0: 9, A1: 9})
    came = [(r.partition, r.offset) for r in scan(consumer, {A0: 1, A1: 0}, {A0: 9, A1: 3})]
    assert sorted(came) == [(0, n) for n in range(1, 6)] + [(1, n) for n in range(3)]


def test_reading_begins_at_the_first_record_of_the_time_or_at_the_end(
    log: Make, record: Make
) -> None:
    consumer = log([record("a", 0, 0, 1_000), record("a", 0, 1, 3_000), record("a", 1, 0, 500)],
                   {"a": 2})  # fmt: skip
    ends = consumer.end_offsets([A0, A1])
    assert offsets_since(consumer, ends, datetime.fromtimestamp(2, tz=UTC)) == {A0: 1, A1: 1}


def test_a_moment_before_1970_is_the_beginning(log: Make, record: Make) -> None:
    consumer = log([record("a", 0, 0, 1_000)], {"a": 1})
    assert offsets_since(consumer, {A0: 1}, datetime(1066, 10, 14, tzinfo=UTC)) == {A0: 0}


def test_records_of_all_partitions_come_in_the_order_of_their_time(log: Make, record: Make) -> None:
    records = [record("a", n % 2, n // 2, 1_000 + n) for n in range(11)]
    consumer = log(records, {"a": 2})
    came = list(read(consumer, {A0: 0, A1: 0}, consumer.end_offsets([A0, A1])))
    assert [r.timestamp_ms for r in came] == [r.timestamp for r in records]


def test_reading_begins_and_ends_where_it_should_though_more_is_there(
    log: Make, record: Make
) -> None:
    consumer = log([record("a", 0, n, n) for n in range(9)], {"a": 1})
    assert [r.offset for r in read(consumer, {A0: 2}, {A0: 5})] == [2, 3, 4]


def test_an_empty_range_is_not_polled_for(log: Make, record: Make) -> None:
    consumer = log([record("a", 0, 0, 1)], {"a": 2})
    assert list(read(consumer, {A0: 1, A1: 0}, {A0: 1, A1: 0})) == []
    assert consumer.polls == 0


def test_a_gap_at_the_end_does_not_hold_the_reading_up(log: Make, record: Make) -> None:
    # A transaction's marker takes an offset and is never given out.
    consumer = log([record("a", 0, 0, 1)], {"a": 1}, ends={A0: 3})
    assert [r.offset for r in read(consumer, {A0: 0}, {A0: 3})] == [0]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    data=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 50)), max_size=30),
    most=st.integers(1, 5),
)
def test_every_record_comes_once_and_in_its_partitions_order(
    log: Make, record: Make, data: list[tuple[int, int]], most: int
) -> None:
    counts = [0, 0, 0]
    records = []
    for partition, timestamp in data:
        records.append(record("a", partition, counts[partition], timestamp))
        counts[partition] += 1
    consumer = log(records, {"a": 3}, most_a_poll=most)
    tps = partitions_of(consumer, ["a"])
    came = [
        (r.partition, r.offset)
        for r in read(consumer, dict.fromkeys(tps, 0), consumer.end_offsets(tps))
    ]
    assert sorted(came) == sorted((r.partition, r.offset) for r in records)
    for number in range(3):
        offsets = [offset for partition, offset in came if partition == number]
        assert offsets == sorted(offsets)


def test_following_goes_on_from_its_start(log: Make, record: Make) -> None:
    records = [record("a", n % 2, n // 2, 1_000 - n) for n in range(8)]
    consumer = log(records, {"a": 2}, most_a_poll=1)
    came = list(islice(follow(consumer, {A0: 1, A1: 2}), 5))
    assert {(r.partition, r.offset) for r in came} == {(0, 1), (0, 2), (0, 3), (1, 2), (1, 3)}
