"""`tocsin canary`: send an article through the whole way, and wait for its alert."""

import socket
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
import structlog
import typer

from processors.errors import MisconfigurationError
from streams.cli import context
from streams.errors import CanaryMissedError

if TYPE_CHECKING:
    from streams.canary.rounds import Round

log = structlog.get_logger(__name__)


def canary(
    every: Annotated[
        float, typer.Option(min=1, max=86_400, metavar="SECONDS", help="How often one is sent.")
    ] = 60.0,
    timeout: Annotated[
        float,
        typer.Option(
            min=1, max=3_600, metavar="SECONDS", help="An alert that takes longer is missed."
        ),
    ] = 30.0,
    name: Annotated[
        str | None,
        typer.Option(help="Tells this canary's articles from others'. Without it: the host's."),
    ] = None,
    http_port: Annotated[
        int | None, typer.Option(help="Port of /metrics, /livez and /readyz; 0: any free one.")
    ] = None,
    broker: Annotated[str | None, context.Broker] = None,
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Send one, wait for its alert, and end. Opens no port.")
    ] = False,
    json: Annotated[bool, context.Json] = False,
) -> None:
    """Send an article every minute, and see whether its alert comes back.

    The article goes the whole way: decoded, analysed, watched, rung. It is about nobody, so no
    leader's state, stories or alerts change, and its alert is on news.canary, which is no topic of
    news.alerts. Metrics say how many were sent, rang and were missed. Several canaries may run;
    their articles do not meet. Ends with SIGTERM or Ctrl-C.

    With --once it sends one, says how long its alert took, and ends: a check after a deploy.

    \b
    Examples:
      TOCSIN_BROKER=kafka:9092 tocsin canary
      tocsin canary --every 30 --timeout 10 --http-port 9465
      tocsin canary --once && echo "it rings"
      tocsin canary --once --json | jq .round_trip_seconds

    \b
    Exit codes: 0 after Ctrl-C, or when it rang; 3 when it did not; others as in `tocsin --help`.
    """
    # kafka-python takes a third of a second to load: `--help` does not pay for it.
    from streams.canary.article import NAME, name_of_host  # noqa: PLC0415 - see above
    from streams.canary.health import CanaryHealth  # noqa: PLC0415
    from streams.canary.rounds import Rounds  # noqa: PLC0415
    from streams.canary.run import Canary  # noqa: PLC0415
    from streams.service.http_server import HttpServer  # noqa: PLC0415
    from streams.service.lifecycle import stopped_by_signals  # noqa: PLC0415
    from streams.service.metrics import CanaryMetrics  # noqa: PLC0415

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
        log.info("canary.started", name=called, every_seconds=every, metrics=f"{address}/metrics")
        with stopped_by_signals(running.stop):
            running.run(every, http.check)
        log.info("canary.stopped")
    finally:
        http.stop()


def _tell(one: "Round", timeout_seconds: float, *, json: bool) -> None:
    if json:
        told = {
            "article_id": one.article_id,
            "outcome": one.outcome,
            "alert_id": one.alert_id or None,
            "round_trip_seconds": None if one.seconds is None else round(one.seconds, 3),
        }
        typer.echo(msgspec.json.encode(told).decode())
    if one.outcome != "rang":
        what = "the broker did not take it" if one.outcome == "not_sent" else "no alert came back"
        raise CanaryMissedError(
            f"{what} within {timeout_seconds:g} s{f' ({one.why})' if one.why else ''}: "
            f"{one.article_id}. See docs/operate/runbooks.md."
        )
    if not json:
        typer.echo(f"Rang after {one.seconds or 0:.2f} s: alert {one.alert_id}")
