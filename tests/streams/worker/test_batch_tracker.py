"""What may be committed, whatever Faust delivers twice, late or out of order."""

import asyncio
import random
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from streams.kafka.envelope import Record, TopicPartition
from streams.kafka.offset_tracker import Batch, CommittableOffset
from streams.worker.batch_tracker import BatchTracker
from tests.streams.worker.records import OTHER, PARTITION, record, records


def committable(tracker: BatchTracker) -> dict[TopicPartition, int]:
    return {tp: one.offset for tp, one in tracker.committable().items()}


def process(tracker: BatchTracker, generation: int, batch: list[Record]) -> None:
    tracker.finish(generation, tracker.begin(generation, batch).offsets)


def begun(tracker: BatchTracker, generation: int, batch: list[Record]) -> list[int]:
    return offsets(tracker.begin(generation, batch).records)


def offsets(batch: list[Record]) -> list[int]:
    return [one.offset for one in batch]


def test_a_batch_is_committable_when_it_is_finished_and_until_it_is_committed() -> None:
    tracker = BatchTracker()
    batch = tracker.begin(1, records(5, 6, 7))
    assert committable(tracker) == {}
    tracker.finish(1, batch.offsets)
    assert committable(tracker) == {PARTITION: 8}
    tracker.committed(tracker.committable())
    assert committable(tracker) == {}


def test_what_was_finished_while_a_commit_ran_stays() -> None:
    tracker = BatchTracker()
    process(tracker, 1, records(0))
    asked = tracker.committable()
    process(tracker, 1, records(1))
    tracker.committed(asked)
    assert committable(tracker) == {PARTITION: 2}


def test_a_record_delivered_twice_is_processed_once() -> None:
    # Faust delivers the first records of a partition twice after the seek at its start.
    tracker = BatchTracker()
    batch = tracker.begin(1, records(0, 1, 0, 1, 2))
    assert offsets(batch.records) == [0, 1, 2]
    assert begun(tracker, 1, records(1, 2)) == []
    tracker.finish(1, batch.offsets)
    assert committable(tracker) == {PARTITION: 3}


def test_gaps_that_compaction_left_are_skipped() -> None:
    tracker = BatchTracker()
    process(tracker, 1, records(3, 9, 40))
    assert committable(tracker) == {PARTITION: 41}


def test_a_batch_that_finishes_first_waits_for_the_one_before_it() -> None:
    tracker = BatchTracker()
    first = tracker.begin(1, records(0, 1))
    second = tracker.begin(1, records(2, 3))
    tracker.finish(1, second.offsets)
    assert committable(tracker) == {}
    tracker.finish(1, first.offsets)
    assert committable(tracker) == {PARTITION: 4}


def test_partitions_do_not_wait_for_each_other() -> None:
    tracker = BatchTracker()
    tracker.begin(1, records(0, 1))
    process(tracker, 1, records(7, tp=OTHER))
    assert committable(tracker) == {OTHER: 8}


def test_records_of_an_older_generation_are_left_for_their_new_owner() -> None:
    tracker = BatchTracker()
    batch = tracker.begin(2, [*records(4, generation=1), *records(9, tp=OTHER, generation=2)])
    assert [one.tp for one in batch.records] == [OTHER]


def test_records_are_current_in_their_generation_and_while_partitions_are_assigned() -> None:
    tracker = BatchTracker()
    both = [*records(0, generation=1), *records(1, generation=2)]
    assert offsets(tracker.current(1, both)) == [0]
    assert offsets(tracker.current(2, both)) == [1]
    tracker.forget()
    assert tracker.current(2, both) == []
    tracker.reopen()
    assert offsets(tracker.current(2, both)) == [1]
    tracker.stopping = True
    assert tracker.current(2, both) == []


def test_a_batch_that_outlives_its_generation_is_not_committable() -> None:
    tracker = BatchTracker()
    old = tracker.begin(1, records(0, 1, 2))
    new = tracker.begin(2, records(0, generation=2))
    tracker.finish(1, old.offsets)
    assert committable(tracker) == {}
    tracker.finish(2, new.offsets)
    assert committable(tracker) == {PARTITION: 1}


def test_a_batch_whose_partitions_were_revoked_is_not_committable() -> None:
    tracker = BatchTracker()
    batch = tracker.begin(1, records(0, 1, 2))
    tracker.forget()
    tracker.finish(1, batch.offsets)
    assert committable(tracker) == {}


