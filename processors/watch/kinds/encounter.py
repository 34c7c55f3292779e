"""The kind `encounter`: two leaders stand together in a headline or lead after a quiet time."""

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Annotated

from msgspec import Struct

from processors.alerts import Statement, Trigger, leader_ref, length_of_time, named, new_alert
from processors.contracts import MAX_COMPANIONS, Alert, LeaderRef, Severity
from processors.rules import Fact, Rule, RuleKind
from processors.rules.kind import DAY, count
from processors.watch.decisions import Decision, Fire, Measured, Suppress
from processors.watch.evaluation import Evaluation
from processors.watch.kind import Example, Figures, Kind, Sample
from processors.watch.state import MAX_PAIRS, keep
from processors.windows import milliseconds, tumbling


class EncounterParameters(Struct, frozen=True, kw_only=True):
    """The parameters of encounter rules."""

    max_companions: Annotated[
        int, count("An article that names more other leaders than this is about no pair.")
    ] = 3


RULE = RuleKind(
    name="encounter",
    parameters=EncounterParameters,
    about="Two leaders stand together in a headline or lead after a quiet time.",
    severities=((None, "low"),),
    cooldown_seconds=3 * DAY,
    cooldown="once per pair after so long without the two together",
    facts=(
        Fact(
            "companion",
            str,
            attrgetter("measured.companion.leader_id"),
            "Id of the other leader.",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Encounter(Measured):
    """The mention's leader beside another one."""

    companion: LeaderRef


def measure(evaluation: Evaluation, _rule: Rule[EncounterParameters]) -> Iterator[Encounter]:
    """Yield every pair that the mention's leader is in.

    The mentions of both leaders arrive, at two states. The pair belongs to the smaller id.
    """
    for companion in evaluation.context.companions:
        if evaluation.mention.leader_id < companion.leader_id:
            yield Encounter(1.0, companion)


def decide(
    evaluation: Evaluation,
    rule: Rule[EncounterParameters],
    measured: Encounter,
    _severity: Severity,
) -> Decision:
    """Fire if the pair was not seen in the quiet time before this sighting.

    The window of the id is as long as the quiet time, so two alerts never share one.
    """
    if evaluation.guarded:
        return Suppress(evaluation.guarded)
    companions = len(evaluation.context.companions)
    if companions > rule.parameters.max_companions or companions >= MAX_COMPANIONS:
        return Suppress("too_many_companions")
    pairs = evaluation.held.kept.pairs
    pair = f"{rule.id}/{measured.companion.leader_id}"
    seen, is_recent = _seen_again(
        pairs.get(pair), evaluation.moment_ms, rule.cooldown_seconds * 1000
    )
    keep(pairs, pair, seen, MAX_PAIRS)
    if is_recent:
        return Suppress("seen_recently")
    window = tumbling(evaluation.context.event_time, rule.cooldown_seconds)
    return Fire(f"{pair}/{milliseconds(window.start)}", window, rests_on_article=True)


def build(trigger: Trigger, rule: Rule[EncounterParameters], measured: Encounter) -> Alert:
    """Build the alert of a pair, which is the same from either side."""
    pair = sorted([leader_ref(trigger.mention), measured.companion], key=attrgetter("leader_id"))
    return new_alert(
        trigger,
        rule,
        trigger.window.start.isoformat(),
        Statement(
            observed=1.0,
            expected=0.0,
            threshold=1.0,
            reason=f"{pair[0].leader_name} and {pair[1].leader_name} together in headline or lead "
            f"of {named(trigger.context.article)}; the two were not seen together in the "
            f"{length_of_time(rule.cooldown_seconds)} before.",
        ),
        leaders=pair,
    )


def example(sample: Sample, rule: Rule[EncounterParameters]) -> Example[Encounter]:
    """Return the sample's leader beside the companion."""
    return Example("medium", rule.cooldown_seconds, Encounter(1.0, sample.companion))


def _seen_again(
    seen: int | tuple[int, int] | None, moment_ms: int, quiet_ms: int
) -> tuple[int | tuple[int, int], bool]:
    """Return when a pair was seen, with this sighting, and whether another one is near it.

    Two sightings are kept where they are further apart than the quiet time: the newer one may have
    a wrong timestamp, and then the one before it counts.
    """
    if seen is None:
        return moment_ms, False
    if isinstance(seen, int):
        if abs(moment_ms - seen) <= quiet_ms:
            return max(moment_ms, seen), True
        return (moment_ms, seen), False
    near = [one for one in seen if abs(moment_ms - one) <= quiet_ms]
    others = [one for one in seen if one not in near]
    newest_ms = max(moment_ms, *near) if near else moment_ms
    return ((newest_ms, others[0]) if others else newest_ms), bool(near)


KIND = Kind(
    rule=RULE,
    title="Encounter",
    measure=measure,
    decide=decide,
    build=build,
    example=example,
    figures=Figures("Meetings", "Usual", "Fires from"),
)
