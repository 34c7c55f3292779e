"""Cancels alerts whose article is withdrawn or corrected.

An alert that rests on a single article is cancelled with it. An alert that counts sources stands,
because it counted what was published. The article no longer counts from then on.
"""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from processors.alerts import CancelledAlert, cancellation, named
from processors.contracts import (
    Alert,
    LeaderRef,
    Mention,
    MentionContext,
    RuleRef,
    Window,
    Withdrawal,
)
from processors.watch.kinds.registry import KINDS
from processors.watch.state import HeldState, SentAlert, WatchState, short_hash
from processors.windows import moment_of


def may_know(value: bytes, article_id: str) -> bool:
    """Return whether an encoded state can hold this article. False is certain.

    A withdrawal goes to every leader's state, and few of them know the article: this looks for the
    article's hash without decoding the state.
    """
    return msgspec.msgpack.encode(short_hash(article_id)) in value


def withdraw(state: HeldState, withdrawal: Withdrawal, now: datetime) -> list[Alert]:
    """Cancel the alerts that rest on a withdrawn article, and count the article no more.

    A second withdrawal changes nothing.
    """
    kept, article = state.kept, withdrawal.withdrawn
    kept.reports[:] = [one for one in kept.reports if one.article_id != article.article_id]
    return [
        _cancel(
            sent,
            f"{article.source or 'the publisher'} withdrew the article that it rests on",
            MentionContext(
                mention_id="",
                article=article,
                revision=withdrawal.revision,
                event_time=withdrawal.event_time,
                versions=withdrawal.versions,
            ),
            now,
        )
        for sent in _resting(kept, article.article_id)
    ]


def correct(
    kept: WatchState, mention: Mention, context: MentionContext, now: datetime
) -> Iterator[Alert]:
    """Cancel the alerts that a newer version of their article contradicts."""
    label = mention.sentiment.label
    for sent in _resting(kept, context.article.article_id):
        is_newer = context.revision >= sent.article_revision
        kind = KINDS.get(sent.kind)
        if is_newer and kind is not None and kind.is_contradicted(sent, mention):
            edited = f"version {context.revision} of {named(context.article)}"
            yield _cancel(sent, f"{edited} is {label} about {mention.leader_name}", context, now)


def _resting(kept: WatchState, article_id: str) -> list[SentAlert]:
    article = short_hash(article_id)
    return [
        one for one in kept.sent_alerts.values() if one.article == article and not one.cancelled
    ]


def _cancel(sent: SentAlert, why: str, context: MentionContext, now: datetime) -> Alert:
    sent.cancelled = True
    since_ms, until_ms = sent.window_ms
    cancelled = CancelledAlert(
        rule=RuleRef(id=sent.rule_id, version=sent.rule_version),
        kind=sent.kind,
        severity=sent.severity,
        leaders=[LeaderRef(leader_id=one, leader_name=name) for one, name in sent.leaders],
        window=Window(start=moment_of(since_ms), end=moment_of(until_ms)),
        observed=sent.observed,
        expected=sent.expected,
        threshold=sent.threshold,
        references=sent.alert_ids,
    )
    alert = cancellation(cancelled, context, why, now)
    sent.alert_ids.append(alert.alert_id)
    return alert
