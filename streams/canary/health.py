"""Reports the health of a canary: whether its loop runs, and whether it reaches a broker.

A missing alert affects neither answer. It is a fault of the workers, and a restart of the canary
would only hide it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from streams.service.health import Answer


@dataclass(slots=True)
class CanaryHealth:
    """The health of a canary. Times are monotonic seconds."""

    clock: Callable[[], float]
    live_timeout_seconds: float
    is_connected: bool = False
    last_tick: float = field(init=False)

    def __post_init__(self) -> None:
        self.last_tick = self.clock()

    def ticked(self) -> None:
        """Record one turn of the loop."""
        self.last_tick = self.clock()

    def live(self) -> Answer:
        """Return whether the loop runs. If it does not, the canary should be restarted."""
        since = self.clock() - self.last_tick
        if since > self.live_timeout_seconds:
            return Answer(False, f"the loop has not turned for {since:.0f} s")
        return Answer(True, "the loop turns")

    def ready(self) -> Answer:
        """Return whether the canary can send and listen."""
        return Answer(self.is_connected, "connected" if self.is_connected else "no broker answers")
