"""Runs `tocsin forward`: joins the group, forwards alerts, commits, stops cleanly.

`streams.forward.alert_forwarder` handles one alert, `streams.forward.keyed_queue` their order. An
offset is committed when the receiver has accepted its alert, or when the broker has its dead
letter. A crash before the commit sends the alert again, under the same id.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
)
from aiokafka.structs import TopicPartition as ClientPartition

from streams.errors import (
    BrokerUnavailableError,
    PassingFaultError,
)
from streams.forward.alert_forwarder import AlertForwarder, Job
from streams.forward.delivery import Delivery
from streams.forward.initial_offsets import set_first_offsets
from streams.forward.keyed_queue import KeyedQueue
from streams.forward.sinks.sink import Answer
from streams.kafka.acls import forward_grants
from streams.kafka.broker_watch import BrokerWatch
from streams.kafka.clients import admin_client, consumer_client, kafka_faults
from streams.kafka.compression import Compression
from streams.kafka.connection import METADATA_MAX_AGE_MS
from streams.kafka.deployment import Deployment
from streams.kafka.envelope import Record, read_record
from streams.kafka.group_watch import group_watch
from streams.kafka.lag import LagMeter, LagReporter
from streams.kafka.outbox import Outbox
from streams.kafka.reachability import wait_until_reachable
from streams.kafka.rights import Needs, with_rights_named
from streams.kafka.static_member import AiokafkaMembership
from streams.kafka.topic_creation import forbid_in_aiokafka
from streams.kafka.topics import ENVELOPE_BYTES
from streams.service.health import Health
from streams.service.http_server import HttpServer
from streams.service.lifecycle import TICK_SECONDS, Lifecycle, PeriodicTask, stopped_by_signals
from streams.service.metrics import ForwardMetrics

log = structlog.get_logger(__name__)

MAX_WAITING: Final = 1_000
_POLL_MS: Final = 200
_POLL_RECORDS: Final = 100


class Forwarder:
    """Forwards alerts until it is stopped.

    Args:
        deployment: The deployment whose alerts are forwarded.
        job: What is forwarded, and where to.
    """

    def __init__(self, deployment: Deployment, job: Job) -> None:
        self._names = deployment.names
        settings = self._settings = deployment.settings
        connection = self._connection = deployment.connection
        self._job = job
        self._carrier: AlertForwarder | None = None
        self._stop_trying: Callable[[], None] = lambda: None
        self.metrics = ForwardMetrics(process=True)
        # A restart does not help against an unavailable receiver: only the loop itself counts.
        self.health = Health(time.monotonic, settings.live_timeout_seconds, lambda: None)
        self._life = Lifecycle("forward", settings.stop_timeout_seconds, self.health.ticked)
        self._queue = KeyedQueue(self._carry, self._life.fail)
        grants = forward_grants(settings, job.group, job.topics)
        self._needs = Needs(connection, "forward", grants, job.group)
        self._lag = LagReporter(self._lag_meter, self.metrics, settings.lag_interval_seconds)

    def stop(self) -> None:
        """Ask the forwarder to stop. Safe in a signal handler of the event loop."""
        self.health.stopping = True
        self._life.stop()

    async def run(self) -> None:
        """Run until stopped.

        Raises:
            MisconfigurationError: the port is in use, a topic is missing, the receiver's address is
                private, the broker denies access.
            PassingFaultError: the broker stays unavailable, or the receiver rejects one alert after
                the other.
            Exception: a bug.
        """
        settings, life = self._settings, self._life
        http = HttpServer(
            settings.http_host, settings.http_port, self.metrics.registry, self.health
        )
        address = http.start()
        life.parts.add(http)
        try:
            with stopped_by_signals(self.stop):
                preparing = asyncio.create_task(asyncio.to_thread(self._prepare))
                if await life.threads_end([preparing]):
                    await self._forward(address)
        except KafkaError as error:
            life.fail(error)
        finally:
            life.parts.stop()
        if life.failure is not None:
            failure = await asyncio.to_thread(with_rights_named, life.failure, self._needs)
            raise _fault(failure) if isinstance(failure, KafkaError) else failure

    def _prepare(self) -> None:
        self._job.sink.check()
        wait_until_reachable(
            self._connection,
            give_up_after_seconds=self._settings.broker_wait_seconds or None,
            sleep=self._wait,
            on_waiting=lambda reason: log.warning("forward.waiting_for_broker", reason=reason),
        )
        job = self._job
        with (
            kafka_faults(self._connection),
            admin_client(self._connection, self._settings) as admin,
            consumer_client(self._connection, self._settings) as consumer,
        ):
            if set_first_offsets(admin, consumer, job.group, job.topics, job.since):
                begins = job.since.isoformat() if job.since else "with the next alert"
                log.info("forward.new_group", group=job.group, begins=begins)

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self._life.is_stopping:
                raise PassingFaultError("stopped while waiting for the broker")
            time.sleep(TICK_SECONDS)

    async def _forward(self, address: str) -> None:
        settings, job = self._settings, self._job
        forbid_in_aiokafka()
        producer = AIOKafkaProducer(
            **self._connection.aiokafka(),
            acks="all",
            enable_idempotence=True,
            max_request_size=settings.max_message_bytes + ENVELOPE_BYTES,
            compression_type=Compression.of(settings).codec,
        )
        consumer = self._consumer()
        outbox = Outbox(lambda: producer, on_retry=lambda _count: None)
        requests = job.sink.max_requests(settings.forward_requests)
        async with contextlib.AsyncExitStack() as stack:
            send = await stack.enter_async_context(job.sink.open(requests))
            delivery = Delivery(send, settings.forward_give_up_seconds, requests, self._answered)
            self._stop_trying = delivery.stop
            dead_letters = self._names.dead_letters
            self._carrier = AlertForwarder(job, delivery, outbox, dead_letters, self.metrics)
            for client in (producer, consumer):
                stack.push_async_callback(
                    self._life.within_stop_timeout, client.stop(), "close a client"
                )
                if not await self._life.unless_stopped(client.start()):
                    return
            for part in (self._watch_over(consumer), self._lag):
                self._life.parts.add(part).start()
            self.health.starting = False
            log.info(
                "forward.started",
                sink=job.sink.name,
                to=job.sink.address,
                group=job.group,
                topics=list(job.topics),
                metrics=f"{address}/metrics",
            )
            await self._carry_on(consumer)
            await self._finish(consumer)
            log.info("forward.stopped")

    def _consumer(self) -> Any:
        settings = self._settings
        consumer = AIOKafkaConsumer(
            **self._connection.aiokafka(),
            group_id=self._job.group,
            group_instance_id=settings.group_instance_id or None,
            enable_auto_commit=False,
            # The group has offsets: this is for topics that come later, and for what retention
            # has removed.
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            metadata_max_age_ms=METADATA_MAX_AGE_MS,
            session_timeout_ms=round(settings.session_timeout_seconds * 1000),
            heartbeat_interval_ms=round(settings.session_timeout_seconds * 1000 / 3),
        )
        consumer.subscribe(list(self._job.topics), listener=_Listener(self))
        return consumer

    async def _carry_on(self, consumer: Any) -> None:
        commits = PeriodicTask(lambda: self._commit(consumer))
        while not self._life.is_stopping:
            self._life.parts.check()
            self.health.ticked()
            if self._queue.waiting < MAX_WAITING:
                consumer.resume(*consumer.paused())
            else:
                # Polled in any case: a consumer that does not poll is removed from its group.
                consumer.pause(*consumer.assignment())
            fetched = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_POLL_RECORDS)
            for records in fetched.values():
                for record in records:
                    self._queue.take(read_record(record))
            self.metrics.waiting.set(self._queue.waiting)
            commits.run_if_due(self._settings.commit_interval_seconds)
        await commits.finish(self._settings.stop_timeout_seconds)

    async def _finish(self, consumer: Any) -> None:
        """Wait for the requests in flight, and commit finished records."""
        self._stop_trying()
        if not await self._queue.drained(self._settings.stop_timeout_seconds):
            log.warning("forward.stop_timed_out", note="what is in flight is sent again")
        await self._life.within_stop_timeout(self._commit(consumer), "commit")

    async def _commit(self, consumer: Any) -> None:
        """Commit finished records. The next commit includes those of a failed one."""
        done = self._queue.committable()
        if not done:
            return
        try:
            # The client accepts no other type of partition than its own.
            await consumer.commit({ClientPartition(*tp): one.offset for tp, one in done.items()})
        except KafkaError as error:
            if isinstance(error, _REFUSALS):
                raise
            log.warning("forward.not_committed", error=str(error) or type(error).__name__)
        else:
            self._queue.committed(done)

    async def _carry(self, record: Record) -> None:
        if self._carrier is None:
            raise RuntimeError("a record was read before there was anyone to carry it")
        await self._carrier.forward(record)

    def _answered(self, answer: Answer, seconds: float) -> None:
        labels = (self._job.sink.name, answer.status)
        self.metrics.attempts.labels(*labels).inc()
        self.metrics.attempt_duration.labels(*labels).observe(seconds)

    async def revoked(self, partitions: Iterable[Any]) -> None:
        """Cancel the work in flight of revoked partitions."""
        self.health.recovering = True
        self.metrics.ready.set(False)
        await self._queue.forget(partitions)

    def assigned(self, partitions: Sequence[Any]) -> None:
        """Record the assignment."""
        self.health.recovering = False
        self.health.assigned = len(partitions)
        self.metrics.ready.set(bool(partitions))
        log.info("forward.assigned", partitions=len(partitions))

    def _watch_over(self, consumer: Any) -> BrokerWatch:
        loop = asyncio.get_running_loop()
        return group_watch(
            self._needs,
            self._settings.group_instance_id,
            AiokafkaMembership(lambda: (consumer, loop)),
            self._life.failing_from_thread(),
        )

    def _lag_meter(self) -> LagMeter:
        return LagMeter(self._connection, self._job.group, self._job.topics)


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    def __init__(self, forwarder: Forwarder) -> None:
        self._forwarder = forwarder

    async def on_partitions_revoked(self, revoked: Any) -> None:
        await self._forwarder.revoked(revoked)

    async def on_partitions_assigned(self, assigned: Any) -> None:
        self._forwarder.assigned(list(assigned))


_REFUSALS: Final[Any] = (
    TopicAuthorizationFailedError,
    GroupAuthorizationFailedError,
)


def _fault(error: BaseException) -> BaseException:
    """Return the error that ends the process, for an error of the client."""
    said = str(error) or type(error).__name__
    return BrokerUnavailableError(f"the broker did not do what was asked: {said}")
