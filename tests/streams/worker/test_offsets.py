"""The books of offsets: what may be committed, and what Faust does that they must survive."""

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

from streams.worker.offsets import Committable, OffsetTracker

PARTITION = "articles-0"
OTHER = "articles-1"


@dataclass(frozen=True)
class Message:
    tp: str
    offset: int
    generation_id: int
    timestamp: float | None = None


@dataclass(frozen=True)
class Event:
    message: Message


def events(*offsets: int, tp: str = PARTITION, generation: int = 1) -> list[Event]:
    return [Event(Message(tp, offset, generation)) for offset in offsets]


def committable(tracker: OffsetTracker) -> dict[str, int]:
    return {tp: one.offset for tp, one in tracker.committable().items()}


def offsets(batch: list[Event]) -> list[int]:
    return [event.message.offset for event in batch]


def test_a_batch_is_committable_when_it_is_finished_and_until_it_is_committed() -> None:
    tracker = OffsetTracker()
    batch = tracker.begin(1, events(5, 6, 7))
    assert committable(tracker) == {}
    tracker.finish(1, batch)
    assert committable(tracker) == {PARTITION: 8}
    tracker.committed(tracker.committable())
    assert committable(tracker) == {}


def test_what_was_finished_while_a_commit_ran_stays() -> None:
    tracker = OffsetTracker()
    tracker.finish(1, tracker.begin(1, events(0)))
    asked = tracker.committable()
    tracker.finish(1, tracker.begin(1, events(1)))
    tracker.committed(asked)
    assert committable(tracker) == {PARTITION: 2}


def test_a_record_delivered_twice_is_worked_on_once() -> None:
    # Faust delivers the first records of a partition twice after the seek at its start.
    tracker = OffsetTracker()
    batch = tracker.begin(1, events(0, 1, 0, 1, 2))
    assert offsets(batch) == [0, 1, 2]
    assert tracker.begin(1, events(1, 2)) == []
    tracker.finish(1, batch)
    assert committable(tracker) == {PARTITION: 3}


def test_gaps_that_compaction_left_are_passed_over() -> None:
    tracker = OffsetTracker()
    tracker.finish(1, tracker.begin(1, events(3, 9, 40)))
    assert committable(tracker) == {PARTITION: 41}


def test_a_batch_that_finishes_first_waits_for_the_one_before_it() -> None:
    tracker = OffsetTracker()
    first = tracker.begin(1, events(0, 1))
    second = tracker.begin(1, events(2, 3))
    tracker.finish(1, second)
    assert committable(tracker) == {}
    tracker.finish(1, first)
    assert committable(tracker) == {PARTITION: 4}


def test_partitions_do_not_wait_for_each_other() -> None:
    tracker = OffsetTracker()
    tracker.begin(1, events(0, 1))
    tracker.finish(1, tracker.begin(1, events(7, tp=OTHER)))
    assert committable(tracker) == {OTHER: 8}


def test_records_of_an_older_generation_are_left_for_their_new_owner() -> None:
    tracker = OffsetTracker()
    batch = tracker.begin(2, [*events(4, generation=1), *events(9, tp=OTHER, generation=2)])
    assert [event.message.tp for event in batch] == [OTHER]


def test_events_are_current_in_their_generation_and_while_partitions_are_assigned() -> None:
    tracker = OffsetTracker()
    both = [*events(0, generation=1), *events(1, generation=2)]
    assert offsets(tracker.current(1, both)) == [0]
    assert offsets(tracker.current(2, both)) == [1]
    tracker.forget()
    assert tracker.current(2, both) == []
    tracker.reopen()
    assert offsets(tracker.current(2, both)) == [1]
    tracker.stopping = True
    assert tracker.current(2, both) == []


def test_a_batch_that_outlives_its_generation_is_not_committable() -> None:
    tracker = OffsetTracker()
    old = tracker.begin(1, events(0, 1, 2))
    new = tracker.begin(2, events(0, generation=2))
    tracker.finish(1, old)
    assert committable(tracker) == {}
    tracker.finish(2, new)
    assert committable(tracker) == {PARTITION: 1}


