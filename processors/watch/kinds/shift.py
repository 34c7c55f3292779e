"""The kind `shift`: the tone of the press towards a leader has turned.

The test is the two-sided CUSUM (Page 1954) on the polarity of stories. Each story counts once, by
its first report that has a tone, because copies of a story are one opinion. A polarity is
standardised by the leader's own past, which fades. After an alert the sums start again from the new
level, so that a tone that stays as it is causes no further alert.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta, Struct

from processors.alerts import Statement, Trigger, named, new_alert
from processors.contracts import Alert, Severity
from processors.rules import Limit, Rule, RuleKind
from processors.rules.kind import DAY, count
from processors.watch.decisions import Decision, Fire, Measured, Suppress
from processors.watch.evaluation import Evaluation, article_of
from processors.watch.kind import Example, Figures, Kind, Sample
from processors.watch.state import MAX_FIRED_WINDOWS, MAX_TONES, MAX_TURN, Report, Tone, keep
from processors.windows import tumbling, window_to

# The past is worth so many stories; older ones fade.
MEMORY_STORIES = 60
# Without it, one warm word would be a turn for a leader who had only neutral news.
MIN_DEVIATION = 0.1
# So that one story is one voice, regardless of its strength.
MAX_DEVIATION = 3.0
ID_WINDOW_SECONDS = 86_400


class ShiftParameters(Struct, frozen=True, kw_only=True):
    """The parameters of shift rules."""

    slack: Annotated[
        float,
        Meta(ge=0, le=10, description="Half the turn that matters, in standard deviations (k)."),
    ] = 0.5
    min_stories: Annotated[int, count("Fewer stories than this are no turn.")] = 10
    warm_up_stories: Annotated[int, count("Stories from which the usual tone is learnt.")] = 20


RULE = RuleKind(
    name="shift",
    parameters=ShiftParameters,
    about="The tone of the press towards a leader has turned.",
    severities=((10.0, "high"), (7.0, "medium"), (5.0, "low")),
    cooldown_seconds=3 * DAY,
    cooldown="once per leader and direction in so long",
    limit=Limit("score_at_least", "the CUSUM statistic, in standard deviations (h)", 0.0, 1_000.0),
)


@dataclass(frozen=True, slots=True)
class Turn(Measured):
    """A turn of tone. The value is the CUSUM statistic.

    Attributes:
        direction: The way the tone has turned.
        reports: The stories since the turn began.
        mean: Their mean polarity.
        usual: The usual polarity before.
    """

    direction: Literal["positive", "negative"]
    reports: Sequence[Report]
    mean: float
    usual: float


def measure(evaluation: Evaluation, rule: Rule[ShiftParameters]) -> Iterator[Turn]:
    """Add one story's tone to the sums, yield each turn, and learn from the story."""
    report = evaluation.first_tone
    if report is None or not rule.covers(evaluation.facts()):
        return
    tone = _tone(evaluation, rule)
    polarity = evaluation.mention.sentiment.polarity
    if tone.stories >= rule.parameters.warm_up_stories:
        _add(tone, polarity, report, rule.parameters.slack)
        # The second one is asked for after the first has been decided, which resets both sums.
        for direction in ("positive", "negative"):
            statistic, stories = _sum_of(tone, direction)
            if len(stories) >= rule.parameters.min_stories:
                mean = sum(polarity for polarity, _ in stories) / len(stories)
                reports = [report for _, report in stories]
                yield Turn(statistic, direction, reports, mean, tone.mean)
    _learn(tone, polarity)


def decide(
    evaluation: Evaluation, rule: Rule[ShiftParameters], measured: Turn, _severity: Severity
) -> Decision:
    """Fire on a turn, once in each cooldown, and start again from the new level."""
    tone = _tone(evaluation, rule)
    tone.mean, tone.up, tone.down, tone.rise, tone.fall = measured.mean, 0.0, 0.0, [], []
    fired, moment_ms = evaluation.held.kept.fired_windows, evaluation.moment_ms
    key = f"{rule.id}/{rule.version}/{measured.direction}"
    before_ms = fired.get(key)
    if before_ms is not None and abs(moment_ms - before_ms) <= rule.cooldown_seconds * 1000:
        return Suppress("cooldown")
    keep(fired, key, moment_ms, MAX_FIRED_WINDOWS)
    day = tumbling(evaluation.context.event_time, ID_WINDOW_SECONDS).start.date()
    window = window_to(min(measured.reports[0].moment_ms, moment_ms), moment_ms)
    return Fire(f"{key}/{day}", window)


def build(trigger: Trigger, rule: Rule[ShiftParameters], measured: Turn) -> Alert:
    """Build the alert, which lists the stories since the turn began."""
    limit = rule.threshold or 0.0
    articles = [article_of(one) for one in measured.reports]
    day = tumbling(trigger.context.event_time, ID_WINDOW_SECONDS).start
    return new_alert(
        trigger,
        rule,
        f"{measured.direction} {day.isoformat()}",
        Statement(
            observed=round(measured.mean, 4),
            expected=round(measured.usual, 4),
            threshold=limit,
            reason=f"The press speaks more {measured.direction}ly of "
            f"{trigger.mention.leader_name}: mean polarity {measured.mean:+.2f} over "
            f"{len(articles)} stories where {measured.usual:+.2f} is usual (CUSUM "
            f"{measured.value:.1f}, {limit:g} fires); newest: {named(articles[-1])}.",
        ),
        articles=articles,
    )


def example(sample: Sample, _rule: Rule[ShiftParameters]) -> Example[Turn]:
    """Return a turn for the better."""
    return Example("low", ID_WINDOW_SECONDS, Turn(5.6, "positive", sample.reports, 0.42, 0.05))


def _tone(evaluation: Evaluation, rule: Rule[ShiftParameters]) -> Tone:
    """Return what the rule remembers of the leader's tone."""
    tones, key = evaluation.held.kept.tones, f"{rule.id}/{rule.version}"
    tone = tones.get(key)
    if tone is None:
        tone = Tone()
        keep(tones, key, tone, MAX_TONES)
    return tone


def _sum_of(
    tone: Tone, direction: Literal["positive", "negative"]
) -> tuple[float, list[tuple[float, Report]]]:
    return (tone.up, tone.rise) if direction == "positive" else (tone.down, tone.fall)


def _add(tone: Tone, polarity: float, report: Report, slack: float) -> None:
    deviation = max(math.sqrt(tone.variance), MIN_DEVIATION)
    score = (polarity - tone.mean) / deviation
    score = max(-MAX_DEVIATION, min(MAX_DEVIATION, score))
    tone.up = max(0.0, tone.up + score - slack)
    tone.down = max(0.0, tone.down - score - slack)
    tone.rise = [*tone.rise, (polarity, report)][-MAX_TURN:] if tone.up else []
    tone.fall = [*tone.fall, (polarity, report)][-MAX_TURN:] if tone.down else []


def _learn(tone: Tone, polarity: float) -> None:
    tone.stories += 1
    share = 1 / min(tone.stories, MEMORY_STORIES)
    difference = polarity - tone.mean
    tone.mean += share * difference
    tone.variance = (1 - share) * (tone.variance + share * difference * difference)


KIND = Kind(
    rule=RULE,
    title="Shift of tone",
    measure=measure,
    decide=decide,
    build=build,
    example=example,
    figures=Figures("Tone now", "Tone before", "Fires from a score of"),
)
