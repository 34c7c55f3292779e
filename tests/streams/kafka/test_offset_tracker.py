"""The low-water mark of each partition: what may be committed, and its event time."""

import pytest
from aiokafka.structs import TopicPartition as ClientPartition

from streams.kafka.envelope import Record, TopicPartition
from streams.kafka.offset_tracker import CommittableOffset, OffsetTracker, PartitionProgress

ONE, OTHER = TopicPartition("t", 0), TopicPartition("t", 1)


def record(offset: int, timestamp_ms: int = 0, tp: TopicPartition = ONE) -> Record:
    return Record(tp.topic, tp.partition, offset, timestamp_ms, None, None, [])


def process(tracker: OffsetTracker, *records: Record) -> None:
    tracker.finish(tracker.begin(records).offsets)


def test_offset_and_event_time_are_one_snapshot_of_what_is_safe_to_commit() -> None:
    tracker = OffsetTracker()
    oldest = tracker.begin([record(4, 400)])
    process(tracker, record(5, 900), record(6, 500))
    process(tracker, record(8, 100, OTHER))
    assert tracker.committable() == {OTHER: CommittableOffset(9, 100)}
    tracker.finish(oldest.offsets)
    asked = tracker.committable()
    assert asked == {ONE: CommittableOffset(7, 900), OTHER: CommittableOffset(9, 100)}
    # A record that is finished while the commit is under way waits for the next one.
    process(tracker, record(7, 950))
    tracker.committed(asked)
    assert tracker.committable() == {ONE: CommittableOffset(8, 950)}


def test_records_that_were_begun_before_are_not_begun_again() -> None:
    tracker = OffsetTracker()
    assert tracker.begin([record(0), record(1), record(0)]).records == [record(0), record(1)]
    again = tracker.begin([record(1)])
    assert again.records == []
    tracker.finish(again.offsets)
    assert tracker.committable() == {}


@pytest.mark.parametrize("partitions", [[ONE], None])
def test_a_batch_of_a_forgotten_partition_finishes_no_later_one(
    partitions: list[TopicPartition] | None,
) -> None:
    tracker = OffsetTracker()
    old = tracker.begin([record(3), record(3, tp=OTHER)])
    tracker.forget(partitions)
    assert ONE not in tracker
    assert (OTHER in tracker) == (partitions is not None)
    new = tracker.begin([record(3)])
    tracker.finish(old.offsets)
    assert ONE not in tracker.committable()
    tracker.finish(new.offsets)
    assert tracker.committable()[ONE] == CommittableOffset(4, 0)


def test_a_partition_equals_the_same_partition_of_a_client() -> None:
    tracker = OffsetTracker()
    process(tracker, record(3))
    tracker.forget([ClientPartition("t", 0)])
    assert tracker.committable() == {}


def test_gaps_and_missing_records_move_the_mark_only_behind_finished_records() -> None:
    tracker = OffsetTracker()
    batch = tracker.begin([record(0, 5)])
    tracker.skip_gap(ONE, 1, 4)
    tracker.skip_gap(ONE, 6, 9)
    tracker.skip_to(ONE, 20)
    assert tracker.committable() == {}
    tracker.finish(batch.offsets)
    assert tracker.committable() == {ONE: CommittableOffset(4, 5)}
    tracker.skip_to(ONE, 20)
    assert tracker.committable() == {ONE: CommittableOffset(20, 5)}


def test_progress_tells_begun_from_finished_and_names_the_oldest_unfinished_event_time() -> None:
    tracker = OffsetTracker()
    first = tracker.begin([record(0, timestamp_ms=50), record(1, timestamp_ms=40)])
    second = tracker.begin([record(2, timestamp_ms=70)])
    topic, partition = ONE
    assert tracker.progress(topic) == {partition: PartitionProgress(0, 3, 70, 40)}
    tracker.finish(second.offsets)
    assert tracker.progress(topic) == {partition: PartitionProgress(0, 3, 70, 40)}
    tracker.finish(first.offsets)
    assert tracker.progress(topic) == {partition: PartitionProgress(3, 3, 70)}
    assert tracker.progress("other") == {}