def test_a_batch_begun_again_after_its_partition_came_back_is_not_finished_by_the_old_one() -> None:
    tracker = BatchTracker()
    old = tracker.begin(1, records(0, 1, 2))
    tracker.forget()
    tracker.reopen()
    new = tracker.begin(1, records(0, 1, 2))
    tracker.finish(1, old.offsets)
    assert committable(tracker) == {}
    tracker.finish(1, new.offsets)
    assert committable(tracker) == {PARTITION: 3}


def test_a_new_generation_may_start_further_back() -> None:
    tracker = BatchTracker()
    process(tracker, 1, records(10, 11))
    assert begun(tracker, 2, records(10, 11, generation=2)) == [10, 11]


def test_a_consumer_that_goes_back_does_all_from_there_again_before_a_commit() -> None:
    tracker = BatchTracker()
    held = tracker.begin(1, records(5, 6))
    process(tracker, 1, records(7))
    back = tracker.begin(1, records(4, 5))
    assert offsets(back.records) == [4, 5]
    # The batch from before the step back no longer counts, nor what was finished then.
    tracker.finish(1, held.offsets)
    assert committable(tracker) == {}
    tracker.finish(1, back.offsets)
    assert committable(tracker) == {PARTITION: 6}
    assert begun(tracker, 1, records(6, 7)) == [6, 7]


def test_two_batches_that_begin_at_one_offset_are_two() -> None:
    tracker = BatchTracker()
    old = tracker.begin(1, records(5, 6))
    process(tracker, 1, records(4))
    again = tracker.begin(1, records(5, 6, 7, 8))
    after = tracker.begin(1, records(9))
    # The old one is as long as a part of the new one; the rest of that is still being worked on.
    tracker.finish(1, old.offsets)
    tracker.finish(1, after.offsets)
    assert committable(tracker) == {PARTITION: 5}
    tracker.finish(1, again.offsets)
    assert committable(tracker) == {PARTITION: 10}


def test_what_comes_before_a_step_back_in_a_batch_is_left_for_its_second_coming() -> None:
    tracker = BatchTracker()
    tracker.begin(1, records(7))
    batch = tracker.begin(1, [*records(8, 9), *records(0, tp=OTHER), *records(4, 5)])
    assert [(one.tp, one.offset) for one in batch.records] == [
        (OTHER, 0), (PARTITION, 4), (PARTITION, 5),
    ]  # fmt: skip
    tracker.finish(1, batch.offsets)
    # What was begun before is not finished: 6 and 7 are read again.
    assert committable(tracker) == {OTHER: 1, PARTITION: 6}
    assert begun(tracker, 1, records(6, 7, 8, 9)) == [6, 7, 8, 9]


def test_nothing_is_begun_while_stopping() -> None:
    tracker = BatchTracker()
    tracker.stopping = True
    assert begun(tracker, 1, records(0)) == []


def test_idle_waits_for_every_batch_in_flight() -> None:
    async def run() -> None:
        tracker = BatchTracker()
        assert await tracker.idle(0.01)
        first = tracker.begin(1, records(0))
        second = tracker.begin(1, records(0, tp=OTHER))
        tracker.finish(1, first.offsets)
        assert not await tracker.idle(0.01)
        asyncio.get_running_loop().call_soon(tracker.finish, 1, second.offsets)
        assert await tracker.idle(5.0)

    asyncio.run(run())


@dataclass
class Era:
    """What a partition's reading came to since it was assigned, or since a step back."""

    start: int
    next: int
    finished: set[int] = field(default_factory=set)


