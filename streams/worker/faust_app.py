"""The Faust app of one worker: its consumer group, topics, table and agents.

This module and `streams.worker.faust_transport`, which extends Faust's own classes, are the only
two that import Faust. Everything else in the worker uses the types of this module and of
`streams.worker.consumer_group`. Each trap of Faust is avoided here, with its reason.
"""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping
from typing import Any

import faust
from aiokafka import AIOKafkaProducer
from aiokafka.structs import OffsetAndMetadata
from faust.auth import SASLCredentials, SSLCredentials
from faust.types import TP

from streams.kafka.compression import Compression
from streams.kafka.connection import METADATA_MAX_AGE_MS, Connection, guard_aiokafka
from streams.kafka.ends import End
from streams.kafka.envelope import TopicPartition
from streams.kafka.topic_creation import forbid_in_aiokafka
from streams.kafka.topics import WATCH_TABLE
from streams.service.settings import Settings
from streams.worker.consumer_group import Commit, FetchedEnd
from streams.worker.faust_transport import Transport
from streams.worker.inbox import Inbox
from streams.worker.membership import keep_confirmations

FETCH_BYTES = 262_144
MAX_BATCH_BYTES = 262_144
MAX_REQUEST_BYTES = 104_857_600
# No stream is used, so this only has to be a number.
STREAM_BUFFER_RECORDS = 2_000

OnPartitions = Callable[[Collection[TopicPartition]], Awaitable[None]]


class FaustConsumerGroup:
    """A `streams.worker.consumer_group.ConsumerGroup` on Faust's consumer.

    Faust's `pause_partitions` drops the records of a partition that were fetched already and are
    not delivered yet, without a seek: they are lost when the next offset is committed. A partition
    whose buffer is full (`on_buffer_full`) is not fetched either, and its records still arrive.

    Args:
        app: The Faust app. It has a consumer once it is started.
    """

    def __init__(self, app: Any) -> None:
        self._app = app

    @property
    def generation(self) -> int:
        """See `ConsumerGroup`."""
        return int(self._app.consumer_generation_id)

    @property
    def is_rebalancing(self) -> bool:
        """See `ConsumerGroup`."""
        return bool(self._app.rebalancing)

    @property
    def is_recovering(self) -> bool:
        """See `ConsumerGroup`."""
        return bool(self._app.rebalancing or self._app.in_recovery)

    @property
    def confirmed_at(self) -> float:
        """See `ConsumerGroup`."""
        consumer = self._app.consumer._thread._consumer  # noqa: SLF001 - Faust keeps it there
        return float(consumer._coordinator.confirmed_at)  # noqa: SLF001 - and aiokafka there

    def assignment(self) -> Collection[TopicPartition]:
        """See `ConsumerGroup`."""
        return {TopicPartition(*tp) for tp in self._app.consumer.assignment()}

    def partitions(self, topic: str) -> Collection[int]:
        """See `ConsumerGroup`."""
        assignment = self._aiokafka_assignment()
        tps = () if assignment is None else assignment.tps
        return [tp.partition for tp in tps if tp.topic == topic]

    def known_partitions(self, topic: str) -> Collection[int]:
        """See `ConsumerGroup`."""
        reached = self.aiokafka_consumer()
        return () if reached is None else reached[0].partitions_for_topic(topic) or ()

    def fetched_ends(self, topic: str) -> Mapping[int, FetchedEnd]:
        """See `ConsumerGroup`."""
        assignment = self._aiokafka_assignment()
        reached = self.aiokafka_consumer()
        if assignment is None or reached is None:
            return {}
        asked_until = reached[0]._fetcher.asked_until  # noqa: SLF001 - see `GuardedFetcher`
        now, now_ms = time.monotonic(), time.time() * 1000
        states = {tp: assignment.state_value(tp) for tp in assignment.tps if tp.topic == topic}
        return {
            tp.partition: FetchedEnd(
                End(state.lso, max(state.lso, state.highwater)),
                max(0.0, now_ms - state.timestamp) / 1000,
                max(0.0, now - asked_until.get(tp, -math.inf)),
            )
            for tp, state in states.items()
            # A broker that does not know the last stable offset answers -1.
            if state.timestamp is not None and state.lso is not None and state.lso >= 0
        }

    def _aiokafka_assignment(self) -> Any:
        reached = self.aiokafka_consumer()
        subscription = None if reached is None else reached[0]._subscription.subscription  # noqa: SLF001 - aiokafka has no other name for it
        return None if subscription is None else subscription.assignment

    def stop_fetching(self, tp: TopicPartition) -> None:
        """See `ConsumerGroup`."""
        # Faust keeps the partitions that it is given, and fails later on any other type.
        self._app.consumer.on_buffer_full(TP(*tp))

    def resume_fetching(self, tp: TopicPartition) -> None:
        """See `ConsumerGroup`."""
        self._app.consumer.on_buffer_drop(TP(*tp))

    def reset_fetching(self) -> None:
        """See `ConsumerGroup`."""
        self._app.consumer._buffered_partitions.clear()  # noqa: SLF001 - Faust does not clear it

    def committed_metadata(self, tp: TopicPartition) -> str:
        """See `ConsumerGroup`."""
        return str(self._app.consumer.notes.get(tp, ""))

    async def commit(self, commits: Mapping[TopicPartition, Commit]) -> None:
        """See `ConsumerGroup`."""
        await self._app.consumer.commit_noted(
            {TP(*tp): OffsetAndMetadata(*commit) for tp, commit in commits.items()}
        )

    def stop_delivery(self) -> None:
        """Deliver no record of articles until Faust has sought to the committed offsets.

        After a recovery Faust 0.15 opens the partitions first and seeks then. Records that its
        fetcher holds from before the rebalance slip through, Faust takes them for the newest that
        were read, and drops those that the seek fetches again as already read. Articles were lost
        that way under load. Faust itself starts the delivery again after the seek.
        """
        self._app.consumer.stop_flow()

    def aiokafka_consumer(self) -> tuple[Any, asyncio.AbstractEventLoop] | None:
        """Return aiokafka's consumer and its event loop, or None before the app is started."""
        # Faust has no other name for them.
        thread = getattr(self._app.consumer, "_thread", None)
        consumer = getattr(thread, "_consumer", None)
        return None if thread is None or consumer is None else (consumer, thread.thread_loop)


