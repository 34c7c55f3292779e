"""`tocsin canary`: send an article through the whole pipeline, and wait for its alert."""

from typing import Annotated

import typer

from streams.cli.options import BrokerOption, JsonOption, MetricsPortOption


def canary(
    interval: Annotated[
        float,
        typer.Option(min=1, max=86_400, metavar="SECONDS", help="Pause between two articles."),
    ] = 60.0,
    timeout: Annotated[
        float,
        typer.Option(
            min=1,
            max=3_600,
            metavar="SECONDS",
            help="How long to wait for the alert of an article.",
        ),
    ] = 30.0,
    name: Annotated[
        str | None,
        typer.Option(help="Name that marks the articles of this canary. Default: the host name."),
    ] = None,
    http_port: MetricsPortOption = None,
    broker: BrokerOption = None,
    *,
    once: Annotated[
        bool,
        typer.Option(
            "--once", help="Send one article, wait for its alert, and end. Opens no port."
        ),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Send a canary article regularly and check that its alert arrives.

    The article takes the way of every other article: it is decoded, analysed and watched. It is
    about a reserved entity, so it does not affect leaders, stories or other alerts. Its alert goes
    to news.canary, which no subscriber of news.alerts reads. Metrics count the articles that were
    sent, and the alerts that arrived or are missing. Several canaries may run side by side.

    With --once it sends one article, prints how long its alert took, and ends: use it as a check
    after a deployment. Otherwise press Ctrl-C or send SIGTERM to stop it.

    \b
    Examples:
      TOCSIN_BROKER=kafka:9092 tocsin canary
      tocsin canary --interval 30 --timeout 10 --http-port 9465
      tocsin canary --once && echo "alerts arrive"
      tocsin canary --once --json | jq .round_trip_seconds

    \b
    Exit codes: 0 after Ctrl-C, or when the alert arrived; 3 when it did not; others as in
    `tocsin --help`.
    """
    from streams.cli.canary_run import run  # noqa: PLC0415 - see `lazy_group`

    run(interval, timeout, name, http_port, broker, once=once, json=json)
