"""Waiting in tests: for a condition, and never for a fixed time."""

import subprocess
import time
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

POLL_SECONDS = 0.05


def wait_until(
    condition: Callable[[], T],
    what: str = "the condition",
    *,
    seconds: float = 60.0,
    details: Callable[[], str] = str,
    running: subprocess.Popen[Any] | None = None,
) -> T:
    """Return the first true value of a condition.

    Args:
        condition: Called at short intervals.
        what: Names the condition in the failure.
        seconds: How long to wait at most.
        details: Returns what the failure shows, such as a log.
        running: A process that must not end meanwhile.

    Raises:
        AssertionError: the condition did not become true in time, or the process ended.
    """
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert running is None or running.poll() is None, (
            f"the process ended before {what}:\n{details()}"
        )
        assert time.monotonic() < deadline, f"{what} did not come in {seconds} s:\n{details()}"
        time.sleep(POLL_SECONDS)
    return value
