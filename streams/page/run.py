"""Serves the live page alone, without a worker, until SIGTERM or SIGINT."""

import threading

import structlog

from streams.kafka.deployment import Deployment
from streams.kafka.lag import LagMeter, LagReporter
from streams.kafka.reachability import wait_until_reachable
from streams.page.factory import page_of
from streams.page.routes import add_page
from streams.service.http_server import HttpServer
from streams.service.lifecycle import Parts, stopped_by_signals
from streams.service.metrics import Metrics, PageMetrics

log = structlog.get_logger(__name__)

# How often the threads of the process are checked.
CHECK_SECONDS = 1.0


class _StoppedError(Exception):
    """The process was stopped while it waited for the broker."""


def serve(deployment: Deployment) -> None:
    """Serve the page until stopped.

    Raises:
        MisconfigurationError: the port is in use, or the broker denies access.
        BrokerUnavailableError: the broker was unavailable for too long.
        Exception: a bug that ended the page, the server or the thread that measures lag.
    """
    stopped = threading.Event()
    with stopped_by_signals(stopped.set):
        try:
            _wait_for_broker(deployment, stopped)
        except _StoppedError:
            return
        _serve(deployment, stopped)


def _wait_for_broker(deployment: Deployment, stopped: threading.Event) -> None:
    def pause(seconds: float) -> None:
        if stopped.wait(seconds):
            raise _StoppedError

    wait_until_reachable(
        deployment.connection,
        give_up_after_seconds=deployment.settings.broker_wait_seconds or None,
        sleep=pause,
        on_waiting=lambda reason: log.warning("page.waiting_for_broker", reason=reason),
    )


def _serve(deployment: Deployment, stopped: threading.Event) -> None:
    settings, names = deployment.settings, deployment.names
    failures: list[BaseException] = []

    def on_failure(error: BaseException) -> None:
        failures.append(error)
        stopped.set()

    def meter() -> LagMeter:
        topics = (names.articles, names.mentions)
        return LagMeter(deployment.connection, settings.application_id, topics)

    # The gauges of lag belong to the workers. Only the page uses this measurement.
    lag = LagReporter(meter, Metrics(), settings.lag_interval_seconds)
    metrics = PageMetrics.alone()
    page = page_of(deployment, metrics, lambda: lag.newest, on_failure, is_eager=True)
    http = HttpServer(
        settings.http_host,
        settings.http_port,
        metrics.registry,
        page,
        lambda app: add_page(app, page),
        settings.page_visitors,
    )
    address = http.start()
    parts = Parts()
    parts.add(http)
    try:
        parts.add(lag).start()
        log.info("page.started", page=f"{address}/", topics=list(names.alerts.values()))
        while not stopped.wait(CHECK_SECONDS):
            parts.check()
    finally:
        parts.stop()
        log.info("page.stopped")
    if failures:
        raise failures[0]
