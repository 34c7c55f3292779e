"""Health: whether a worker lives, and whether it is ready.

Owns the two answers and their reasons. Must not know how they are served. `live` means progress: a
worker that has nothing to do lives, and one that leaves articles waiting does not, regardless of
its event loop says. A part of a batch is progress: articles that take seconds each make a batch
slow, and one article that takes longer than `live_timeout_seconds` is a fault. Time is an argument.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """Yes or no, and why, for a person."""

    ok: bool
    reason: str


class Questions(Protocol):
    """What a port is asked, and a worker (`Health`) or a canary answers."""

    def live(self) -> Answer:
        """Whether it makes progress; if not, it should be restarted."""
        ...

    def ready(self) -> Answer:
        """Whether it can do its work."""
        ...


@dataclass(slots=True)
class Health:
    """What is known of a worker's health. All moments are seconds of one monotonic clock.

    Args:
        clock: Monotonic seconds.
        live_timeout_seconds: How long articles may wait without progress.
        waiting_records: Gives the records that wait in this worker's partitions, None if unknown.

    Attributes:
        fault: What is wrong at the broker and may end the worker; "" where that is nothing.
        notes: What is not as planned, and does not hinder the work.
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
        """Say that a batch or a part of it is finished, or that there was nothing to do."""
        self.last_progress = self.clock()

    def ticked(self) -> None:
        """Say that the event loop turns."""
        self.last_tick = self.clock()
        if self._held_up():
            # Else a worker would be dead at once after a long recovery.
            self.last_progress = self.last_tick

    def live(self) -> Answer:
        """Whether the worker makes progress; if not, it should be restarted."""
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
        """Whether the worker has its partitions and their state."""
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
        """Whether no article can be finished: before the first assignment and in a recovery."""
        return self.starting or self.recovering or not self.assigned
