"""How the stream is, as far as the page can tell: whether records come, and whether they are read.

Owns what a browser is sent about it, so that a page that has gone quiet is not taken for a quiet
night. Must not know the words for it, nor the clock: now is an argument. All moments are Unix
seconds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from msgspec import Struct

from streams.kafka.lag import Lag

FeedState = Literal["starting", "reading", "live", "away", "refused", "failed"]
# The feed asks the broker every few seconds; a slow answer is no outage.
SILENT_SECONDS = 15.0


class Condition(Struct, frozen=True):
    """What a browser is sent.

    `state`: `starting` and `reading` before the past is read; `live`; `away` where the broker does
    not answer (since `since`); `refused` where it does not let us read; `failed`
    where the feed has ended by an error of its own.
    `waiting_records` and `waiting_seconds` are the group's lag, None where it is not known.
    """

    now: float
    state: FeedState
    since: float
    newest_event_time: float | None
    newest_record_at: float | None
    newest_article_at: float | None
    waiting_records: int | None
    waiting_seconds: float | None
    quiet_after_seconds: float
    stuck_after_seconds: float
    unreadable_records: int


@dataclass(slots=True)
class Pulse:
    """When what was last seen. The feed writes, and the page reads.

    `canaries` counts the canary's mentions since the past was read: its articles are no sign that
    the feeds still bring any.
    """

    state: FeedState = "starting"
    since: float = 0.0
    answered_at: float = 0.0
    newest_record_at: float | None = None
    newest_article_at: float | None = None
    canaries: int = 0
    _ends: tuple[int, int] | None = None
    _news: int = 0

    def entered(self, state: FeedState, now: float) -> None:
        """Say what the feed does from now on."""
        if state != self.state:
            self.state, self.since = state, now
        if state == "reading":
            self._ends, self._news, self.canaries = None, 0, 0
        if state not in ("away", "refused", "failed"):
            self.answered_at = now

    def answered(self, article_ends: int, now: float) -> None:
        """Say that the broker answered, and with how many articles up to now."""
        first, before = self._ends or (article_ends, article_ends)
        # A canary's mention comes after its article: what was there the last time has its by now.
        news = before - first - self.canaries
        if news > self._news:
            self._news, self.newest_article_at = news, now
        self._ends, self.answered_at = (first, article_ends), now

    def state_at(self, now: float) -> tuple[FeedState, float]:
        """Give the state and since when; a silent broker is unavailable."""
        if self.state == "live" and now - self.answered_at > SILENT_SECONDS:
            return "away", self.answered_at
        return self.state, self.since


def waiting(lags: Iterable[Lag] | None) -> tuple[int | None, float | None]:
    """Give how many records wait, and for how long the oldest of them."""
    if lags is None:
        return None, None
    known = list(lags)
    return sum(lag.records for lag in known), max((lag.seconds for lag in known), default=0.0)
