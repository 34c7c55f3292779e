"""The kind `sentiment`: an article speaks strongly for or against a leader.

It fires once for each direction and window, and once for each article.
"""

from collections.abc import Iterator

from processors.alerts import Statement, Trigger, named, new_alert, strongest
from processors.contracts import Alert, Mention, Severity
from processors.rules import Limit, NoParameters, Rule, RuleKind
from processors.rules.kind import HOUR
from processors.watch.decisions import Decision, Fire, Measured, Suppress
from processors.watch.evaluation import Evaluation
from processors.watch.kind import Example, Figures, Kind, Sample
from processors.watch.state import (
    MAX_FIRED_WINDOWS,
    MAX_STRONG_ARTICLES,
    SentAlert,
    keep,
    short_hash,
)
from processors.windows import milliseconds, tumbling

RULE = RuleKind(
    name="sentiment",
    parameters=NoParameters,
    about="An article speaks strongly for or against a leader.",
    severities=((0.8, "high"), (0.65, "medium"), (0.5, "low")),
    cooldown_seconds=HOUR,
    cooldown="once per leader and direction in a window of this length",
    limit=Limit("polarity_at_least", "polarity without its sign, 0 to 1", 0.0, 1.0),
)


def measure(evaluation: Evaluation, _rule: Rule[NoParameters]) -> Iterator[Measured]:
    """Yield the polarity without its sign."""
    sentiment = evaluation.mention.sentiment
    if sentiment.label in ("negative", "positive"):
        yield Measured(abs(sentiment.polarity))


def decide(
    evaluation: Evaluation, rule: Rule[NoParameters], _measured: Measured, _severity: Severity
) -> Decision:
    """Fire if neither the article nor the window has fired in this direction.

    An article's first strong version is remembered, whether the rule fires or not. Otherwise the
    order of two articles would decide whether a later edit of the other one fires.
    """
    if evaluation.guarded:
        return Suppress(evaluation.guarded)
    state = evaluation.held.kept
    name = f"{rule.id}/{rule.version}/{evaluation.mention.sentiment.label}"
    article = short_hash(f"{name}/{evaluation.context.article.article_id}")
    is_known = article in state.strong
    keep(state.strong, article, evaluation.moment_ms, MAX_STRONG_ARTICLES)
    window = tumbling(evaluation.context.event_time, rule.cooldown_seconds)
    key = f"{name}/{milliseconds(window.start)}"
    if is_known:
        # An earlier version of the article was as strong.
        return Suppress("article_already_alerted")
    if key in state.fired_windows:
        return Suppress("same_window")
    keep(state.fired_windows, key, evaluation.moment_ms, MAX_FIRED_WINDOWS)
    return Fire(key, window, rests_on_article=True)


def build(trigger: Trigger, rule: Rule[NoParameters], _measured: Measured) -> Alert:
    """Build the alert of one strong mention."""
    mention, sentiment = trigger.mention, trigger.mention.sentiment
    limit = (rule.threshold or 0.0) * (1 if sentiment.polarity > 0 else -1)
    return new_alert(
        trigger,
        rule,
        f"{sentiment.label} {trigger.window.start.isoformat()}",
        Statement(
            observed=round(sentiment.polarity, 4),
            expected=0.0,
            threshold=limit,
            reason=f"Strongly {sentiment.label} about {mention.leader_name}: polarity "
            f"{sentiment.polarity:+.2f} where {limit:+.2f} fires, from "
            f"{sentiment.scored_words} scored words{strongest(mention.evidence, limit)}; "
            f"in {named(trigger.context.article)}.",
        ),
    )


def example(sample: Sample, rule: Rule[NoParameters]) -> Example[Measured]:
    """Return the sample's own tone."""
    measured = Measured(abs(sample.mention.sentiment.polarity))
    return Example("low", rule.cooldown_seconds, measured)


def is_contradicted(sent: SentAlert, mention: Mention) -> bool:
    """Return whether the article no longer speaks in the alert's direction."""
    direction = "positive" if sent.observed > 0 else "negative"
    return mention.sentiment.label != direction


KIND = Kind(
    rule=RULE,
    title="Strong sentiment",
    measure=measure,
    decide=decide,
    build=build,
    example=example,
    figures=Figures("Polarity", "Neutral", "Fires from"),
    signed_titles=("Strongly negative", "Strongly positive"),
    is_contradicted=is_contradicted,
)
