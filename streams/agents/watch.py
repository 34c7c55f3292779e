"""The agent that watches: `news.mentions` in, alerts out, a state per leader in between.

Owns the order of the writes, on which delivery rests: alerts first, then the state that remembers
them, then the offset. A crash between two of them repeats alerts under the same ids; the other way
round it would lose them. Must not know when an alert rings (that is `processors.watch`).
"""

import asyncio
import time
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import MAXYEAR, UTC, datetime
from typing import Any

import msgspec

from processors.contracts import Alert, Mention
from processors.errors import BadArticleError, DeadLetterReason
from processors.rules import Rules
from processors.watch import NO_RULE, Suppressed, WatchState, decode_state, encode_state, watch
from streams.agents.analyse import incoming
from streams.dead_letters import send_dead_letter
from streams.envelope import Incoming, Outgoing, alert_record, dead_letter_record
from streams.metrics import Metrics
from streams.outbox import Outbox
from streams.slices import Slices
from streams.topics import TopicNames

WATCH = "watch"
# A record without a timestamp is a millisecond older than the Unix epoch.
FIRST_YEAR = 1969
_decode_mention = msgspec.json.Decoder(Mention).decode

# A leader's id (the key of its mentions) to its encoded state.
States = MutableMapping[bytes, bytes]


@dataclass(slots=True)
class _Batch:
    """What one batch of mentions leads to, before any of it is written."""

    states: dict[bytes, tuple[int, WatchState]] = field(default_factory=dict)
    alerts: list[Alert] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)
    dead: list[tuple[Outgoing, BadArticleError]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class WatchAgent:
    """Handles batches of mention records. `states` gives the table of the partitions it has."""

    rules: Rules
    names: TopicNames
    outbox: Outbox
    metrics: Metrics
    states: Callable[[], States]

    async def handle(self, events: Sequence[Any]) -> None:
        """Watch a batch, and return when the broker has its alerts and then its states."""
        began = time.perf_counter()
        batch = _Batch()
        slices = Slices()
        now = datetime.now(UTC)
        for event in events:
            self._watch(incoming(event.message), batch, now)
            if slices.is_due():
                await asyncio.sleep(0)
        for letter, _ in batch.dead:
            await send_dead_letter(self.outbox, letter)
        await self.outbox.send(
            [alert_record(self.names.alerts[alert.kind], alert) for alert in batch.alerts]
        )
        self._count(batch)
        await self._keep(batch)
        self.metrics.stage_duration.labels(WATCH).observe(time.perf_counter() - began)

    def _watch(self, record: Incoming, batch: _Batch, now: datetime) -> None:
        key = record.key or b""
        try:
            mention = _read(record)
        except BadArticleError as error:
            letter = dead_letter_record(self.names.dead_letters, record, WATCH, error)
            batch.dead.append((letter, error))
            return
        held = batch.states.get(key)
        if held is None:
            kept = self.states().get(key)
            state = WatchState() if kept is None else decode_state(kept)
        else:
            state = held[1]
        result = watch(state, mention, self.rules, now)
        batch.alerts += result.alerts
        batch.suppressed += result.suppressed
        if result.state is not state:
            batch.states[key] = (record.partition, result.state)

    async def _keep(self, batch: _Batch) -> None:
        """Write each changed state once, to the changelog's partition of its mentions."""
        encoded = {
            key: (partition, encode_state(state))
            for key, (partition, state) in batch.states.items()
        }
        await self.outbox.send(
            [
                Outgoing(self.names.watch_changelog, key, value, partition=partition)
                for key, (partition, value) in encoded.items()
            ]
        )
        states = self.states()
        for key, (_, value) in encoded.items():
            states[key] = value
        self.metrics.watched_leaders.set(len(states))
        self.metrics.watch_state_bytes.set(sum(map(len, states.values())))

    def _count(self, batch: _Batch) -> None:
        for alert in batch.alerts:
            self.metrics.alerts.labels(alert.kind, alert.severity).inc()
            latency = time.time() - alert.event_time.timestamp()
            self.metrics.alert_latency.labels(alert.kind).observe(max(0.0, latency))
        for one in batch.suppressed:
            if one.rule == NO_RULE:
                self.metrics.discarded.labels(WATCH, one.reason).inc()
            else:
                self.metrics.alerts_suppressed.labels(one.rule, one.reason).inc()
        for _, error in batch.dead:
            self.metrics.dead_letters.labels(error.reason.value).inc()
            self.metrics.discarded.labels(WATCH, error.reason.value).inc()


def _read(record: Incoming) -> Mention:
    """Read a mention; ours are always right, but anyone may write into a topic."""
    if record.value is None:
        raise BadArticleError(DeadLetterReason.NULL_VALUE, "the mention's value is null")
    try:
        mention = _decode_mention(record.value)
    except msgspec.ValidationError as error:
        raise BadArticleError(DeadLetterReason.WRONG_TYPE, f"the mention: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadArticleError(DeadLetterReason.INVALID_JSON, f"the mention: {error}") from error
    except RecursionError as error:
        raise BadArticleError(DeadLetterReason.TOO_DEEP, "the mention: too deep") from error
    if mention.context is None or record.key != mention.leader_id.encode():
        raise BadArticleError(
            DeadLetterReason.WRONG_TYPE, "the mention has no context, or its key is not its leader"
        )
    moment, published = mention.context.event_time, mention.context.published
    if not _is_aware(moment) or not _is_aware(published) or not FIRST_YEAR <= moment.year < MAXYEAR:
        raise BadArticleError(
            DeadLetterReason.INVALID_DATE,
            f"the mention's times must have a zone, and its event time lie from {FIRST_YEAR} on",
        )
    return mention


def _is_aware(moment: datetime | None) -> bool:
    return moment is None or moment.tzinfo is not None
