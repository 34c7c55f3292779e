"""Runs one worker: waits for the broker, checks topics, runs the Faust app and shuts down cleanly.

Every failure leaves `Worker.run` as an error, and the process with its exit code
(`streams.errors.exit_code`).
"""

import asyncio
import time
from collections.abc import Callable

import structlog
from aiohttp import web

from processors.contracts import Versions
from streams.analysis import Analysis
from streams.kafka.deployment import Deployment
from streams.kafka.lag import LagMeter, LagReporter
from streams.kafka.reachability import connection_fault
from streams.kafka.rights import with_rights_named
from streams.kafka.topic_watch import TopicWatch
from streams.kafka.watermarks import WatermarkMeter, WatermarkReporter
from streams.page.factory import page_of
from streams.page.routes import add_page
from streams.service.gc_tuning import freeze_startup_objects
from streams.service.health import Health
from streams.service.http_server import HttpServer
from streams.service.lifecycle import TICK_SECONDS, Lifecycle, PeriodicTask, stopped_by_signals
from streams.service.memory import resident_memory_bytes
from streams.service.metrics import Metrics
from streams.worker.bounds import Bounds
from streams.worker.pipeline import Pipeline, PipelineBuilder
from streams.worker.preparation import prepare_topics
from streams.worker.worker_watch import role_of, worker_needs, worker_watch

log = structlog.get_logger(__name__)

# Other workers wait for the commits of this one, from which they compute the watermark.
SHARED_COMMIT_SECONDS = 0.04


