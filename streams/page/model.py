"""The page's model: it reads records and returns the changes that browsers must receive.

The present time is an argument. Any program may write to a topic, so records that cannot be read
are counted and left out.
"""

from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from msgspec import Struct

from processors.canary import CANARY_ID
from processors.contracts import ArticleRef, Label, Span
from streams.kafka.envelope import Record
from streams.page.alert_book import AlertBook
from streams.page.leader_book import FUTURE_SECONDS, LeaderBook, MentionSeen, Ranking
from streams.page.view_model import (
    MAX_ID,
    MAX_NAME,
    ShownAlert,
    ShownKind,
    short,
    shown_kinds,
)
from streams.reading.alerts import decode_alert

# A canary's alert shows that alerts work. It does not report an event.
NO_NEWS = frozenset({"canary", CANARY_ID})
_MAX_SPANS = 50


class _Sentiment(Struct, frozen=True):
    polarity: float
    label: Label


class _Context(Struct, frozen=True):
    article: ArticleRef
    revision: int
    event_time: datetime


class _MentionRecord(Struct, frozen=True):
    """The fields of a value of `news.mentions` that the page reads: a mention, or a withdrawal."""

    leader_id: str = ""
    leader_name: str = ""
    country: str = ""
    sentiment: _Sentiment | None = None
    spans: list[Span] = []
    context: _Context | None = None
    withdrawn: ArticleRef | None = None


_decode = msgspec.json.Decoder(_MentionRecord).decode


class Picture(Struct, frozen=True):
    """The whole model, for a browser that connects."""

    kinds: list[ShownKind]
    alerts: list[ShownAlert]
    rankings: list[Ranking]


@dataclass(slots=True)
class PageModel:
    """The page's model of the stream. Times are Unix seconds.

    Args:
        mentions_topic: The topic of mentions. All other topics have alerts.
    """

    mentions_topic: str
    unreadable: int = 0
    canaries: int = 0
    newest_event_time: float | None = None
    rankings_changed: bool = False
    _alerts: AlertBook = field(default_factory=AlertBook)
    _leaders: LeaderBook = field(default_factory=LeaderBook)

    def take(self, record: Record, now: float) -> ShownAlert | None:
        """Read a record, and return the alert that browsers must receive, if it is one."""
        if record.topic == self.mentions_topic:
            self._take_mention(record, now)
            return None
        alert = decode_alert(record.value)
        if alert is None or not alert.leaders:
            self.unreadable += 1
            return None
        if alert.event_time.timestamp() > now + FUTURE_SECONDS:
            # It would stay the newest for years.
            self.unreadable += 1
            return None
        if alert.kind in NO_NEWS or alert.leaders[0].leader_id in NO_NEWS:
            return None
        self._heard(alert.event_time.timestamp(), now)
        return self._alerts.take(alert, self._leaders.countries, self._leaders.spans)

    def picture(self) -> Picture:
        """Return the whole model."""
        alerts = self._alerts.newest_first(self._leaders.countries)
        return Picture(shown_kinds(), alerts, self.rankings())

    def rankings(self) -> list[Ranking]:
        """Return the leaders for every span."""
        self.rankings_changed = False
        return self._leaders.rankings()

    def _take_mention(self, record: Record, now: float) -> None:
        try:
            value = _decode(record.value or b"")
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.unreadable += 1
            return
        if value.withdrawn is not None:
            self.rankings_changed |= self._leaders.withdraw(value.withdrawn.article_id)
            return
        mention = _mention_seen(value)
        if mention is None:
            self.unreadable += 1
            return
        if mention.leader_id in NO_NEWS:
            self.canaries += 1
            return
        self._heard(mention.at, now)
        self.rankings_changed |= self._leaders.take(mention, now)

    def _heard(self, moment: float, now: float) -> None:
        is_newest = self.newest_event_time is None or self.newest_event_time < moment
        if is_newest and moment <= now:
            self.newest_event_time = moment


def _mention_seen(value: _MentionRecord) -> MentionSeen | None:
    if value.context is None or value.sentiment is None or not value.leader_id:
        return None
    if value.context.event_time.tzinfo is None:
        return None
    is_scored = value.sentiment.label != "unknown"
    return MentionSeen(
        article_id=value.context.article.article_id,
        revision=value.context.revision,
        leader_id=short(value.leader_id, MAX_ID),
        name=short(value.leader_name, MAX_NAME),
        country=short(value.country, MAX_NAME),
        at=value.context.event_time.timestamp(),
        polarity=value.sentiment.polarity if is_scored else None,
        spans=tuple(value.spans[:_MAX_SPANS]),
    )
