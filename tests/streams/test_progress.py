"""The books of offsets: what may be committed, and what Faust does that they must survive."""

import asyncio
from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from streams.progress import Progress

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


def offsets(batch: list[Event]) -> list[int]:
    return [event.message.offset for event in batch]


def test_a_batch_is_committable_when_it_is_finished_and_until_it_is_committed() -> None:
    progress = Progress()
    batch = progress.begin(1, events(5, 6, 7))
    assert progress.committable() == {}
    progress.finish(1, batch)
    assert progress.committable() == {PARTITION: 8}
    progress.committed({PARTITION: 8})
    assert progress.committable() == {}


def test_what_was_finished_while_a_commit_ran_stays() -> None:
    progress = Progress()
    progress.finish(1, progress.begin(1, events(0)))
    asked = progress.committable()
    progress.finish(1, progress.begin(1, events(1)))
    progress.committed(asked)
    assert progress.committable() == {PARTITION: 2}


def test_a_record_delivered_twice_is_worked_on_once() -> None:
    # Faust delivers the first records of a partition twice after the seek at its start.
    progress = Progress()
    batch = progress.begin(1, events(0, 1, 0, 1, 2))
    assert offsets(batch) == [0, 1, 2]
    assert progress.begin(1, events(1, 2)) == []
    progress.finish(1, batch)
    assert progress.committable() == {PARTITION: 3}


def test_gaps_that_compaction_left_are_passed_over() -> None:
    progress = Progress()
    progress.finish(1, progress.begin(1, events(3, 9, 40)))
    assert progress.committable() == {PARTITION: 41}


def test_a_batch_that_finishes_first_waits_for_the_one_before_it() -> None:
    progress = Progress()
    first = progress.begin(1, events(0, 1))
    second = progress.begin(1, events(2, 3))
    progress.finish(1, second)
    assert progress.committable() == {}
    progress.finish(1, first)
    assert progress.committable() == {PARTITION: 4}


def test_partitions_do_not_wait_for_each_other() -> None:
    progress = Progress()
    progress.begin(1, events(0, 1))
    progress.finish(1, progress.begin(1, events(7, tp=OTHER)))
    assert progress.committable() == {OTHER: 8}


def test_records_of_an_older_generation_are_left_for_their_new_owner() -> None:
    progress = Progress()
    batch = progress.begin(2, [*events(4, generation=1), *events(9, tp=OTHER, generation=2)])
    assert [event.message.tp for event in batch] == [OTHER]


def test_a_batch_that_outlives_its_generation_is_not_committable() -> None:
    progress = Progress()
    old = progress.begin(1, events(0, 1, 2))
    new = progress.begin(2, events(0, generation=2))
    progress.finish(1, old)
    assert progress.committable() == {}
    progress.finish(2, new)
    assert progress.committable() == {PARTITION: 1}


def test_a_batch_whose_partitions_were_taken_away_is_not_committable() -> None:
    progress = Progress()
    batch = progress.begin(1, events(0, 1, 2))
    progress.forget()
    progress.finish(1, batch)
    assert progress.committable() == {}


def test_a_batch_begun_anew_after_its_partition_came_back_is_not_finished_by_the_old_one() -> None:
    progress = Progress()
    old = progress.begin(1, events(0, 1, 2))
    progress.forget()
    new = progress.begin(1, events(0, 1, 2))
    progress.finish(1, old)
    assert progress.committable() == {}
    progress.finish(1, new)
    assert progress.committable() == {PARTITION: 3}


def test_a_new_generation_may_start_further_back() -> None:
    progress = Progress()
    progress.finish(1, progress.begin(1, events(10, 11)))
    assert offsets(progress.begin(2, events(10, 11, generation=2))) == [10, 11]


def test_a_consumer_that_goes_back_does_all_from_there_again_before_a_commit() -> None:
    progress = Progress()
    held = progress.begin(1, events(5, 6))
    progress.finish(1, progress.begin(1, events(7)))
    back = progress.begin(1, events(4, 5))
    assert offsets(back) == [4, 5]
    # The batch from before the step back no longer counts, nor what was finished then.
    progress.finish(1, held)
    assert progress.committable() == {}
    progress.finish(1, back)
    assert progress.committable() == {PARTITION: 6}
    assert offsets(progress.begin(1, events(6, 7))) == [6, 7]


def test_two_batches_that_begin_at_one_offset_are_two() -> None:
    progress = Progress()
    old = progress.begin(1, events(5, 6))
    progress.finish(1, progress.begin(1, events(4)))
    again = progress.begin(1, events(5, 6, 7, 8))
    after = progress.begin(1, events(9))
    # The old one is as long as a part of the new one; the rest of that is still being worked on.
    progress.finish(1, old)
    progress.finish(1, after)
    assert progress.committable() == {}
    progress.finish(1, again)
    assert progress.committable() == {PARTITION: 10}


