"""Alerts: their ids, and the values that are published, each with its reason in one sentence.

Must not know when a rule rings (`watch` decides) nor how an alert travels.
"""

from processors.alerts.building import (
    CancelledAlert,
    Trigger,
    Turn,
    breaking_alert,
    cancellation,
    encounter_alert,
    follow_up,
    sentiment_alert,
    shift_alert,
    surge_alert,
)
from processors.alerts.canary import CANARY_RULE, canary_alert
from processors.alerts.identity import alert_id, message_id
from processors.alerts.wording import SHOWN_TITLE, named

__all__ = [
    "CANARY_RULE",
    "SHOWN_TITLE",
    "CancelledAlert",
    "Trigger",
    "Turn",
    "alert_id",
    "breaking_alert",
    "canary_alert",
    "cancellation",
    "encounter_alert",
    "follow_up",
    "message_id",
    "named",
    "sentiment_alert",
    "shift_alert",
    "surge_alert",
]