class Worker:
    """One worker: one Faust app, one port, and one thread each for lag, watermarks and topics.

    Args:
        deployment: The worker's deployment.
        analysis: Reads the article records. The worker starts and closes it.
        on_started: Called with the address of `/metrics` once the app runs.
        bounds: The range of a replay. None: the worker runs until it is stopped.
    """

    def __init__(
        self,
        deployment: Deployment,
        analysis: Analysis,
        on_started: Callable[[str], None] | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        self._deployment = deployment
        settings = self._settings = deployment.settings
        self._analysis = analysis
        self._on_started = on_started
        self._bounds = bounds
        # The live page shows no alerts of a replay.
        self._shows_page = settings.page and bounds is None
        self._pipeline: Pipeline | None = None
        self._names = deployment.names
        self._needs = worker_needs(deployment, role_of(bounds))
        self.metrics = Metrics(process=True)
        self.metrics.before_scrape(
            lambda: self.metrics.analysis_memory.set(resident_memory_bytes(analysis.pids))
        )
        self._measured = WatermarkReporter(self._watermark_meter)
        self._lag = LagReporter(self._lag_meter, self.metrics, settings.lag_interval_seconds)
        self.health = Health(time.monotonic, settings.live_timeout_seconds, self._waiting)
        self._life = Lifecycle("worker", settings.stop_timeout_seconds, self.health.ticked)
        self._advances = 0

    def stop(self) -> None:
        """Ask the worker to stop. Call it in the event loop, also from a signal handler."""
        if not self._life.is_stopping:
            log.info("worker.stopping", in_flight_wait_seconds=self._settings.stop_timeout_seconds)
        self.health.stopping = True
        self._life.stop()

    def skip_to(self, partition: int, offset: int) -> None:
        """Skip to an offset of a partition of articles before which no record is left.

        Offsets are missing where the log is compacted. Only the worker that has the partition can
        commit past them, so this has no effect in the others.
        """
        if self._pipeline is not None and not self._pipeline.app.group.is_recovering:
            self._pipeline.assignment.skip_to(partition, offset)

    def holds(self) -> dict[int, list[str]]:
        """Return why each partition of articles of this worker is not fetched."""
        return {} if self._pipeline is None else self._pipeline.assignment.holds()

    def fail(self, error: BaseException) -> None:
        """End the worker with this error. Later errors have no effect."""
        self._life.fail(error)

    async def run(self) -> None:
        """Run until stopped.

        Raises:
            MisconfigurationError: the port is taken, the broker refuses us, a topic is not right.
            PassingFaultError: the broker was unavailable for too long, or too much input is bad.
            Exception: any other error, which is a bug.
        """
        http = HttpServer(
            self._settings.http_host,
            self._settings.http_port,
            self.metrics.registry,
            self.health,
            self._add_page if self._shows_page else None,
            self._settings.page_visitors if self._shows_page else 0,
        )
        address = http.start()
        self._life.parts.add(http)
        try:
            with stopped_by_signals(self.stop):
                if await self._prepare():
                    await self._run_app(address)
        except Exception as error:  # noqa: BLE001 - raised again below
            self.fail(error)
        finally:
            self._analysis.close()
            self._life.parts.stop()
        if self._life.failure is not None:
            raise await asyncio.to_thread(with_rights_named, self._life.failure, self._needs)

    def _add_page(self, app: web.Application) -> None:
        # Each worker has some partitions only, and a page shows all alerts: it subscribes to their
        # topics like any subscriber, and only while a browser is connected.
        page = page_of(self._deployment, self.metrics.page, lambda: self._lag.newest)
        add_page(app, page)

    async def _prepare(self) -> bool:
        """Load, wait for the broker and check the topics. Return False if stopped meanwhile."""
        loading = asyncio.create_task(asyncio.to_thread(self._analysis.start))
        wait = (self._deployment, self._needs, lambda: self._life.is_stopping)
        topics = asyncio.create_task(asyncio.to_thread(prepare_topics, *wait))
        while not (loading.done() and topics.done()):
            self.health.ticked()
            await asyncio.wait([loading, topics], timeout=TICK_SECONDS)
            if loading.done() and loading.exception():
                # A wrong data file is an error without a broker, too.
                self._life.stop()
        if loading.exception() is None and self._life.is_stopping:
            # The thread has ended, perhaps with the error that it raises when stopped.
            await asyncio.gather(topics, return_exceptions=True)
            return False
        self._build_info(loading.result())
        topics.result()
        return True

    async def _run_app(self, address: str) -> None:
        pipeline = PipelineBuilder(
            self._deployment,
            self._analysis,
            self.metrics,
            self._measured,
            self.fail,
            self._bounds,
        ).build()
        self._pipeline = pipeline
        assignment = pipeline.assignment
        pipeline.app.connect(assignment.on_assigned, assignment.on_revoked, pipeline.on_recovered)
        watch = self._topic_watch(pipeline)
        for part in (self._lag, self._measured, watch):
            self._life.parts.add(part).start()
        try:
            if await self._start(pipeline):
                self._report_started(address)
                await self._tick(pipeline)
                await self._finish(pipeline)
        finally:
            watch.stop()
            try:
                await self._life.within_stop_timeout(pipeline.app.stop(), "leave the group")
            finally:
                supervisors = pipeline.app.stop_supervisors()
                await self._life.within_stop_timeout(supervisors, "stop the agents")
            log.info("worker.stopped")

    def _topic_watch(self, pipeline: Pipeline) -> TopicWatch:
        return worker_watch(
            self._deployment,
            self._needs,
            self.metrics,
            self.health,
            self.fail,
            self._bounds,
            pipeline.app.group,
        )

    async def _start(self, pipeline: Pipeline) -> bool:
        """Start Faust, which waits until the group admits it. Return False if stopped meanwhile."""
        try:
            return await self._life.unless_stopped(pipeline.app.start())
        except Exception as error:
            fault = connection_fault(error)
            if fault is error:
                raise
            raise fault from error

    def _report_started(self, address: str) -> None:
        log.info(
            "worker.started",
            page=f"{address}/" if self._shows_page else None,
            metrics=f"{address}/metrics",
            topic=self._names.articles,
            rules=self._settings.rules or "built-in",
        )
        freeze_startup_objects()
        if self._on_started is not None:
            self._on_started(address)

    async def _tick(self, pipeline: Pipeline) -> None:
        """Commit, check the app, and update the health, until the stop."""
        commits = PeriodicTask(pipeline.committer.commit)
        while not self._life.is_stopping:
            if pipeline.app.crash is not None:
                self.fail(connection_fault(pipeline.app.crash))
                return
            self._observe(pipeline)
            commits.run_if_due(self._commit_interval_seconds(pipeline))
            await self._wait(pipeline)
        await commits.finish(self._settings.stop_timeout_seconds)

    async def _wait(self, pipeline: Pipeline) -> None:
        if not pipeline.watermarks.is_shared:
            await self._life.wait()
        elif pipeline.tracker.committable():
            await self._life.wait(SHARED_COMMIT_SECONDS / 2)
        else:
            pipeline.has_finished.clear()
            await self._life.wait(woken=pipeline.has_finished)

    def _commit_interval_seconds(self, pipeline: Pipeline) -> float:
        interval_seconds = self._settings.commit_interval_seconds
        if pipeline.watermarks.is_shared:
            return min(interval_seconds, SHARED_COMMIT_SECONDS)
        return interval_seconds

    def _observe(self, pipeline: Pipeline) -> None:
        self._life.parts.check()
        self.health.ticked()
        self.health.starting = False
        self.health.recovering = pipeline.app.group.is_recovering
        self.health.assigned = len(pipeline.assignment)
        if pipeline.tracker.advances != self._advances or not self._waiting():
            self._advances = pipeline.tracker.advances
            self.health.progressed()
        self.metrics.ready.set(self.health.ready().ok)
        self.metrics.recovering.set(self.health.recovering)
        if self.health.recovering:
            return
        pipeline.holds.renew()
        gate = pipeline.gate
        if gate is not None:
            gate.pause_partitions_ahead(pipeline.watermarks.watermark_ms)
            if gate.is_waiting:
                pipeline.want_watermark()

    async def _finish(self, pipeline: Pipeline) -> None:
        """Let the batch in flight end, and commit it."""
        pipeline.tracker.stopping = True
        if self._life.failure is not None or pipeline.app.crash is not None:
            return
        if not await pipeline.tracker.idle(self._settings.stop_timeout_seconds):
            log.warning("worker.batch_abandoned", note="it is read again after the next start")
        await self._life.within_stop_timeout(pipeline.watch_loop.save(), "save the states")
        await self._life.within_stop_timeout(pipeline.committer.commit(), "commit")

    def _waiting(self) -> int | None:
        if self._pipeline is None:
            return None
        return self._pipeline.assignment.waiting(self._lag.newest)

    def _lag_meter(self) -> LagMeter:
        topics = (self._names.articles, self._names.mentions)
        return LagMeter(self._deployment.connection, self._settings.application_id, topics)

    def _watermark_meter(self) -> WatermarkMeter:
        return WatermarkMeter(
            self._deployment.connection,
            self._settings.application_id,
            self._names.articles,
            self._names.mentions,
            round(self._settings.lateness_seconds * 1000),
            self._bounds.spans if self._bounds is not None else None,
        )

    def _build_info(self, versions: Versions) -> None:
        self.metrics.build_info.labels(
            versions.tocsin, versions.registry, versions.lexicon, versions.scorer
        ).set(1)