def test_what_comes_before_a_step_back_in_a_batch_is_left_for_its_second_coming() -> None:
    progress = Progress()
    progress.begin(1, events(7))
    batch = progress.begin(1, [*events(8, 9), *events(0, tp=OTHER), *events(4, 5)])
    assert [(one.message.tp, one.message.offset) for one in batch] == [
        (OTHER, 0), (PARTITION, 4), (PARTITION, 5),
    ]  # fmt: skip
    progress.finish(1, batch)
    # What was begun before is not finished: 6 and 7 are read again.
    assert progress.committable() == {OTHER: 1, PARTITION: 6}
    assert offsets(progress.begin(1, events(6, 7, 8, 9))) == [6, 7, 8, 9]


def test_nothing_is_begun_while_stopping() -> None:
    progress = Progress(stopping=True)
    assert progress.begin(1, events(0)) == []


def test_idle_waits_for_every_batch_in_flight() -> None:
    async def run() -> None:
        progress = Progress()
        assert await progress.idle(0.01)
        first = progress.begin(1, events(0))
        second = progress.begin(1, events(0, tp=OTHER))
        progress.finish(1, first)
        assert not await progress.idle(0.01)
        asyncio.get_running_loop().call_soon(progress.finish, 1, second)
        assert await progress.idle(5.0)

    asyncio.run(run())


class Books(RuleBasedStateMachine):
    """Batches end in any order; between them redelivery, commits, rebalances and steps back."""

    def __init__(self) -> None:
        super().__init__()
        self.progress = Progress()
        self.generation = 1
        self.next = dict.fromkeys((PARTITION, OTHER), 20)
        self.durable = dict.fromkeys((PARTITION, OTHER), 20)
        # The least offset begun in this generation, and batches that no longer count.
        self.least: dict[str, int] = {}
        self.void: list[list[Event]] = []
        self.in_hand: list[tuple[int, list[Event]]] = []

    @rule(tp=st.sampled_from([PARTITION, OTHER]), count=st.integers(1, 4), again=st.integers(0, 3))
    def begin(self, tp: str, count: int, again: int) -> None:
        first = max(self.durable[tp], self.next[tp] - again)
        start = self.next[tp]
        self.next[tp] += count
        wanted = range(first, self.next[tp])
        batch = self.progress.begin(
            self.generation, events(*wanted, tp=tp, generation=self.generation)
        )
        assert offsets(batch) == list(range(start, self.next[tp]))
        self.least.setdefault(tp, start)
        self.in_hand.append((self.generation, batch))

    @precondition(lambda self: self.in_hand)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, len(self.in_hand) - 1))
        self.progress.finish(*self.in_hand.pop(index))

    @rule()
    def commit(self) -> None:
        asked = self.progress.committable()
        self.durable |= asked
        self.progress.committed(asked)

    @rule()
    def rebalance(self) -> None:
        self.generation += 1
        self.next = dict(self.durable)
        self.least.clear()
        self.progress.forget()

    @precondition(lambda self: self.least)
    @rule(data=st.data(), back=st.integers(1, 4), count=st.integers(1, 4))
    def go_back(self, data: st.DataObject, back: int, count: int) -> None:
        tp = data.draw(st.sampled_from(sorted(self.least)))
        start = self.least[tp] - back
        self.void += [batch for _, batch in self.in_hand if batch[0].message.tp == tp]
        self.least[tp] = self.next[tp] = self.durable[tp] = start
        self.begin(tp, count, 0)

    @invariant()
    def nothing_is_committable_beyond_an_unfinished_batch(self) -> None:
        unfinished = [
            event.message
            for generation, batch in self.in_hand
            if generation == self.generation and not any(batch is one for one in self.void)
            for event in batch
        ]
        for tp, after in self.progress.committable().items():
            assert self.durable[tp] < after <= self.next[tp]
            assert all(m.offset >= after for m in unfinished if m.tp == tp)

    def teardown(self) -> None:
        """Everything that was begun can be committed once all is finished."""
        for generation, batch in self.in_hand:
            self.progress.finish(generation, batch)
        self.commit()
        assert self.durable == self.next


TestBooks = Books.TestCase
TestBooks.settings = settings(max_examples=60, stateful_step_count=25)


def test_a_gap_is_passed_over_when_nothing_before_it_is_in_hand() -> None:
    progress = Progress()
    batch = progress.begin(1, events(5))
    progress.pass_over(PARTITION, 9)
    assert progress.committable() == {}
    progress.finish(1, batch)
    progress.pass_over(PARTITION, 9)
    assert progress.committable() == {PARTITION: 9}
    assert progress.newest_ms(PARTITION) == 0


def test_a_partition_without_a_record_is_passed_over_too() -> None:
    progress = Progress()
    progress.pass_over(OTHER, 3)
    assert progress.committable() == {OTHER: 3}
    assert progress.newest_ms(OTHER) is None


def test_passing_over_never_goes_back() -> None:
    progress = Progress()
    progress.finish(1, progress.begin(1, events(5)))
    progress.pass_over(PARTITION, 2)
    assert progress.committable() == {PARTITION: 6}
