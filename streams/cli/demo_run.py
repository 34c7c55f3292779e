"""Runs the demo: starts a broker and a worker, publishes articles and shows alerts.

This module orders the steps, prints the output, and stops every process at the end.
"""

import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from processors.contracts import Alert
from streams.cli import context
from streams.cli.views.alert import print_alert
from streams.demo.bundle import load_bundle, redated
from streams.demo.embedded_broker import EmbeddedBroker
from streams.demo.session import DemoStopped, Outputs, Tally, WorkerProcess, publish, settle
from streams.errors import EXIT_OK, PassingFaultError
from streams.kafka.compression import Compression
from streams.kafka.connection import Connection
from streams.kafka.deployment import Deployment
from streams.service.settings import Settings

# On a cluster of the user, the demo has its own topics and consumer group.
PREFIX = "demo."
_NEXT = """
Next:
  tocsin analyse FILE        see what Tocsin finds in your own articles
  tocsin rules show          the rules that fired, to copy and change
  tocsin worker              run it without the demo's articles"""
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(broker: str | None, rate: float, *, leave: bool) -> None:
    """Run the demo to its end, or until one of `STOP_SIGNALS`.

    Args:
        broker: Bootstrap addresses. None starts the embedded broker.
        rate: Articles a second.
        leave: End after the summary, even on a terminal.

    Raises:
        PassingFaultError: The worker ended, or wrote no output.
    """
    console = Console(highlight=False)
    with _stop_asked_for() as stop, ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-demo-")))
        deployment = _start_broker(stack, console, broker, folder)
        worker = WorkerProcess(deployment.settings, folder / "worker.log", stop)
        stack.callback(worker.stop)
        try:
            tally, address = _play(console, deployment, worker, rate, stop)
            _summary(console, tally)
            if not leave and sys.stdout.isatty():
                _wait(console, deployment.connection, address, worker)
            else:
                console.print(_NEXT)
        except DemoStopped:
            # The terminal may be gone.
            with suppress(OSError):
                console.print("Stopping.")
        code = worker.stop()
        if code != EXIT_OK:
            raise PassingFaultError(f"the worker ended with code {code}:\n{worker.tail()}")


@contextmanager
def _stop_asked_for() -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C, SIGTERM and a closed terminal set.

    The handler only sets the event, and the loops check it. An exception from a signal handler
    could be raised inside Kafka's client, which treats it as a failed request. Without a handler,
    SIGTERM and SIGHUP would end the demo at once. Its worker has a session of its own and would
    keep running. A second Ctrl-C raises KeyboardInterrupt.
    """
    stop = threading.Event()

    def ask(*_: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = [signal.signal(number, ask) for number in STOP_SIGNALS]
    try:
        yield stop
    finally:
        for number, handler in zip(STOP_SIGNALS, before, strict=True):
            signal.signal(number, handler)


def _start_broker(
    stack: ExitStack, console: Console, broker: str | None, folder: Path
) -> Deployment:
    changes: dict[str, Any] = {
        "create_topics": True,
        "http_port": 0,
        "log_format": "json",
        "lag_interval_seconds": 1.0,
        "topic_prefix": PREFIX if broker else "",
        "application_id": f"tocsin-demo-{int(time.time())}" if broker else "tocsin",
    }
    if broker:
        settings = context.settings(broker=broker, **changes)
        console.print(f"Broker at {broker}; the demo's topics start with “{PREFIX}”.")
        return Deployment.of(settings, context.connection_to(broker, settings))

    address = stack.enter_context(EmbeddedBroker(folder / "broker")).bootstrap_servers
    settings = msgspec.structs.replace(Settings(), broker=address, **changes)
    console.print(f"Embedded Kafka broker at [b]{address}[/b].")
    return Deployment.of(settings, Connection.plaintext(address))


def _play(
    console: Console,
    deployment: Deployment,
    worker: WorkerProcess,
    rate: float,
    stop: threading.Event,
) -> tuple[Tally, str]:
    began = time.monotonic()
    address = worker.address()
    articles_topic = deployment.names.articles
    records = redated(load_bundle(), datetime.now(UTC))
    tally = Tally()
    first_alert_seconds: list[float] = []

    def show(alert: Alert) -> None:
        if not first_alert_seconds:
            first_alert_seconds.append(time.monotonic() - began)
        print_alert(console, alert, details=False)

    outputs = Outputs(deployment, show)
    try:
        console.print(
            f"Worker ready after {time.monotonic() - began:.1f} s. Live page: [b]{address}/[/b]"
        )
        console.print(
            f"Publishing {len(records)} invented articles to [b]{articles_topic}[/b], "
            f"{rate:g} a second.\n"
        )
        codec = Compression.of(deployment.settings).codec
        publishing = publish(deployment.connection, articles_topic, records, rate, stop, codec)
        for number in publishing:
            tally.published = number
            worker.check()
            outputs.read(tally, 0.0)
        settle(deployment, outputs, tally, worker)
    finally:
        outputs.close()
    if first_alert_seconds:
        console.print(
            f"The first alert came {first_alert_seconds[0]:.1f} s after the broker was up."
        )
    return tally, address


def _summary(console: Console, tally: Tally) -> None:
    table = Table(title="What happened", show_header=False, title_justify="left")
    table.add_row("records published", str(tally.published))
    table.add_row("articles analysed", str(tally.analysed))
    table.add_row("dead letters", str(tally.dead_letters.total()))
    for reason, count in sorted(tally.dead_letters.items()):
        table.add_row(f"  {reason}", str(count))
    table.add_row("mentions of leaders", str(tally.mentions))
    table.add_row("alerts", str(tally.alerts.total()))
    for kind, count in sorted(tally.alerts.items()):
        table.add_row(f"  {kind}", str(count))
    for share, name in ((0.5, "median"), (0.99, "99th percentile")):
        latency = tally.latency_seconds(share)
        shown = "no alert" if latency is None else f"{latency * 1000:.0f} ms"
        table.add_row(f"from record to alert, {name}", shown)
    console.print(table)


def _wait(console: Console, connection: Connection, address: str, worker: WorkerProcess) -> None:
    broker = ",".join(connection.bootstrap_servers)
    console.print(
        f"\nStill running. Open {address}/ in a browser, or try in another terminal:\n"
        f"  tocsin alerts --broker {broker} --since beginning --details\n"
        f"  tocsin dead-letters list --broker {broker}\n"
        f"  tocsin rules show\n"
        f"Press Ctrl-C to stop the demo."
    )
    while True:
        worker.check()
        time.sleep(0.5)
