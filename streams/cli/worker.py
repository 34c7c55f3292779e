"""`tocsin worker`: analyse articles and watch leaders until stopped."""

import asyncio
from typing import Annotated

import structlog
import typer

from streams.cli import context
from streams.kafka.connection import Connection
from streams.service.settings import Settings

log = structlog.get_logger(__name__)


def worker(
    broker: Annotated[str | None, context.Broker] = None,
    http_port: Annotated[
        int | None, typer.Option(help="Port of the live page and /metrics; 0: any free one.")
    ] = None,
    *,
    create_topics: Annotated[
        bool | None, typer.Option("--create-topics", help="Create the topics that are missing.")
    ] = None,
) -> None:
    """Analyse articles and watch leaders until stopped.

    Reads news.articles; writes news.analyses, news.mentions, news.alerts.<kind> and
    news.dead-letters. Start as many as there are partitions. SIGTERM or Ctrl-C finishes the batch
    in flight, commits and leaves. Without a broker it waits for one.

    Without TOCSIN_BROKER it starts an embedded broker of its own, and makes the topics.

    \b
    Examples:
      TOCSIN_BROKER=kafka:9092 tocsin worker
      tocsin worker --broker localhost:9092 --create-topics
    """
    settings = context.settings(broker=broker, http_port=http_port, create_topics=create_topics)
    with context.broker_or_embedded(settings) as connection:
        if not settings.broker:
            settings = context.settings(http_port=http_port, create_topics=True)
            log.info("worker.embedded_broker", broker=",".join(connection.bootstrap_servers))
        asyncio.run(_run(settings, connection))


async def _run(settings: Settings, connection: Connection) -> None:
    # Faust and the lexicon take a second to load: no other command pays for it.
    from streams.analysis.loading import analysis_of  # noqa: PLC0415 - see above
    from streams.kafka.deployment import Deployment  # noqa: PLC0415
    from streams.worker.worker import Worker  # noqa: PLC0415

    await Worker(Deployment.of(settings, connection), analysis_of(settings)).run()
