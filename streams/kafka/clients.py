"""Opens clients of kafka-python for a command once the broker answers, and closes them at the end.

This module decides how a command waits for a broker, and which error, and so which exit code, a
fault of Kafka leads to. A consumer here has no group and commits no offsets. So reading a topic has
no effect on other consumers.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import AuthorizationError, BrokerResponseError, KafkaError

from processors.errors import MisconfigurationError
from streams.errors import BrokerUnavailableError
from streams.kafka.compression import Compression
from streams.kafka.connection import Connection
from streams.kafka.reachability import wait_until_reachable
from streams.kafka.topics import ENVELOPE_BYTES
from streams.service.settings import Settings

# An operator waits for this command, so it gives up sooner than a worker, which waits indefinitely.
WAIT_SECONDS = 10.0
_SEND_SECONDS = 30
_MAX_DETAIL = 300


@contextmanager
def admin_client(connection: Connection, settings: Settings) -> Iterator[Any]:
    """Open an admin client.

    Raises:
        BrokerUnavailableError: No broker answers in time, or one becomes unavailable.
        MisconfigurationError: The broker refuses the request.
    """
    with kafka_faults(connection):
        _wait(connection, settings)
        client = KafkaAdminClient(**connection.kafka_python())
        try:
            yield client
        finally:
            client.close()


@contextmanager
def consumer_client(
    connection: Connection, settings: Settings, *, fetch_bytes: int | None = None
) -> Iterator[Any]:
    """Open a consumer without a group that reads only committed records.

    Args:
        connection: The cluster.
        settings: The settings in force.
        fetch_bytes: Maximum bytes of a partition in one fetch. A larger record is fetched alone.
            None: the size of the largest record.

    Raises:
        BrokerUnavailableError: No broker answers in time, or one becomes unavailable.
        MisconfigurationError: The broker refuses the request.
    """
    with kafka_faults(connection):
        _wait(connection, settings)
        client = KafkaConsumer(
            **connection.kafka_python(),
            enable_auto_commit=False,
            # If retention removes the records at the position, reading continues with the rest.
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            allow_auto_create_topics=False,
            # kafka-python computes checksums in Python: 5 s for 25 MB. The broker checked them on
            # arrival.
            check_crcs=False,
            max_partition_fetch_bytes=fetch_bytes or settings.max_message_bytes + ENVELOPE_BYTES,
        )
        try:
            yield client
        finally:
            client.close()


@contextmanager
def producer_client(
    connection: Connection,
    settings: Settings,
    max_block_seconds: float = _SEND_SECONDS,
    *,
    of_alerts: bool = False,
) -> Iterator[Any]:
    """Open a producer that waits for every replica and never repeats a record.

    Args:
        connection: How to reach the cluster.
        settings: The settings in force.
        max_block_seconds: Maximum time that a send may wait for metadata or memory.
        of_alerts: Whether it publishes alerts, which have their own codec.

    Raises:
        BrokerUnavailableError: No broker answers in time, or one becomes unavailable.
        MisconfigurationError: The broker refuses the request.
    """
    largest = settings.max_message_bytes + ENVELOPE_BYTES
    compression = Compression.of(settings)
    with kafka_faults(connection):
        _wait(connection, settings)
        client = KafkaProducer(
            **connection.kafka_python(),
            compression_type=compression.alerts if of_alerts else compression.codec,
            acks="all",
            enable_idempotence=True,
            max_request_size=largest,
            linger_ms=5,
            delivery_timeout_ms=_SEND_SECONDS * 1000,
            request_timeout_ms=(_SEND_SECONDS - 1) * 1000,
            max_block_ms=round(max_block_seconds * 1000),
        )
        try:
            yield client
        finally:
            client.close()


@contextmanager
def kafka_faults(connection: Connection) -> Iterator[None]:
    """Convert errors of kafka-python into errors that say what to do.

    Raises:
        BrokerUnavailableError: The fault is transient.
        MisconfigurationError: The broker refuses the request because of rights, replicas or
            configuration.
    """
    try:
        yield
    except KafkaError as error:
        servers = ",".join(connection.bootstrap_servers)
        if isinstance(error, AuthorizationError):
            raise MisconfigurationError(
                f"the broker at {servers} does not allow this: {_brief(error)}; give the user "
                f"{connection.sasl_username or '(none: no SASL is set)'} the right to do it "
                f"(`tocsin topics acls` prints the rights of each role)"
            ) from error
        if isinstance(error, BrokerResponseError) and not error.retriable:
            raise MisconfigurationError(
                f"the broker at {servers} refuses this: {_brief(error)}"
            ) from error
        raise BrokerUnavailableError(
            f"the broker at {servers} did not answer in time: {_brief(error)}"
        ) from error


def _wait(connection: Connection, settings: Settings) -> None:
    wait_until_reachable(
        connection, give_up_after_seconds=settings.broker_wait_seconds or WAIT_SECONDS
    )


def _brief(error: KafkaError) -> str:
    """Return the error's name and meaning. kafka-python puts whole requests into its messages."""
    name = type(error).__name__
    if isinstance(error, BrokerResponseError) and error.description:
        return f"{name}: {re.sub(r'[ .]+$', '', str(error.description))}"
    detail = " ".join(str(part) for part in error.args)
    return f"{name}: {detail[:_MAX_DETAIL]}" if detail else name
