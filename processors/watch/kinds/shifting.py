"""The kind that watches the tone: has the press turned on a leader, or towards one?

Owns the test. Must not know how an alert is built or kept. The test is the two-sided CUSUM (Page
1954) on the polarity of stories, each story once, by its first report that has a tone: copies of a
story are one opinion. A polarity is standardised by the leader's own past, which fades; after an
alert the sums start anew from the new level, so that a press that stays as it is stays silent.
"""

import math

from processors.alerts import Turn, shift_alert
from processors.contracts import Severity, Window
from processors.rules import Facts, ShiftRule
from processors.watch.evaluation import Evaluation, article_of
from processors.watch.state import MAX_FIRED_WINDOWS, MAX_TONES, MAX_TURN, Report, Tone, keep
from processors.windows import moment_of, tumbling

# The past is worth so many stories; older ones fade.
MEMORY_STORIES = 60
# A leader of whom nothing but neutral news came would turn on the first warm word.
MIN_DEVIATION = 0.1
# One story is one voice, however loud.
MAX_DEVIATION = 3.0
ID_WINDOW_SECONDS = 86_400


def shift(evaluation: Evaluation, rule: ShiftRule, report: Report) -> None:
    """Take one story's tone into account, and ring when the tone has turned.

    Args:
        evaluation: The mention with the story's first tone.
        rule: The rule.
        report: The mention as alerts list it.
    """
    facts = evaluation.facts()
    if not rule.covers(facts):
        return
    key = f"{rule.id}/{rule.version}"
    tones = evaluation.held.kept.tones
    tone = tones.get(key)
    if tone is None:
        tone = Tone()
        keep(tones, key, tone, MAX_TONES)
    polarity = evaluation.mention.sentiment.polarity
    if tone.stories >= rule.parameters.warm_up_stories:
        _add(tone, polarity, report, rule.parameters.slack)
        _ring_if_turned(evaluation, rule, tone, facts)
    _learn(tone, polarity)


def _add(tone: Tone, polarity: float, report: Report, slack: float) -> None:
    deviation = max(math.sqrt(tone.variance), MIN_DEVIATION)
    score = (polarity - tone.mean) / deviation
    score = max(-MAX_DEVIATION, min(MAX_DEVIATION, score))
    tone.up = max(0.0, tone.up + score - slack)
    tone.down = max(0.0, tone.down - score - slack)
    tone.rise = [*tone.rise, (polarity, report)][-MAX_TURN:] if tone.up else []
    tone.fall = [*tone.fall, (polarity, report)][-MAX_TURN:] if tone.down else []


def _ring_if_turned(evaluation: Evaluation, rule: ShiftRule, tone: Tone, facts: Facts) -> None:
    for direction, statistic, turn in (
        ("positive", tone.up, tone.rise),
        ("negative", tone.down, tone.fall),
    ):
        severity = rule.severity(statistic, facts)
        if severity is None or len(turn) < rule.parameters.min_stories:
            continue
        mean = sum(polarity for polarity, _ in turn) / len(turn)
        _ring(evaluation, rule, severity, _turn(tone, direction, statistic, turn, mean))
        tone.mean, tone.up, tone.down, tone.rise, tone.fall = mean, 0.0, 0.0, [], []
        return


def _turn(
    tone: Tone, direction: str, statistic: float, turn: list[tuple[float, Report]], mean: float
) -> tuple[Turn, int]:
    articles = [article_of(report) for _, report in turn]
    return Turn(direction, articles, mean, tone.mean, statistic), turn[0][1].moment_ms


def _ring(
    evaluation: Evaluation, rule: ShiftRule, severity: Severity, found: tuple[Turn, int]
) -> None:
    turn, since_ms = found
    kept = evaluation.held.kept
    key = f"{rule.id}/{rule.version}/{turn.direction}"
    before_ms = kept.fired_windows.get(key)
    cooldown_ms = rule.cooldown_seconds * 1000
    if before_ms is not None and abs(evaluation.moment_ms - before_ms) <= cooldown_ms:
        evaluation.suppress(rule.id, "cooldown")
        return
    keep(kept.fired_windows, key, evaluation.moment_ms, MAX_FIRED_WINDOWS)
    window = Window(
        start=moment_of(min(since_ms, evaluation.moment_ms)),
        end=moment_of(evaluation.moment_ms + 1),
    )
    day = tumbling(evaluation.context.event_time, ID_WINDOW_SECONDS).start
    alert = shift_alert(evaluation.trigger(severity, window), rule, turn, day)
    evaluation.send(f"{key}/{day.date()}", alert, rests_on_article=False)


def _learn(tone: Tone, polarity: float) -> None:
    tone.stories += 1
    share = 1 / min(tone.stories, MEMORY_STORIES)
    difference = polarity - tone.mean
    tone.mean += share * difference
    tone.variance = (1 - share) * (tone.variance + share * difference * difference)
