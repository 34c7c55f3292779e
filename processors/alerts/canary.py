"""The alert of a canary's article.

Owns what it holds. Must not know when it rings. It is no rule's of a file: it rings whatever the
rules in force are, and its rule is named here.
"""

from datetime import datetime, timedelta

from processors.alerts.identity import alert_id
from processors.canary import CANARY_KIND
from processors.contracts import Alert, LeaderRef, MentionContext, RuleRef, Window

CANARY_RULE = RuleRef(id="canary", version=1)
REASON = "A test of the alarm, and no news: the canary's article came the whole way."


def canary_alert(canary: LeaderRef, context: MentionContext, now: datetime) -> Alert:
    """Build the alert; its id is made of the article's.

    Args:
        canary: Whom the article named.
        context: The mention's.
        now: Stamped on the alert.
    """
    moment = context.event_time
    return Alert(
        alert_id=alert_id(CANARY_RULE, CANARY_KIND, [canary.leader_id], context.article.article_id),
        revision=1,
        msg_type="alert",
        references=[],
        rule=CANARY_RULE,
        kind=CANARY_KIND,
        severity="low",
        leaders=[canary],
        event_time=moment,
        window=Window(start=moment, end=moment + timedelta(milliseconds=1)),
        observed=1.0,
        expected=None,
        threshold=1.0,
        reason=REASON,
        articles=[context.article],
        evidence=[],
        versions=context.versions,
        processed_at=now,
    )
