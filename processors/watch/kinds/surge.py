"""The kind `surge`: more independent sources report on a leader than the leader's past explains."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta, Struct

from processors.alerts import Statement, Trigger, named, new_alert, usual, within_time
from processors.contracts import Alert, Severity
from processors.rules import Limit, Rule, RuleKind
from processors.rules.kind import DAY, HOUR, MAX_SECONDS, count, seconds
from processors.watch.decisions import Decision, Fire, Measured, Suppress, Update
from processors.watch.evaluation import RANK, Evaluation, article_of
from processors.watch.kind import Example, Figures, Kind, Sample
from processors.watch.poisson import poisson_tail
from processors.watch.state import MOMENT, Report, SentAlert
from processors.windows import tumbling, window_to

ID_WINDOW_SECONDS = 3_600


class SurgeParameters(Struct, frozen=True, kw_only=True):
    """The parameters of surge rules."""

    window_seconds: Annotated[int, seconds("Reports of so long are counted together.")] = HOUR
    min_reports: Annotated[int, count("Fewer reports than this are never a surge.")] = 5
    min_families: Annotated[int, count("Fewer independent families are never a surge.")] = 5
    warm_up_seconds: Annotated[
        int, seconds("So much of a leader's past must be known before a surge counts.", minimum=0)
    ] = 3 * DAY
    min_expected_per_day: Annotated[
        float,
        Meta(gt=0, le=10_000, description="Reports a day that are expected of any leader."),
    ] = 1.0
    update_after_seconds: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=MAX_SECONDS)], ...],
        Meta(description="When a surge that goes on is updated, counted from its alert."),
    ] = (6 * HOUR, 24 * HOUR)


RULE = RuleKind(
    name="surge",
    parameters=SurgeParameters,
    about="More independent families report on a leader than the leader's own past explains.",
    severities=((1e-8, "high"), (1e-6, "medium"), (1e-4, "low")),
    cooldown_seconds=6 * HOUR,
    cooldown="a new surge of the same leader after so long without one",
    limit=Limit(
        "p_value_at_most",
        "the Poisson tail: how likely so many reports are by chance",
        0.0,
        1.0,
        smaller_is_stronger=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Surge(Measured):
    """More reports than usual. The value is the tail's probability.

    Attributes:
        reports: Those in the window.
        expected: Independent sources that are usual in such a window.
    """

    reports: Sequence[Report]
    expected: float


def measure(evaluation: Evaluation, rule: Rule[SurgeParameters]) -> Iterator[Surge]:
    """Yield how likely so many independent sources are, if there are enough."""
    if evaluation.report is None:
        return
    wanted, moment_ms = rule.parameters, evaluation.moment_ms
    since_ms = moment_ms - wanted.window_seconds * 1000
    reports = [one for one in evaluation.held.kept.reports if since_ms < one.moment_ms <= moment_ms]
    families = len({one.origin for one in reports}) if len(reports) >= wanted.min_reports else 0
    if families < max(1, wanted.min_families):
        return
    past = evaluation.held.past
    expected = past.expected(moment_ms, wanted.window_seconds, wanted.min_expected_per_day)
    yield Surge(poisson_tail(families, expected, past.dispersion()), reports, expected)


def decide(
    evaluation: Evaluation, rule: Rule[SurgeParameters], _measured: Surge, severity: Severity
) -> Decision:
    """Fire on a new surge, and update one that goes on when it is due."""
    moment_ms, wanted = evaluation.moment_ms, rule.parameters
    if moment_ms - evaluation.held.past.since_ms < wanted.warm_up_seconds * 1000:
        return Suppress("warming_up")
    if evaluation.is_late:
        return Suppress("late")
    window = window_to(moment_ms - wanted.window_seconds * 1000, moment_ms)
    key = f"{rule.id}/{rule.version}"
    sent = evaluation.held.kept.ongoing.get(key)
    if sent is None:
        return Fire(key, window, is_ongoing=True)
    # On both sides: a surge of the future does not continue.
    is_over = abs(moment_ms - sent.last_ms) > rule.cooldown_seconds * 1000
    sent.last_ms = moment_ms if is_over else max(moment_ms, sent.last_ms)
    if is_over:
        return Fire(key, window, is_ongoing=True)
    if _is_due(rule, sent, severity, moment_ms):
        return Update(sent, window)
    return Suppress("ongoing")


def build(trigger: Trigger, rule: Rule[SurgeParameters], measured: Surge) -> Alert:
    """Build the alert, which lists one article of each independent source, the first one first."""
    articles = [article_of(one) for one in _first_of_each(measured.reports)]
    hour = tumbling(trigger.context.event_time, ID_WINDOW_SECONDS).start
    return new_alert(
        trigger,
        rule,
        hour.isoformat(),
        Statement(
            observed=float(len(articles)),
            expected=round(measured.expected, 4),
            threshold=rule.threshold or 0.0,
            reason=f"{len(articles)} independent sources on {trigger.mention.leader_name} "
            f"{within_time(trigger.window)} where {usual(measured.expected)} are usual "
            f"(p = {measured.value:.0e}); first: {named(articles[0])}.",
        ),
        articles=articles,
    )


def example(sample: Sample, rule: Rule[SurgeParameters]) -> Example[Surge]:
    """Return the sample's reports, of a leader who is rarely named."""
    return Example("medium", rule.parameters.window_seconds, Surge(1.6e-5, sample.reports, 0.3))


def _is_due(
    rule: Rule[SurgeParameters], sent: SentAlert, severity: Severity, moment_ms: int
) -> bool:
    """Return whether a surge that goes on is updated: it is more severe, or it is time."""
    schedule = rule.parameters.update_after_seconds
    lasted_ms = moment_ms - sent.sent_ms
    is_due = False
    while sent.reminders_sent < len(schedule) and lasted_ms >= schedule[sent.reminders_sent] * 1000:
        sent.reminders_sent += 1
        is_due = True
    return is_due or RANK[severity] > RANK[sent.severity]


def _first_of_each(reports: Iterable[Report]) -> list[Report]:
    """Return the first report of each independent source, in the order of event time."""
    firsts: dict[int, Report] = {}
    for one in sorted(reports, key=MOMENT):
        firsts.setdefault(one.origin, one)
    return list(firsts.values())


KIND = Kind(
    rule=RULE,
    title="Surge",
    measure=measure,
    decide=decide,
    build=build,
    example=example,
    figures=Figures("Independent sources", "Usual", "Fires at p below"),
)
