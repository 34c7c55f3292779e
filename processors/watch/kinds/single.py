"""The kinds for which one article is enough: strong sentiment, and leaders together.

Owns when these two ring. Must not know how an alert is built or kept.
"""

from processors.alerts import encounter_alert, sentiment_alert
from processors.contracts import MAX_COMPANIONS, LeaderRef
from processors.rules import EncounterRule, SentimentRule
from processors.watch.evaluation import Sitting
from processors.watch.state import MOST_PAIRS, MOST_RUNG, MOST_STRONG, keep, short_hash
from processors.windows import milliseconds, tumbling


def sentiment(sitting: Sitting, rule: SentimentRule) -> None:
    """Ring on strong sentiment, once per direction and window, and once per article.

    An article's first strong version is remembered whether it rings or not: else it would depend
    on which of two articles came first whether a later edit of the other one rings.
    """
    felt = sitting.mention.sentiment
    if felt.label not in ("negative", "positive"):
        return
    facts = sitting.facts()
    severity = rule.severity(abs(felt.polarity), facts)
    if severity is None or not rule.covers(facts):
        return
    if sitting.guarded:
        sitting.suppress(rule.id, sitting.guarded)
        return
    kept = sitting.held.kept
    name = f"{rule.id}/{rule.version}/{felt.label}"
    article = short_hash(f"{name}/{sitting.context.article.article_id}")
    is_known = article in kept.strong
    keep(kept.strong, article, sitting.moment_ms, MOST_STRONG)
    window = tumbling(sitting.context.event_time, rule.cooldown_seconds)
    in_window = f"{name}/{milliseconds(window.start)}"
    if is_known:
        # An edited article does not ring for what its first version rang for.
        sitting.suppress(rule.id, "article_rang_already")
    elif in_window in kept.rung:
        sitting.suppress(rule.id, "same_window")
    else:
        keep(kept.rung, in_window, sitting.moment_ms, MOST_RUNG)
        alert = sentiment_alert(sitting.ringing(severity, window), rule)
        sitting.ring(in_window, alert, rests=True)


def encounter(sitting: Sitting, rule: EncounterRule, companion: LeaderRef) -> None:
    """Ring if the pair was not seen in the quiet time before this sighting.

    The window of the id is as long as the quiet time, so two alerts never share one.
    """
    facts = sitting.facts(companion.leader_id)
    severity = rule.severity(1.0, facts)
    if severity is None or not rule.covers(facts):
        return
    companions = len(sitting.context.companions)
    crowd = companions > rule.parameters.most_companions or companions >= MAX_COMPANIONS
    if sitting.guarded or crowd:
        sitting.suppress(rule.id, sitting.guarded or "crowd")
        return
    kept = sitting.held.kept
    pair = f"{rule.id}/{companion.leader_id}"
    seen, is_lately = _seen_again(
        kept.pairs.get(pair), sitting.moment_ms, rule.cooldown_seconds * 1000
    )
    keep(kept.pairs, pair, seen, MOST_PAIRS)
    if is_lately:
        sitting.suppress(rule.id, "seen_lately")
        return
    window = tumbling(sitting.context.event_time, rule.cooldown_seconds)
    alert = encounter_alert(sitting.ringing(severity, window), rule, companion)
    sitting.ring(f"{pair}/{milliseconds(window.start)}", alert, rests=True)


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
