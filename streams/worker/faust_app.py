"""The Faust app: topics, table and agents, put together from settings.

Owns how Faust is configured, and each trap of Faust that the configuration avoids. Must not run
anything: `streams.worker.worker` starts and stops what `build` returns.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import faust

from streams.analysis import Analysis
from streams.analysis.pool import CHUNKS_AHEAD
from streams.kafka.compression import Compression
from streams.kafka.connection import METADATA_MAX_AGE_MS, Connection
from streams.kafka.dead_letters import DeadLetterLimit
from streams.kafka.deployment import Deployment
from streams.kafka.envelope import partition_of
from streams.kafka.outbox import Outbox
from streams.kafka.topic_creation import forbid_in_aiokafka
from streams.kafka.topics import WATCH_TABLE, TopicNames
from streams.service.metrics import Metrics
from streams.service.settings import Settings
from streams.worker.analyse_agent import AnalyseAgent
from streams.worker.batch_loop import BatchLoop, Handle, no_end
from streams.worker.bounds import Bounds
from streams.worker.entry import Entry, live_clock
from streams.worker.event_time_loop import EventTimeOrderedLoop, WatermarkSource
from streams.worker.faust_connection import faust_broker_urls, faust_credentials
from streams.worker.fetch_holds import FetchHolds, HoldReason
from streams.worker.gauges import LeaderGauges
from streams.worker.inbox import Inbox
from streams.worker.membership import Membership, keep_confirmations
from streams.worker.offsets import OffsetTracker
from streams.worker.replay_gate import ReplayGate
from streams.worker.replayed_records import ReplayedRecordFilter
from streams.worker.throttle import Throttle
from streams.worker.transport import Transport
from streams.worker.watch_agent import WatchAgent

# The inbox of an agent. What waits there is memory, and is read again after a stop; of each
# partition two fetches may come in on top.
BUFFERED_RECORDS = 2_000
FETCH_BYTES = 262_144
# While the broker acknowledges one batch, the next is analysed. Watch has one: its batches build on
# each other's states.
BATCHES_IN_FLIGHT = 2
# Chunks that are answered and wait for their turn, beside those that the processes have.
SPARE_CHUNKS = 2
MAX_BATCH_BYTES = 262_144
LARGEST_REQUEST_BYTES = 104_857_600


@dataclass(frozen=True, slots=True)
class App:
    """A Faust app with what the worker must reach in it."""

    faust: Any
    table: Any
    names: TopicNames
    offsets: OffsetTracker
    outbox: Outbox
    holds: FetchHolds
    gate: ReplayGate | None = None

    @property
    def generation(self) -> int:
        """The consumer group's generation; it goes up with every assignment."""
        return int(self.faust.consumer_generation_id)

    def hold_until_seek(self) -> None:
        """Let no article through between a recovery and the seek to the committed offsets.

        Faust 0.15 opens the article partitions first and seeks then. What its fetcher holds from
        before the rebalance slips through, Faust takes it for the newest that was read, and drops
        as already read what the seek brings back: articles were lost so under load. Faust itself
        lets the flow go on after the seek.
        """
        # Partitions whose queue was full are let through even while they are paused.
        self.holds.suspend()
        self.faust.consumer.stop_flow()

    async def stop_supervisors(self) -> None:
        """Stop what Faust leaves behind when a service of its own crashes.

        The supervisors of agents go on then, and swallow their cancellation: the process would wait
        for them for ever, in silence.
        """
        for agent in self.faust.agents.values():
            if agent.supervisor is not None:
                await agent.supervisor.stop()


