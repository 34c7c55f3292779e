"""Sends canary articles and waits for their alerts."""

import socket
import time
from datetime import UTC, datetime

import msgspec
import structlog
import typer

from processors.errors import MisconfigurationError
from streams.canary.article import NAME, name_of_host
from streams.canary.health import CanaryHealth
from streams.canary.rounds import Round, Rounds
from streams.canary.run import Canary
from streams.cli import context
from streams.errors import CanaryMissedError
from streams.service.http_server import HttpServer
from streams.service.lifecycle import stopped_by_signals
from streams.service.metrics import CanaryMetrics

log = structlog.get_logger(__name__)


def run(
    interval: float,
    timeout: float,
    name: str | None,
    http_port: int | None,
    broker: str | None,
    *,
    once: bool,
    json: bool,
) -> None:
    """Send canary articles and wait for their alerts."""
    settings = context.settings(broker=broker, http_port=http_port)
    deployment = context.deployment(settings)
    called = name_of_host(socket.gethostname()) if name is None else name
    if not NAME.fullmatch(called):
        raise MisconfigurationError(f"--name is {called!r}; it takes {NAME.pattern}")
    metrics = CanaryMetrics(process=not once)
    rounds = Rounds(timeout, metrics, time.monotonic, lambda: datetime.now(UTC))
    health = CanaryHealth(time.monotonic, settings.live_timeout_seconds)
    running = Canary(deployment, called, rounds, health)
    if once:
        _tell(running.check(), timeout, json=json)
        return
    http = HttpServer(settings.http_host, settings.http_port, metrics.registry, health)
    address = http.start()
    try:
        log.info(
            "canary.started", name=called, interval_seconds=interval, metrics=f"{address}/metrics"
        )
        with stopped_by_signals(running.stop):
            running.run(interval, http.check)
        log.info("canary.stopped")
    finally:
        http.stop()


def _tell(one: Round, timeout_seconds: float, *, json: bool) -> None:
    if json:
        told = {
            "article_id": one.article_id,
            "outcome": one.outcome,
            "alert_id": one.alert_id or None,
            "round_trip_seconds": None if one.seconds is None else round(one.seconds, 3),
        }
        typer.echo(msgspec.json.encode(told).decode())
    if one.outcome != "alerted":
        what = "the broker did not take it" if one.outcome == "not_sent" else "no alert came back"
        raise CanaryMissedError(
            f"{what} within {timeout_seconds:g} s{f' ({one.why})' if one.why else ''}: "
            f"{one.article_id}. See docs/operate/runbooks.md."
        )
    if not json:
        typer.echo(f"Rang after {one.seconds or 0:.2f} s: alert {one.alert_id}")
