"""A kind of alert for the tests: a headline shouts at a leader.

`tests/test_toy_kind.py` adds it to a copy of the program as a contributor would.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Annotated

from msgspec import Struct

from processors.alerts import Statement, Trigger, named, new_alert
from processors.contracts import Alert, Severity
from processors.rules import Fact, Limit, Rule, RuleKind
from processors.rules.kind import HOUR, count
from processors.watch.decisions import Decision, Fire, Measured, Suppress
from processors.watch.evaluation import Evaluation
from processors.watch.kind import Example, Figures, Kind, Sample
from processors.watch.state import keep
from processors.windows import milliseconds, tumbling

MAX_WINDOWS = 8


class ShoutParameters(Struct, frozen=True, kw_only=True):
    """The parameters of shout rules."""

    max_in_window: Annotated[int, count("So many headlines of a window fire.")] = 1


RULE = RuleKind(
    name="shout",
    parameters=ShoutParameters,
    about="A headline shouts at a leader.",
    severities=((3.0, "high"), (1.0, "low")),
    cooldown_seconds=HOUR,
    cooldown="in a window of this length",
    limit=Limit("marks_at_least", "exclamation marks of the headline", 1.0, 100.0),
    facts=(Fact("marks", int, attrgetter("measured.marks"), "Exclamation marks of the headline."),),
)


@dataclass(frozen=True, slots=True)
class Shout(Measured):
    """A headline with exclamation marks."""

    marks: int


def measure(evaluation: Evaluation, _rule: Rule[ShoutParameters]) -> Iterator[Shout]:
    """Yield the exclamation marks."""
    marks = evaluation.context.article.title.count("!")
    yield Shout(float(marks), marks)


def decide(
    evaluation: Evaluation, rule: Rule[ShoutParameters], _measured: Shout, _severity: Severity
) -> Decision:
    """Fire for the first headlines of a window, which the kind counts in its own memory."""
    window = tumbling(evaluation.context.event_time, rule.cooldown_seconds)
    memory, key = evaluation.memory("shout"), f"{rule.id}/{milliseconds(window.start)}"
    fired = memory.get(key, 0)
    if fired >= rule.parameters.max_in_window:
        return Suppress("same_window")
    keep(memory, key, fired + 1, MAX_WINDOWS)
    return Fire(f"{key}/{fired}", window, rests_on_article=True)


def build(trigger: Trigger, rule: Rule[ShoutParameters], measured: Shout) -> Alert:
    """Build the alert."""
    return new_alert(
        trigger,
        rule,
        trigger.window.start.isoformat(),
        Statement(
            observed=measured.value,
            expected=0.0,
            threshold=rule.threshold or 0.0,
            reason=f"{measured.marks} exclamation marks at {trigger.mention.leader_name} in "
            f"{named(trigger.context.article)}.",
        ),
    )


def example(_sample: Sample, rule: Rule[ShoutParameters]) -> Example[Shout]:
    """Return three marks."""
    return Example("high", rule.cooldown_seconds, Shout(3.0, 3))


KIND = Kind(
    rule=RULE,
    title="Shout",
    measure=measure,
    decide=decide,
    build=build,
    example=example,
    figures=Figures("Marks", "Usual marks", "Fires from so many"),
)
