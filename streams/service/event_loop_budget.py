"""Limits how long work runs on the event loop without a pause, because heartbeats share it."""

import time

BUDGET_SECONDS = 0.010


class EventLoopBudget:
    """Measures the time since the last pause."""

    __slots__ = ("_since",)

    def __init__(self) -> None:
        self._since = time.perf_counter()

    def should_yield(self) -> bool:
        """Return whether the budget is used up, and start the next one if it is."""
        now = time.perf_counter()
        if now - self._since < BUDGET_SECONDS:
            return False
        self._since = now
        return True
