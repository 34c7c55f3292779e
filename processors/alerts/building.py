"""Builds the alerts that are published, each with the sentence that says why it rang.

Owns what an alert of every kind holds. Must not know when a rule rings (`watch` decides) nor how an
alert travels. A count in a sentence is the length of the list that the alert carries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from processors.alerts.identity import alert_id, message_id
from processors.alerts.wording import duration, named, strongest, usual
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
from processors.rules import BreakingRule, EncounterRule, SentimentRule, ShiftRule, SurgeRule


@dataclass(frozen=True, slots=True)
class Trigger:
    """What every alert takes from the mention that made it ring."""

    mention: Mention
    severity: Severity
    window: Window
    now: datetime
    story: StoryRef | None = None


def sentiment_alert(trigger: Trigger, rule: SentimentRule) -> Alert:
    """Build the alert of a mention that `rule` rings on."""
    mention, sentiment = trigger.mention, trigger.mention.sentiment
    limit = (rule.threshold or 0.0) * (1 if sentiment.polarity > 0 else -1)
    reason = (
        f"Strongly {sentiment.label} about {mention.leader_name}: polarity "
        f"{sentiment.polarity:+.2f} where {limit:+.2f} rings, from "
        f"{sentiment.scored_words} scored words{strongest(mention.evidence, limit)}; "
        f"in {named(_context(mention).article)}."
    )
    return Alert(
        **_shared(trigger, rule, f"{sentiment.label} {trigger.window.start.isoformat()}"),
        observed=round(sentiment.polarity, 4),
        expected=0.0,
        threshold=limit,
        reason=reason,
    )


def encounter_alert(trigger: Trigger, rule: EncounterRule, companion: LeaderRef) -> Alert:
    """Build the alert of two leaders who stand together after a quiet time."""
    pair = sorted([_leader(trigger.mention), companion], key=lambda one: one.leader_id)
    reason = (
        f"{pair[0].leader_name} and {pair[1].leader_name} together in headline or lead of "
        f"{named(_context(trigger.mention).article)}; the two were not seen together in the "
        f"{duration(rule.cooldown_seconds)} before."
    )
    return Alert(
        **_shared(trigger, rule, trigger.window.start.isoformat(), leaders=pair),
        observed=1.0,
        expected=0.0,
        threshold=1.0,
        reason=reason,
    )


def surge_alert(
    trigger: Trigger,
    rule: SurgeRule,
    articles: Sequence[ArticleRef],
    expected: float,
    p_value: float,
    within: datetime,
) -> Alert:
    """Build the alert of more independent sources than usual.

    Args:
        trigger: The mention at hand; its window is that of the count.
        rule: The rule.
        articles: One of each independent source, the first one first.
        expected: How many are usual in such a window.
        p_value: How likely so many are by chance.
        within: What the surge's id is made from.
    """
    seconds = round((trigger.window.end - trigger.window.start).total_seconds())
    reason = (
        f"{len(articles)} independent sources on {trigger.mention.leader_name} within "
        f"{_a(duration(seconds))} where {usual(expected)} are usual (p = {p_value:.0e}); first: "
        f"{named(articles[0])}."
    )
    return Alert(
        **_shared(trigger, rule, within.isoformat(), articles=articles),
        observed=float(len(articles)),
        expected=round(expected, 4),
        threshold=rule.threshold or 0.0,
        reason=reason,
    )


def breaking_alert(
    trigger: Trigger, rule: BreakingRule, articles: Sequence[ArticleRef], story: StoryRef
) -> Alert:
    """Build the alert of one story that many independent sources report at once.

    Args:
        trigger: The mention at hand; its window begins with the story's first report.
        rule: The rule.
        articles: One of each independent source, the first one first.
        story: The story.
    """
    seconds = round((trigger.window.end - trigger.window.start).total_seconds())
    reason = (
        f"{len(articles)} independent sources reported one story on {trigger.mention.leader_name} "
        f"within {_a(duration(seconds))} of its first report; first: {named(articles[0])}."
    )
    return Alert(
        **_shared(trigger, rule, f"story {story.story_id}", articles=articles),
        observed=float(len(articles)),
        expected=None,
        threshold=rule.threshold or 0.0,
        reason=reason,
    )


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of tone: the stories since it began, their mean, what is usual, and the statistic."""

    direction: str
    articles: Sequence[ArticleRef]
    mean: float
    usual: float
    statistic: float


def shift_alert(trigger: Trigger, rule: ShiftRule, turn: Turn, within: datetime) -> Alert:
    """Build the alert of a press that has turned; its id is made from `within`."""
    limit = rule.threshold or 0.0
    reason = (
        f"The press speaks more {turn.direction}ly of {trigger.mention.leader_name}: mean polarity "
        f"{turn.mean:+.2f} over {len(turn.articles)} stories where {turn.usual:+.2f} is usual "
        f"(CUSUM {turn.statistic:.1f}, {limit:g} rings); newest: {named(turn.articles[-1])}."
    )
    return Alert(
        **_shared(
            trigger,
            rule,
            f"{turn.direction} {within.isoformat()}",
            articles=turn.articles,
        ),
        observed=round(turn.mean, 4),
        expected=round(turn.usual, 4),
        threshold=limit,
        reason=reason,
    )


def follow_up(alert: Alert, msg_type: MessageType, references: Sequence[str], number: int) -> Alert:
    """Make an alert the message number `number` about an earlier one.

    Args:
        alert: As it would ring now.
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
    """An alert that no longer holds, as it was sent; `references` are all messages about it."""

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
    """Build the message that takes an alert back.

    Args:
        cancelled: The alert.
        context: Of the article because of which it falls.
        why: What became of the article, as the end of a sentence.
        now: When this is decided.
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
        reason=f"Taken back: {why}.",
        articles=[context.article],
        evidence=[],
        versions=context.versions,
        processed_at=now,
    )


def _shared(
    trigger: Trigger,
    rule: Any,
    within: str,
    *,
    leaders: Sequence[LeaderRef] | None = None,
    articles: Sequence[ArticleRef] | None = None,
) -> dict[str, Any]:
    """Give the fields that every alert has."""
    mention, context = trigger.mention, _context(trigger.mention)
    article_id = context.article.article_id
    evidence = [
        msgspec.structs.replace(one, article_id=article_id, leader_id=mention.leader_id)
        for one in mention.evidence
    ]
    about = [_leader(mention)] if leaders is None else list(leaders)
    ref = RuleRef(id=rule.id, version=rule.version)
    return {
        "alert_id": alert_id(ref, rule.kind, [one.leader_id for one in about], within),
        "revision": 1,
        "msg_type": "alert",
        "references": [],
        "rule": ref,
        "kind": rule.kind,
        "severity": trigger.severity,
        "leaders": about,
        "event_time": context.event_time,
        "window": trigger.window,
        "articles": [context.article] if articles is None else list(articles),
        "evidence": evidence,
        "versions": context.versions,
        "processed_at": trigger.now,
        "story": trigger.story,
    }


def _leader(mention: Mention) -> LeaderRef:
    return LeaderRef(leader_id=mention.leader_id, leader_name=mention.leader_name)


def _context(mention: Mention) -> MentionContext:
    if mention.context is None:
        raise ValueError("a mention without its article cannot ring: read it from news.mentions")
    return mention.context


def _a(length: str) -> str:
    """Put the article before a single unit: "an hour", "a day", but "2 hours"."""
    if length[0].isdigit():
        return length
    return f"an {length}" if length == "hour" else f"a {length}"
