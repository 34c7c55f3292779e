"""kafka-python's consumer through the guard: bounds, rests, errors, and paused partitions."""

import time
from collections.abc import Callable, Mapping, Sequence
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka import TopicPartition
from kafka.consumer import fetcher, group
from kafka.consumer.subscription_state import SubscriptionState
from raw_batches import Raw, batch

from streams.errors import UnreadableLogError
from streams.kafka import subscriber
from streams.kafka.connection import Connection
from streams.kafka.fetching import kafka_python_guard
from streams.kafka.fetching.batch import Batch
from streams.kafka.fetching.kafka_python_guard import GuardedFetcher
from streams.kafka.fetching.layout import HANDED_ON_BYTES

A, B, C = (TopicPartition("news.articles", number) for number in range(3))
HALF = Raw(b"x" * (HANDED_ON_BYTES // 2))
DAMAGED = batch([Raw()], base=5, last_delta=-5)
MAX_POLL_RECORDS = 4


def test_every_consumer_of_a_connection_is_guarded() -> None:
    Connection.plaintext("localhost:9092").kafka_python()
    assert group.Fetcher is GuardedFetcher
    assert fetcher.MemoryRecords is kafka_python_guard.GuardedRecords


def taken(data: bytes) -> Any:
    records = kafka_python_guard.GuardedRecords(data)
    return kafka_python_guard.GuardedPartitionRecords(0, B, records, check_crcs=False)


def test_kafka_python_takes_a_bounded_number_of_bytes_or_of_records() -> None:
    part = taken(batch([HALF] * 5))
    assert [len(part.take(500)) for _ in range(3)] == [2, 2, 1]
    assert len(taken(batch([Raw()] * 5)).take(3)) == 3


def test_kafka_python_takes_what_stands_before_an_end_that_is_not_known_and_then_raises() -> None:
    part = taken(batch([Raw()] * 5) + DAMAGED)
    assert len(part.take(500)) == 5
    for _ in range(2):
        with pytest.raises(UnreadableLogError, match="offset 5"):
            part.take(500)


def test_a_poll_of_kafka_python_ends_where_the_bytes_are_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fetcher.Fetcher, "_append", lambda *_: 2)
    append = object.__new__(GuardedFetcher)._append  # noqa: SLF001 - kafka-python's
    enough = SimpleNamespace(taken_bytes=HANDED_ON_BYTES)
    assert append({}, enough, 500, True) == 500
    assert append({}, SimpleNamespace(taken_bytes=9), 500, True) == 2


def test_kafka_python_rests_after_an_empty_answer_and_no_longer_than_it_may_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers: list[tuple[dict[str, int], bool]] = [({}, False), ({}, False), ({"a": 1}, False)]
    monkeypatch.setattr(fetcher.Fetcher, "fetch_records", lambda *_: answers.pop(0))
    slept: list[float] = []
    own = SimpleNamespace(monotonic=time.monotonic, sleep=slept.append)
    monkeypatch.setattr(kafka_python_guard, "time", own)
    guarded = object.__new__(GuardedFetcher)
    guarded.fetch_records(timeout_ms=500)
    guarded.fetch_records(timeout_ms=2)
    guarded.fetch_records(timeout_ms=500)
    assert slept[0] == 0.005
    assert 0 < slept[1] <= 0.002
    assert len(slept) == 2


class Consumer:
    """A consumer with the guarded fetcher, whose fetches are answered without a broker.

    Args:
        logs: The batches of each partition.
        arrange: Puts the partitions of a fetch into the order in which they are answered.
    """

    def __init__(
        self,
        logs: Mapping[TopicPartition, Sequence[bytes]],
        arrange: Callable[[list[TopicPartition]], list[TopicPartition]] = list,
    ) -> None:
        Connection.plaintext("localhost:9092").kafka_python()
        self.logs, self.arrange = logs, arrange
        self.positions = SubscriptionState("earliest")
        client: Any = SimpleNamespace(_manager=SimpleNamespace(_net=None))
        self.fetcher = GuardedFetcher(client, self.positions)
        self.assign(list(logs))
        for tp in logs:
            self.seek(tp, 0)

    def assign(self, tps: Sequence[TopicPartition]) -> None:
        self.positions.assign_from_user(tps)

    def seek(self, tp: TopicPartition, offset: int) -> None:
        self.positions.seek(tp, offset)

    def pause(self, *tps: TopicPartition) -> None:
        for tp in tps:
            self.positions.pause(tp)

    def resume(self, *tps: TopicPartition) -> None:
        for tp in tps:
            self.positions.resume(tp)

    def position(self, tp: TopicPartition) -> int:
        return int(self.positions.position(tp).offset)

    def poll(self, timeout_ms: int = 0) -> dict[TopicPartition, list[Any]]:
        assert timeout_ms >= 0
        records, is_partial = self.fetcher.fetched_records(MAX_POLL_RECORDS)
        if not is_partial:
            self.fetch()
        return dict(records or self.fetcher.fetched_records(MAX_POLL_RECORDS)[0])

    def fetch(self) -> list[TopicPartition]:
        """Answer the fetch of every partition that the fetcher would ask for now."""
        asked = self.arrange(self.fetcher._fetchable_partitions())  # noqa: SLF001 - kafka-python's
        for tp in asked:
            offset = self.position(tp)
            batches = [
                one for one in self.logs[tp] if Batch(memoryview(one), "").last_offset >= offset
            ]
            data = SimpleNamespace(
                error_code=0,
                high_watermark=100,
                records=b"".join(batches),
                aborted_transactions=None,
                diverging_epoch=None,
                preferred_read_replica=-1,
            )
            answer = fetcher.CompletedFetch(tp, offset, 12, data, None)
            self.fetcher._completed_fetches.append(answer)  # noqa: SLF001 - kafka-python's
        return asked

    def fetched(self, max_records: int = 500) -> dict[TopicPartition, list[int]]:
        """Return the offsets of what a poll returns of the records that are there."""
        records, _ = self.fetcher.fetched_records(max_records)
        return {tp: [record.offset for record in several] for tp, several in records.items()}


def test_a_resumed_partition_continues_with_its_fetched_records_behind_a_drained_one() -> None:
    consumer = Consumer({B: [batch([HALF] * 5)], A: [batch([Raw()])]})
    assert consumer.fetch() == [B, A]
    assert consumer.fetched() == {B: [0, 1]}
    consumer.pause(B)
    assert consumer.fetched() == {A: [0]}
    consumer.pause(A)
    consumer.resume(B)
    # Neither is fetched again: A is paused, and of B records are there.
    assert consumer.fetch() == []
    assert [consumer.fetched() for _ in range(3)] == [{B: [2, 3]}, {B: [4]}, {}]
    assert consumer.fetch() == [B]


def test_a_resumed_partition_that_was_placed_elsewhere_is_fetched_from_there() -> None:
    consumer = Consumer({B: [batch([HALF] * 5)], A: [batch([Raw()])]})
    consumer.fetch()
    consumer.fetched()
    consumer.pause(B)
    consumer.fetched()
    consumer.pause(A)
    consumer.seek(B, 4)
    consumer.resume(B)
    assert consumer.fetched() == {}
    assert consumer.fetch() == [B]
    assert consumer.fetched() == {B: [4]}


def test_resumed_partitions_take_turns_with_one_that_has_many_records() -> None:
    logs = {B: [batch([Raw()] * 4)], C: [batch([Raw()] * 4)], A: [batch([Raw()] * 9)]}
    consumer = Consumer(logs)
    consumer.fetch()
    assert consumer.fetched(2) == {B: [0, 1]}
    consumer.pause(B)
    assert consumer.fetched(2) == {C: [0, 1]}
    consumer.pause(C)
    assert consumer.fetched(2) == {A: [0, 1]}
    consumer.resume(B, C)
    found = [consumer.fetched(2) for _ in range(3)]
    assert found == [{B: [2, 3]}, {C: [2, 3]}, {A: [2, 3]}]


def test_a_poll_behind_a_log_that_cannot_be_read_raises_until_the_consumer_seeks() -> None:
    consumer = Consumer({A: [batch([Raw()] * 5) + DAMAGED]})
    consumer.fetch()
    assert consumer.fetched() == {A: list(range(5))}
    for _ in range(2):
        with pytest.raises(UnreadableLogError, match="offset 5"):
            consumer.fetched()
    consumer.seek(A, 6)
    assert consumer.fetched() == {}
    assert consumer.fetch() == [A]


@given(
    sizes=st.lists(st.lists(st.integers(1, 3 * MAX_POLL_RECORDS), max_size=3), max_size=4),
    times=st.randoms(use_true_random=False),
)
def test_a_reading_in_the_order_of_time_has_every_record_whatever_comes_first(
    sizes: list[list[int]], times: Random
) -> None:
    logs, ends = {}, {}
    for number, counts in enumerate(sizes):
        tp, base = TopicPartition("news.articles", number), 0
        logs[tp] = []
        for count in counts:
            stamp_ms = times.randrange(1, 9)
            logs[tp].append(batch([Raw()] * count, base=base, timestamp_ms=stamp_ms))
            base += count
        ends[tp] = base
    consumer = Consumer(logs, lambda asked: times.sample(asked, len(asked)))
    with patch.object(subscriber, "STALLED_SECONDS", 0.5):
        read = list(subscriber.read(consumer, dict.fromkeys(ends, 0), ends))
    came = [(one.partition, one.offset) for one in read]
    assert sorted(came) == [(tp.partition, n) for tp, end in ends.items() for n in range(end)]
