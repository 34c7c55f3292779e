"""Keeps the newest alerts, with their updates and cancellations.

Messages may be repeated and come in any order: the revision decides, and the result is the same.
Memory is bounded by the number of alerts.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from processors.contracts import Alert
from streams.page.view_model import (
    ShownAlert,
    ShownMessage,
    SpansOf,
    shown_alert,
    shown_message,
    with_countries,
)
from streams.reading.alerts import Seen

MAX_ALERTS = 300
MAX_MESSAGES = 20


@dataclass(slots=True)
class _Kept:
    """An alert: its newest message, the newest with evidence, and all of them in short."""

    newest: Alert
    grounds: Alert
    messages: list[ShownMessage]
    shown: ShownAlert


class AlertBook:
    """Alerts by the id of their first message.

    Args:
        most: Maximum number of alerts. The oldest is dropped first.
    """

    def __init__(self, most: int = MAX_ALERTS) -> None:
        self._most = most
        self._seen = Seen()
        self._kept: dict[str, _Kept] = {}

    def take(self, alert: Alert, countries: Mapping[str, str], spans: SpansOf) -> ShownAlert | None:
        """Add a message. Return None if it is repeated, or older than all alerts here."""
        if self._seen.is_repeated(alert.alert_id):
            return None
        root = alert.references[0] if alert.references else alert.alert_id
        known = self._kept.get(root)
        messages = [*(known.messages if known else ()), shown_message(alert)]
        # The first message stays, even if messages between it and the newest are dropped.
        messages.sort(key=lambda one: (one.revision, one.at, one.reason))
        del messages[1 : max(1, len(messages) - MAX_MESSAGES + 1)]
        newest = max(alert, known.newest, key=_place) if known else alert
        grounds = max(alert, known.grounds, key=_grounds) if known else alert
        shown = shown_alert(newest, grounds, messages, countries, spans)
        self._kept[root] = _Kept(newest, grounds, messages, shown)
        self._forget()
        return shown if root in self._kept else None

    def newest_first(self, countries: Mapping[str, str]) -> list[ShownAlert]:
        """Return the alerts, the newest first."""
        ordered = sorted(self._kept.values(), key=lambda one: one.shown.fired_at, reverse=True)
        return [with_countries(one.shown, countries) for one in ordered]

    def _forget(self) -> None:
        while len(self._kept) > self._most:
            oldest = min(self._kept, key=lambda root: self._kept[root].shown.fired_at)
            del self._kept[oldest]


def _place(alert: Alert) -> tuple[int, float, str]:
    """Return the sort key of a message: its revision, then fields that make the order definite."""
    return alert.revision, alert.event_time.timestamp(), alert.alert_id


def _grounds(alert: Alert) -> tuple[bool, int, float, str]:
    """Return the sort key of a message as evidence: a cancellation only names what it cancels."""
    return (alert.msg_type != "cancel", *_place(alert))