class Deliveries(RuleBasedStateMachine):
    """Batches end in any order; between them redelivery, commits, rebalances and steps back.

    Each partition is a log whose offsets hold a record or none. A commit is asked for at one
    moment and answered at another, and may fail.
    """

    def __init__(self) -> None:
        super().__init__()
        self.tracker = BatchTracker()
        self.generation = 1
        self.durable = dict.fromkeys((PARTITION, OTHER), 40)
        self.eras = {tp: Era(40, 40) for tp in self.durable}
        self.in_flight: list[tuple[int, Batch, dict[TopicPartition, Era]]] = []
        self.asked: dict[TopicPartition, CommittableOffset] | None = None

    @initialize(seed=st.integers(0, 2**16), density=st.sampled_from([0.1, 0.5, 0.9, 1.0]))
    def write(self, seed: int, density: float) -> None:
        """Event times in no order: what may be said of them must hold all the same."""
        chance = random.Random(seed)  # noqa: S311 - hypothesis draws the seed
        self.logs = {
            tp: [chance.randrange(1_000) if chance.random() < density else None for _ in range(999)]
            for tp in self.durable
        }

    def records(self, tp: TopicPartition, start: int, end: int) -> list[int]:
        return [n for n in range(start, end) if self.logs[tp][n] is not None]

    def event_time_ms(self, tp: TopicPartition, start: int, end: int) -> int | None:
        return max((ms for ms in self.logs[tp][start:end] if ms is not None), default=None)

    @rule(counts=st.tuples(st.integers(0, 6), st.integers(0, 6)), again=st.integers(0, 3))
    def read(self, counts: tuple[int, int], again: int) -> None:
        batch: list[Record] = []
        gaps = []
        expected = []
        for (tp, era), count in zip(self.eras.items(), counts, strict=True):
            since, era.next = era.next, era.next + count
            new = self.records(tp, since, era.next)
            expected += new
            for n in [*self.records(tp, max(era.start, since - again), since), *new]:
                moment_ms = self.logs[tp][n] or 0
                batch.append(record(n, tp=tp, timestamp_ms=moment_ms, generation=self.generation))
            behind = new[-1] + 1 if new else since
            if era.next > behind:
                gaps.append((tp, behind, era.next))
        started = self.tracker.begin(self.generation, batch)
        assert offsets(started.records) == expected
        for one in gaps:
            self.tracker.skip_gap(self.generation, *one)
        if started.records:
            self.in_flight.append((self.generation, started, dict(self.eras)))

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, len(self.in_flight) - 1))
        self._finish(*self.in_flight.pop(index))

    def _finish(self, generation: int, batch: Batch, eras: dict[TopicPartition, Era]) -> None:
        self.tracker.finish(generation, batch.offsets)
        for one in batch.records:
            eras[one.tp].finished.add(one.offset)

    @precondition(lambda self: self.asked is None)
    @rule()
    def ask_for_a_commit(self) -> None:
        self.asked = self.tracker.committable()

    @precondition(lambda self: self.asked is not None)
    @rule(fails=st.booleans())
    def answer_the_commit(self, fails: bool) -> None:  # noqa: FBT001 - hypothesis gives it by name
        asked, self.asked = self.asked or {}, None
        if not fails:
            self.durable |= {tp: one.offset for tp, one in asked.items()}
            self.tracker.committed(asked)

    @rule()
    def rebalance(self) -> None:
        self.generation += 1
        self.asked = None
        self.eras = {tp: Era(start, start) for tp, start in self.durable.items()}
        self.tracker.forget()
        # What was read before still comes, and is too late.
        old = self.generation - 1
        assert begun(self.tracker, old, records(40, 41, generation=old)) == []
        self.tracker.skip_gap(old, PARTITION, 0, 500)
        self.tracker.reopen()

    @rule(tp=st.sampled_from([PARTITION, OTHER]), back=st.integers(1, 4), count=st.integers(1, 6))
    def go_back(self, tp: TopicPartition, back: int, count: int) -> None:
        start = self.eras[tp].start - back
        # Without a record behind it a step back is not seen, and needs not be.
        if (
            start < 0
            or self.logs[tp][start] is None
            or not self.records(tp, start + back, self.eras[tp].next)
        ):
            return
        self.asked = None
        self.eras[tp] = Era(start, start)
        self.durable[tp] = min(start, self.durable[tp])
        self.read((count, 0) if tp == PARTITION else (0, count), 0)

    @invariant()
    def nothing_is_committable_beyond_an_unfinished_record(self) -> None:
        for tp, one in self.tracker.committable().items():
            era = self.eras[tp]
            assert era.start < one.offset <= era.next
            assert era.finished.issuperset(self.records(tp, era.start, one.offset))

    @invariant()
    def the_event_time_is_that_of_the_records_before_the_offset(self) -> None:
        for tp, one in self.tracker.committable().items():
            start = self.eras[tp].start
            assert one.event_time_ms == self.event_time_ms(tp, start, one.offset)

    def teardown(self) -> None:
        """Everything that was read can be committed once all is finished, also what held none."""
        for each in self.in_flight:
            self._finish(*each)
        done = self.tracker.committable()
        self.durable |= {tp: one.offset for tp, one in done.items()}
        self.tracker.committed(done)
        assert self.tracker.committable() == {}
        for tp, era in self.eras.items():
            assert self.durable[tp] >= era.next


