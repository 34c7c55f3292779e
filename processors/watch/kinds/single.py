"""The kinds for which one article is enough: strong sentiment, and leaders together.

Owns when these two ring. Must not know how an alert is built or kept.
"""

from processors.alerts import encounter_alert, sentiment_alert
from processors.contracts import MAX_COMPANIONS, LeaderRef
from processors.rules import EncounterRule, SentimentRule
from processors.watch.evaluation import Evaluation
from processors.watch.state import (
    MAX_FIRED_WINDOWS,
    MAX_PAIRS,
    MAX_STRONG_ARTICLES,
    keep,
    short_hash,
)
from processors.windows import milliseconds, tumbling


def sentiment(evaluation: Evaluation, rule: SentimentRule) -> None:
    """Ring on strong sentiment, once per direction and window, and once per article.

    An article's first strong version is remembered whether it rings or not: else it would depend
    on which of two articles came first whether a later edit of the other one rings.
    """
    felt = evaluation.mention.sentiment
    if felt.label not in ("negative", "positive"):
        return
    facts = evaluation.facts()
    severity = rule.severity(abs(felt.polarity), facts)
    if severity is None or not rule.covers(facts):
        return
    if evaluation.guarded:
        evaluation.suppress(rule.id, evaluation.guarded)
        return
    kept = evaluation.held.kept
    name = f"{rule.id}/{rule.version}/{felt.label}"
    article = short_hash(f"{name}/{evaluation.context.article.article_id}")
    is_known = article in kept.strong
    keep(kept.strong, article, evaluation.moment_ms, MAX_STRONG_ARTICLES)
    window = tumbling(evaluation.context.event_time, rule.cooldown_seconds)
    in_window = f"{name}/{milliseconds(window.start)}"
    if is_known:
        # An edited article does not ring for what its first version rang for.
        evaluation.suppress(rule.id, "article_already_alerted")
    elif in_window in kept.fired_windows:
        evaluation.suppress(rule.id, "same_window")
    else:
        keep(kept.fired_windows, in_window, evaluation.moment_ms, MAX_FIRED_WINDOWS)
        alert = sentiment_alert(evaluation.trigger(severity, window), rule)
        evaluation.send(in_window, alert, rests_on_article=True)


def encounter(evaluation: Evaluation, rule: EncounterRule, companion: LeaderRef) -> None:
    """Ring if the pair was not seen in the quiet time before this sighting.

    The window of the id is as long as the quiet time, so two alerts never share one.
    """
    facts = evaluation.facts(companion.leader_id)
    severity = rule.severity(1.0, facts)
    if severity is None or not rule.covers(facts):
        return
    companions = len(evaluation.context.companions)
    crowd = companions > rule.parameters.max_companions or companions >= MAX_COMPANIONS
    if evaluation.guarded or crowd:
        evaluation.suppress(rule.id, evaluation.guarded or "too_many_companions")
        return
    kept = evaluation.held.kept
    pair = f"{rule.id}/{companion.leader_id}"
    seen, is_lately = _seen_again(
        kept.pairs.get(pair), evaluation.moment_ms, rule.cooldown_seconds * 1000
    )
    keep(kept.pairs, pair, seen, MAX_PAIRS)
    if is_lately:
        evaluation.suppress(rule.id, "seen_recently")
        return
    window = tumbling(evaluation.context.event_time, rule.cooldown_seconds)
    alert = encounter_alert(evaluation.trigger(severity, window), rule, companion)
    evaluation.send(f"{pair}/{milliseconds(window.start)}", alert, rests_on_article=True)


def _seen_again(
    seen: int | tuple[int, int] | None, moment_ms: int, quiet_ms: int
) -> tuple[int | tuple[int, int], bool]:
    """Return when a pair was seen, with this sighting, and whether that is lately.

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