def test_a_batch_whose_partitions_were_taken_away_is_not_committable() -> None:
    tracker = OffsetTracker()
    batch = tracker.begin(1, events(0, 1, 2))
    tracker.forget()
    tracker.finish(1, batch)
    assert committable(tracker) == {}


def test_a_batch_begun_anew_after_its_partition_came_back_is_not_finished_by_the_old_one() -> None:
    tracker = OffsetTracker()
    old = tracker.begin(1, events(0, 1, 2))
    tracker.forget()
    tracker.reopen()
    new = tracker.begin(1, events(0, 1, 2))
    tracker.finish(1, old)
    assert committable(tracker) == {}
    tracker.finish(1, new)
    assert committable(tracker) == {PARTITION: 3}


def test_a_new_generation_may_start_further_back() -> None:
    tracker = OffsetTracker()
    tracker.finish(1, tracker.begin(1, events(10, 11)))
    assert offsets(tracker.begin(2, events(10, 11, generation=2))) == [10, 11]


def test_a_consumer_that_goes_back_does_all_from_there_again_before_a_commit() -> None:
    tracker = OffsetTracker()
    held = tracker.begin(1, events(5, 6))
    tracker.finish(1, tracker.begin(1, events(7)))
    back = tracker.begin(1, events(4, 5))
    assert offsets(back) == [4, 5]
    # The batch from before the step back no longer counts, nor what was finished then.
    tracker.finish(1, held)
    assert committable(tracker) == {}
    tracker.finish(1, back)
    assert committable(tracker) == {PARTITION: 6}
    assert offsets(tracker.begin(1, events(6, 7))) == [6, 7]


def test_two_batches_that_begin_at_one_offset_are_two() -> None:
    tracker = OffsetTracker()
    old = tracker.begin(1, events(5, 6))
    tracker.finish(1, tracker.begin(1, events(4)))
    again = tracker.begin(1, events(5, 6, 7, 8))
    after = tracker.begin(1, events(9))
    # The old one is as long as a part of the new one; the rest of that is still being worked on.
    tracker.finish(1, old)
    tracker.finish(1, after)
    assert committable(tracker) == {PARTITION: 5}
    tracker.finish(1, again)
    assert committable(tracker) == {PARTITION: 10}


def test_what_comes_before_a_step_back_in_a_batch_is_left_for_its_second_coming() -> None:
    tracker = OffsetTracker()
    tracker.begin(1, events(7))
    batch = tracker.begin(1, [*events(8, 9), *events(0, tp=OTHER), *events(4, 5)])
    assert [(one.message.tp, one.message.offset) for one in batch] == [
        (OTHER, 0), (PARTITION, 4), (PARTITION, 5),
    ]  # fmt: skip
    tracker.finish(1, batch)
    # What was begun before is not finished: 6 and 7 are read again.
    assert committable(tracker) == {OTHER: 1, PARTITION: 6}
    assert offsets(tracker.begin(1, events(6, 7, 8, 9))) == [6, 7, 8, 9]


def test_nothing_is_begun_while_stopping() -> None:
    tracker = OffsetTracker(stopping=True)
    assert tracker.begin(1, events(0)) == []


def test_idle_waits_for_every_batch_in_flight() -> None:
    async def run() -> None:
        tracker = OffsetTracker()
        assert await tracker.idle(0.01)
        first = tracker.begin(1, events(0))
        second = tracker.begin(1, events(0, tp=OTHER))
        tracker.finish(1, first)
        assert not await tracker.idle(0.01)
        asyncio.get_running_loop().call_soon(tracker.finish, 1, second)
        assert await tracker.idle(5.0)

    asyncio.run(run())


@dataclass
class Era:
    """What a partition's reading came to since it was assigned, or since a step back."""

    start: int
    next: int
    finished: set[int] = field(default_factory=set)