def build(
    deployment: Deployment,
    analysis: Analysis,
    metrics: Metrics,
    marks: WatermarkSource,
    fail: Callable[[BaseException], None],
    bounds: Bounds | None = None,
) -> App:
    """Build the app of one worker.

    Args:
        deployment: The worker's deployment.
        analysis: Reads the article records.
        metrics: Where everything is counted.
        marks: Where watch learns up to which event time everything is analysed.
        fail: Ends the worker with an error.
        bounds: Of a replay; None: all articles are this app's.
    """
    settings, names = deployment.settings, deployment.names
    app = _faust(settings, deployment.connection)
    articles = _raw_topic(app, names.articles, settings.partitions)
    mentions = _raw_topic(app, names.mentions, settings.partitions)
    table = app.Table(WATCH_TABLE, key_type=bytes, value_type=bytes, partitions=settings.partitions)
    entry = _entry(settings, bounds)
    offsets = OffsetTracker(entry.moment_ms)
    outbox = Outbox(
        lambda: _producer(app),
        metrics.produce_retries.inc,
        bounds.headers if bounds else (),
        plain_topics=Compression.of(settings).plain_topics(deployment.alerts),
    )
    foreign = ReplayedRecordFilter(
        bounds.replay_id if bounds else "", metrics, accepted=settings.accept_replayed
    )
    holds = FetchHolds(lambda: app.consumer)
    gate = ReplayGate(bounds, holds, entry.moment_ms) if bounds else None
    loop = BatchLoop(
        offsets=offsets,
        metrics=metrics,
        generation=lambda: int(app.consumer_generation_id),
        fail=fail,
        batch_records=settings.batch_records,
        batch_wait_seconds=settings.batch_wait_seconds,
        admit=gate.admit if gate else list,
        end=bounds.end if bounds else no_end,
    )
    analyse = AnalyseAgent(
        analysis=analysis,
        names=names,
        outbox=outbox,
        metrics=metrics,
        foreign=foreign,
        entry=entry,
        advanced=offsets.advance,
        ahead=asyncio.Semaphore(CHUNKS_AHEAD * settings.analysis_processes + SPARE_CHUNKS),
        dead_letter_limit=DeadLetterLimit(
            settings.dead_letter_limit_share, settings.dead_letter_limit_records
        ),
    )
    watch = WatchAgent(
        rules=deployment.rules,
        partition_of=lambda key: partition_of(key, settings.partitions),
        names=names,
        alerts=deployment.alerts,
        outbox=outbox,
        metrics=metrics,
        replay_id=bounds.replay_id if bounds else None,
        entry=entry,
        is_member=Membership(
            lambda: _confirmed_at(app), settings.session_timeout_seconds, lambda: app.rebalancing
        ).confirm,
        # The store and not the table: the table would send a changelog record of its own for
        # every key set, without an answer that can be waited for.
        states=lambda: table.data,
    )

    metrics.before_scrape(LeaderGauges(watch, metrics, entry.latest_ms).refresh)
    handle = _throttled(bounds, offsets, entry, analyse.handle) if bounds else analyse.handle

    inboxes = {name: _inbox(holds) for name in (names.articles, names.mentions)}
    app.inboxes.update(inboxes)

    async def analyse_articles(stream: Any) -> None:
        _subscribe(stream)
        await loop.run(inboxes[names.articles], "analyse", handle, BATCHES_IN_FLIGHT)

    holding = EventTimeOrderedLoop(
        agent=watch,
        offsets=offsets,
        metrics=metrics,
        marks=marks,
        foreign=foreign,
        generation=loop.generation,
        fail=fail,
        batch_records=settings.batch_records,
        batch_wait_seconds=settings.batch_wait_seconds,
    )

    async def watch_mentions(stream: Any) -> None:
        _subscribe(stream)
        await holding.run(inboxes[names.mentions], "watch")

    app.agent(articles, name="analyse")(analyse_articles)
    app.agent(mentions, name="watch")(watch_mentions)
    return App(app, table, names, offsets, outbox, holds, gate)


def _confirmed_at(app: Any) -> float:
    """Return when the group last confirmed the membership, in monotonic seconds."""
    coordinator = app.consumer._thread._consumer._coordinator  # noqa: SLF001 - Faust keeps it there
    return float(coordinator.confirmed_at)


