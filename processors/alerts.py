"""Alerts: their ids, and the values that are published.

Owns the identity of an alert and the sentence that says why it rang. Must not know when a rule
rings (`watch` decides) nor how an alert travels. The id is made of rule, rule version, leaders and
window alone: whatever repeats the evaluation (a replay, a rebalance, a crash, another article of
the same hour) makes the same id, and a subscriber deduplicates on that one field.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from processors.contracts import (
    Alert,
    AlertKind,
    Evidence,
    LeaderRef,
    Mention,
    MentionContext,
    RuleRef,
    Severity,
    Window,
)
from processors.rules import EncounterRule, SentimentRule

ID_BYTES = 16
SHOWN_WORDS = 4
SHOWN_TITLE = 120


def alert_id(rule: RuleRef, kind: AlertKind, leaders: Sequence[str], within: str) -> str:
    """Hash what makes an alert one alert into 32 hexadecimal digits.

    Args:
        rule: The rule and its version.
        kind: The alert's kind.
        leaders: Ids of the leader, or of the pair in any order.
        within: What tells the alert from the rule's others about the same leaders: a window, with
            the direction of the sentiment where there are two.
    """
    identity = json.dumps([rule.id, rule.version, kind, sorted(leaders), within])
    return hashlib.blake2b(identity.encode(), digest_size=ID_BYTES).hexdigest()


def sentiment_alert(
    mention: Mention, rule: SentimentRule, window: Window, severity: Severity, now: datetime
) -> Alert:
    """Build the alert of a mention that `rule` rings on."""
    direction = mention.sentiment.label
    leader = LeaderRef(leader_id=mention.leader_id, leader_name=mention.leader_name)
    ref = RuleRef(id=rule.id, version=rule.version)
    limit = (rule.threshold or 0.0) * (1 if mention.sentiment.polarity > 0 else -1)
    reason = (
        f"Strongly {direction} about {mention.leader_name}: polarity "
        f"{mention.sentiment.polarity:+.2f} where {limit:+.2f} rings, from "
        f"{mention.sentiment.scored_words} scored words{_strongest(mention.evidence, limit)}; "
        f"in {_named(_context(mention))}."
    )
    within = f"{direction} {window.start.isoformat()}"
    return Alert(
        **_shared(mention, now),
        alert_id=alert_id(ref, "sentiment", [mention.leader_id], within),
        rule=ref,
        kind="sentiment",
        severity=severity,
        leaders=[leader],
        window=window,
        observed=round(mention.sentiment.polarity, 4),
        expected=0.0,
        threshold=limit,
        reason=reason,
    )


def encounter_alert(
    mention: Mention,
    companion: LeaderRef,
    rule: EncounterRule,
    window: Window,
    severity: Severity,
    now: datetime,
) -> Alert:
    """Build the alert of two leaders who stand together after a quiet time."""
    leader = LeaderRef(leader_id=mention.leader_id, leader_name=mention.leader_name)
    pair = sorted([leader, companion], key=lambda one: one.leader_id)
    ref = RuleRef(id=rule.id, version=rule.version)
    reason = (
        f"{pair[0].leader_name} and {pair[1].leader_name} together in headline or lead of "
        f"{_named(_context(mention))}; the two were not seen together in the "
        f"{_duration(rule.cooldown_seconds)} before."
    )
    ids = [one.leader_id for one in pair]
    return Alert(
        **_shared(mention, now),
        alert_id=alert_id(ref, "encounter", ids, window.start.isoformat()),
        rule=ref,
        kind="encounter",
        severity=severity,
        leaders=pair,
        window=window,
        observed=1.0,
        expected=0.0,
        threshold=1.0,
        reason=reason,
    )


def _shared(mention: Mention, now: datetime) -> dict[str, Any]:
    """Give the fields of an alert that follow from the mention alone."""
    context = _context(mention)
    article_id = context.article.article_id
    evidence = [
        msgspec.structs.replace(one, article_id=article_id, leader_id=mention.leader_id)
        for one in mention.evidence
    ]
    return {
        "revision": 1,
        "msg_type": "alert",
        "references": [],
        "event_time": context.event_time,
        "articles": [context.article],
        "evidence": evidence,
        "versions": context.versions,
        "processed_at": now,
    }


def _context(mention: Mention) -> MentionContext:
    if mention.context is None:
        raise ValueError("a mention without its article cannot ring: read it from news.mentions")
    return mention.context


def _strongest(evidence: Sequence[Evidence], limit: float) -> str:
    """Name the words that pull the way the alert says, the strongest first."""
    sign = 1 if limit > 0 else -1
    weights: dict[str, float] = {}
    for item in evidence:
        for word, weight in item.words:
            if weight * sign > 0:
                weights.setdefault(word, weight)
    best = sorted(weights.items(), key=lambda pair: (-abs(pair[1]), pair[0]))[:SHOWN_WORDS]
    return f" ({', '.join(f'{word} {weight:+.2f}' for word, weight in best)})" if best else ""


def _named(context: MentionContext) -> str:
    article = context.article
    title = article.title or article.article_id
    shown = title if len(title) <= SHOWN_TITLE else title[: SHOWN_TITLE - 1] + "…"
    return f"“{shown}” ({article.source})" if article.source else f"“{shown}”"


def _duration(seconds: int) -> str:
    length = timedelta(seconds=seconds)
    if length >= timedelta(days=1):
        count, unit = length.days, "day"
    else:
        count, unit = max(1, seconds // 3_600), "hour"
    return unit if count == 1 else f"{count} {unit}s"
