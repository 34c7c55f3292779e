"""The agent that watches: `news.mentions` in, alerts out, a state per leader in between.

Owns the order of the writes, on which delivery rests: alerts first, then the state that remembers
them, then the offset. A crash between two of them repeats alerts under the same ids; the other way
round it would lose them. Must not know when an alert rings (that is `processors.watch`), nor in
which order records are to be handled (`streams.worker.event_time_loop`).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from msgspec import Struct, structs

from processors.canary import CANARY_KIND
from processors.contracts import Alert, Mention, Withdrawal
from processors.errors import BadArticleError, DeadLetterReason
from processors.event_time import END_MS, FIRST_MS
from processors.rules import Rules
from processors.watch import (
    NO_RULE,
    HeldState,
    Suppressed,
    Watched,
    decode_state,
    encode_state,
    may_know,
    new_state,
    watch,
    withdraw,
)
from processors.windows import milliseconds
from streams.errors import RecordsRefusedError
from streams.kafka.dead_letters import send_dead_letter
from streams.kafka.envelope import Outgoing, Record, alert_record, dead_letter_record
from streams.kafka.outbox import Outbox
from streams.kafka.topics import AlertTopics, TopicNames
from streams.kafka.unreadable import unreadable, without_mark
from streams.service.event_loop_budget import EventLoopBudget
from streams.service.metrics import Metrics
from streams.worker.analyse_agent import incoming
from streams.worker.decoded import DecodedStates
from streams.worker.entry import Entry

log = structlog.get_logger(__name__)

WATCH = "watch"
# The clocks of two workers differ: what one let in as an article, another takes as a mention.
CLOCK_SKEW_MS = 600_000
_decode_mention = msgspec.json.Decoder(Mention).decode
_decode_withdrawal = msgspec.json.Decoder(Withdrawal).decode
# States that are decoded at one time take some fifteen times as much: what a batch of mentions may
# change before it is written in parts.
MAX_BATCH_STATE_BYTES = 1_500_000
# What only a withdrawal has; a mention of ours never begins so.
_WITHDRAWN = b'{"withdrawn":'

# A leader's id (the key of its mentions) to its encoded state.
States = MutableMapping[bytes, bytes]


def _always(_: Any) -> bool:
    return True


async def _member() -> bool:
    return True


class Read(Struct, frozen=True, gc=False):
    """A record as it was understood. `name` orders records of one moment."""

    tp: Any
    key: bytes
    partition: int
    moment_ms: int
    name: str
    value: Mention | Withdrawal


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that is no mention of ours, and its dead letter."""

    letter: Outgoing
    error: BadArticleError


@dataclass(slots=True)
class _Batch:
    """What one batch of mentions leads to, before any of it is written."""

    states: dict[bytes, tuple[int, HeldState]] = field(default_factory=dict)
    changed: set[bytes] = field(default_factory=set)
    alerts: list[Alert] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)
    late: int = 0
    # The partitions of the records, as Faust names them.
    partitions: dict[int, Any] = field(default_factory=dict)
    state_bytes: int = 0
    """Of the states as they were read, encoded."""


