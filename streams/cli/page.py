"""`tocsin page`: the live page alone, as an ordinary subscriber."""

from typing import Annotated

import typer

from streams.cli import context


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
    # The clients and the web server take half a second to load: `--help` does not pay for it.
    from streams.page.run import serve  # noqa: PLC0415 - see above

    serve(context.deployment(settings))