class Books(RuleBasedStateMachine):
    """Batches end in any order; between them redelivery, commits, rebalances and steps back.

    Each partition is a log whose offsets hold a record or none. A commit is asked for at one
    moment and answered at another, and may fail.
    """

    def __init__(self) -> None:
        super().__init__()
        self.tracker = OffsetTracker()
        self.generation = 1
        self.durable = dict.fromkeys((PARTITION, OTHER), 40)
        self.eras = {tp: Era(40, 40) for tp in self.durable}
        self.in_hand: list[tuple[int, list[Event], dict[str, Era]]] = []
        self.asked: dict[str, Committable] | None = None

    @initialize(seed=st.integers(0, 2**16), density=st.sampled_from([0.1, 0.5, 0.9, 1.0]))
    def write(self, seed: int, density: float) -> None:
        """Event times in no order: what may be said of them must hold all the same."""
        chance = random.Random(seed)  # noqa: S311 - hypothesis draws the seed
        self.logs = {
            tp: [chance.randrange(1_000) if chance.random() < density else None for _ in range(999)]
            for tp in self.durable
        }

    def records(self, tp: str, start: int, end: int) -> list[int]:
        return [n for n in range(start, end) if self.logs[tp][n] is not None]

    def newest_ms(self, tp: str, start: int, end: int) -> int | None:
        return max((ms for ms in self.logs[tp][start:end] if ms is not None), default=None)

    @rule(counts=st.tuples(st.integers(0, 6), st.integers(0, 6)), again=st.integers(0, 3))
    def read(self, counts: tuple[int, int], again: int) -> None:
        batch: list[Event] = []
        passed = []
        expected = []
        for (tp, era), count in zip(self.eras.items(), counts, strict=True):
            since, era.next = era.next, era.next + count
            new = self.records(tp, since, era.next)
            expected += new
            for n in [*self.records(tp, max(era.start, since - again), since), *new]:
                moment = (self.logs[tp][n] or 0) / 1000
                batch.append(Event(Message(tp, n, self.generation, moment)))
            behind = new[-1] + 1 if new else since
            if era.next > behind:
                passed.append((tp, behind, era.next))
        begun = self.tracker.begin(self.generation, batch)
        assert offsets(begun) == expected
        for one in passed:
            self.tracker.passed(self.generation, *one)
        if begun:
            self.in_hand.append((self.generation, begun, dict(self.eras)))

    @precondition(lambda self: self.in_hand)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, len(self.in_hand) - 1))
        self._finish(*self.in_hand.pop(index))

    def _finish(self, generation: int, batch: list[Event], eras: dict[str, Era]) -> None:
        self.tracker.finish(generation, batch)
        for event in batch:
            eras[event.message.tp].finished.add(event.message.offset)

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
        assert self.tracker.begin(old, events(40, 41, generation=old)) == []
        self.tracker.passed(old, PARTITION, 0, 500)
        self.tracker.reopen()

    @rule(tp=st.sampled_from([PARTITION, OTHER]), back=st.integers(1, 4), count=st.integers(1, 6))
    def go_back(self, tp: str, back: int, count: int) -> None:
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
            assert one.newest_ms == self.newest_ms(tp, start, one.offset)

    def teardown(self) -> None:
        """Everything that was read can be committed once all is finished, also what held none."""
        for each in self.in_hand:
            self._finish(*each)
        done = self.tracker.committable()
        self.durable |= {tp: one.offset for tp, one in done.items()}
        self.tracker.committed(done)
        assert self.tracker.committable() == {}
        for tp, era in self.eras.items():
            assert self.durable[tp] >= era.next


TestBooks = Books.TestCase
TestBooks.settings = settings(max_examples=150, stateful_step_count=30)


def test_a_gap_is_passed_over_when_nothing_before_it_is_in_hand() -> None:
    tracker = OffsetTracker()
    batch = tracker.begin(1, events(5))
    tracker.pass_over(PARTITION, 9)
    assert committable(tracker) == {}
    tracker.finish(1, batch)
    tracker.pass_over(PARTITION, 9)
    assert committable(tracker) == {PARTITION: 9}
    assert tracker.committable()[PARTITION].newest_ms == 0