@dataclass(frozen=True, slots=True)
class WatchAgent:
    """Handles batches of mention records.

    `states` gives the table of the partitions it has; `partition_of` the partition of a leader;
    `replay_id` is written into every alert.
    """

    rules: Rules
    names: TopicNames
    alerts: AlertTopics
    outbox: Outbox
    metrics: Metrics
    states: Callable[[], States]
    partition_of: Callable[[bytes], int]
    replay_id: str | None = None
    entry: Entry = field(default_factory=Entry)
    # Returns whether the worker is still a member of its group: see `streams.worker.membership`.
    is_member: Callable[[], Awaitable[bool]] = _member
    # States as they were last written, so that not every batch decodes them anew.
    _decoded: DecodedStates = field(default_factory=DecodedStates)
    # Name and country of the leaders named since the partitions were assigned.
    named: dict[bytes, tuple[str, str]] = field(default_factory=dict)

    def read(self, message: Any) -> Read | Unreadable:
        """Understand a Faust message."""
        record = incoming(message)
        try:
            value = _read(record, self.entry.latest_ms() + CLOCK_SKEW_MS)
        except BadArticleError as error:
            if unreadable(record) is not None:
                record = without_mark(record)
            letter = dead_letter_record(self.names.dead_letters, record, WATCH, error)
            self.entry.warn(error, record.topic, record.partition, record.offset)
            return Unreadable(letter, error)
        if isinstance(value, Withdrawal):
            moment, name = value.event_time, value.withdrawn.article_id
        else:
            assert value.context is not None  # noqa: S101 - `_read` refuses it
            moment, name = value.context.event_time, value.context.mention_id
        return Read(
            message.tp, record.key or b"", record.partition, milliseconds(moment), name, value
        )

    async def bury(self, dead: Sequence[Unreadable]) -> None:
        """Write dead letters, and return when the broker has them."""
        for one in dead:
            await send_dead_letter(self.outbox, one.letter)
            self.metrics.dead_letters.labels(one.error.reason.value).inc()
            self.metrics.discarded.labels(WATCH, one.error.reason.value).inc()

    async def handle(
        self, records: Sequence[Read], is_ours: Callable[[Any], bool] = _always
    ) -> None:
        """Watch a batch, and return when the broker has its alerts and then its states.

        Args:
            records: In the order in which they are to be watched.
            is_ours: Whether a partition still belongs to this worker. The states of one that does
                not are not written: its new owner reads the same records and writes its own.
        """
        began = time.perf_counter()
        batch = _Batch()
        budget = EventLoopBudget()
        now = datetime.now(UTC)
        for record in records:
            if batch.state_bytes >= MAX_BATCH_STATE_BYTES:
                await self._write(batch, is_ours)
                batch = _Batch()
            batch.partitions[record.partition] = record.tp
            if isinstance(record.value, Withdrawal):
                self._withdraw(record, record.value, batch, now)
            else:
                state = self._state(record.key, record.partition, batch)
                result = watch(state, record.value, self.rules, now)
                self._gather(record.key, result, batch)
                self.named[record.key] = (record.value.leader_name, record.value.country)
            if budget.should_yield():
                await asyncio.sleep(0)
        await self._write(batch, is_ours)
        self.metrics.stage_duration.labels(WATCH).observe(time.perf_counter() - began)

    async def _write(self, batch: _Batch, is_ours: Callable[[Any], bool]) -> None:
        """Write the alerts of a batch, and then its states."""
        await self._publish(
            [alert_record(self._topic(one), one, self.partition_of) for one in batch.alerts]
        )
        self._count(batch)
        await self._keep(batch, is_ours)

    def held(self, key: bytes) -> HeldState | None:
        """Return a leader's state as it was last written, to look at; for another thread, too."""
        known = self._decoded.look(key)
        if known is not None:
            return known
        kept = self.states().get(key)
        return None if kept is None else decode_state(kept)

    def forget(self) -> None:
        """Drop the state of the partitions: they are being reassigned."""
        self._decoded.clear()
        self.named.clear()

    def _state(self, key: bytes, partition: int, batch: _Batch) -> HeldState:
        held = batch.states.get(key)
        if held is not None:
            return held[1]
        kept = self.states().get(key)
        # Taken out: should this batch fail, what it has changed must not be found again.
        state = self._decoded.take(key, kept)
        if state is None:
            state = new_state() if kept is None else decode_state(kept)
        batch.states[key] = (partition, state)
        batch.state_bytes += len(kept or b"")
        return state

    def _withdraw(self, record: Read, withdrawal: Withdrawal, batch: _Batch, now: datetime) -> None:
        """Tell every leader of this partition who may have alerts that rest on the article."""
        states = self.states()
        knowing = list(batch.states)
        knowing += [
            key
            for key, value in states.items()
            if key not in batch.states and may_know(value, withdrawal.withdrawn.article_id)
        ]
        for key in knowing:
            if self.partition_of(key) == record.partition:
                state = self._state(key, record.partition, batch)
                alerts = withdraw(state, withdrawal, now)
                self._gather(key, Watched(state, tuple(alerts)), batch)

    def _gather(self, key: bytes, result: Watched, batch: _Batch) -> None:
        batch.alerts += [
            structs.replace(alert, replay_id=self.replay_id) if self.replay_id else alert
            for alert in result.alerts
        ]
        batch.suppressed += result.suppressed
        batch.late += result.late
        if result.changed:
            batch.changed.add(key)

    def _topic(self, alert: Alert) -> str:
        rule = self.rules.named(alert.rule.id)
        return self.alerts.of_alert(alert.kind, rule.topic if rule else "")

    async def _publish(self, alerts: Sequence[Outgoing]) -> None:
        """Send alerts; one that the broker will never take is kept as a dead letter."""
        try:
            await self.outbox.send(alerts)
        except RecordsRefusedError as error:
            for one in error.refused:
                alert = alerts[one.place]
                why = BadArticleError(
                    DeadLetterReason.OUTPUT_REFUSED,
                    f"the broker refuses this alert of {one.value_bytes} bytes: {one.said}",
                )
                log.warning("watch.alert_refused", topic=one.topic, said=why.message)
                key = alert.key or b""
                written = Record(
                    alert.topic, self.partition_of(key), 0, -1, key, alert.value, alert.headers
                )
                letter = dead_letter_record(self.names.dead_letters, written, WATCH, why)
                await self.bury([Unreadable(structs.replace(letter, timestamp_ms=None), why)])

    async def _keep(self, batch: _Batch, is_ours: Callable[[Any], bool]) -> None:
        """Write each changed state once, to the changelog's partition of its mentions."""
        # Asked last before the write. A worker that was frozen would replace newer states.
        is_member = await self.is_member()
        ours = {
            partition for partition, tp in batch.partitions.items() if is_member and is_ours(tp)
        }
        if len(ours) < len(batch.partitions):
            lost = sorted(batch.partitions.keys() - ours)
            log.info("watch.states_left_to_the_new_owner", partitions=lost)
        encoded = {
            key: (partition, encode_state(state), state)
            for key, (partition, state) in batch.states.items()
            if key in batch.changed and partition in ours
        }
        await self.outbox.send(
            [
                Outgoing(self.names.watch_changelog, key, value, partition=partition)
                for key, (partition, value, _) in encoded.items()
            ]
        )
        states = self.states()
        for key, (partition, value, state) in encoded.items():
            if not is_ours(batch.partitions[partition]):
                # Revoked while the broker acknowledged: the table is the next assignment's.
                continue
            states[key] = value
            self._decoded.put(key, value, state)
        self.metrics.watched_leaders.set(len(states))
        self.metrics.watch_state_bytes.set(sum(map(len, states.values())))

    def _count(self, batch: _Batch) -> None:
        self.metrics.mentions_late.inc(batch.late)
        for alert in batch.alerts:
            self.metrics.alerts.labels(alert.kind, alert.severity).inc()
            for leader in alert.leaders if alert.kind != CANARY_KIND else ():
                self.metrics.leader_alerts.labels(leader.leader_name, alert.kind).inc()
            latency = time.time() - alert.event_time.timestamp()
            self.metrics.alert_latency.labels(alert.kind).observe(max(0.0, latency))
        for one in batch.suppressed:
            if one.rule == NO_RULE:
                self.metrics.discarded.labels(WATCH, one.reason).inc()
            else:
                self.metrics.alerts_suppressed.labels(one.rule, one.reason).inc()
                log.debug(
                    "watch.alert_suppressed",
                    rule=one.rule,
                    reason=one.reason,
                    leader=one.leader_id,
                    article=one.article_id,
                )


