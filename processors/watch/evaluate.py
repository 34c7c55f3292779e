"""Watch: one mention of a leader in, alerts out. All time is the mention's event time.

The caller passes mentions in the order of event time (`Reordering`). A mention with an earlier
event time than those before it is late. Delivery is at least once, so a mention can arrive twice:
those applied recently are remembered, and a second one changes nothing.
"""

from bisect import insort
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zlib import crc32

from processors.canary import CANARY_ID
from processors.contracts import Alert, LeaderRef, Mention, MentionContext
from processors.rules import Guards, Rule, Rules, StoryFacts
from processors.stories import Placed, Story, copied, mark, novelty, unpack, without
from processors.watch.corrections import correct
from processors.watch.decisions import Measured, Suppress, Update
from processors.watch.evaluation import Evaluation, Suppressed
from processors.watch.kind import Kind
from processors.watch.kinds.canary import CANARY_RULE, canary_alert
from processors.watch.kinds.registry import KINDS
from processors.watch.kinds.surge import SurgeParameters
from processors.watch.memory import is_beyond_memory, remember, was_applied
from processors.watch.state import (
    MAX_ARTICLES,
    MAX_NAME_CHARACTERS,
    MAX_REPORTS,
    MAX_TITLE_CHARACTERS,
    MAX_URL_CHARACTERS,
    MOMENT,
    HeldState,
    Report,
    keep,
    short_hash,
)
from processors.windows import milliseconds

NO_RULE = "none"
_WARM_UP_MS = SurgeParameters().warm_up_seconds * 1000


