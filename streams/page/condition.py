"""Describes the stream's condition: whether records arrive, and whether they are read.

Browsers receive it, so that a broken page is not mistaken for a quiet night. All times are Unix
seconds, and the present time is an argument.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from msgspec import Struct

from streams.kafka.lag import Lag

FeedState = Literal["starting", "reading", "live", "away", "refused", "failed"]
# The feed asks the broker every few seconds. A slow answer is not an outage.
SILENT_SECONDS = 15.0


class Condition(Struct, frozen=True):
    """The condition as a browser receives it.

    `state` is `starting` or `reading` before the past is read, then `live`. It is `away` while the
    broker does not answer (since `since`), `refused` if the broker denies access, `failed` if an
    error ended the feed. `waiting_records` and `waiting_seconds` are the group's lag, None where
    it is not known.
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
    """The times of the last signs of life. The feed writes them, and the page reads them.

    `canaries` counts the canary's mentions since the past was read: its articles do not show that
    the feeds still deliver.
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
        """Set what the feed does from now on."""
        if state != self.state:
            self.state, self.since = state, now
        if state == "reading":
            self._ends, self._news, self.canaries = None, 0, 0
        if state not in ("away", "refused", "failed"):
            self.answered_at = now

    def answered(self, article_ends: int, now: float) -> None:
        """Record that the broker answered, and how many articles it has."""
        first, before = self._ends or (article_ends, article_ends)
        # Canaries' mentions follow their articles: those of the last answer have theirs by now.
        news = before - first - self.canaries
        if news > self._news:
            self._news, self.newest_article_at = news, now
        self._ends, self.answered_at = (first, article_ends), now

    def state_at(self, now: float) -> tuple[FeedState, float]:
        """Return the state and since when. A broker that does not answer is unavailable."""
        if self.state == "live" and now - self.answered_at > SILENT_SECONDS:
            return "away", self.answered_at
        return self.state, self.since


def waiting(lags: Iterable[Lag] | None) -> tuple[int | None, float | None]:
    """Return how many records wait, and how long the oldest of them has waited."""
    if lags is None:
        return None, None
    known = list(lags)
    return sum(lag.records for lag in known), max((lag.seconds for lag in known), default=0.0)
