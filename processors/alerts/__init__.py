"""Alerts: their identity, their parts, and the wording of their reasons."""

from processors.alerts.building import (
    CancelledAlert,
    Statement,
    Trigger,
    cancellation,
    follow_up,
    leader_ref,
    new_alert,
)
from processors.alerts.identity import alert_id, message_id
from processors.alerts.wording import (
    SHOWN_TITLE,
    length_of_time,
    named,
    strongest,
    usual,
    within_time,
)

__all__ = [
    "SHOWN_TITLE",
    "CancelledAlert",
    "Statement",
    "Trigger",
    "alert_id",
    "cancellation",
    "follow_up",
    "leader_ref",
    "length_of_time",
    "message_id",
    "named",
    "new_alert",
    "strongest",
    "usual",
    "within_time",
]