@dataclass(frozen=True, slots=True)
class Watched:
    """The result of one mention: the alerts to send, and those that are suppressed.

    `changed` says whether the state has changed, and `late` whether the two mentions before this
    one are later.
    """

    state: HeldState
    alerts: tuple[Alert, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    changed: bool = True
    late: bool = False


def watch(state: HeldState, mention: Mention, rules: Rules, now: datetime) -> Watched:
    """Apply one mention to its leader's state, which is changed in place.

    Args:
        state: The leader's state, `new_state()` for a new leader.
        mention: A mention with its context, as in `news.mentions`.
        rules: The rules in force.
        now: Stamped on alerts as `processed_at`. It decides nothing.
    """
    context = mention.context
    if context is None:
        raise ValueError("a mention without its article cannot be watched")
    kept = state.kept
    moment_ms = milliseconds(context.event_time)
    seen = short_hash(context.mention_id)
    if was_applied(kept, seen, moment_ms):
        return _ignored(state, "duplicate_mention")
    if is_beyond_memory(kept, moment_ms):
        return _ignored(state, "late_mention")
    is_late = remember(kept, seen, moment_ms)
    article = short_hash(context.article.article_id)
    is_edit = article in kept.articles
    keep(kept.articles, article, moment_ms, MAX_ARTICLES)
    if mention.leader_id == CANARY_ID:
        return _watch_canary(state, mention, context, now, is_edit=is_edit, is_late=is_late)
    evaluation = _evaluation(state, mention, context, rules, now, is_edit=is_edit, is_late=is_late)
    _apply_rules(evaluation, rules)
    if is_edit:
        evaluation.alerts += correct(kept, mention, context, now)
    return Watched(state, tuple(evaluation.alerts), tuple(evaluation.suppressed), late=is_late)


def _watch_canary(
    state: HeldState,
    mention: Mention,
    context: MentionContext,
    now: datetime,
    *,
    is_edit: bool,
    is_late: bool,
) -> Watched:
    """Send a canary's alert under any rules, and without a story or a past: it is no news."""
    if is_edit:
        again = Suppressed(CANARY_RULE.id, "article_already_alerted")
        return Watched(state, suppressed=(again,), late=is_late)
    canary = LeaderRef(leader_id=mention.leader_id, leader_name=mention.leader_name)
    return Watched(state, (canary_alert(canary, context, now),), late=is_late)


def _evaluation(
    state: HeldState,
    mention: Mention,
    context: MentionContext,
    rules: Rules,
    now: datetime,
    *,
    is_edit: bool,
    is_late: bool,
) -> Evaluation:
    """Place a mention in its story and in the leader's past, and collect what rules read."""
    kept, moment_ms = state.kept, milliseconds(context.event_time)
    guarded = _guard(context, rules.guards)
    signed = without(unpack(context.signature), mention.leader_name)
    open_ms = rules.stories.window_seconds * 1000
    article = short_hash(context.article.article_id)
    placed = state.book.place(article, moment_ms, signed, open_ms, counts=not is_edit)
    if not is_edit:
        state.past.see(moment_ms)
    of_story = [one for one in kept.reports if one.story == placed.story.key]
    of_story.sort(key=MOMENT)
    report = None
    if not is_edit and not guarded:
        reported = _report(context, moment_ms, placed.story, mark(signed))
        report = _count(state, reported, of_story)
    return Evaluation(
        held=state,
        mention=mention,
        context=context,
        moment_ms=moment_ms,
        guarded=guarded,
        is_late=is_late,
        placed=placed,
        report=report,
        first_tone=None if guarded else _first_tone(mention, context, moment_ms, placed),
        of_story=of_story,
        story=_facts(state, placed.story, moment_ms, len(of_story)),
        now=now,
    )


def _first_tone(
    mention: Mention, context: MentionContext, moment_ms: int, placed: Placed
) -> Report | None:
    """Return the mention as a report if it is the first of its story that has a tone."""
    story = placed.story
    if story.opinion or mention.sentiment.label == "unknown":
        return None
    story.opinion = True
    return _report(context, moment_ms, story)


def _apply_rules(evaluation: Evaluation, rules: Rules) -> None:
    """Apply every rule, in the order of kinds."""
    for name, of_kind in rules.by_kind.items():
        kind = KINDS[name]
        for rule in of_kind:
            for measured in kind.measure(evaluation, rule):
                _apply(kind, evaluation, rule, measured)


def _apply(
    kind: Kind[Any, Any], evaluation: Evaluation, rule: Rule[Any], measured: Measured
) -> None:
    facts = evaluation.facts(measured)
    severity = rule.severity(measured.value, facts)
    if severity is None or not rule.covers(facts):
        return
    decision = kind.decide(evaluation, rule, measured, severity)
    if isinstance(decision, Suppress):
        evaluation.suppress(rule.id, decision.reason)
        return
    alert = kind.build(evaluation.trigger(severity, decision.window), rule, measured)
    if isinstance(decision, Update):
        evaluation.update(decision.sent, alert)
    else:
        evaluation.send(alert, decision)


def _ignored(state: HeldState, reason: str) -> Watched:
    return Watched(state, suppressed=(Suppressed(NO_RULE, reason),), changed=False)


def _guard(context: MentionContext, guards: Guards) -> str | None:
    """Return why the article never triggers an alert, or None."""
    title = context.article.title.lower()
    if any(words in title for words in guards.retrospective_phrases):
        return "retrospective"
    if context.published is None:
        return None if guards.allow_undated else "undated"
    age_seconds = (context.event_time - context.published).total_seconds()
    if age_seconds > guards.stale_seconds:
        return "stale_article"
    if age_seconds < -guards.future_seconds:
        return "published_in_future"
    return None


def _count(state: HeldState, report: Report, of_story: list[Report]) -> Report | None:
    """Count a report, and return it if it is the first of its source about its story.

    `of_story` are the kept reports of its story, and are changed along with them. The one that
    arrived first is dropped first, regardless of its moment: those of the future would stay.
    """
    reports = state.kept.reports
    is_known = any(one.origin == report.origin for one in of_story)
    if not is_known:
        copy_of = copied(report.mark, [one.mark for one in of_story])
        if copy_of is not None:
            # It counts for the source whose text it copies.
            report.origin, is_known = of_story[copy_of].origin, True
    state.past.report(report.moment_ms, report.origin)
    if is_known:
        return None
    reports.append(report)
    insort(of_story, report, key=MOMENT)
    if len(reports) > MAX_REPORTS:
        gone = reports.pop(0)
        of_story[:] = [one for one in of_story if one is not gone]
    return report


def _report(context: MentionContext, moment_ms: int, story: Story, marked: bytes = b"") -> Report:
    article = context.article
    return Report(
        moment_ms=moment_ms,
        story=story.key,
        origin=crc32((article.family or article.source or article.article_id).encode()),
        mark=marked,
        article_id=article.article_id,
        title=article.title[:MAX_TITLE_CHARACTERS],
        url=article.url if len(article.url) <= MAX_URL_CHARACTERS else "",
        source=article.source[:MAX_NAME_CHARACTERS],
        family=article.family[:MAX_NAME_CHARACTERS],
    )


def _facts(state: HeldState, story: Story, moment_ms: int, sources: int) -> StoryFacts:
    past = state.past
    h12, h24, d3, d7 = past.mentioned(moment_ms)
    return StoryFacts(
        novelty=novelty(story.reports),
        families=max(1, sources),
        copies=story.reports,
        story_age_seconds=max(0, moment_ms - story.first_ms) // 1000,
        mentions_12h=h12,
        mentions_24h=h24,
        mentions_3d=d3,
        mentions_7d=d7,
        usual_per_day=past.usual_per_day,
        warming_up=moment_ms - past.since_ms < _WARM_UP_MS,
    )
