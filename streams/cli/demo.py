"""`tocsin demo`: run the whole pipeline on invented articles and an embedded broker."""

from typing import Annotated

import typer


def demo(
    broker: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT[,…]", help="Use this Kafka cluster instead of the embedded broker."
        ),
    ] = None,
    rate: Annotated[
        float, typer.Option(min=0.1, max=1000, help="Articles to publish per second.")
    ] = 10.0,
    *,
    leave: Annotated[
        bool, typer.Option("--exit", help="End after the summary, even on a terminal.")
    ] = False,
) -> None:
    """Run everything on an embedded broker and show alerts as they are sent.

    Starts a Kafka broker and a worker, publishes invented articles that come with Tocsin, and
    shows the alerts. Some of the articles are damaged on purpose, so that you see dead letters
    too. Nothing is kept: the data of the embedded broker is deleted at the end.

    TOCSIN_BROKER is ignored, so that the demo never writes into a real stream by mistake. With
    --broker, every topic of the demo starts with "demo.".

    On a terminal the demo keeps running after its summary, so that you can look at the live page.
    Press Ctrl-C to end it. With --exit, or without a terminal, it ends after the summary.

    \b
    Examples:
      tocsin demo
      tocsin demo --exit --rate 50
      tocsin demo --broker localhost:9092
    """
    from streams.cli.demo_run import run  # noqa: PLC0415 - see `lazy_group`

    run(broker, rate, leave=leave)
