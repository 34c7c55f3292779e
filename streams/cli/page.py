"""`tocsin page`: serve the live page without a worker, as an ordinary subscriber."""

from typing import Annotated

import typer

from streams.cli.options import BrokerOption, PagePortOption


def page(
    broker: BrokerOption = None,
    http_host: Annotated[
        str | None,
        typer.Option(metavar="HOST", help="Address to listen on. Default: TOCSIN_HTTP_HOST."),
    ] = None,
    http_port: PagePortOption = None,
) -> None:
    """Serve the live page on its own, without a worker.

    The page shows alerts as they are sent and the leaders in the news, in a browser. It reads
    news.alerts.<kind>, the topics that your rules name, and news.mentions. It uses no consumer
    group, so you can run as many pages as you like. /metrics, /livez and /readyz are on the same
    port.

    There is no login. The page listens on 127.0.0.1 unless you set --http-host or
    TOCSIN_HTTP_HOST.

    Press Ctrl-C or send SIGTERM to stop it.

    \b
    Examples:
      TOCSIN_BROKER=kafka:9092 tocsin page
      tocsin page --broker localhost:9092 --http-port 8080
      tocsin page --http-host 0.0.0.0

    \b
    Exit codes: 0 after Ctrl-C or SIGTERM; others as in `tocsin --help`.
    """
    from streams.cli import context  # noqa: PLC0415 - see `lazy_group`
    from streams.page.run import serve  # noqa: PLC0415 - see `lazy_group`

    settings = context.settings(broker=broker, http_host=http_host, http_port=http_port)
    serve(context.deployment(settings))
