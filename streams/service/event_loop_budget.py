"""Slices of work on the event loop: heartbeats and producers share it.

Owns the measure of how long work may go on without a pause.
"""

import time

BUDGET_SECONDS = 0.010


class EventLoopBudget:
    """Counts the time worked without a pause, and says when one is due."""

    __slots__ = ("_since",)

    def __init__(self) -> None:
        self._since = time.perf_counter()

    def should_yield(self) -> bool:
        """Whether the slice is over; the next one starts then."""
        now = time.perf_counter()
        if now - self._since < BUDGET_SECONDS:
            return False
        self._since = now
        return True
