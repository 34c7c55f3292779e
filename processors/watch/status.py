"""The status of a leader by surge and shift rules, read off the state without changing it.

A moment is milliseconds of event time.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from processors.rules import Rule, Rules
from processors.watch.evaluation import RANK
from processors.watch.kinds import shift, surge
from processors.watch.kinds.surge import SurgeParameters
from processors.watch.state import HeldState

WARMING_UP, QUIET = -1, 0


@dataclass(frozen=True, slots=True)
class SurgeStatus:
    """The status of one leader by one surge rule.

    Attributes:
        rule: The rule's id.
        reports: Independent sources in the rule's window.
        expected: How many the leader's own past explains.
        surge: -1 while too little of the past is known, 0 without a surge, then 1 to 3 for a low,
            medium or high one that goes on.
    """

    rule: str
    reports: int
    expected: float
    surge: int


@dataclass(frozen=True, slots=True)
class ToneStatus:
    """The status of one leader by one shift rule.

    Attributes:
        rule: The rule's id.
        usual: The usual polarity of a story, -1 to 1.
        up: The score of a turn for the better, 0 or more.
        down: That of a turn for the worse.
    """

    rule: str
    usual: float
    up: float
    down: float


def surge_statuses(state: HeldState, rules: Rules, moment_ms: int) -> Iterator[SurgeStatus]:
    """Yield the status of a leader by every surge rule at a moment."""
    kept = state.kept
    if state.past.since_ms < 0:
        return
    for rule in rules.of_kind(surge.KIND.name):
        wanted = rule.parameters
        since_ms = moment_ms - wanted.window_seconds * 1000
        within = {one.origin for one in kept.reports if since_ms < one.moment_ms <= moment_ms}
        expected = state.past.expected(
            moment_ms, wanted.window_seconds, wanted.min_expected_per_day
        )
        yield SurgeStatus(rule.id, len(within), expected, _surge(state, rule, moment_ms))


def tone_statuses(state: HeldState, rules: Rules) -> Iterator[ToneStatus]:
    """Yield the status of a leader by every shift rule that has learnt a tone."""
    for rule in rules.of_kind(shift.KIND.name):
        tone = state.kept.tones.get(f"{rule.id}/{rule.version}")
        if tone is not None:
            yield ToneStatus(rule.id, tone.mean, tone.up, tone.down)


def _surge(state: HeldState, rule: Rule[SurgeParameters], moment_ms: int) -> int:
    sent = state.kept.ongoing.get(f"{rule.id}/{rule.version}")
    if sent is not None and abs(moment_ms - sent.last_ms) <= rule.cooldown_seconds * 1000:
        return RANK[sent.severity] + 1
    if moment_ms - state.past.since_ms < rule.parameters.warm_up_seconds * 1000:
        return WARMING_UP
    return QUIET