class FaustApp:
    """The Faust app of one worker.

    Args:
        settings: The settings in force.
        connection: How to reach the cluster.
    """

    def __init__(self, settings: Settings, connection: Connection) -> None:
        self._partitions = settings.partitions
        self._app = _app(settings, connection)
        self._table = self._app.Table(
            WATCH_TABLE, key_type=bytes, value_type=bytes, partitions=settings.partitions
        )
        self.group = FaustConsumerGroup(self._app)

    @property
    def crash(self) -> BaseException | None:
        """The error that crashed Faust, or None while it runs."""
        if not self._app.crashed:
            return None
        reason: BaseException | None = getattr(self._app, "_crash_reason", None)
        return reason or RuntimeError("Faust crashed without a reason")

    def states(self) -> MutableMapping[bytes, bytes]:
        """Return the states of the leaders in the partitions of this worker.

        This is the table's store. The table itself would send a changelog record for every key that
        is set, without an acknowledgement to wait for.
        """
        states: MutableMapping[bytes, bytes] = self._table.data
        return states

    def producer(self) -> AIOKafkaProducer:
        """Return the producer of the app, which exists once it is started."""
        return self._app.producer._ensure_producer()  # noqa: SLF001 - Faust has no other name for it

    def add_agent(
        self, name: str, topic: str, inbox: Inbox, run: Callable[[], Awaitable[None]]
    ) -> None:
        """Add an agent: `run` reads the records of a topic from `inbox`.

        Faust starts `run` again when it returns.
        """
        # Raw bytes: on a typed topic Faust acknowledges what it cannot decode, and stops the agent.
        raw = self._app.topic(
            topic,
            key_type=bytes,
            key_serializer="raw",
            value_type=bytes,
            value_serializer="raw",
            partitions=self._partitions,
            internal=True,
        )
        self._app.inboxes[topic] = inbox

        async def read(stream: Any) -> None:
            # Faust subscribes to the topic when its stream is read.
            aiter(stream.channel)
            await run()

        self._app.agent(raw, name=name)(read)

    def connect(
        self,
        on_assigned: OnPartitions,
        on_revoked: OnPartitions,
        on_recovered: Callable[[], None],
    ) -> None:
        """Connect the callbacks of a rebalance. Call this after all agents are added.

        Args:
            on_assigned: Called with the partitions that the group has assigned.
            on_revoked: Called with the partitions that the group revokes.
            on_recovered: Called when the states are recovered, before the seek to the committed
                offsets.
        """

        async def assigned(_app: Any, partitions: Collection[Any], **_: Any) -> None:
            await on_assigned({TopicPartition(*tp) for tp in partitions})

        async def revoked(_app: Any, partitions: Collection[Any], **_: Any) -> None:
            await on_revoked({TopicPartition(*tp) for tp in partitions})

        async def recovered(*_: Any, **__: Any) -> None:
            on_recovered()

        self._app.on_partitions_assigned.connect(assigned)
        self._app.on_partitions_revoked.connect(revoked)
        self._app.on_rebalance_complete.connect(recovered)
        # Its consumer is asked for by another thread before the start.
        self._app.finalize()

    async def start(self) -> None:
        """Start the app. It waits until the group admits it."""
        await self._app.maybe_start()

    async def stop(self) -> None:
        """Stop the app, and leave the group."""
        await self._app.stop()

    async def stop_supervisors(self) -> None:
        """Stop what Faust leaves running when one of its services crashes.

        The supervisors of agents then keep running and swallow their cancellation, and the process
        would wait for them indefinitely.
        """
        for agent in self._app.agents.values():
            if agent.supervisor is not None:
                await agent.supervisor.stop()


