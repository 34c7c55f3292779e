"""The kind `breaking`: many independent sources report one story soon after its first report."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta, Struct

from processors.alerts import Statement, Trigger, named, new_alert, within_time
from processors.contracts import Alert, Severity
from processors.rules import Limit, Rule, RuleKind
from processors.rules.kind import HOUR, MINUTE, seconds
from processors.watch.decisions import Decision, Fire, Measured, Suppress, Update
from processors.watch.evaluation import RANK, Evaluation, article_of
from processors.watch.kind import Example, Figures, Kind, Sample
from processors.watch.state import MOMENT, Report
from processors.windows import window_to


class BreakingParameters(Struct, frozen=True, kw_only=True):
    """The parameters of breaking rules."""

    within_seconds: Annotated[
        int, seconds("Families count that report within this of the story's first report.")
    ] = 30 * MINUTE
    update_families: Annotated[
        tuple[Annotated[int, Meta(ge=2, le=10_000)], ...],
        Meta(description="At how many families the alert is updated."),
    ] = (8, 16, 32)


RULE = RuleKind(
    name="breaking",
    parameters=BreakingParameters,
    about="Many independent families report one story within minutes of its first report.",
    severities=((8.0, "high"), (6.0, "medium"), (4.0, "low")),
    cooldown_seconds=72 * HOUR,
    cooldown="once per leader and story in so long",
    limit=Limit("families_at_least", "independent families that report the story", 2.0, 10_000.0),
)


@dataclass(frozen=True, slots=True)
class Breaking(Measured):
    """A story and its independent sources. The value is their number.

    Attributes:
        firsts: The first report of each source, in the order of event time.
    """

    firsts: Sequence[Report]


def measure(evaluation: Evaluation, rule: Rule[BreakingParameters]) -> Iterator[Breaking]:
    """Yield the independent sources of a young story."""
    if evaluation.report is None:
        return
    last_ms = evaluation.of_story[0].moment_ms + rule.parameters.within_seconds * 1000
    if evaluation.moment_ms <= last_ms:
        end = bisect_right(evaluation.of_story, last_ms, key=MOMENT)
        firsts = evaluation.of_story[:end]
        yield Breaking(float(len(firsts)), firsts)


def decide(
    evaluation: Evaluation, rule: Rule[BreakingParameters], measured: Breaking, severity: Severity
) -> Decision:
    """Fire on a new story, and update one that is more severe or has more sources."""
    window = window_to(measured.firsts[0].moment_ms, evaluation.moment_ms)
    key = f"{rule.id}/{rule.version}/{evaluation.placed.story.key}"
    sent = evaluation.held.kept.sent_alerts.get(key)
    if sent is None:
        return Fire(key, window)
    steps = rule.parameters.update_families
    is_larger = any(sent.observed < step <= measured.value for step in steps)
    if is_larger or RANK[severity] > RANK[sent.severity]:
        return Update(sent, window)
    return Suppress("same_story")


def build(trigger: Trigger, rule: Rule[BreakingParameters], measured: Breaking) -> Alert:
    """Build the alert, which lists one article of each independent source, the first one first.

    Raises:
        ValueError: the trigger has no story.
    """
    if trigger.story is None:
        raise ValueError("an alert on breaking news is about a story, and the trigger has none")
    articles = [article_of(one) for one in measured.firsts]
    return new_alert(
        trigger,
        rule,
        f"story {trigger.story.story_id}",
        Statement(
            observed=float(len(articles)),
            expected=None,
            threshold=rule.threshold or 0.0,
            reason=f"{len(articles)} independent sources reported one story on "
            f"{trigger.mention.leader_name} {within_time(trigger.window)} of its first report; "
            f"first: {named(articles[0])}.",
        ),
        articles=articles,
    )


def example(sample: Sample, rule: Rule[BreakingParameters]) -> Example[Breaking]:
    """Return the sample's reports, as of one story."""
    measured = Breaking(float(len(sample.reports)), sample.reports)
    return Example("low", rule.parameters.within_seconds, measured)


KIND = Kind(
    rule=RULE,
    title="Breaking story",
    measure=measure,
    decide=decide,
    build=build,
    example=example,
    figures=Figures("Independent sources", "Usual", "Fires from"),
)
