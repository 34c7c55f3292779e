"""The evaluation of the rules on one mention: what they read, and what comes of it.

Collects alerts, updates and suppressions, and remembers the alerts that are sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from processors.alerts import Trigger, follow_up
from processors.contracts import (
    Alert,
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
from processors.watch.state import MAX_SENT_ALERTS, HeldState, Report, SentAlert, keep, short_hash
from processors.windows import milliseconds, moment_of

RANK: Mapping[str, int] = {"low": 0, "medium": 1, "high": 2}


@dataclass(frozen=True, slots=True)
class Suppressed:
    """An alert that a rule would have sent, and why it was not.

    `rule` and `reason` are metric labels; the rest says which mention it was.
    """

    rule: str
    reason: str
    leader_id: str = ""
    article_id: str = ""


@dataclass(slots=True)
class Evaluation:
    """One mention, its leader's state, and what comes of the two.

    `report` is the mention as an independent report, None where it is a copy or does not count;
    `of_story` are the reports kept of its story, one of each source, in order; `guarded` says why
    nothing may ring on this article; `is_late` that others after it were applied already.
    """

    held: HeldState
    mention: Mention
    context: MentionContext
    moment_ms: int
    guarded: str | None
    is_late: bool
    placed: Placed
    report: Report | None
    of_story: Sequence[Report]
    story: StoryFacts
    now: datetime
    alerts: list[Alert] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)

    def facts(self, companion: str = "") -> Facts:
        """Give what a rule's condition is asked about."""
        return facts_of(self.mention, self.story, companion)

    def suppress(self, rule_id: str, reason: str) -> None:
        """Note an alert that was not sent."""
        article_id = self.context.article.article_id
        self.suppressed.append(Suppressed(rule_id, reason, self.mention.leader_id, article_id))

    def trigger(self, severity: Severity, window: Window) -> Trigger:
        """Give what an alert is built from."""
        return Trigger(self.mention, severity, window, self.now, self.story_ref())

    def send(self, key: str, alert: Alert, *, rests_on_article: bool) -> None:
        """Send an alert, and remember it under this key.

        Args:
            key: Rule and matter.
            alert: The alert.
            rests_on_article: Whether it rests on this one article, and falls with it.
        """
        self.alerts.append(alert)
        remembered = SentAlert(
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
            article=short_hash(self.context.article.article_id) if rests_on_article else 0,
            article_revision=self.context.revision,
        )
        keep(self.held.kept.sent_alerts, key, remembered, MAX_SENT_ALERTS)

    def update(self, sent: SentAlert, alert: Alert) -> None:
        """Send an update of an alert, with what the alert would say now."""
        number = len(sent.alert_ids) + 1
        message = follow_up(alert, "update", sent.alert_ids, number)
        self.alerts.append(message)
        sent.alert_ids.append(message.alert_id)
        sent.severity, sent.observed = message.severity, message.observed

    def story_ref(self) -> StoryRef:
        """Give the story of the mention at hand as alerts name it."""
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
    """Give a report's article as alerts list one."""
    return ArticleRef(
        article_id=report.article_id,
        title=report.title,
        url=report.url,
        source=report.source,
        family=report.family,
    )
