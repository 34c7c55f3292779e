"""`tocsin page`: the live page alone, as an ordinary subscriber."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from streams.cli import context

if TYPE_CHECKING:
    from streams.kafka.deployment import Deployment

log = structlog.get_logger(__name__)

# How often the threads beside are asked whether they still run.
CHECK_SECONDS = 1.0


def page(
    broker: Annotated[str | None, context.Broker] = None,
    http_host: Annotated[
        str | None, typer.Option(help="Address to listen on. Without it: TOCSIN_HTTP_HOST.")
    ] = None,
    http_port: Annotated[
        int | None, typer.Option(help="Port of the page; 0: any free one.")
    ] = None,
) -> None:
    """Serve the live page alone, without a worker.

    Shows alerts as they ring, and the leaders who are written about, in a browser. Reads
    news.alerts.<kind>, the topics that the rules in force name and news.mentions, as any subscriber
    would: without a consumer group, and so with nothing to commit. As many as one likes can run.
    /metrics, /livez and /readyz are on the same port.

    There is no login: it listens on 127.0.0.1 unless told otherwise. Goes on until Ctrl-C or
    SIGTERM.

    \b
    Examples:
      TOCSIN_BROKER=kafka:9092 tocsin page
      tocsin page --broker localhost:9092 --http-port 8080
      tocsin page --http-host 0.0.0.0

    \b
    Exit codes: 0 after Ctrl-C or SIGTERM; others as in `tocsin --help`.
    """
    settings = context.settings(broker=broker, http_host=http_host, http_port=http_port)
    _serve(context.deployment(settings))


def _serve(deployment: "Deployment") -> None:
    # The clients and the web server take half a second to load: `--help` does not pay for it.
    from streams.kafka.lag import LagMeter, LagReporter  # noqa: PLC0415
    from streams.kafka.reachability import wait_until_reachable  # noqa: PLC0415
    from streams.page.factory import page_of  # noqa: PLC0415
    from streams.page.routes import add_page  # noqa: PLC0415
    from streams.service.http_server import HttpServer  # noqa: PLC0415 - see above
    from streams.service.metrics import Metrics, PageMetrics  # noqa: PLC0415

    settings, names, connection = deployment.settings, deployment.names, deployment.connection
    failures: list[BaseException] = []
    with _until_stopped() as stopped:

        def on_failure(error: BaseException) -> None:
            failures.append(error)
            stopped.set()

        def meter() -> LagMeter:
            topics = (names.articles, names.mentions)
            return LagMeter(connection, settings.application_id, topics)

        wait_until_reachable(
            connection,
            give_up_after_seconds=settings.broker_wait_seconds or None,
            sleep=lambda seconds: _pause(stopped, seconds),
            on_waiting=lambda reason: log.warning("page.waiting_for_broker", reason=reason),
        )
        # Workers report lag; here it is for the page alone.
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
        lag.start()
        try:
            log.info("page.started", page=f"{address}/", topics=list(names.alerts.values()))
            while not stopped.wait(CHECK_SECONDS):
                http.check()
                lag.check()
        finally:
            http.stop()
            lag.stop()
            log.info("page.stopped")
    if failures:
        raise failures[0]


@contextmanager
def _until_stopped() -> Iterator[threading.Event]:
    """Give an event that Ctrl-C and SIGTERM set."""
    stopped = threading.Event()
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda *_: stopped.set()) for number in numbers]
    try:
        yield stopped
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _pause(stopped: threading.Event, seconds: float) -> None:
    if stopped.wait(seconds):
        raise typer.Exit(0)
