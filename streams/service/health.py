"""Decides whether a worker is alive and whether it is ready, with reasons.

`live` means progress. A worker without work is alive. One that leaves articles waiting is not, even
if its event loop turns. A finished part of a batch is progress, because articles that take seconds
each make a batch slow. One article that takes longer than `live_timeout_seconds` is a fault. Time
is an argument.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """Yes or no, with the reason for a person."""

    ok: bool
    reason: str


class Questions(Protocol):
    """The questions that a port asks, which a worker (`Health`) or a canary answers."""

    def live(self) -> Answer:
        """Return whether the process makes progress. If not, it should be restarted."""
        ...

    def ready(self) -> Answer:
        """Return whether it can do its work."""
        ...


@dataclass(slots=True)
class Health:
    """The known state of a worker's health. All moments are seconds of one monotonic clock.

    Args:
        clock: Monotonic seconds.
        live_timeout_seconds: Maximum time that articles may wait without progress.
        waiting_records: Returns the number of waiting records in this worker's partitions, or None
            if unknown.

    Attributes:
        fault: A fault at the broker that may end the worker, or "".
        notes: Differences from the plan that do not hinder the work.
    """

    clock: Callable[[], float]
    live_timeout_seconds: float
    waiting_records: Callable[[], int | None]
    starting: bool = True
    recovering: bool = False
    stopping: bool = False
    assigned: int = 0
    fault: str = ""
    notes: tuple[str, ...] = ()
    last_progress: float = field(default=0.0)
    last_tick: float = field(default=0.0)

    def __post_init__(self) -> None:
        self.last_progress = self.last_tick = self.clock()

    def progressed(self) -> None:
        """Record that a batch or a part of it is finished, or that there was no work."""
        self.last_progress = self.clock()

    def ticked(self) -> None:
        """Record that the event loop turns."""
        self.last_tick = self.clock()
        if self._held_up():
            # Otherwise a worker would not be live directly after a long recovery.
            self.last_progress = self.last_tick

    def live(self) -> Answer:
        """Return whether the worker makes progress. If not, it should be restarted."""
        now = self.clock()
        since_tick = now - self.last_tick
        if since_tick > self.live_timeout_seconds:
            return Answer(False, f"the event loop has not turned for {since_tick:.0f} s")
        waiting = self.waiting_records()
        since_progress = now - self.last_progress
        if waiting and not self._held_up() and since_progress > self.live_timeout_seconds:
            return Answer(
                False, f"{waiting} records wait, none finished for {since_progress:.0f} s"
            )
        return Answer(True, "progress")

    def ready(self) -> Answer:
        """Return whether the worker has its partitions and their state."""
        if self.stopping:
            return Answer(False, "stopping")
        if self.starting:
            return Answer(False, "starting")
        if self.fault:
            return Answer(False, self.fault)
        if self.recovering:
            return Answer(False, "recovering state, or the group is rebalancing")
        if not self.assigned:
            return Answer(False, "no partitions assigned")
        assigned = f"{self.assigned} partitions assigned, state recovered"
        return Answer(True, "; ".join((assigned, *self.notes)))

    def _held_up(self) -> bool:
        """Return whether no article can be finished: before an assignment or in a recovery."""
        return self.starting or self.recovering or not self.assigned
