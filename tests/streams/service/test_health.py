"""Whether a worker lives and is ready: a table of what is known, and the answers."""

from collections.abc import Callable
from typing import Any

import pytest

from streams.service.health import Health

TIMEOUT_SECONDS = 30.0


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def health(clock: Callable[[], float], waiting: int | None = 5, **known: Any) -> Health:
    running = {"starting": False, "assigned": 4, **known}
    return Health(clock, TIMEOUT_SECONDS, lambda: waiting, **running)


@pytest.mark.parametrize(
    ("known", "idle_seconds", "lives"),
    [
        ({}, TIMEOUT_SECONDS, True),
        ({}, TIMEOUT_SECONDS + 1, False),
        ({"waiting": 0}, 9_999, True),
        ({"waiting": None}, 9_999, True),
        ({"starting": True}, 9_999, True),
        ({"recovering": True}, 9_999, True),
        ({"assigned": 0}, 9_999, True),
        ({"stopping": True}, TIMEOUT_SECONDS + 1, False),
    ],
)
def test_a_worker_lives_unless_records_wait_and_none_is_finished(
    known: dict[str, Any],
    idle_seconds: float,
    lives: bool,  # noqa: FBT001 - a table's column
) -> None:
    clock = Clock()
    asked = health(clock, **known)
    clock.now += idle_seconds
    asked.ticked()
    answer = asked.live()
    assert answer.ok is lives
    assert answer.reason == ("progress" if lives else "5 records wait, none finished for 31 s")


@pytest.mark.parametrize("known", [{}, {"starting": True}, {"waiting": 0}, {"assigned": 0}])
def test_an_event_loop_that_stands_still_is_dead_whatever_else_is_known(
    known: dict[str, Any],
) -> None:
    clock = Clock()
    asked = health(clock, **known)
    clock.now += TIMEOUT_SECONDS + 2
    asked.progressed()
    assert asked.live().reason == "the event loop has not turned for 32 s"
    assert not asked.live().ok


def test_progress_starts_the_time_again() -> None:
    clock = Clock()
    asked = health(clock)
    for _ in range(5):
        clock.now += TIMEOUT_SECONDS
        asked.ticked()
        asked.progressed()
    assert asked.live().ok


@pytest.mark.parametrize("held_up", ["starting", "recovering"])
def test_a_long_recovery_is_not_counted_as_time_without_progress(held_up: str) -> None:
    clock = Clock()
    asked = health(clock, **{held_up: True})
    clock.now += 10 * TIMEOUT_SECONDS
    asked.ticked()
    setattr(asked, held_up, False)
    clock.now += TIMEOUT_SECONDS
    asked.ticked()
    assert asked.live().ok
    clock.now += 1
    asked.ticked()
    assert not asked.live().ok


@pytest.mark.parametrize(
    ("known", "ready", "reason"),
    [
        ({}, True, "4 partitions assigned, state recovered"),
        ({"stopping": True}, False, "stopping"),
        ({"starting": True}, False, "starting"),
        ({"recovering": True}, False, "recovering state, or the group is rebalancing"),
        ({"assigned": 0}, False, "no partitions assigned"),
        ({"stopping": True, "starting": True, "recovering": True}, False, "stopping"),
        ({"starting": True, "assigned": 0}, False, "starting"),
    ],
)
def test_a_worker_is_ready_with_partitions_and_state(
    known: dict[str, Any],
    ready: bool,  # noqa: FBT001 - a table's column
    reason: str,
) -> None:
    answer = health(Clock(), **known).ready()
    assert (answer.ok, answer.reason) == (ready, reason)
