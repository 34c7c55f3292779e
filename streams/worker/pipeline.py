"""Puts the parts of one worker together: Faust app, inboxes, agents and offset tracking."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from streams.analysis import Analysis
from streams.analysis.loading import process_count
from streams.analysis.pool import CHUNKS_AHEAD
from streams.kafka.compression import Compression
from streams.kafka.dead_letters import DeadLetterLimit
from streams.kafka.deployment import Deployment
from streams.kafka.envelope import Record, partition_of
from streams.kafka.outbox import Outbox
from streams.service.metrics import Metrics
from streams.worker.analyse_agent import AnalyseAgent
from streams.worker.assignment import Assignment
from streams.worker.batch_loop import BatchLoop, Handle, no_end
from streams.worker.batch_tracker import BatchTracker
from streams.worker.bounds import Bounds
from streams.worker.commits import Committer
from streams.worker.consumer_group import ConsumerGroup
from streams.worker.event_time_loop import EventTimeOrderedLoop
from streams.worker.faust_app import FaustApp
from streams.worker.fetch_holds import FetchHolds, HoldReason
from streams.worker.gauges import LeaderGauges
from streams.worker.inbox import Inbox
from streams.worker.membership import Membership
from streams.worker.own_watermark import MeasuredWatermarks, OwnProgress, OwnWatermarks
from streams.worker.replay_gate import ReplayGate
from streams.worker.replayed_records import ReplayedRecordFilter
from streams.worker.throttle import Throttle
from streams.worker.timestamp_check import TimestampCheck, live_clock
from streams.worker.watch_agent import WatchAgent

# Records that wait in an agent's inbox. They take memory, and are read again after a stop. Of each
# partition two fetches may arrive on top.
INBOX_RECORDS = 2_000
# While the broker acknowledges one batch, the next is analysed. Watch has only one in flight: its
# batches build on each other's states.
BATCHES_IN_FLIGHT = 2
# Chunks that are answered and wait for their turn, beside those that the processes have.
SPARE_CHUNKS = 2


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The parts of a worker that its life-cycle uses."""

    app: FaustApp
    tracker: BatchTracker
    assignment: Assignment
    committer: Committer
    holds: FetchHolds
    gate: ReplayGate | None
    watermarks: OwnWatermarks
    watch_loop: EventTimeOrderedLoop
    # Set after every batch that is finished.
    has_finished: asyncio.Event

    def want_watermark(self) -> None:
        """Compute the watermark soon, also if no mention waits for it."""
        self.watermarks.want()
        self.watch_loop.wake()

    def on_recovered(self) -> None:
        """Deliver no record between a recovery and the seek to the committed offsets."""
        # Partitions whose inbox was full are delivered even while they are paused.
        self.holds.suspend()
        self.app.group.stop_delivery()


