"""When a batch of a throttled replay is due."""

import asyncio
from dataclasses import dataclass, field

import pytest

from streams.worker.throttle import STEP_SECONDS, Throttle


@dataclass(frozen=True)
class Message:
    timestamp: float | None


@dataclass(frozen=True)
class Event:
    message: Message


@dataclass
class Time:
    now: float = 100.0
    stopping: bool = False
    naps: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.naps.append(seconds)
        self.now += seconds


def waited(
    rate: float | None, speed: float | None, batches: list[list[float | None]]
) -> list[float]:
    """Give when each batch was let go, in seconds after the first was read."""
    time = Time()
    throttle = Throttle(rate, speed, lambda: time.stopping, lambda: time.now, time.sleep)

    async def run() -> list[float]:
        let_go = []
        for batch in batches:
            await throttle.wait([Event(Message(one)) for one in batch])
            let_go.append(time.now - 100.0)
        return let_go

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("rate", "speed", "batches", "expected"),
    [
        (None, None, [[0.0], [9_000.0]], [0, 0]),
        (2.0, None, [[0.0, 0.0], [0.0], [0.0]], [1.0, 1.5, 2.0]),
        # The first article's moment is the beginning; a minute a second.
        (None, 60.0, [[3_600.0], [3_660.0, 3_720.0], [7_200.0]], [0, 2.0, 60.0]),
        # Out of order: what is over does not wait.
        (None, 60.0, [[600.0], [0.0], [None]], [0, 0, 0]),
        # Whichever is later.
        (1.0, 60.0, [[0.0], [600.0], [600.0]], [1.0, 10.0, 10.0]),
    ],
)
def test_a_batch_is_let_go_when_its_last_article_is_due(
    rate: float | None,
    speed: float | None,
    batches: list[list[float | None]],
    expected: list[float],
) -> None:
    assert waited(rate, speed, batches) == pytest.approx(expected)


def test_a_stop_does_not_wait() -> None:
    time = Time()

    async def sleep(seconds: float) -> None:
        await time.sleep(seconds)
        time.stopping = len(time.naps) == 3

    throttle = Throttle(0.001, None, lambda: time.stopping, lambda: time.now, sleep)
    asyncio.run(throttle.wait([Event(Message(0.0))]))
    assert time.naps == [STEP_SECONDS] * 3


def test_an_article_without_an_event_time_is_not_waited_for() -> None:
    time = Time()
    throttle = Throttle(
        None,
        10.0,
        lambda: time.stopping,
        lambda: time.now,
        time.sleep,
        lambda message: None if message.timestamp is None else round(message.timestamp * 1000),
    )

    async def run() -> None:
        for moments in ([None], [None, 1_000.0], [1_020.0, None]):
            await throttle.wait([Event(Message(one)) for one in moments])

    asyncio.run(run())
    assert time.now == pytest.approx(102.0)
