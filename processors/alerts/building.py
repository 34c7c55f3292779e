"""Builds the alerts that are published, and the messages that follow them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from processors.alerts.identity import alert_id, message_id
from processors.contracts import (
    Alert,
    AlertKind,
    ArticleRef,
    LeaderRef,
    Mention,
    MentionContext,
    MessageType,
    RuleRef,
    Severity,
    StoryRef,
    Window,
)
from processors.rules import Rule


@dataclass(frozen=True, slots=True)
class Trigger:
    """The mention that made a rule fire, and what every alert takes from it."""

    mention: Mention
    severity: Severity
    window: Window
    now: datetime
    story: StoryRef | None = None

    @property
    def context(self) -> MentionContext:
        """What is known of the mention's article.

        Raises:
            ValueError: the mention has none.
        """
        if self.mention.context is None:
            raise ValueError(
                "a mention without its article cannot trigger an alert: read it from news.mentions"
            )
        return self.mention.context


@dataclass(frozen=True, slots=True)
class Statement:
    """What an alert says.

    Attributes:
        observed: What was measured.
        expected: What is usual, or None where nothing is.
        threshold: From which measurement on the rule fires.
        reason: One sentence for people. A count in it is the length of a list of the alert.
    """

    observed: float
    expected: float | None
    threshold: float
    reason: str


def new_alert(
    trigger: Trigger,
    rule: Rule[Any],
    within: str,
    statement: Statement,
    *,
    leaders: Sequence[LeaderRef] | None = None,
    articles: Sequence[ArticleRef] | None = None,
) -> Alert:
    """Build an alert.

    Args:
        trigger: The mention that made the rule fire.
        rule: The rule.
        within: The window or story that the id is made of, see `alert_id`.
        statement: What the alert says.
        leaders: The leaders that it is about. None: the mention's.
        articles: The articles that it counts. None: the mention's.
    """
    mention, context = trigger.mention, trigger.context
    article_id = context.article.article_id
    about = [leader_ref(mention)] if leaders is None else list(leaders)
    ref = RuleRef(id=rule.id, version=rule.version)
    return Alert(
        alert_id=alert_id(ref, rule.kind, [one.leader_id for one in about], within),
        revision=1,
        msg_type="alert",
        references=[],
        rule=ref,
        kind=rule.kind,
        severity=trigger.severity,
        leaders=about,
        event_time=context.event_time,
        window=trigger.window,
        observed=statement.observed,
        expected=statement.expected,
        threshold=statement.threshold,
        reason=statement.reason,
        articles=[context.article] if articles is None else list(articles),
        evidence=[
            msgspec.structs.replace(one, article_id=article_id, leader_id=mention.leader_id)
            for one in mention.evidence
        ],
        versions=context.versions,
        processed_at=trigger.now,
        story=trigger.story,
    )


def leader_ref(mention: Mention) -> LeaderRef:
    """Return a mention's leader as alerts name one."""
    return LeaderRef(leader_id=mention.leader_id, leader_name=mention.leader_name)


def follow_up(alert: Alert, msg_type: MessageType, references: Sequence[str], number: int) -> Alert:
    """Return an alert as the message number `number` about an earlier one.

    Args:
        alert: As it would be sent now.
        msg_type: `update` or `cancel`.
        references: Ids of the messages before it, the first alert's first.
        number: Becomes the revision: 2 for the first message after the alert.
    """
    return msgspec.structs.replace(
        alert,
        alert_id=message_id(references[0], msg_type, number),
        revision=number,
        msg_type=msg_type,
        references=list(references),
    )


@dataclass(frozen=True, slots=True)
class CancelledAlert:
    """An alert that no longer holds, as it was sent. `references` are all messages about it."""

    rule: RuleRef
    kind: AlertKind
    severity: Severity
    leaders: Sequence[LeaderRef]
    window: Window
    observed: float
    expected: float | None
    threshold: float
    references: Sequence[str]


def cancellation(
    cancelled: CancelledAlert, context: MentionContext, why: str, now: datetime
) -> Alert:
    """Build the message that cancels an alert.

    Args:
        cancelled: The alert.
        context: Of the article that is withdrawn or corrected.
        why: What happened to the article, as the end of a sentence.
        now: Stamped on the message.
    """
    number = len(cancelled.references) + 1
    return Alert(
        alert_id=message_id(cancelled.references[0], "cancel", number),
        revision=number,
        msg_type="cancel",
        references=list(cancelled.references),
        rule=cancelled.rule,
        kind=cancelled.kind,
        severity=cancelled.severity,
        leaders=list(cancelled.leaders),
        event_time=context.event_time,
        window=cancelled.window,
        observed=cancelled.observed,
        expected=cancelled.expected,
        threshold=cancelled.threshold,
        reason=f"Cancelled: {why}.",
        articles=[context.article],
        evidence=[],
        versions=context.versions,
        processed_at=now,
    )
