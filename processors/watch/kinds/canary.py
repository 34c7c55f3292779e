"""The kind `canary`: the alert of a canary's article.

It belongs to no rule of a file: it is sent regardless of the rules in force, and its rule is named
here. It is a test of the pipeline and no news, so it leaves no story and no past.
"""

from datetime import datetime, timedelta

from processors.alerts.identity import alert_id
from processors.canary import CANARY_KIND
from processors.contracts import Alert, LeaderRef, MentionContext, RuleRef, Window

CANARY_RULE = RuleRef(id="canary", version=1)
REASON = "A test of the pipeline, and no news: the canary's article went through all of it."


def canary_alert(canary: LeaderRef, context: MentionContext, now: datetime) -> Alert:
    """Build the alert. Its id is made of the article's id.

    Args:
        canary: The reserved leader of canaries.
        context: Of the mention.
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
