"""Records and counts the rounds of a canary: articles sent, alerts received, alerts missed.

A missed round is remembered for a while, so that its late alert is recognised.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import structlog

from streams.service.metrics import CanaryMetrics

log = structlog.get_logger(__name__)

Outcome = Literal["waiting", "alerted", "not_sent", "no_alert"]
MISSED: tuple[Outcome, ...] = ("not_sent", "no_alert")
REMEMBERED_ROUNDS = 1_000


@dataclass(slots=True)
class Round:
    """One article and the wait for its alert.

    `sent_at` is wall-clock time, `began` monotonic seconds. `seconds` is the time until the alert,
    None while it is missing. `why` is the broker's reason if it rejected the article.
    """

    article_id: str
    sent_at: datetime
    began: float
    outcome: Outcome = "waiting"
    is_sent: bool = False
    alert_id: str = ""
    seconds: float | None = None
    why: str = ""


class Rounds:
    """The rounds of one canary.

    Args:
        timeout_seconds: A round without an alert after this time is missed.
        metrics: Counts the rounds.
        clock: Returns monotonic seconds.
        now: Returns the wall-clock time, in aware UTC.
    """

    def __init__(
        self,
        timeout_seconds: float,
        metrics: CanaryMetrics,
        clock: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        self._timeout_seconds = timeout_seconds
        self._metrics = metrics
        self._clock = clock
        self._now = now
        self._waiting: dict[str, Round] = {}
        self._given_up: dict[str, Round] = {}
        self._is_missing = False
        for reason in MISSED:
            # Prometheus misses the first increase of a counter that did not exist before.
            metrics.missed.labels(reason)

    @property
    def since(self) -> datetime | None:
        """Return when the oldest open round was sent."""
        return min((one.sent_at for one in self._waiting.values()), default=None)

    def begin(self, article_id: str, sent_at: datetime) -> Round:
        """Record that an article is about to be sent."""
        begun = self._waiting[article_id] = Round(article_id, sent_at, self._clock())
        return begun

    def sent(self, one: Round) -> None:
        """Record that the broker has the article. Its alert may have come first."""
        if not one.is_sent:
            one.is_sent = True
            self._metrics.sent.inc()

    def refused(self, one: Round, why: str) -> None:
        """Record that the broker rejects the article."""
        one.why = why
        if one.outcome == "waiting":
            self._miss(one, "not_sent")

    def heard(self, article_id: str, alert_id: str) -> None:
        """Record an alert. Alerts of other canaries and repeated ones are skipped."""
        one = self._waiting.pop(article_id, None) or self._given_up.pop(article_id, None)
        if one is None:
            return
        self.sent(one)
        one.seconds, one.alert_id = self._clock() - one.began, alert_id
        self._metrics.round_trip.observe(one.seconds)
        self._metrics.last_alert.set(self._now().timestamp())
        if one.outcome != "waiting":
            log.info("canary.rang_late", article=article_id, seconds=round(one.seconds, 3))
            return
        one.outcome = "alerted"
        self._metrics.alerts.inc()
        if self._is_missing:
            self._is_missing = False
            log.info("canary.rings_again", article=article_id, seconds=round(one.seconds, 3))

    def expire(self) -> None:
        """Mark rounds as missed that have waited too long."""
        late = self._clock() - self._timeout_seconds
        for one in [one for one in self._waiting.values() if one.began <= late]:
            self._miss(one, "no_alert" if one.is_sent else "not_sent")

    def _miss(self, one: Round, outcome: Outcome) -> None:
        one.outcome = outcome
        self._metrics.missed.labels(outcome).inc()
        self._is_missing = True
        log.warning("canary.missed", article=one.article_id, reason=outcome, why=one.why)
        del self._waiting[one.article_id]
        self._given_up[one.article_id] = one
        if len(self._given_up) > REMEMBERED_ROUNDS:
            del self._given_up[next(iter(self._given_up))]
