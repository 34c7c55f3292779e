"""The loop around a batch, with a stream that yields lists as Faust's does."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from streams.agents import batches
from streams.agents.batches import BatchLoop, Handle, Slices
from streams.metrics import Metrics
from streams.progress import Progress

TP = "news.articles-0"


@dataclass(frozen=True)
class Message:
    tp: str
    offset: int
    generation_id: int = 1
    timestamp: float | None = None


@dataclass(frozen=True)
class Event:
    message: Message


class Stream:
    def __init__(self, *taken: Sequence[int]) -> None:
        self._taken = taken
        self.asked: list[tuple[int, float]] = []

    async def noack_take(self, most: int, within: float) -> AsyncIterator[list[Event]]:
        self.asked.append((most, within))
        for offsets in self._taken:
            yield [Event(Message(TP, offset)) for offset in offsets]


class Ran:
    """What a loop did with a stream, after it ended or failed."""

    def __init__(self, *taken: Sequence[int], handle: Handle | None = None, **known: Any) -> None:
        self.progress = Progress(**known)
        self.metrics = Metrics()
        self.stream = Stream(*taken)
        self.failures: list[BaseException] = []
        self.handled: list[list[int]] = []
        self.ended = asyncio.run(self._run(handle or self._handle))

    async def _handle(self, events: Sequence[Any]) -> None:
        self.handled.append([event.message.offset for event in events])

    async def _run(self, handle: Handle) -> bool:
        failed = asyncio.Event()

        def fail(error: BaseException) -> None:
            self.failures.append(error)
            failed.set()

        loop = BatchLoop(self.progress, self.metrics, lambda: 1, fail, 500, 0.05)
        running = asyncio.create_task(loop.run(self.stream, "watch", handle))
        waiting = asyncio.create_task(failed.wait())
        await asyncio.wait([running, waiting], return_when=asyncio.FIRST_COMPLETED, timeout=10)
        # Time in which a loop that failed could wrongly go on.
        await asyncio.sleep(0.01)
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
    assert ran.progress.committable() == {TP: 6}
    assert ran.stream.asked == [(500, 0.05)]


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
    assert ran.progress.committable() == {}


def test_a_batch_is_not_finished_before_its_work_is_done() -> None:
    seen: list[dict[Any, int]] = []
    ran: Ran | None = None

    class Looking(Ran):
        async def _handle(self, events: Sequence[Any]) -> None:
            await asyncio.sleep(0)
            seen.append(self.progress.committable())
            await super()._handle(events)

    ran = Looking([0, 1], [2])
    assert seen == [{}, {TP: 2}]
    assert ran.handled == [[0, 1], [2]]


@pytest.mark.parametrize("error", [RuntimeError("bug"), OSError("away"), KeyError("x")])
def test_a_fault_ends_the_worker_and_its_batch_is_never_finished(error: Exception) -> None:
    handled: list[int] = []

    async def handle(events: Sequence[Any]) -> None:
        handled.append(events[0].message.offset)
        if len(handled) == 2:
            raise error

    ran = Ran([0], [1], [2], handle=handle)
    assert ran.failures == [error]
    # Not ended: Faust would start an agent that returns again, and go on behind the lost batch.
    assert not ran.ended
    assert handled == [0, 1]
    assert ran.progress.committable() == {TP: 1}


def test_a_consumer_that_goes_back_has_its_work_done_again() -> None:
    ran = Ran([5], [4, 5])
    assert ran.failures == []
    assert ran.handled == [[5], [4, 5]]
    assert ran.progress.committable() == {TP: 6}


def test_a_pause_is_due_once_a_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("streams.agents.batches.time.perf_counter", lambda: now)
    slices = Slices()
    assert not slices.is_due()
    now += batches.SLICE_SECONDS * 0.9
    assert not slices.is_due()
    now += batches.SLICE_SECONDS * 0.2
    assert slices.is_due()
    assert not slices.is_due()
