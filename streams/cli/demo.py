"""`tocsin demo`: everything at once, on a broker of its own, to be looked at."""

from typing import Annotated

import typer


def demo(
    broker: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT[,…]", help="A broker instead of the embedded one."),
    ] = None,
    rate: Annotated[
        float, typer.Option(min=0.1, max=1000, help="Articles to publish a second.")
    ] = 10.0,
    *,
    leave: Annotated[
        bool, typer.Option("--exit", help="End after the summary, also on a terminal.")
    ] = False,
) -> None:
    """Start a broker and a worker, publish articles, and show the alerts as they ring.

    The articles are invented and come with Tocsin; some records are bad on purpose. The embedded
    broker's data is not kept. TOCSIN_BROKER is not used, so that the demo never writes into a real
    stream by mistake; with --broker its topics start with "demo.".

    Off a terminal, or with --exit, it ends by itself with a summary; else Ctrl-C ends it.

    \b
    Examples:
      tocsin demo
      tocsin demo --exit --rate 50
      tocsin demo --broker localhost:9092
    """
    from streams.cli.demo_run import run  # noqa: PLC0415 - loads rich and Kafka's client

    run(broker, rate, leave=leave)
