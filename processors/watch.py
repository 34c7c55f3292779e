"""Watch: a leader's mentions in, alerts out.

Owns the state of one leader and the decision to ring. Must not know where the state is kept: it
comes in and goes out as an argument. All time is the mention's event time.

Delivery is at least once, so a mention may come twice: recently applied mentions are remembered,
and a second one changes nothing. Ids come from windows, so the order in which two articles of one
window arrive does not change which ids exist; `_Sitting.encounter` names what order still changes.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import Struct

from processors.alerts import encounter_alert, sentiment_alert
from processors.contracts import Alert, LeaderRef, Mention, MentionContext
from processors.rules import EncounterRule, Guards, Rules, SentimentRule, facts_of
from processors.windows import milliseconds, tumbling

STATE_VERSION = 1
# Bounds of a leader's state: below 64 kB, however often the leader is named. Pairs times sightings
# is most of it.
MOST_APPLIED = 512
MOST_RUNG = 128
MOST_PAIRS = 128
MOST_SIGHTINGS = 16

NO_RULE = "none"

K = TypeVar("K", int, str)


class WatchState(Struct, frozen=True, kw_only=True, array_like=True):
    """What is remembered of one leader. Moments are milliseconds of event time.

    `applied` maps a short hash of a mention's id to its moment; `rung` maps what has rung (a rule's
    window, or a rule's article) to its moment; `pairs` maps another leader's id to the moments of
    joint sightings, the newest last.
    """

    version: int = STATE_VERSION
    applied: Mapping[int, int] = {}
    rung: Mapping[str, int] = {}
    pairs: Mapping[str, tuple[int, ...]] = {}


@dataclass(frozen=True, slots=True)
class Suppressed:
    """An alert that a rule would have sent, and why it was not. Both are metric labels."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Watched:
    """What one mention changed: the new state, the alerts that ring, and those that do not."""

    state: WatchState
    alerts: tuple[Alert, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()


def watch(state: WatchState, mention: Mention, rules: Rules, now: datetime) -> Watched:
    """Apply one mention to its leader's state.

    Args:
        state: The leader's state; `WatchState()` for a leader who is new.
        mention: A mention with its context, as in `news.mentions`.
        rules: The rules in force.
        now: Stamped on alerts as `processed_at`; nothing is decided by it.
    """
    context = mention.context
    if context is None:
        raise ValueError("a mention without its article cannot be watched")
    seen = _short_hash(context.mention_id)
    if seen in state.applied:
        return Watched(state, suppressed=(Suppressed(NO_RULE, "duplicate_mention"),))
    sitting = _Sitting(state, mention, context, rules, now)
    for sentiment in rules.sentiment:
        sitting.sentiment(sentiment)
    for companion in context.companions:
        # Both leaders' mentions arrive, at two states: the smaller id's is the pair's.
        if mention.leader_id < companion.leader_id:
            for encounter in rules.encounter:
                sitting.encounter(companion, encounter)
    new = WatchState(
        applied=_newest({**state.applied, seen: sitting.moment}, MOST_APPLIED),
        rung=_newest(sitting.rung, MOST_RUNG),
        pairs=_newest_pairs(sitting.pairs),
    )
    return Watched(new, tuple(sitting.alerts), tuple(sitting.suppressed))


def encode_state(state: WatchState) -> bytes:
    """Give the state as it is kept in the changelog."""
    return msgspec.msgpack.encode(state)


def decode_state(value: bytes) -> WatchState:
    """Read a state from the changelog.

    Raises:
        msgspec.ValidationError: if it was written in a form that this version does not know.
    """
    state = msgspec.msgpack.decode(value, type=WatchState)
    if state.version != STATE_VERSION:
        raise msgspec.ValidationError(
            f"the watch state has version {state.version}, and this Tocsin reads version "
            f"{STATE_VERSION}: run the version that wrote it, or a later one"
        )
    return state


def _guard(context: MentionContext, guards: Guards) -> str | None:
    """Say why nothing may ring on this article, or None."""
    if context.published is None:
        return None
    age_seconds = (context.event_time - context.published).total_seconds()
    if age_seconds > guards.stale_seconds:
        return "stale_article"
    if age_seconds < -guards.future_seconds:
        return "published_in_future"
    return None


class _Sitting:
    """One mention before the rules: gathers what rings, what does not, and what is remembered."""

    __slots__ = ("alerts", "context", "guarded", "mention", "moment", "now", "pairs", "rung",
                 "suppressed")  # fmt: skip

    def __init__(
        self,
        state: WatchState,
        mention: Mention,
        context: MentionContext,
        rules: Rules,
        now: datetime,
    ) -> None:
        self.mention = mention
        self.context = context
        self.now = now
        self.moment = milliseconds(context.event_time)
        self.guarded = _guard(context, rules.guards)
        self.rung = dict(state.rung)
        self.pairs = dict(state.pairs)
        self.alerts: list[Alert] = []
        self.suppressed: list[Suppressed] = []

    def sentiment(self, rule: SentimentRule) -> None:
        """Ring on strong sentiment, once per direction and window, and once per article."""
        facts = facts_of(self.mention)
        if self.mention.sentiment.label not in ("negative", "positive") or not rule.covers(facts):
            return
        severity = rule.severity(abs(self.mention.sentiment.polarity), facts)
        if severity is None:
            return
        window = tumbling(self.context.event_time, rule.cooldown_seconds)
        name = f"{rule.id}/{rule.version}"
        in_window = f"{name}/{self.mention.sentiment.label}/{milliseconds(window.start)}"
        # By direction too: else an edit that turns the tone rings or not by the order of arrival.
        article = _short_hash(self.context.article.article_id)
        of_article = f"{name}/{self.mention.sentiment.label}/article/{article}"
        if self.guarded:
            self.suppressed.append(Suppressed(rule.id, self.guarded))
        elif in_window in self.rung:
            self.suppressed.append(Suppressed(rule.id, "same_window"))
        elif of_article in self.rung:
            # An edited article does not ring for what its first version rang for.
            self.suppressed.append(Suppressed(rule.id, "article_rang_already"))
        else:
            self.alerts.append(sentiment_alert(self.mention, rule, window, severity, self.now))
            self.rung[in_window] = self.rung[of_article] = self.moment

    def encounter(self, companion: LeaderRef, rule: EncounterRule) -> None:
        """Ring if the pair was not seen in the quiet time before this sighting.

        The window is as long as the quiet time. Sightings of one window may come in any order, as
        long as the pair was not seen in the window before. If it was, order still counts: a
        sighting that arrives before the one that ties it to the earlier window rings.
        """
        facts = facts_of(self.mention, companion=companion.leader_id)
        severity = rule.severity(1.0, facts)
        if severity is None or not rule.covers(facts):
            return
        if self.guarded or len(self.context.companions) > rule.parameters.most_companions:
            self.suppressed.append(Suppressed(rule.id, self.guarded or "crowd"))
            return
        window = tumbling(self.context.event_time, rule.cooldown_seconds)
        key = f"{rule.id}/{rule.version}/{companion.leader_id}/{milliseconds(window.start)}"
        sightings = self.pairs.get(companion.leader_id, ())
        since = self.moment - rule.cooldown_seconds * 1000
        if key in self.rung:
            self.suppressed.append(Suppressed(rule.id, "same_window"))
        elif any(since <= seen <= self.moment for seen in sightings):
            self.suppressed.append(Suppressed(rule.id, "seen_lately"))
        else:
            self.alerts.append(
                encounter_alert(self.mention, companion, rule, window, severity, self.now)
            )
            self.rung[key] = self.moment
        self.pairs[companion.leader_id] = _sighted(sightings, self.moment)


def _sighted(sightings: tuple[int, ...], moment: int) -> tuple[int, ...]:
    """Add a sighting, one per hour at most: the quiet time is days, and state is bounded."""
    # Sorted first, so that an hour's newest stays, whatever came last.
    hours = {seen // 3_600_000: seen for seen in sorted((*sightings, moment))}
    return tuple(hours.values())[-MOST_SIGHTINGS:]


def _newest(moments: dict[K, int], most: int) -> dict[K, int]:
    """Keep the entries of the newest moments; ties fall by key, so that workers agree."""
    if len(moments) <= most:
        return moments
    return dict(sorted(moments.items(), key=lambda entry: (entry[1], str(entry[0])))[-most:])


def _newest_pairs(pairs: dict[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    if len(pairs) <= MOST_PAIRS:
        return pairs
    kept = sorted(pairs.items(), key=lambda pair: (pair[1][-1], pair[0]))[-MOST_PAIRS:]
    return dict(kept)


def _short_hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=7).digest(), "big")
