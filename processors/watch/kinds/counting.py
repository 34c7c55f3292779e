"""The kinds that count independent sources: surges around a leader, and breaking stories.

Owns when these two ring, and when they are told again. Must not know how an alert is built or kept.
"""

from bisect import bisect_right
from collections.abc import Iterable

from processors.alerts import breaking_alert, surge_alert
from processors.contracts import Severity, Window
from processors.rules import BreakingRule, SurgeRule
from processors.watch.baseline import poisson_tail
from processors.watch.evaluation import RANK, Sitting, article_of
from processors.watch.state import MOMENT, MOST_SURGES, Report, Told, keep
from processors.windows import moment_of, tumbling

ID_WINDOW_SECONDS = 3_600


def surge(sitting: Sitting, rule: SurgeRule) -> None:
    """Ring when more independent sources report than the leader's own past explains."""
    if sitting.report is None:
        return
    wanted, kept, moment_ms = rule.parameters, sitting.held.kept, sitting.moment_ms
    since_ms = moment_ms - wanted.window_seconds * 1000
    within = [one for one in kept.reports if since_ms < one.moment_ms <= moment_ms]
    families = len({one.origin for one in within}) if len(within) >= wanted.minimum_count else 0
    if families < max(1, wanted.minimum_families):
        return
    past = sitting.held.past
    expected = past.expected(moment_ms, wanted.window_seconds, wanted.least_expected_per_day)
    p_value = poisson_tail(families, expected, past.dispersion())
    facts = sitting.facts()
    severity = rule.severity(p_value, facts)
    if severity is None or not rule.covers(facts):
        return
    if moment_ms - past.since_ms < wanted.warming_seconds * 1000:
        sitting.suppress(rule.id, "warming")
        return
    if sitting.is_late:
        sitting.suppress(rule.id, "late")
        return
    key = f"{rule.id}/{rule.version}"
    told = kept.surges.get(key)
    # On both sides: a surge of the future does not continue.
    is_over = told is None or abs(moment_ms - told.last_ms) > rule.cooldown_seconds * 1000
    if told is not None:
        told.last_ms = moment_ms if is_over else max(moment_ms, told.last_ms)
    if told is not None and not is_over and not _is_due(sitting, rule, told, severity):
        sitting.suppress(rule.id, "ongoing")
        return
    alert = surge_alert(
        sitting.ringing(severity, _window(since_ms, moment_ms)),
        rule,
        [article_of(one) for one in _first_of_each(within)],
        expected,
        p_value,
        tumbling(sitting.context.event_time, ID_WINDOW_SECONDS).start,
    )
    if told is None or is_over:
        sitting.ring(key, alert, rests=False)
        keep(kept.surges, key, kept.told.pop(key), MOST_SURGES)
    else:
        sitting.update(told, alert)


def breaking(sitting: Sitting, rule: BreakingRule) -> None:
    """Ring when many independent sources report one story soon after its first report."""
    if sitting.report is None:
        return
    wanted, kept, story = rule.parameters, sitting.held.kept, sitting.placed.story
    first_ms = sitting.of_story[0].moment_ms
    last_ms = first_ms + wanted.within_seconds * 1000
    if sitting.moment_ms > last_ms:
        return
    firsts = sitting.of_story[: bisect_right(sitting.of_story, last_ms, key=MOMENT)]
    facts = sitting.facts()
    severity = rule.severity(float(len(firsts)), facts)
    if severity is None or not rule.covers(facts):
        return
    key = f"{rule.id}/{rule.version}/{story.key}"
    told = kept.told.get(key)
    rises = told is not None and (
        RANK[severity] > RANK[told.severity]
        or any(told.observed < step <= len(firsts) for step in wanted.update_families)
    )
    if told is not None and not rises:
        sitting.suppress(rule.id, "same_story")
        return
    alert = breaking_alert(
        sitting.ringing(severity, _window(first_ms, sitting.moment_ms)),
        rule,
        [article_of(one) for one in firsts],
        sitting.story_ref(),
    )
    if told is None:
        sitting.ring(key, alert, rests=False)
    else:
        sitting.update(told, alert)


def _is_due(sitting: Sitting, rule: SurgeRule, told: Told, severity: Severity) -> bool:
    """Say whether a surge that goes on is to be told again: it grew, or it is time."""
    schedule = rule.parameters.update_after_seconds
    lasted_ms = sitting.moment_ms - told.rung_ms
    due = False
    while told.reminded < len(schedule) and lasted_ms >= schedule[told.reminded] * 1000:
        told.reminded += 1
        due = True
    return due or RANK[severity] > RANK[told.severity]


def _first_of_each(reports: Iterable[Report]) -> list[Report]:
    """Return the first report of each independent source, in the order of event time."""
    firsts: dict[int, Report] = {}
    for one in sorted(reports, key=MOMENT):
        firsts.setdefault(one.origin, one)
    return list(firsts.values())


def _window(since_ms: int, until_ms: int) -> Window:
    # Half-open, and the mention at hand is in it.
    return Window(
        start=moment_of(since_ms),
        end=moment_of(until_ms + 1),
    )
