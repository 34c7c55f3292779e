"""The agent that watches: it reads `news.mentions`, keeps a state per leader and sends alerts.

Delivery rests on the order of its writes: alerts first, then the state that remembers them, then
the offset. A crash between two of them repeats alerts under the same ids. The other order would
lose them.

Alerts are sent with their batch. States change with nearly every mention and are far larger, so
they are kept in memory and written at intervals (`save`).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog
from msgspec import structs

from processors.canary import CANARY_KIND
from processors.contracts import Alert, Withdrawal
from processors.errors import BadArticleError, DeadLetterReason
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
from streams.errors import RecordsRefusedError
from streams.kafka.dead_letters import send_dead_letter
from streams.kafka.envelope import (
    Outgoing,
    Record,
    TopicPartition,
    alert_record,
    dead_letter_record,
)
from streams.kafka.outbox import Outbox
from streams.kafka.topics import AlertTopics, TopicNames
from streams.kafka.unreadable import unreadable, without_mark
from streams.service.event_loop_budget import EventLoopBudget
from streams.service.metrics import Metrics
from streams.worker.decoded_states import DecodedStates
from streams.worker.mention_reading import ReadMention, UnreadableMention, read_mention
from streams.worker.timestamp_check import TimestampCheck

log = structlog.get_logger(__name__)

WATCH = "watch"
# States that have changed are written when they reach this size: a decoded state takes some fifteen
# times its bytes.
MAX_UNSAVED_BYTES = 1_500_000

# A leader's id (the key of its mentions) to its encoded state.
States = MutableMapping[bytes, bytes]


def _always(_: TopicPartition) -> bool:
    return True


async def _member() -> bool:
    return True


@dataclass(slots=True)
class _Batch:
    """The results of one batch of mentions that are sent with it."""

    alerts: list[Alert] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)
    late: int = 0


@dataclass(slots=True)
class _Unsaved:
    """The states in use since the last save, with their partitions.

    Attributes:
        states: By leader.
        changed: The leaders whose states must be written.
        partitions: The partitions of the mentions that were processed.
        size_bytes: The size of the states as they were read, encoded.
        is_whole: Whether the alerts that the states remember are sent. If not, a batch is being
            processed, or has failed.
    """

    states: dict[bytes, tuple[int, HeldState]] = field(default_factory=dict)
    changed: set[bytes] = field(default_factory=set)
    partitions: dict[int, TopicPartition] = field(default_factory=dict)
    size_bytes: int = 0
    is_whole: bool = True

    def clear(self) -> None:
        self.states.clear()
        self.changed.clear()
        self.partitions.clear()
        self.size_bytes = 0
        self.is_whole = True


@dataclass(frozen=True, slots=True)
class WatchAgent:
    """Handles batches of mention records.

    `states` returns the table of its partitions, and `partition_of` the partition of a leader.
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
    timestamps: TimestampCheck = field(default_factory=TimestampCheck)
    # Returns whether the worker is still a member of its group: see `streams.worker.membership`.
    is_member: Callable[[], Awaitable[bool]] = _member
    # States as they were last written, so that not every batch decodes them again.
    _decoded: DecodedStates = field(default_factory=DecodedStates)
    _unsaved: _Unsaved = field(default_factory=_Unsaved)
    # Name and country of the leaders named since the partitions were assigned.
    named: dict[bytes, tuple[str, str]] = field(default_factory=dict)

    def read(self, record: Record) -> ReadMention | UnreadableMention:
        """Read a record of the mentions."""
        try:
            return read_mention(record, self.timestamps.latest_ms())
        except BadArticleError as error:
            if unreadable(record) is not None:
                record = without_mark(record)
            letter = dead_letter_record(self.names.dead_letters, record, WATCH, error)
            self.timestamps.warn(error, record)
            return UnreadableMention(letter, error)

    async def send_dead_letters(self, dead: Sequence[UnreadableMention]) -> None:
        """Write dead letters, and return when the broker has them."""
        for one in dead:
            await send_dead_letter(self.outbox, one.letter)
            self.metrics.dead_letters.labels(one.error.reason.value).inc()
            self.metrics.discarded.labels(WATCH, one.error.reason.value).inc()

    @property
    def is_full(self) -> bool:
        """Whether the changed states take so much memory that they must be saved now."""
        return self._unsaved.size_bytes >= MAX_UNSAVED_BYTES

    async def handle(
        self, mentions: Sequence[ReadMention], is_ours: Callable[[TopicPartition], bool] = _always
    ) -> None:
        """Process a batch, and return when the broker has its alerts. `save` writes its states.

        Args:
            mentions: In the order in which they are to be processed.
            is_ours: See `save`. A batch with very many leaders saves before its end.
        """
        began = time.perf_counter()
        batch = _Batch()
        budget = EventLoopBudget()
        now = datetime.now(UTC)
        unsaved = self._unsaved
        unsaved.is_whole = False
        for mention in mentions:
            if self.is_full:
                await self._send(batch)
                await self.save(is_ours)
                batch = _Batch()
                unsaved.is_whole = False
            unsaved.partitions[mention.partition] = mention.tp
            if isinstance(mention.value, Withdrawal):
                self._withdraw(mention.partition, mention.value, batch, now)
            else:
                state = self._state(mention.key, mention.partition)
                result = watch(state, mention.value, self.rules, now)
                self._gather(mention.key, result, batch)
                self.named[mention.key] = (mention.value.leader_name, mention.value.country)
            if budget.should_yield():
                await asyncio.sleep(0)
        await self._send(batch)
        self.metrics.stage_duration.labels(WATCH).observe(time.perf_counter() - began)

    async def _send(self, batch: _Batch) -> None:
        await self._publish(
            [alert_record(self._topic(one), one, self.partition_of) for one in batch.alerts]
        )
        self._unsaved.is_whole = True
        self._count(batch)

    def held(self, key: bytes) -> HeldState | None:
        """Return a leader's state as it was last written. Do not change it. Any thread may call."""
        known = self._decoded.peek(key)
        if known is not None:
            return known
        kept = self.states().get(key)
        return None if kept is None else decode_state(kept)

    def forget(self) -> None:
        """Drop the state of the partitions: they are being reassigned."""
        self._decoded.clear()
        self._unsaved.clear()
        self.named.clear()

    def _state(self, key: bytes, partition: int) -> HeldState:
        known = self._unsaved.states.get(key)
        if known is not None:
            return known[1]
        kept = self.states().get(key)
        # Taken out: another thread may read the states there, and this one changes.
        state = self._decoded.take(key, kept)
        if state is None:
            state = new_state() if kept is None else decode_state(kept)
        self._unsaved.states[key] = (partition, state)
        self._unsaved.size_bytes += len(kept or b"")
        return state

    def _withdraw(
        self, partition: int, withdrawal: Withdrawal, batch: _Batch, now: datetime
    ) -> None:
        """Correct every leader of this partition who may have alerts that rest on the article."""
        states, unsaved = self.states(), self._unsaved.states
        knowing = list(unsaved)
        knowing += [
            key
            for key, value in states.items()
            if key not in unsaved and may_know(value, withdrawal.withdrawn.article_id)
        ]
        for key in knowing:
            if self.partition_of(key) == partition:
                state = self._state(key, partition)
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
            self._unsaved.changed.add(key)

    def _topic(self, alert: Alert) -> str:
        rule = self.rules.named(alert.rule.id)
        return self.alerts.of_alert(alert.kind, rule.topic if rule else "")

    async def _publish(self, alerts: Sequence[Outgoing]) -> None:
        """Send alerts. An alert that the broker refuses for good becomes a dead letter."""
        try:
            await self.outbox.send(alerts)
        except RecordsRefusedError as error:
            for one in error.refused:
                alert = alerts[one.index]
                why = BadArticleError(
                    DeadLetterReason.OUTPUT_REFUSED,
                    f"the broker refuses this alert of {one.value_bytes} bytes: {one.reason}",
                )
                log.warning("watch.alert_refused", topic=one.topic, error=why.message)
                key = alert.key or b""
                written = Record(
                    alert.topic, self.partition_of(key), 0, -1, key, alert.value, alert.headers
                )
                letter = dead_letter_record(self.names.dead_letters, written, WATCH, why)
                unstamped = structs.replace(letter, timestamp_ms=None)
                await self.send_dead_letters([UnreadableMention(unstamped, why)])

    async def save(self, is_ours: Callable[[TopicPartition], bool] = _always) -> bool:
        """Write each changed state once, to the changelog's partition of its mentions.

        Return False, without a write, if the alerts of the last batch are not sent: a state must
        not be written before the alerts that it remembers.

        Args:
            is_ours: Returns whether a partition still belongs to this worker. If it does not, its
                states are not written: its new owner reads the same records and writes its own.
        """
        unsaved = self._unsaved
        if not unsaved.is_whole:
            return False
        # Asked last before the write: a worker that was frozen would replace newer states.
        is_member = await self.is_member()
        partitions = dict(unsaved.partitions)
        ours = {partition for partition, tp in partitions.items() if is_member and is_ours(tp)}
        if len(ours) < len(partitions):
            lost = sorted(partitions.keys() - ours)
            log.info("watch.states_left_to_the_new_owner", partitions=lost)
        encoded = {
            key: (partition, encode_state(state), state)
            for key, (partition, state) in unsaved.states.items()
            if key in unsaved.changed and partition in ours
        }
        unsaved.clear()
        await self.outbox.send(
            [
                Outgoing(self.names.watch_changelog, key, value, partition=partition)
                for key, (partition, value, _) in encoded.items()
            ]
        )
        states = self.states()
        for key, (partition, value, state) in encoded.items():
            if not is_ours(partitions[partition]):
                # Revoked while the broker acknowledged: the table belongs to the next assignment.
                continue
            states[key] = value
            self._decoded.put(key, value, state)
        self.metrics.watched_leaders.set(len(states))
        self.metrics.watch_state_bytes.set(sum(map(len, states.values())))
        return True

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
