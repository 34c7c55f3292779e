"""Watch: one mention of a leader in, alerts out.

Owns the order of the steps. Must not know where the state is kept, nor the rules' own decisions.
All time is the mention's event time.

Mentions are expected in the order of event time, which the caller sees to (`Reordering`); one that
comes later than that is late. Delivery is at least once, so a mention may come twice: those applied
of late are remembered, and a second one changes nothing.
"""

from bisect import insort
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from processors.alerts import CANARY_RULE, canary_alert
from processors.canary import CANARY_ID
from processors.contracts import Alert, LeaderRef, Mention, MentionContext
from processors.rules import Guards, Rules, StoryFacts, SurgeParameters
from processors.stories import Story, copied, mark, novelty, unpack, without
from processors.watch.corrections import correct
from processors.watch.evaluation import Evaluation, Suppressed
from processors.watch.kinds.counting import breaking, surge
from processors.watch.kinds.shifting import shift
from processors.watch.kinds.single import encounter, sentiment
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
WARM_UP_MS = SurgeParameters().warm_up_seconds * 1000


@dataclass(frozen=True, slots=True)
class Watched:
    """What one mention led to: the alerts that ring, and those that do not.

    `changed` says whether the state did; `late` that the two mentions before it are later.
    """

    state: HeldState
    alerts: tuple[Alert, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    changed: bool = True
    late: bool = False


def watch(state: HeldState, mention: Mention, rules: Rules, now: datetime) -> Watched:
    """Apply one mention to its leader's state, which is changed in place.

    Args:
        state: The leader's state; `new_state()` for a leader who is new.
        mention: A mention with its context, as in `news.mentions`.
        rules: The rules in force.
        now: Stamped on alerts as `processed_at`; nothing is decided by it.
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
        # Whatever the rules are, and without a story or a past: it tests the way, and is no news.
        if is_edit:
            again = Suppressed(CANARY_RULE.id, "article_already_alerted")
            return Watched(state, suppressed=(again,), late=is_late)
        canary = LeaderRef(leader_id=mention.leader_id, leader_name=mention.leader_name)
        return Watched(state, (canary_alert(canary, context, now),), late=is_late)
    guarded = _guard(context, rules.guards)
    signed = without(unpack(context.signature), mention.leader_name)
    open_ms = rules.stories.window_seconds * 1000
    placed = state.book.place(article, moment_ms, signed, open_ms, counts=not is_edit)
    if not is_edit:
        state.past.see(moment_ms)
    of_story = [one for one in kept.reports if one.story == placed.story.key]
    of_story.sort(key=MOMENT)
    report = None
    if not is_edit and not guarded:
        reported = _report(context, moment_ms, placed.story, mark(signed))
        report = _count(state, reported, of_story)
    evaluation = Evaluation(
        held=state,
        mention=mention,
        context=context,
        moment_ms=moment_ms,
        guarded=guarded,
        is_late=is_late,
        placed=placed,
        report=report,
        of_story=of_story,
        story=_facts(state, placed.story, moment_ms, len(of_story)),
        now=now,
    )
    _ask(evaluation, rules)
    if is_edit:
        evaluation.alerts += correct(kept, mention, context, now)
    return Watched(state, tuple(evaluation.alerts), tuple(evaluation.suppressed), late=is_late)


def _ignored(state: HeldState, reason: str) -> Watched:
    return Watched(state, suppressed=(Suppressed(NO_RULE, reason),), changed=False)


def _guard(context: MentionContext, guards: Guards) -> str | None:
    """Say why nothing may ring on this article, or None."""
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
    """Count a report, and give it back if it is the first of its source about its story.

    `of_story` are the reports of its story among those kept, and are changed along with them. The
    one that came first is forgotten first, whatever its moment: those of the future would stay.
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
        warming_up=moment_ms - past.since_ms < WARM_UP_MS,
    )


def _ask(evaluation: Evaluation, rules: Rules) -> None:
    """Ask every rule, in the order of kinds."""
    mention, context = evaluation.mention, evaluation.context
    for rule in rules.sentiment:
        sentiment(evaluation, rule)
    for companion in context.companions:
        # Both leaders' mentions arrive, at two states: the smaller id's is the pair's.
        if mention.leader_id < companion.leader_id:
            for pair_rule in rules.encounter:
                encounter(evaluation, pair_rule, companion)
    for surge_rule in rules.surge:
        surge(evaluation, surge_rule)
    for breaking_rule in rules.breaking:
        breaking(evaluation, breaking_rule)
    story = evaluation.placed.story
    if evaluation.guarded or story.opinion or mention.sentiment.label == "unknown":
        return
    story.opinion = True
    report = _report(context, evaluation.moment_ms, story)
    for shift_rule in rules.shift:
        shift(evaluation, shift_rule, report)