TestDeliveries = Deliveries.TestCase
TestDeliveries.settings = settings(max_examples=150, stateful_step_count=30)


def test_a_gap_is_skipped_when_nothing_before_it_is_in_flight() -> None:
    tracker = BatchTracker()
    batch = tracker.begin(1, records(5))
    tracker.skip_to(PARTITION, 9)
    assert committable(tracker) == {}
    tracker.finish(1, batch.offsets)
    tracker.skip_to(PARTITION, 9)
    assert committable(tracker) == {PARTITION: 9}
    assert tracker.committable()[PARTITION].event_time_ms == 0


def test_a_partition_without_a_record_is_skipped_too() -> None:
    tracker = BatchTracker()
    tracker.skip_to(OTHER, 3)
    assert committable(tracker) == {OTHER: 3}
    assert tracker.committable()[OTHER].event_time_ms is None


def test_skipping_never_goes_back() -> None:
    tracker = BatchTracker()
    process(tracker, 1, records(5))
    tracker.skip_to(PARTITION, 2)
    assert committable(tracker) == {PARTITION: 6}


def test_markers_behind_a_batch_are_committable_with_it() -> None:
    tracker = BatchTracker()
    batch = tracker.begin(1, records(5))
    tracker.skip_gap(1, PARTITION, 6, 8)
    assert committable(tracker) == {}
    tracker.finish(1, batch.offsets)
    assert committable(tracker) == {PARTITION: 8}


def test_markers_alone_are_committable_at_once_and_without_an_event_time() -> None:
    tracker = BatchTracker()
    tracker.current(1, [])
    tracker.skip_gap(1, PARTITION, 0, 2)
    assert tracker.committable() == {PARTITION: CommittableOffset(2, None)}


def test_markers_of_an_older_generation_or_behind_a_hole_skip_nothing() -> None:
    tracker = BatchTracker()
    process(tracker, 2, records(5, generation=2))
    tracker.skip_gap(1, PARTITION, 6, 9)
    tracker.skip_gap(2, PARTITION, 7, 9)
    assert committable(tracker) == {PARTITION: 6}


def test_the_event_time_beside_an_offset_is_not_that_of_a_batch_behind_it() -> None:
    tracker = BatchTracker()
    first = tracker.begin(1, records(0, timestamp_ms=1_000))
    second = tracker.begin(1, records(1, timestamp_ms=2_000))
    third = tracker.begin(1, records(2, timestamp_ms=3_000))
    tracker.finish(1, third.offsets)
    tracker.finish(1, first.offsets)
    assert tracker.committable() == {PARTITION: CommittableOffset(1, 1_000)}
    tracker.finish(1, second.offsets)
    assert tracker.committable() == {PARTITION: CommittableOffset(3, 3_000)}


def test_a_step_back_drops_the_event_time() -> None:
    tracker = BatchTracker()
    process(tracker, 1, records(5, timestamp_ms=9_000))
    process(tracker, 1, records(3, timestamp_ms=4_000))
    assert tracker.committable() == {PARTITION: CommittableOffset(4, 4_000)}


def test_a_record_whose_timestamp_is_refused_is_finished_and_moves_no_time() -> None:
    tracker = BatchTracker(lambda one: 1_000 if one.offset == 1 else None)
    process(tracker, 1, records(0))
    assert tracker.committable() == {PARTITION: CommittableOffset(1, None)}
    process(tracker, 1, records(1, 2))
    process(tracker, 1, records(3))
    assert tracker.committable() == {PARTITION: CommittableOffset(4, 1_000)}


def test_a_stop_revokes_no_partition_and_an_assignment_does() -> None:
    tracker = BatchTracker()
    tracker.begin(1, records(0))
    assert tracker.is_ours(1, PARTITION)
    assert not tracker.is_ours(1, OTHER)
    tracker.stopping = True
    assert tracker.is_ours(1, PARTITION)
    assert not tracker.is_in_flight(1, PARTITION)
    tracker.forget()
    assert not tracker.is_ours(1, PARTITION)
    tracker.reopen()
    tracker.stopping = False
    tracker.begin(2, records(0, generation=2))
    assert not tracker.is_ours(1, PARTITION)
    assert tracker.is_ours(2, PARTITION)


def test_parts_of_batches_are_progress() -> None:
    tracker = BatchTracker()
    tracker.advance()
    process(tracker, 1, records(0))
    assert tracker.advances == 2
