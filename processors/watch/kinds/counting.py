"""The kinds that count independent sources: surges around a leader, and breaking stories.

Owns when these two ring, and when they are sent again. Must not know how an alert is built or kept.
"""

from bisect import bisect_right
from collections.abc import Iterable

from processors.alerts import breaking_alert, surge_alert
from processors.contracts import Severity, Window
from processors.rules import BreakingRule, SurgeRule
from processors.watch.baseline import poisson_tail
from processors.watch.evaluation import RANK, Evaluation, article_of
from processors.watch.state import MAX_SURGES, MOMENT, Report, SentAlert, keep
from processors.windows import moment_of, tumbling

ID_WINDOW_SECONDS = 3_600


def surge(evaluation: Evaluation, rule: SurgeRule) -> None:
    """Ring when more independent sources report than the leader's own past explains."""
    if evaluation.report is None:
        return
    wanted, kept, moment_ms = rule.parameters, evaluation.held.kept, evaluation.moment_ms
    since_ms = moment_ms - wanted.window_seconds * 1000
    within = [one for one in kept.reports if since_ms < one.moment_ms <= moment_ms]
    families = len({one.origin for one in within}) if len(within) >= wanted.min_reports else 0
    if families < max(1, wanted.min_families):
        return
    past = evaluation.held.past
    expected = past.expected(moment_ms, wanted.window_seconds, wanted.min_expected_per_day)
    p_value = poisson_tail(families, expected, past.dispersion())
    facts = evaluation.facts()
    severity = rule.severity(p_value, facts)
    if severity is None or not rule.covers(facts):
        return
    if moment_ms - past.since_ms < wanted.warm_up_seconds * 1000:
        evaluation.suppress(rule.id, "warming_up")
        return
    if evaluation.is_late:
        evaluation.suppress(rule.id, "late")
        return
    key = f"{rule.id}/{rule.version}"
    sent = kept.surges.get(key)
    # On both sides: a surge of the future does not continue.
    is_over = sent is None or abs(moment_ms - sent.last_ms) > rule.cooldown_seconds * 1000
    if sent is not None:
        sent.last_ms = moment_ms if is_over else max(moment_ms, sent.last_ms)
    if sent is not None and not is_over and not _is_due(evaluation, rule, sent, severity):
        evaluation.suppress(rule.id, "ongoing")
        return
    alert = surge_alert(
        evaluation.trigger(severity, _window(since_ms, moment_ms)),
        rule,
        [article_of(one) for one in _first_of_each(within)],
        expected,
        p_value,
        tumbling(evaluation.context.event_time, ID_WINDOW_SECONDS).start,
    )
    if sent is None or is_over:
        evaluation.send(key, alert, rests_on_article=False)
        keep(kept.surges, key, kept.sent_alerts.pop(key), MAX_SURGES)
    else:
        evaluation.update(sent, alert)


def breaking(evaluation: Evaluation, rule: BreakingRule) -> None:
    """Ring when many independent sources report one story soon after its first report."""
    if evaluation.report is None:
        return
    wanted, kept, story = rule.parameters, evaluation.held.kept, evaluation.placed.story
    first_ms = evaluation.of_story[0].moment_ms
    last_ms = first_ms + wanted.within_seconds * 1000
    if evaluation.moment_ms > last_ms:
        return
    firsts = evaluation.of_story[: bisect_right(evaluation.of_story, last_ms, key=MOMENT)]
    facts = evaluation.facts()
    severity = rule.severity(float(len(firsts)), facts)
    if severity is None or not rule.covers(facts):
        return
    key = f"{rule.id}/{rule.version}/{story.key}"
    sent = kept.sent_alerts.get(key)
    rises = sent is not None and (
        RANK[severity] > RANK[sent.severity]
        or any(sent.observed < step <= len(firsts) for step in wanted.update_families)
    )
    if sent is not None and not rises:
        evaluation.suppress(rule.id, "same_story")
        return
    alert = breaking_alert(
        evaluation.trigger(severity, _window(first_ms, evaluation.moment_ms)),
        rule,
        [article_of(one) for one in firsts],
        evaluation.story_ref(),
    )
    if sent is None:
        evaluation.send(key, alert, rests_on_article=False)
    else:
        evaluation.update(sent, alert)


def _is_due(evaluation: Evaluation, rule: SurgeRule, sent: SentAlert, severity: Severity) -> bool:
    """Say whether a surge that goes on is to be sent again: it grew, or it is time."""
    schedule = rule.parameters.update_after_seconds
    lasted_ms = evaluation.moment_ms - sent.sent_ms
    due = False
    while sent.reminders_sent < len(schedule) and lasted_ms >= schedule[sent.reminders_sent] * 1000:
        sent.reminders_sent += 1
        due = True
    return due or RANK[severity] > RANK[sent.severity]


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
