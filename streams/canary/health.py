"""Health of a canary: whether its loop turns, and whether a broker is there.

Owns the two answers. That no alert comes back is neither: it says something of the workers, and a
restart of the canary would only hide it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from streams.service.health import Answer


@dataclass(slots=True)
class CanaryHealth:
    """What is known of a canary's health; moments are seconds of a clock that only goes forward."""

    clock: Callable[[], float]
    live_timeout_seconds: float
    is_connected: bool = False
    last_tick: float = field(init=False)

    def __post_init__(self) -> None:
        self.last_tick = self.clock()

    def ticked(self) -> None:
        """Say that the loop turns."""
        self.last_tick = self.clock()

    def live(self) -> Answer:
        """Whether the loop turns; if not, the canary should be restarted."""
        since = self.clock() - self.last_tick
        if since > self.live_timeout_seconds:
            return Answer(False, f"the loop has not turned for {since:.0f} s")
        return Answer(True, "the loop turns")

    def ready(self) -> Answer:
        """Whether it can send and listen."""
        return Answer(self.is_connected, "connected" if self.is_connected else "no broker answers")
