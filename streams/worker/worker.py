"""The worker's life: wait for the broker, check the topics, run the app, stop in good order.

Owns start and stop, and says when to commit. Must not know what the agents do. Whatever goes wrong
leaves `run` as an error, and the process with a code (`streams.errors.exit_code`): a worker never
goes on in silence.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiohttp import web

from processors.contracts import Versions
from streams.analysis import Analysis
from streams.kafka.deployment import Deployment
from streams.kafka.lag import LagMeter, LagReporter
from streams.kafka.reachability import connection_fault
from streams.kafka.rights import with_rights_named
from streams.kafka.watermarks import WatermarkMeter, WatermarkReporter
from streams.page.factory import page_of
from streams.page.routes import add_page
from streams.service.gc_tuning import freeze_startup_objects
from streams.service.health import Health
from streams.service.http_server import HttpServer
from streams.service.memory import resident_memory_bytes
from streams.service.metrics import Metrics
from streams.worker.assignment import Assignment
from streams.worker.bounds import Bounds
from streams.worker.commits import commit
from streams.worker.faust_app import App, build
from streams.worker.preparation import prepare_topics
from streams.worker.worker_watch import role_of, worker_needs, worker_watch

log = structlog.get_logger(__name__)

TICK_SECONDS = 0.1
AWAITED_COMMIT_SECONDS = 0.2


class Worker:
    """One worker: one Faust app, one port, one thread that measures lag.

    Args:
        deployment: The worker's deployment.
        analysis: Reads the article records; started and closed here.
        on_started: Told the address of `/metrics` once the app runs.
        bounds: Of a replay; None: the worker runs for ever.
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
        # A replay's alerts are no news.
        self._shows_page = settings.page and bounds is None
        self._app: App | None = None
        self._names = deployment.names
        self._needs = worker_needs(deployment, role_of(bounds))
        self._stop = asyncio.Event()
        self._failure: BaseException | None = None
        self._http: HttpServer | None = None
        self.metrics = Metrics(process=True)
        self.metrics.before_scrape(
            lambda: self.metrics.analysis_memory.set(resident_memory_bytes(analysis.pids))
        )
        self._watermarks = WatermarkReporter(self._watermark_meter)
        self._lag = LagReporter(self._lag_meter, self.metrics, settings.lag_interval_seconds)
        self.health = Health(time.monotonic, settings.live_timeout_seconds, self._waiting)
        self._assignment = Assignment(self._names, self.metrics, settings.session_timeout_seconds)
        self._advances = 0

    def stop(self) -> None:
        """Ask the worker to stop; safe in a signal handler of the event loop."""
        if not self._stop.is_set():
            log.info("worker.stopping", in_flight_wait_seconds=self._settings.stop_timeout_seconds)
        self.health.stopping = True
        self._stop.set()

    def pass_over(self, partition: int, offset: int) -> None:
        """Say that a partition of articles has no record left before an offset.

        Offsets are missing where the log is compacted. Only the worker that has the partition can
        commit past them; the others leave it.
        """
        if self._app is not None:
            self._assignment.pass_over(self._app, partition, offset)

    def holds(self) -> dict[int, list[str]]:
        """Return why each partition of articles of this worker is not fetched."""
        return {} if self._app is None else self._assignment.holds(self._app)

    def fail(self, error: BaseException) -> None:
        """End the worker with this error; the first one counts."""
        self._failure = self._failure or error
        self._stop.set()

    async def run(self) -> None:
        """Run until stopped.

        Raises:
            MisconfigurationError: the port is taken, the broker refuses us, a topic is not right.
            PassingFaultError: the broker stayed away too long, or too much input is bad.
            Exception: whatever else ended the worker; a bug.
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
        self._http = http
        try:
            if await self._prepare():
                await self._run_app(address)
        except Exception as error:  # noqa: BLE001 - raised again below
            self._failure = self._failure or error
        finally:
            self._lag.stop()
            self._analysis.close()
            self._watermarks.stop()
            http.stop()
        if self._failure is not None:
            raise await asyncio.to_thread(with_rights_named, self._failure, self._needs)

    def _add_page(self, app: web.Application) -> None:
        # Several workers have the partitions of a group among them, and a page shows all alerts: it
        # subscribes as anyone would, and only while somebody looks.
        page = page_of(self._deployment, self.metrics.page, lambda: self._lag.newest)
        add_page(app, page)

    async def _prepare(self) -> bool:
        """Load, wait for the broker and check the topics; False if stopped meanwhile."""
        loading = asyncio.create_task(asyncio.to_thread(self._analysis.start))
        wait = (self._deployment, self._needs, self._stop.is_set)
        topics = asyncio.create_task(asyncio.to_thread(prepare_topics, *wait))
        while not (loading.done() and topics.done()):
            self.health.ticked()
            await asyncio.wait([loading, topics], timeout=TICK_SECONDS)
            if loading.done() and loading.exception():
                # No broker is needed to say that a data file is wrong.
                self._stop.set()
        if loading.exception() is None and self._stop.is_set():
            # The thread has ended, perhaps with the error that it raises when stopped.
            await asyncio.gather(topics, return_exceptions=True)
            return False
        self._build_info(loading.result())
        topics.result()
        return True

    async def _run_app(self, address: str) -> None:
        app = build(
            self._deployment,
            self._analysis,
            self.metrics,
            self._watermarks,
            self.fail,
            self._bounds,
        )
        self._app = app

        async def on_assigned(_app: Any, assigned: Any, **_: Any) -> None:
            self._assignment.on_assigned(app, assigned)

        async def on_revoked(_app: Any, revoked: Any, **_: Any) -> None:
            await self._assignment.on_revoked(app, revoked)

        async def on_recovered(*_: Any, **__: Any) -> None:
            app.hold_until_seek()

        app.faust.on_partitions_assigned.connect(on_assigned)
        app.faust.on_partitions_revoked.connect(on_revoked)
        app.faust.on_rebalance_complete.connect(on_recovered)
        app.faust.finalize()
        watch = worker_watch(
            self._deployment,
            self._needs,
            self.metrics,
            self.health,
            self.fail,
            self._bounds,
            app.faust,
        )
        for thread in (self._lag, self._watermarks, watch):
            thread.start()
        try:
            if not await self._start(app):
                return
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
            await self._tick(app)
            await self._finish(app)
        finally:
            watch.stop()
            try:
                await self._within_stop_timeout(app.faust.stop(), "leave the group")
            finally:
                await self._within_stop_timeout(app.stop_supervisors(), "stop the agents")
            log.info("worker.stopped")

    async def _start(self, app: App) -> bool:
        """Start Faust, which waits until the group lets it in; False if stopped meanwhile."""
        starting = asyncio.ensure_future(app.faust.maybe_start())
        while not starting.done() and not self._stop.is_set():
            self.health.ticked()
            await asyncio.wait([starting], timeout=TICK_SECONDS)
        if not starting.done():
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            return False
        error = starting.exception()
        if error is not None:
            raise connection_fault(error)
        return True

    async def _tick(self, app: App) -> None:
        """Commit, watch over the app, and keep the health up to date, until the stop."""
        committed = time.monotonic()
        # A task: while the broker is away a commit waits for it, and the health must not.
        committing: asyncio.Task[None] | None = None
        while not self._stop.is_set():
            if app.faust.crashed:
                reason = getattr(app.faust, "_crash_reason", None)
                fault = connection_fault(reason) if reason else None
                self.fail(fault or RuntimeError("Faust crashed without a reason"))
                return
            self._observe(app)
            if committing is not None and committing.done():
                committing.result()
                committing, committed = None, time.monotonic()
            interval_seconds = self._settings.commit_interval_seconds
            if self._watermarks.is_awaited:
                # Mentions wait for what is committed: alerts ring so much sooner.
                interval_seconds = min(interval_seconds, AWAITED_COMMIT_SECONDS)
            due = time.monotonic() - committed >= interval_seconds
            if due and committing is None:
                committing = asyncio.create_task(commit(app, self.metrics))
            try:
                await asyncio.wait_for(self._stop.wait(), TICK_SECONDS)
            except TimeoutError:
                continue
        if committing is not None:
            await asyncio.wait([committing], timeout=self._settings.stop_timeout_seconds)
            if committing.done() and (error := committing.exception()):
                self.fail(error)

    def _observe(self, app: App) -> None:
        self._lag.check()
        if self._http is not None:
            self._http.check()
        self.health.ticked()
        self.health.starting = False
        self.health.recovering = bool(app.faust.rebalancing or app.faust.in_recovery)
        self.health.assigned = len(self._assignment)
        if app.offsets.advances != self._advances or not self._waiting():
            self._advances = app.offsets.advances
            self.health.progressed()
        self.metrics.ready.set(self.health.ready().ok)
        self.metrics.recovering.set(self.health.recovering)
        if self.health.recovering:
            return
        app.holds.renew()
        if app.gate is not None:
            app.gate.pause_partitions_ahead(self._watermarks.watermark_ms)
            if app.gate.is_waiting:
                self._watermarks.want()

    async def _finish(self, app: App) -> None:
        """Let the batch in flight end, and commit it."""
        app.offsets.stopping = True
        if self._failure is not None or app.faust.crashed:
            return
        if not await app.offsets.idle(self._settings.stop_timeout_seconds):
            log.warning("worker.batch_abandoned", note="it is read again after the next start")
        await self._within_stop_timeout(commit(app, self.metrics), "commit")

    async def _within_stop_timeout(self, step: Awaitable[Any], what: str) -> None:
        """Take a step of the stop, but not for ever: the broker may be away."""
        try:
            await asyncio.wait_for(step, self._settings.stop_timeout_seconds)
        except TimeoutError:
            log.warning("worker.stop_timed_out", step=what, note="nothing is lost by it")

    def _waiting(self) -> int | None:
        return self._assignment.waiting(self._lag.newest)

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