def _inbox(holds: FetchHolds) -> Inbox:
    return Inbox(
        BUFFERED_RECORDS,
        lambda tp: holds.hold(HoldReason.INBOX_FULL, tp),
        lambda tp: holds.release(HoldReason.INBOX_FULL, tp),
    )


def _subscribe(stream: Any) -> None:
    """Have Faust subscribe to an agent's topic, as if its stream were read."""
    aiter(stream.channel)


def _entry(settings: Settings, bounds: Bounds | None) -> Entry:
    if bounds is None:
        return Entry(live_clock(settings.max_ahead_seconds))
    latest_ms = bounds.latest_ms
    return Entry(lambda: latest_ms, bounds.refused)


def _throttled(bounds: Bounds, offsets: OffsetTracker, entry: Entry, handle: Handle) -> Handle:
    throttle = Throttle(
        bounds.rate, bounds.speed, lambda: offsets.stopping, moment_ms=entry.moment_ms
    )

    async def wait_and_handle(events: Sequence[Any]) -> None:
        await throttle.wait(events)
        await handle(events)

    return wait_and_handle


class _App(faust.App):  # type: ignore[misc]  # Faust ships no types
    """Faust's app, without folders and with our transport.

    Faust makes a data folder where it is started; a read-only image has no place for it. The state
    is in memory and in the changelog: there is nothing to put into the folder.
    """

    # Faust logs under the name of the module that a class is from; this is not ours that speaks.
    logger = logging.getLogger("faust.app")

    def __init__(self, *args: Any, **known: Any) -> None:
        super().__init__(*args, **known)
        self.inboxes: dict[str, Inbox] = {}

    def _create_directories(self) -> None:
        return

    def _new_transport(self) -> Transport:
        return Transport(self.conf.broker_consumer, self)


def _faust(settings: Settings, connection: Connection) -> Any:
    forbid_in_aiokafka()
    keep_confirmations()
    return _App(
        settings.application_id,
        broker=faust_broker_urls(connection),
        broker_credentials=faust_credentials(connection),
        store="memory://",
        # Faust's own pages show data to whoever asks, and its `/` says OK whatever is wrong.
        web_enabled=False,
        # Topics are planned and checked by `streams.kafka.topics`; Faust would make them its own
        # way.
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=settings.partitions,
        topic_replication_factor=settings.replication_factor,
        autodiscover=False,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=settings.group_instance_id or None,
        # Partitions that are added are read so soon.
        consumer_metadata_max_age_ms=METADATA_MAX_AGE_MS,
        # At least one record is always fetched, however large.
        consumer_max_fetch_size=FETCH_BYTES,
        broker_session_timeout=settings.session_timeout_seconds,
        broker_heartbeat_interval=settings.session_timeout_seconds / 4,
        broker_request_timeout=max(40.0, 2 * settings.session_timeout_seconds),
        # Ours is `commits.py`; Faust's finds nothing to commit, because no event is acknowledged.
        broker_commit_interval=max(60.0, settings.commit_interval_seconds),
        producer_linger=settings.producer_linger_seconds,
        producer_compression_type=Compression.of(settings).codec,
        producer_max_batch_size=MAX_BATCH_BYTES,
        # The topics decide what is too large; this is what a Kafka broker reads at most.
        producer_max_request_size=LARGEST_REQUEST_BYTES,
        producer_acks=-1,
        stream_buffer_maxsize=BUFFERED_RECORDS,
        stream_wait_empty=False,
    )


def _producer(app: Any) -> Any:
    """Give Faust's aiokafka producer."""
    return app.producer._ensure_producer()  # noqa: SLF001 - Faust has no other name for it


def _raw_topic(app: Any, name: str, partitions: int) -> Any:
    # Raw bytes: on a typed topic Faust acknowledges what it cannot decode, and stops the agent.
    return app.topic(
        name,
        key_type=bytes,
        key_serializer="raw",
        value_type=bytes,
        value_serializer="raw",
        partitions=partitions,
        internal=True,
    )