def decode_again(value: bytes) -> Mention | Withdrawal:
    """Decode a record's value that `WatchAgent.read` has understood before."""
    if value.startswith(_WITHDRAWN):
        return _decode_withdrawal(value)
    return _decode_mention(value)


def _read(record: Record, latest_ms: float) -> Mention | Withdrawal:
    """Read a record; ours are always right, but anyone may write into a topic."""
    error = unreadable(record)
    if error is not None:
        raise error
    if record.value is None:
        raise BadArticleError(DeadLetterReason.NULL_VALUE, "the mention's value is null")
    try:
        value = decode_again(record.value)
    except msgspec.ValidationError as error:
        raise BadArticleError(DeadLetterReason.WRONG_TYPE, f"the mention: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadArticleError(DeadLetterReason.INVALID_JSON, f"the mention: {error}") from error
    except RecursionError as error:
        raise BadArticleError(DeadLetterReason.TOO_DEEP, "the mention: too deep") from error
    if isinstance(value, Withdrawal):
        _check_times(value.event_time, None, latest_ms)
        return value
    if value.context is None or record.key != value.leader_id.encode():
        raise BadArticleError(
            DeadLetterReason.WRONG_TYPE, "the mention has no context, or its key is not its leader"
        )
    _check_times(value.context.event_time, value.context.published, latest_ms)
    return value


def _check_times(moment: datetime, published: datetime | None, latest_ms: float) -> None:
    if not _is_aware(moment) or not _is_aware(published):
        raise BadArticleError(
            DeadLetterReason.INVALID_DATE, "the mention's times must have a zone, such as Z"
        )
    moment_ms = milliseconds(moment)
    if not FIRST_MS <= moment_ms < END_MS:
        raise BadArticleError(
            DeadLetterReason.INVALID_DATE,
            f"the mention's event time is {moment}, and event time lies between the years 1970 and "
            f"9998",
        )
    if moment_ms > latest_ms:
        raise BadArticleError(
            DeadLetterReason.FUTURE_TIMESTAMP,
            f"the mention's event time is {moment}, which is too far in the future",
        )


def _is_aware(moment: datetime | None) -> bool:
    return moment is None or moment.tzinfo is not None
