"""The newest alerts, each as its messages up to now leave it.

Owns what an update and a cancellation do to an alert, and which alerts are kept. Must not know a
topic. Messages may come twice and in any order: the revision decides, and the result is the same.
Memory is bounded by the number of alerts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from processors.contracts import Alert
from streams.page.shown import (
    ShownAlert,
    ShownMessage,
    SpansOf,
    shown_alert,
    shown_message,
    with_countries,
)
from streams.reading.alerts import Seen

MOST_ALERTS = 300
MOST_MESSAGES = 20


@dataclass(slots=True)
class _Kept:
    """An alert, its newest message's place in the order, and all its messages."""

    shown: ShownAlert
    newest: tuple[int, float]
    messages: list[ShownMessage] = field(default_factory=list)


class AlertBook:
    """Alerts by the id of their first message.

    Args:
        most: How many are kept; the one that rang first goes first.
    """

    def __init__(self, most: int = MOST_ALERTS) -> None:
        self._most = most
        self._seen = Seen()
        self._kept: dict[str, _Kept] = {}

    def take(self, alert: Alert, countries: Mapping[str, str], spans: SpansOf) -> ShownAlert | None:
        """Enter a message; None where it was there already, or is older than all that are kept."""
        if self._seen.is_repeated(alert.alert_id):
            return None
        root = alert.references[0] if alert.references else alert.alert_id
        place = (alert.revision, alert.event_time.timestamp())
        known = self._kept.get(root)
        messages = [*(known.messages if known else ()), shown_message(alert)]
        # The first message stays, whatever happens to those between it and the newest.
        messages.sort(key=lambda one: (one.revision, one.at))
        del messages[1 : len(messages) - MOST_MESSAGES + 1]
        if known is None or place > known.newest:
            shown = shown_alert(alert, messages, countries, spans)
            if known is not None and not alert.evidence:
                shown = _with_grounds(shown, known.shown)
            kept = _Kept(shown, place, messages)
        else:
            shown = msgspec.structs.replace(known.shown, history=messages, rang_at=messages[0].at)
            kept = _Kept(shown, known.newest, messages)
        self._kept[root] = kept
        self._forget()
        return shown if root in self._kept else None

    def newest_first(self, countries: Mapping[str, str]) -> list[ShownAlert]:
        """List the alerts, the newest first."""
        ordered = sorted(self._kept.values(), key=lambda one: one.shown.rang_at, reverse=True)
        return [with_countries(one.shown, countries) for one in ordered]

    def _forget(self) -> None:
        while len(self._kept) > self._most:
            oldest = min(self._kept, key=lambda root: self._kept[root].shown.rang_at)
            del self._kept[oldest]


def _with_grounds(newer: ShownAlert, older: ShownAlert) -> ShownAlert:
    """Keep what an alert rested on where a later message, as a cancellation, does not repeat it."""
    return msgspec.structs.replace(
        newer,
        evidence=older.evidence,
        evidence_left_out=older.evidence_left_out,
        articles=older.articles if len(older.articles) >= len(newer.articles) else newer.articles,
        articles_left_out=max(older.articles_left_out, newer.articles_left_out),
    )
