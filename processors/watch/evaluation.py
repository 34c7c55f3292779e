"""The evaluation of the rules on one mention: what they read, and what comes of it.

Collects alerts, updates and suppressions, and remembers the alerts that are sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from processors.alerts import Trigger, follow_up
from processors.contracts import (
    Alert,
    AlertKind,
    ArticleRef,
    Mention,
    MentionContext,
    MentionCounts,
    Severity,
    StoryRef,
    Window,
)
from processors.rules import Facts, StoryFacts, facts_of
from processors.stories import Placed
from processors.watch.decisions import Fire, Measured
from processors.watch.state import (
    MAX_ONGOING,
    MAX_SENT_ALERTS,
    HeldState,
    Report,
    SentAlert,
    keep,
    short_hash,
)
from processors.windows import milliseconds, moment_of

RANK: Mapping[str, int] = {"low": 0, "medium": 1, "high": 2}


@dataclass(frozen=True, slots=True)
class Suppressed:
    """An alert that a rule would have sent, and why it was not.

    `rule` and `reason` are metric labels. The others name the mention.
    """

    rule: str
    reason: str
    leader_id: str = ""
    article_id: str = ""


@dataclass(slots=True)
class Evaluation:
    """One mention, its leader's state, and what comes of the two.

    Attributes:
        held: The leader's state.
        mention: The mention.
        context: What is known of its article.
        moment_ms: Its event time.
        guarded: Why the article never triggers an alert, or None.
        is_late: Whether later mentions were applied before this one.
        placed: The story that it belongs to.
        report: The mention as an independent report. None: it is a copy, or does not count.
        first_tone: The mention as the first of its story that has a tone. None: it is not.
        of_story: The reports kept of its story, one of each source, in the order of event time.
        story: What conditions can read of the story.
        now: Stamped on alerts.
        alerts: Alerts and updates to send.
        suppressed: Alerts that are not sent.
    """

    held: HeldState
    mention: Mention
    context: MentionContext
    moment_ms: int
    guarded: str | None
    is_late: bool
    placed: Placed
    report: Report | None
    first_tone: Report | None
    of_story: Sequence[Report]
    story: StoryFacts
    now: datetime
    alerts: list[Alert] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)

    def facts(self, measured: Measured | None = None) -> Facts:
        """Return what a rule's condition can read."""
        return facts_of(self.mention, self.story, measured)

    def memory(self, kind: AlertKind) -> dict[str, Any]:
        """Return what a kind remembers of the leader, to read and to change.

        The values are numbers, texts, lists and dicts of them. The kind must bound them: `keep`
        does, as the whole state is written for every mention.
        """
        return self.held.kept.memories.setdefault(kind, {})

    def suppress(self, rule_id: str, reason: str) -> None:
        """Note an alert that was not sent."""
        article_id = self.context.article.article_id
        self.suppressed.append(Suppressed(rule_id, reason, self.mention.leader_id, article_id))

    def trigger(self, severity: Severity, window: Window) -> Trigger:
        """Return what an alert is built from."""
        return Trigger(self.mention, severity, window, self.now, self.story_ref())

    def send(self, alert: Alert, fire: Fire) -> None:
        """Send an alert, and remember it."""
        self.alerts.append(alert)
        article_id = self.context.article.article_id
        sent = SentAlert(
            alert_ids=[alert.alert_id],
            rule_id=alert.rule.id,
            rule_version=alert.rule.version,
            kind=alert.kind,
            severity=alert.severity,
            leaders=[(one.leader_id, one.leader_name) for one in alert.leaders],
            window_ms=(milliseconds(alert.window.start), milliseconds(alert.window.end)),
            sent_ms=self.moment_ms,
            last_ms=self.moment_ms,
            observed=alert.observed,
            expected=alert.expected,
            threshold=alert.threshold,
            article=short_hash(article_id) if fire.rests_on_article else 0,
            article_revision=self.context.revision,
        )
        if fire.is_ongoing:
            keep(self.held.kept.ongoing, fire.key, sent, MAX_ONGOING)
        else:
            keep(self.held.kept.sent_alerts, fire.key, sent, MAX_SENT_ALERTS)

    def update(self, sent: SentAlert, alert: Alert) -> None:
        """Send an update of an alert, with what the alert would say now."""
        number = len(sent.alert_ids) + 1
        message = follow_up(alert, "update", sent.alert_ids, number)
        self.alerts.append(message)
        sent.alert_ids.append(message.alert_id)
        sent.severity, sent.observed = message.severity, message.observed

    def story_ref(self) -> StoryRef:
        """Return the mention's story as alerts name it."""
        story, known = self.placed.story, self.story
        h12, h24, d3, d7 = self.placed.similar
        return StoryRef(
            story_id=f"{story.key:014x}",
            novelty=known.novelty,
            reports=story.reports,
            first_seen=moment_of(story.first_ms),
            similar=MentionCounts(h12=h12, h24=h24, d3=d3, d7=d7),
            mentions=MentionCounts(
                h12=known.mentions_12h,
                h24=known.mentions_24h,
                d3=known.mentions_3d,
                d7=known.mentions_7d,
            ),
        )


def article_of(report: Report) -> ArticleRef:
    """Return a report's article as alerts list one."""
    return ArticleRef(
        article_id=report.article_id,
        title=report.title,
        url=report.url,
        source=report.source,
        family=report.family,
    )