def test_a_partition_without_a_record_is_passed_over_too() -> None:
    tracker = OffsetTracker()
    tracker.pass_over(OTHER, 3)
    assert committable(tracker) == {OTHER: 3}
    assert tracker.committable()[OTHER].newest_ms is None


def test_passing_over_never_goes_back() -> None:
    tracker = OffsetTracker()
    tracker.finish(1, tracker.begin(1, events(5)))
    tracker.pass_over(PARTITION, 2)
    assert committable(tracker) == {PARTITION: 6}


def test_markers_behind_a_batch_are_committable_with_it() -> None:
    tracker = OffsetTracker()
    batch = tracker.begin(1, events(5))
    tracker.passed(1, PARTITION, 6, 8)
    assert committable(tracker) == {}
    tracker.finish(1, batch)
    assert committable(tracker) == {PARTITION: 8}


def test_markers_alone_are_committable_at_once_and_without_an_event_time() -> None:
    tracker = OffsetTracker(generation=1)
    tracker.passed(1, PARTITION, 0, 2)
    assert tracker.committable() == {PARTITION: Committable(2, None)}


def test_markers_of_an_older_generation_or_behind_a_hole_pass_nothing() -> None:
    tracker = OffsetTracker()
    tracker.finish(2, tracker.begin(2, events(5, generation=2)))
    tracker.passed(1, PARTITION, 6, 9)
    tracker.passed(2, PARTITION, 7, 9)
    assert committable(tracker) == {PARTITION: 6}


def test_the_event_time_beside_an_offset_is_not_that_of_a_batch_behind_it() -> None:
    tracker = OffsetTracker()
    first = tracker.begin(1, [Event(Message(PARTITION, 0, 1, 1.0))])
    second = tracker.begin(1, [Event(Message(PARTITION, 1, 1, 2.0))])
    third = tracker.begin(1, [Event(Message(PARTITION, 2, 1, 3.0))])
    tracker.finish(1, third)
    tracker.finish(1, first)
    assert tracker.committable() == {PARTITION: Committable(1, 1_000)}
    tracker.finish(1, second)
    assert tracker.committable() == {PARTITION: Committable(3, 3_000)}


def test_a_step_back_drops_the_event_time() -> None:
    tracker = OffsetTracker()
    tracker.finish(1, tracker.begin(1, [Event(Message(PARTITION, 5, 1, 9.0))]))
    tracker.finish(1, tracker.begin(1, [Event(Message(PARTITION, 3, 1, 4.0))]))
    assert tracker.committable() == {PARTITION: Committable(4, 4_000)}


def test_a_record_whose_timestamp_is_refused_is_finished_and_moves_no_time() -> None:
    tracker = OffsetTracker(lambda message: 1_000 if message.offset == 1 else None)
    tracker.finish(1, tracker.begin(1, events(0)))
    assert tracker.committable() == {PARTITION: Committable(1, None)}
    tracker.finish(1, tracker.begin(1, events(1, 2)))
    tracker.finish(1, tracker.begin(1, events(3)))
    assert tracker.committable() == {PARTITION: Committable(4, 1_000)}


def test_a_stop_takes_no_partition_away_and_an_assignment_does() -> None:
    tracker = OffsetTracker()
    tracker.begin(1, events(0))
    assert tracker.is_ours(1, PARTITION)
    assert not tracker.is_ours(1, OTHER)
    tracker.stopping = True
    assert tracker.is_ours(1, PARTITION)
    assert not tracker.is_in_hand(1, PARTITION)
    tracker.forget()
    assert not tracker.is_ours(1, PARTITION)
    tracker.reopen()
    tracker.stopping = False
    tracker.begin(2, events(0, generation=2))
    assert not tracker.is_ours(1, PARTITION)
    assert tracker.is_ours(2, PARTITION)


def test_parts_of_batches_are_progress() -> None:
    tracker = OffsetTracker()
    tracker.advance()
    tracker.finish(1, tracker.begin(1, events(0)))
    assert tracker.advances == 2