class _App(faust.App):  # type: ignore[misc]  # Faust ships no types
    """Faust's app, without folders and with our transport.

    Faust makes a data folder where it is started, and a read-only image has no place for it. The
    state is in memory and in the changelog, so the folder would stay empty.
    """

    # Faust logs under the name of a class's module, and these messages are not ours.
    logger = logging.getLogger("faust.app")

    def __init__(self, *args: Any, **known: Any) -> None:
        super().__init__(*args, **known)
        self.inboxes: dict[str, Inbox] = {}

    def _create_directories(self) -> None:
        return

    def _new_transport(self) -> Transport:
        return Transport(self.conf.broker_consumer, self)


def _app(settings: Settings, connection: Connection) -> Any:
    forbid_in_aiokafka()
    keep_confirmations()
    return _App(
        settings.application_id,
        broker=faust_broker_urls(connection),
        broker_credentials=faust_credentials(connection),
        store="memory://",
        # Faust's own pages show data to everyone, and its `/` says OK in every state.
        web_enabled=False,
        # Topics are planned and checked by `streams.kafka.topics`. Faust would create them with
        # other settings.
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=settings.partitions,
        topic_replication_factor=settings.replication_factor,
        autodiscover=False,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=settings.group_instance_id or None,
        # New partitions are read after this time.
        consumer_metadata_max_age_ms=METADATA_MAX_AGE_MS,
        # At least one record is always fetched, however large.
        consumer_max_fetch_size=FETCH_BYTES,
        broker_session_timeout=settings.session_timeout_seconds,
        broker_heartbeat_interval=settings.session_timeout_seconds / 4,
        broker_request_timeout=max(40.0, 2 * settings.session_timeout_seconds),
        # `streams.worker.commits` commits. Faust's commit has no offset, because no event is
        # acknowledged.
        broker_commit_interval=max(60.0, settings.commit_interval_seconds),
        producer_linger=settings.producer_linger_seconds,
        producer_compression_type=Compression.of(settings).codec,
        producer_max_batch_size=MAX_BATCH_BYTES,
        # The topics decide what is too large. This is the most that a Kafka broker reads.
        producer_max_request_size=MAX_REQUEST_BYTES,
        producer_acks=-1,
        stream_buffer_maxsize=STREAM_BUFFER_RECORDS,
        stream_wait_empty=False,
    )


def faust_broker_urls(connection: Connection) -> list[str]:
    """Return the value of Faust's setting `broker`."""
    guard_aiokafka()
    return [f"kafka://{server}" for server in connection.bootstrap_servers]


def faust_credentials(connection: Connection) -> SASLCredentials | SSLCredentials | None:
    """Return the value of Faust's setting `broker_credentials`, for its consumer and producer."""
    if connection.security_protocol == "PLAINTEXT":
        return None
    if not connection.uses_sasl:
        return SSLCredentials(connection.ssl_context())
    # Faust derives the protocol from the context: SASL_SSL with one, SASL_PLAINTEXT without.
    return SASLCredentials(
        username=connection.sasl_username,
        password=connection.sasl_password,
        mechanism=connection.sasl_mechanism,
        ssl_context=connection.ssl_context(),
    )
