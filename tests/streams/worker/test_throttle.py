"""When a batch of a throttled replay is due."""

import asyncio
from dataclasses import dataclass, field

import pytest

from streams.kafka.envelope import Record
from streams.worker.throttle import STEP_SECONDS, Throttle
from tests.streams.worker.records import record

NONE_MS = -1


def event_time_ms(one: Record) -> int | None:
    return None if one.timestamp_ms == NONE_MS else one.timestamp_ms


def batch(*moments_seconds: float | None) -> list[Record]:
    return [
        record(timestamp_ms=NONE_MS if one is None else round(one * 1000))
        for one in moments_seconds
    ]


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
    """Give when each batch was released, in seconds after the first was read."""
    time = Time()
    throttle = Throttle(
        rate, speed, lambda: time.stopping, lambda: time.now, time.sleep, event_time_ms
    )

    async def run() -> list[float]:
        released = []
        for moments in batches:
            await throttle.wait(batch(*moments))
            released.append(time.now - 100.0)
        return released

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
def test_a_batch_is_released_when_its_last_article_is_due(
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
    asyncio.run(throttle.wait(batch(0.0)))
    assert time.naps == [STEP_SECONDS] * 3


def test_an_article_without_an_event_time_is_not_waited_for() -> None:
    time = Time()
    throttle = Throttle(
        None,
        10.0,
        lambda: time.stopping,
        lambda: time.now,
        time.sleep,
        event_time_ms,
    )

    async def run() -> None:
        for moments in ([None], [None, 1_000.0], [1_020.0, None]):
            await throttle.wait(batch(*moments))

    asyncio.run(run())
    assert time.now == pytest.approx(102.0)
