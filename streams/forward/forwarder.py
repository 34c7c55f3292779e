"""The life of `tocsin forward`: join the group, carry alerts on, commit, stop in good order.

Owns the consumer and the process's end. Must not know what becomes of one alert
(`streams.forward.alert_forwarder`), nor in which order (`streams.forward.keyed_queue`). An offset
is committed when the receiver has taken its alert, or the broker its dead letter; a crash between
the two sends the alert again, under the same id.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
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
from streams.forward.alert_forwarder import Carrier, Job
from streams.forward.delivery import Delivery
from streams.forward.initial_offsets import set_first_offsets
from streams.forward.keyed_queue import Lanes
from streams.forward.target import Answer, open_post, require_public
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
from streams.service.metrics import ForwardMetrics

log = structlog.get_logger(__name__)

MOST_WAITING: Final = 1_000
_POLL_MS: Final = 200
_POLL_RECORDS: Final = 100
_TICK_SECONDS: Final = 0.1
_HUNDREDS: Final = 100


class Forwarder:
    """Carries alerts on until it is stopped.

    Args:
        deployment: The deployment whose alerts are carried on.
        job: What is carried on, and where to.
    """

    def __init__(self, deployment: Deployment, job: Job) -> None:
        self._names = deployment.names
        settings = self._settings = deployment.settings
        connection = self._connection = deployment.connection
        self._job = job
        self._stop = asyncio.Event()
        self._failure: BaseException | None = None
        self._http: HttpServer | None = None
        self._carrier: Carrier | None = None
        self._watch: BrokerWatch | None = None
        self._stop_trying: Callable[[], None] = lambda: None
        self._lanes = Lanes(self._carry, self._fail)
        self.metrics = ForwardMetrics(process=True)
        # A receiver that is away is no reason to restart: only the loop's own turning counts.
        self.health = Health(time.monotonic, settings.live_timeout_seconds, lambda: None)
        grants = forward_grants(settings, job.group, job.topics)
        self._needs = Needs(connection, "forward", grants, job.group)
        self._lag = LagReporter(self._lag_meter, self.metrics, settings.lag_interval_seconds)

    def stop(self) -> None:
        """Ask for the end; safe in a signal handler of the event loop."""
        self.health.stopping = True
        self._stop.set()

    async def run(self) -> None:
        """Run until stopped.

        Raises:
            MisconfigurationError: the port is taken, a topic is missing, the receiver's address is
                private, the broker refuses us.
            PassingFaultError: the broker stays away, or the receiver refuses one alert after the
                other.
            Exception: a bug.
        """
        settings = self._settings
        http = HttpServer(
            settings.http_host, settings.http_port, self.metrics.registry, self.health
        )
        address = http.start()
        self._http = http
        try:
            if await self._prepared():
                await self._forward(address)
        except KafkaError as error:
            self._failure = self._failure or error
        finally:
            self._lag.stop()
            if self._watch is not None:
                self._watch.stop()
            http.stop()
        if self._failure is not None:
            failure = await asyncio.to_thread(with_rights_named, self._failure, self._needs)
            raise _fault(failure) if isinstance(failure, KafkaError) else failure

    async def _prepared(self) -> bool:
        """Wait for the broker and set the first offsets; False if stopped meanwhile."""
        preparing = asyncio.create_task(asyncio.to_thread(self._prepare))
        while not preparing.done():
            self.health.ticked()
            await asyncio.wait([preparing], timeout=_TICK_SECONDS)
        if self._stop.is_set():
            await asyncio.gather(preparing, return_exceptions=True)
            return False
        preparing.result()
        return True

    def _prepare(self) -> None:
        require_public(self._job.target)
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
            if self._stop.is_set():
                raise PassingFaultError("stopped while waiting for the broker")
            time.sleep(_TICK_SECONDS)

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
        seconds, requests = settings.forward_timeout_seconds, settings.forward_requests
        async with contextlib.AsyncExitStack() as stack:
            post = await stack.enter_async_context(open_post(job.target, seconds, requests))
            delivery = Delivery(
                post, job.keys, settings.forward_give_up_seconds, requests, self._answered
            )
            self._stop_trying = delivery.stop
            dead_letters = self._names.dead_letters
            self._carrier = Carrier(job, delivery, outbox, dead_letters, self.metrics)
            for client in (producer, consumer):
                stack.push_async_callback(self._within_stop_timeout, client.stop())
                if not await self._started(client.start()):
                    return
            self._watch = self._watch_over(consumer)
            self._watch.start()
            self._lag.start()
            self.health.starting = False
            log.info(
                "forward.started",
                to=job.target.origin,
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

    async def _started(self, starting: Coroutine[Any, Any, None]) -> bool:
        """Start a client, which waits until the broker and the group let it; False if stopped."""
        task = asyncio.create_task(starting)
        while not task.done() and not self._stop.is_set():
            self.health.ticked()
            await asyncio.wait([task], timeout=_TICK_SECONDS)
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return False
        task.result()
        return True

    async def _carry_on(self, consumer: Any) -> None:
        committed = time.monotonic()
        # A task: while the broker is away a commit waits for it, and health and stop must not.
        committing: asyncio.Task[None] | None = None
        while not self._stop.is_set():
            self._lag.check()
            if self._http is not None:
                self._http.check()
            self.health.ticked()
            if self._lanes.waiting < MOST_WAITING:
                consumer.resume(*consumer.paused())
            else:
                # Asked all the same: a consumer that does not poll is put out of its group.
                consumer.pause(*consumer.assignment())
            fetched = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_POLL_RECORDS)
            for records in fetched.values():
                for record in records:
                    self._lanes.take(read_record(record))
            self.metrics.waiting.set(self._lanes.waiting)
            if committing is not None and committing.done():
                committing.result()
                committing, committed = None, time.monotonic()
            due = time.monotonic() - committed >= self._settings.commit_interval_seconds
            if due and committing is None:
                committing = asyncio.create_task(self._commit(consumer))
        if committing is not None:
            await self._within_stop_timeout(committing)

    async def _finish(self, consumer: Any) -> None:
        """Let the requests that run end, and commit what is done."""
        self._stop_trying()
        if not await self._lanes.drained(self._settings.stop_timeout_seconds):
            log.warning("forward.stop_timed_out", note="what is in flight is sent again")
        await self._within_stop_timeout(self._commit(consumer))

    async def _commit(self, consumer: Any) -> None:
        """Commit what is done. A failed commit is made good by the next."""
        done = self._lanes.committable()
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
            self._lanes.committed(done)

    async def _within_stop_timeout(self, step: Awaitable[None]) -> None:
        """Take a step of the stop, but not for ever: the broker may be away."""
        try:
            await asyncio.wait_for(step, self._settings.stop_timeout_seconds)
        except TimeoutError:
            log.warning("forward.stop_timed_out", note="nothing is lost by it")

    async def _carry(self, record: Record) -> None:
        if self._carrier is None:
            raise RuntimeError("a record was read before there was anyone to carry it")
        await self._carrier.carry(record)

    def _fail(self, error: BaseException) -> None:
        """End the process with this error; the first one counts."""
        self._failure = self._failure or error
        self._stop_trying()
        self._stop.set()

    def _answered(self, answer: Answer, seconds: float) -> None:
        status = "none" if answer.status is None else f"{answer.status // _HUNDREDS}xx"
        self.metrics.attempts.labels(status).inc()
        self.metrics.attempt_duration.labels(status).observe(seconds)

    async def revoked(self, partitions: Iterable[Any]) -> None:
        """Break off what is in hand of partitions that are taken away."""
        self.health.recovering = True
        self.metrics.ready.set(False)
        await self._lanes.forget(partitions)

    def assigned(self, partitions: Sequence[Any]) -> None:
        """Note what we have now."""
        self.health.recovering = False
        self.health.assigned = len(partitions)
        self.metrics.ready.set(bool(partitions))
        log.info("forward.assigned", partitions=len(partitions))

    def _watch_over(self, consumer: Any) -> BrokerWatch:
        loop = asyncio.get_running_loop()

        def fail(error: BaseException) -> None:
            loop.call_soon_threadsafe(self._fail, error)

        return group_watch(
            self._needs,
            self._settings.group_instance_id,
            AiokafkaMembership(lambda: (consumer, loop)),
            fail,
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
    """Say what an error of the client means to the process's end."""
    said = str(error) or type(error).__name__
    return BrokerUnavailableError(f"the broker did not do what was asked: {said}")
