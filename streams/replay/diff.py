"""Compares two sets of alerts: those of a replay with the live ones, or with another replay's.

Two messages are the same alert when they have the same id. An id includes the rule's version, so a
changed rule gives other ids. An alert that is on one side only is then paired with an alert of the
other side that has the same rule, leaders and event time, and the pair counts as one changed alert.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Literal, get_args

from msgspec import Struct

from processors.contracts import Alert, Severity, Versions

Change = Literal["added", "gone", "changed"]


class Side(Struct, frozen=True, kw_only=True):
    """One of the two alerts of a difference."""

    alert_id: str
    rule_version: int
    msg_type: str
    severity: Severity
    reason: str
    versions: Versions


class Difference(Struct, frozen=True, kw_only=True):
    """One alert that differs. `before` is None if it was added, `after` if it is gone."""

    change: Change
    rule: str
    kind: str
    leaders: list[str]
    event_time: str
    before: Side | None
    after: Side | None


class Comparison(Struct, frozen=True, kw_only=True):
    """All differences, ordered by event time, and the number of equal alerts."""

    same: int
    differences: list[Difference]

    def count(self, change: Change) -> int:
        """Return the number of differences of one kind."""
        return sum(one.change == change for one in self.differences)

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of equal alerts and of differences of each kind."""
        return {"same": self.same} | {one: self.count(one) for one in get_args(Change)}


def compare(before: Iterable[Alert], after: Iterable[Alert]) -> Comparison:
    """Compare two sets of alerts. Topics may repeat an id: the last message of it counts.

    Args:
        before: The live alerts, or those of another replay.
        after: The alerts of the replay.
    """
    old = {alert.alert_id: alert for alert in before}
    new = {alert.alert_id: alert for alert in after}
    both = [(old[one], new[one]) for one in old.keys() & new.keys()]
    same = [pair for pair in both if not _differ(*pair)]
    changed: list[tuple[Alert | None, Alert | None]] = [pair for pair in both if _differ(*pair)]
    changed += _occasions(
        [alert for one, alert in old.items() if one not in new],
        [alert for one, alert in new.items() if one not in old],
    )
    differences = [_difference(*pair) for pair in changed]
    key = lambda one: (one.event_time, one.rule, one.leaders, one.change)  # noqa: E731
    return Comparison(same=len(same), differences=sorted(differences, key=key))


def _differ(before: Alert, after: Alert) -> bool:
    return (before.severity, before.msg_type) != (after.severity, after.msg_type)


def _occasion(alert: Alert) -> Hashable:
    leaders = tuple(sorted(leader.leader_id for leader in alert.leaders))
    return (alert.rule.id, leaders, alert.event_time, alert.msg_type)


def _occasions(
    gone: Sequence[Alert], added: Sequence[Alert]
) -> list[tuple[Alert | None, Alert | None]]:
    """Pair alerts of one occasion that differ in the rule's version. The rest stay unpaired."""
    waiting: Mapping[Hashable, list[Alert]] = defaultdict(list)
    for alert in added:
        waiting[_occasion(alert)].append(alert)
    pairs: list[tuple[Alert | None, Alert | None]] = []
    for alert in gone:
        candidates = waiting[_occasion(alert)]
        other = next((one for one in candidates if one.rule.version != alert.rule.version), None)
        if other is not None:
            candidates.remove(other)
        pairs.append((alert, other))
    return [*pairs, *((None, one) for several in waiting.values() for one in several)]


def _difference(before: Alert | None, after: Alert | None) -> Difference:
    either = after or before
    assert either is not None  # noqa: S101 - no pair has two Nones
    change: Change = "gone" if after is None else "added" if before is None else "changed"
    return Difference(
        change=change,
        rule=either.rule.id,
        kind=either.kind,
        leaders=[leader.leader_name for leader in either.leaders],
        event_time=either.event_time.isoformat(),
        before=_side(before),
        after=_side(after),
    )


def _side(alert: Alert | None) -> Side | None:
    if alert is None:
        return None
    return Side(
        alert_id=alert.alert_id,
        rule_version=alert.rule.version,
        msg_type=alert.msg_type,
        severity=alert.severity,
        reason=alert.reason,
        versions=alert.versions,
    )
