"""Runs one worker on the broker of the settings, or on an embedded broker."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from streams.analysis.loading import analysis_of
from streams.cli import context
from streams.demo.embedded_broker import EmbeddedBroker
from streams.kafka.connection import Connection
from streams.kafka.deployment import Deployment
from streams.service.settings import Settings, path_of
from streams.worker.worker import Worker

log = structlog.get_logger(__name__)


def run(broker: str | None, http_port: int | None, *, create_topics: bool | None) -> None:
    """Run a worker until SIGTERM or SIGINT.

    Args:
        broker: Bootstrap addresses. None means those of the settings.
        http_port: Port of the live page and the metrics. None means that of the settings.
        create_topics: Create missing topics. None means the value of the settings.
    """
    settings = context.settings(broker=broker, http_port=http_port, create_topics=create_topics)
    with _broker_or_embedded(settings) as connection:
        if not settings.broker:
            settings = context.settings(http_port=http_port, create_topics=True)
            log.info("worker.embedded_broker", broker=",".join(connection.bootstrap_servers))
        asyncio.run(_run(settings, connection))


@contextmanager
def _broker_or_embedded(of: Settings) -> Iterator[Connection]:
    """Yield the connection to the broker of the settings, or to an embedded one.

    The embedded broker stops when the context ends.

    Raises:
        MisconfigurationError: The embedded broker is not installed or does not start.
    """
    if of.broker:
        yield context.connection_to(of.broker, of)
        return

    with EmbeddedBroker(path_of(of.broker_data)) as broker:
        yield Connection.plaintext(broker.bootstrap_servers)


async def _run(settings: Settings, connection: Connection) -> None:
    await Worker(Deployment.of(settings, connection), analysis_of(settings)).run()
