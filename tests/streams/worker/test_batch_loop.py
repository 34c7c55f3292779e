"""The loop around a batch, with an inbox that ends."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from streams.kafka.envelope import Record, TopicPartition
from streams.service.metrics import Metrics
from streams.worker.batch_loop import BatchLoop, Handle, no_end
from streams.worker.batch_tracker import BatchTracker
from streams.worker.inbox import Fetched, OffsetGap
from tests.streams.worker.records import ARTICLES, PARTITION, record


def committable(tracker: BatchTracker) -> dict[TopicPartition, int]:
    return {tp: one.offset for tp, one in tracker.committable().items()}


class Inbox:
    """Yields batches of offsets. A pair is a gap: the first and the last of its offsets."""

    def __init__(self, *taken: Sequence[int | tuple[int, int]]) -> None:
        self._taken = taken
        self.asked: list[tuple[int, float]] = []

    async def batches(self, most: int, within: float) -> AsyncIterator[list[Fetched]]:
        self.asked.append((most, within))
        for offsets in self._taken:
            yield [
                record(one) if isinstance(one, int) else OffsetGap(ARTICLES, 0, one[0], one[1], 1)
                for one in offsets
            ]


class Ran:
    """What a loop did with a stream, after it ended or failed."""

    def __init__(
        self,
        *taken: Sequence[int | tuple[int, int]],
        handle: Handle | None = None,
        max_in_flight: int = 1,
        end: int | None = None,
        generation: int = 1,
        stopping: bool = False,
    ) -> None:
        self._most_in_hand = max_in_flight
        self._end = end
        self._generation = generation
        self.asked_to_admit: list[int] = []
        self.tracker = BatchTracker()
        self.tracker.stopping = stopping
        self.metrics = Metrics()
        self.inbox = Inbox(*taken)
        self.failures: list[BaseException] = []
        self.handled: list[list[int]] = []
        self.ended = asyncio.run(self._run(handle or self._handle))

    async def _handle(self, records: Sequence[Record]) -> None:
        self.handled.append([one.offset for one in records])

    def _admit(self, records: Sequence[Record]) -> Sequence[Record]:
        self.asked_to_admit += [one.offset for one in records]
        return records

    async def _run(self, handle: Handle) -> bool:
        failed = asyncio.Event()

        def fail(error: BaseException) -> None:
            self.failures.append(error)
            failed.set()

        loop = BatchLoop(
            self.tracker,
            self.metrics,
            lambda: self._generation,
            fail,
            500,
            0.05,
            admit=self._admit,
            end=no_end if self._end is None else lambda _partition: self._end or 0,
        )
        running = asyncio.create_task(loop.run(self.inbox, "watch", handle, self._most_in_hand))
        waiting = asyncio.create_task(failed.wait())
        await asyncio.wait([running, waiting], return_when=asyncio.FIRST_COMPLETED, timeout=10)
        # Time in which a loop that failed could wrongly go on.
        await asyncio.sleep(0.03)
        ended = running.done()
        for task in (running, waiting):
            task.cancel()
        await asyncio.gather(running, waiting, return_exceptions=True)
        return ended


def test_every_batch_is_handled_then_finished() -> None:
    ran = Ran([0, 1], [2], [3, 4, 5])
    assert ran.ended
    assert ran.failures == []
    assert ran.handled == [[0, 1], [2], [3, 4, 5]]
    assert committable(ran.tracker) == {PARTITION: 6}
    assert ran.inbox.asked == [(500, 0.05)]


def test_what_is_delivered_twice_reaches_the_work_once() -> None:
    ran = Ran([0, 1], [0, 1], [1, 2])
    assert ran.handled == [[0, 1], [2]]
    value = ran.metrics.registry.get_sample_value
    assert value("tocsin_batch_records_count", {"stage": "watch"}) == 2
    assert value("tocsin_batch_records_sum", {"stage": "watch"}) == 3
    assert (value("tocsin_last_progress_timestamp_seconds", {"stage": "watch"}) or 0) > 0


def test_nothing_is_handled_while_stopping() -> None:
    ran = Ran([0, 1], [2], stopping=True)
    assert ran.ended
    assert ran.handled == []
    assert committable(ran.tracker) == {}


def test_records_that_are_delivered_again_after_a_rebalance_are_not_shown_to_the_gate() -> None:
    # Its holds would outlive them: the partition would not be fetched, and the replay not end.
    assert Ran([0, 1], [2]).asked_to_admit == [0, 1, 2]
    assert Ran([0, 1], [2], generation=2).asked_to_admit == []
    assert Ran([0, 1], [2], stopping=True).asked_to_admit == []


def test_offsets_without_a_record_are_passed_and_never_handled() -> None:
    ran = Ran([(0, 1), 2, 3, (4, 4)], [(5, 7)])
    assert ran.handled == [[2, 3]]
    assert committable(ran.tracker) == {PARTITION: 8}


def test_a_run_that_ends_passes_its_end_by_no_offset() -> None:
    ran = Ran([2, (3, 9)], end=5)
    assert committable(ran.tracker) == {PARTITION: 5}


def test_offsets_without_a_record_are_not_committed_before_a_batch_that_is_not_finished() -> None:
    async def handle(_records: Sequence[Record]) -> None:
        raise RuntimeError("bug")

    assert committable(Ran([2, (3, 9)], handle=handle).tracker) == {}


def test_a_batch_is_not_finished_before_its_work_is_done() -> None:
    seen: list[dict[TopicPartition, int]] = []
    ran: Ran | None = None

    class Looking(Ran):
        async def _handle(self, records: Sequence[Record]) -> None:
            await asyncio.sleep(0)
            seen.append(committable(self.tracker))
            await super()._handle(records)

    ran = Looking([0, 1], [2])
    assert seen == [{}, {PARTITION: 2}]
    assert ran.handled == [[0, 1], [2]]


@pytest.mark.parametrize("error", [RuntimeError("bug"), OSError("away"), KeyError("x")])
def test_a_fault_ends_the_worker_and_its_batch_is_never_finished(error: Exception) -> None:
    handled: list[int] = []

    async def handle(records: Sequence[Record]) -> None:
        handled.append(records[0].offset)
        if len(handled) == 2:
            raise error

    ran = Ran([0], [1], [2], handle=handle)
    assert ran.failures == [error]
    # Not ended: Faust would start an agent that returns again, and go on behind the lost batch.
    assert not ran.ended
    assert handled == [0, 1]
    assert committable(ran.tracker) == {PARTITION: 1}


@pytest.mark.parametrize("step", ["begin", "finish"])
def test_a_fault_of_the_tracker_ends_the_worker_and_not_the_loop_alone(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An agent that raised would be started again, behind the batch that was taken from the inbox.
    error = RuntimeError("a bug")

    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(BatchTracker, step, fails)
    ran = Ran([0], [1])
    assert ran.failures == [error]
    assert not ran.ended


def test_a_consumer_that_goes_back_has_its_work_done_again() -> None:
    ran = Ran([5], [4, 5])
    assert ran.failures == []
    assert ran.handled == [[5], [4, 5]]
    assert committable(ran.tracker) == {PARTITION: 6}


def test_with_two_in_hand_the_second_begins_before_the_first_is_done_and_a_third_waits() -> None:
    steps: list[str] = []

    async def seen(step: str) -> None:
        while step not in steps:  # noqa: ASYNC110 - an event for each step would hide the test
            await asyncio.sleep(0)

    async def handle(records: Sequence[Record]) -> None:
        offset = records[0].offset
        steps.append(f"begin {offset}")
        if offset < 2:
            await seen(f"begin {offset + 1}")
        for _ in range(20):  # time in which a third could wrongly begin
            await asyncio.sleep(0)
        steps.append(f"end {offset}")

    ran = Ran([0], [1], [2], handle=handle, max_in_flight=2)
    assert steps.index("begin 1") < steps.index("end 0") < steps.index("begin 2")
    assert steps.index("begin 2") < steps.index("end 1")
    assert ran.ended
    assert committable(ran.tracker) == {PARTITION: 3}


def test_a_batch_that_ends_before_the_one_in_front_of_it_is_not_committed() -> None:
    seen: list[dict[TopicPartition, int]] = []

    class Looking(Ran):
        async def _handle(self, records: Sequence[Record]) -> None:
            await asyncio.sleep(0.04 if records[0].offset == 0 else 0)
            seen.append(committable(self.tracker))

    Looking([0], [1], max_in_flight=2)
    assert seen == [{}, {}]


def test_a_fault_in_one_batch_lets_no_further_one_begin() -> None:
    begun: list[int] = []

    async def handle(records: Sequence[Record]) -> None:
        begun.append(records[0].offset)
        if begun[-1] == 0:
            raise RuntimeError("bug")
        await asyncio.sleep(0.01)

    ran = Ran([0], [1], [2], [3], handle=handle, max_in_flight=2)
    assert [str(error) for error in ran.failures] == ["bug"]
    assert 3 not in begun
    assert not ran.ended
    # What comes after the lost batch may be finished, and is still not committed.
    assert committable(ran.tracker) == {}