@dataclass(frozen=True, slots=True)
class PipelineBuilder:
    """Builds the pipeline of one worker.

    Attributes:
        deployment: The worker's deployment.
        analysis: Reads the article records.
        metrics: Where everything is counted.
        measured: Measures up to which event time every article is analysed.
        fail: Ends the worker with an error.
        bounds: The range of a replay. None: the worker reads all articles.
    """

    deployment: Deployment
    analysis: Analysis
    metrics: Metrics
    measured: MeasuredWatermarks
    fail: Callable[[BaseException], None]
    bounds: Bounds | None = None

    def build(self) -> Pipeline:
        """Build the pipeline. It does not start anything."""
        settings, names = self.deployment.settings, self.deployment.names
        metrics, bounds = self.metrics, self.bounds
        app = FaustApp(settings, self.deployment.connection)
        group = app.group
        timestamps = self._timestamps()
        tracker = BatchTracker(timestamps.event_time_ms)
        holds = FetchHolds(group)
        gate = ReplayGate(bounds, holds, timestamps.event_time_ms) if bounds else None
        outbox = Outbox(
            app.producer,
            metrics.produce_retries.inc,
            bounds.headers if bounds else (),
            plain_topics=Compression.of(settings).plain_topics(self.deployment.alerts),
        )
        replayed = ReplayedRecordFilter(
            bounds.replay_id if bounds else "", metrics, accepted=settings.accept_replayed
        )
        analyse = self._analyse_agent(outbox, replayed, timestamps, tracker)
        self._add_analyse(app, holds, tracker, analyse, gate, timestamps)
        watch = self._watch_agent(app, outbox, timestamps)
        watermarks = self._watermarks(group, tracker, outbox)
        watch_loop = self._add_watch(app, holds, tracker, watch, replayed, watermarks)
        has_finished = asyncio.Event()

        def on_finished() -> None:
            watch_loop.wake()
            has_finished.set()

        tracker.when_finished(on_finished)
        metrics.before_scrape(LeaderGauges(watch, metrics, timestamps.latest_ms).refresh)
        session_seconds = settings.session_timeout_seconds
        assignment = Assignment(
            names, metrics, session_seconds, tracker, holds, gate, watch_loop.save
        )
        committer = Committer(group, tracker, names.articles, metrics)
        return Pipeline(
            app, tracker, assignment, committer, holds, gate, watermarks, watch_loop, has_finished
        )

    def _timestamps(self) -> TimestampCheck:
        if self.bounds is None:
            return TimestampCheck(live_clock(self.deployment.settings.max_ahead_seconds))
        latest_ms = self.bounds.latest_ms
        return TimestampCheck(lambda: latest_ms, self.bounds.refused)

    def _analyse_agent(
        self,
        outbox: Outbox,
        replayed: ReplayedRecordFilter,
        timestamps: TimestampCheck,
        tracker: BatchTracker,
    ) -> AnalyseAgent:
        settings = self.deployment.settings
        chunks = CHUNKS_AHEAD * process_count(settings) + SPARE_CHUNKS
        return AnalyseAgent(
            analysis=self.analysis,
            names=self.deployment.names,
            outbox=outbox,
            metrics=self.metrics,
            replayed=replayed,
            timestamps=timestamps,
            advanced=tracker.advance,
            ahead=asyncio.Semaphore(chunks),
            dead_letter_limit=DeadLetterLimit(
                settings.dead_letter_limit_share, settings.dead_letter_limit_records
            ),
        )

    def _add_analyse(
        self,
        app: FaustApp,
        holds: FetchHolds,
        tracker: BatchTracker,
        agent: AnalyseAgent,
        gate: ReplayGate | None,
        timestamps: TimestampCheck,
    ) -> None:
        bounds = self.bounds
        loop = BatchLoop(
            tracker=tracker,
            metrics=self.metrics,
            generation=lambda: app.group.generation,
            fail=self.fail,
            batch_records=self.deployment.settings.batch_records,
            batch_wait_seconds=self.deployment.settings.batch_wait_seconds,
            admit=gate.admit if gate else list,
            end=bounds.end if bounds else no_end,
        )
        handle: Handle = agent.handle
        if bounds is not None:
            handle = _throttled(bounds, tracker, timestamps, agent.handle)
        inbox = _inbox(holds)
        app.add_agent(
            "analyse",
            agent.names.articles,
            inbox,
            lambda: loop.run(inbox, "analyse", handle, BATCHES_IN_FLIGHT),
        )

    def _watch_agent(self, app: FaustApp, outbox: Outbox, timestamps: TimestampCheck) -> WatchAgent:
        group, partitions = app.group, self.deployment.settings.partitions
        membership = Membership(
            lambda: group.confirmed_at,
            self.deployment.settings.session_timeout_seconds,
            lambda: group.is_rebalancing,
        )
        return WatchAgent(
            rules=self.deployment.rules,
            partition_of=lambda key: partition_of(key, partitions),
            names=self.deployment.names,
            alerts=self.deployment.alerts,
            outbox=outbox,
            metrics=self.metrics,
            replay_id=self.bounds.replay_id if self.bounds else None,
            timestamps=timestamps,
            is_member=membership.confirm,
            states=app.states,
        )

    def _watermarks(
        self, group: ConsumerGroup, tracker: BatchTracker, outbox: Outbox
    ) -> OwnWatermarks:
        articles, mentions = self.deployment.names.articles, self.deployment.names.mentions
        own = OwnProgress(
            generation=lambda: group.generation,
            is_assigned=lambda: not group.is_recovering,
            known=lambda: group.known_partitions(articles),
            assigned=lambda: group.partitions(articles),
            progress=lambda: tracker.progress(articles),
            fetched_ends=lambda: group.fetched_ends(articles),
            written_ends=lambda: outbox.written_ends(mentions),
        )
        lateness_ms = round(self.deployment.settings.lateness_seconds * 1000)
        spans = self.bounds.spans if self.bounds is not None else None
        return OwnWatermarks(self.measured, own, lateness_ms, spans)

    def _add_watch(
        self,
        app: FaustApp,
        holds: FetchHolds,
        tracker: BatchTracker,
        agent: WatchAgent,
        replayed: ReplayedRecordFilter,
        watermarks: OwnWatermarks,
    ) -> EventTimeOrderedLoop:
        loop = EventTimeOrderedLoop(
            agent=agent,
            tracker=tracker,
            metrics=self.metrics,
            watermarks=watermarks,
            replayed=replayed,
            generation=lambda: app.group.generation,
            fail=self.fail,
            batch_records=self.deployment.settings.batch_records,
            batch_wait_seconds=self.deployment.settings.batch_wait_seconds,
            save_interval_seconds=self.deployment.settings.commit_interval_seconds,
        )
        inbox = _inbox(holds)
        app.add_agent("watch", agent.names.mentions, inbox, lambda: loop.run(inbox, "watch"))
        return loop


def _inbox(holds: FetchHolds) -> Inbox:
    return Inbox(
        INBOX_RECORDS,
        lambda tp: holds.hold(HoldReason.INBOX_FULL, tp),
        lambda tp: holds.release(HoldReason.INBOX_FULL, tp),
    )


def _throttled(
    bounds: Bounds, tracker: BatchTracker, timestamps: TimestampCheck, handle: Handle
) -> Handle:
    throttle = Throttle(
        bounds.rate,
        bounds.speed,
        lambda: tracker.stopping,
        event_time_ms=timestamps.event_time_ms,
    )

    async def wait_and_handle(records: Sequence[Record]) -> None:
        await throttle.wait(records)
        await handle(records)

    return wait_and_handle
