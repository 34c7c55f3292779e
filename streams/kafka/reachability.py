"""Waits for an unavailable Kafka cluster, and fails at once on faults that cannot pass.

It makes the attempts, sets the pauses between them and classifies their errors.
"""

import asyncio
import time
from collections.abc import Callable

import aiokafka.errors
from aiokafka.conn import create_conn
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from processors.errors import MisconfigurationError
from streams.errors import BrokerUnavailableError
from streams.kafka.connection import Connection
from streams.kafka.probe import probe

_PROBE_SECONDS = 5.0
_FIRST_PAUSE_SECONDS = 0.25
_MAX_PAUSE_SECONDS = 5.0


def wait_until_reachable(
    connection: Connection,
    *,
    give_up_after_seconds: float | None = None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
    on_waiting: Callable[[str], None] | None = None,
) -> None:
    """Return once the cluster answers and, with SASL, accepts the user.

    It blocks, so call it before an event loop runs. Call it before you make any client, too,
    because the clients treat a wrong password as a transient fault.

    Args:
        connection: The cluster.
        give_up_after_seconds: The time limit. None waits indefinitely.
        sleep: Waits between attempts. The pauses grow from 0.25 to 5 s.
        clock: Monotonic seconds.
        on_waiting: Called with the reason after each failed attempt.

    Raises:
        MisconfigurationError: Waiting cannot help, because user, password, mechanism or certificate
            is wrong.
        BrokerUnavailableError: The time is over. The message holds the last reason.
    """
    started = clock()
    pause_seconds = _FIRST_PAUSE_SECONDS
    while True:
        reason = _why_not_reachable(connection)
        if reason is None:
            return
        waited_seconds = clock() - started
        if give_up_after_seconds is not None and waited_seconds >= give_up_after_seconds:
            raise BrokerUnavailableError(
                f"no broker answered within {give_up_after_seconds:g} s: {reason}"
            )
        if on_waiting is not None:
            on_waiting(reason)
        sleep(pause_seconds)
        pause_seconds = min(2 * pause_seconds, _MAX_PAUSE_SECONDS)


def connection_fault(error: BaseException) -> BaseException:
    """Return a lost connection of aiokafka as a transient error, and any other error unchanged.

    A client that is started while the broker restarts does not retry by itself.
    """
    if not isinstance(error, aiokafka.errors.KafkaConnectionError):
        return error
    fault = BrokerUnavailableError(
        f"the broker did not answer while a client was started: {error}. Start the process again"
    )
    fault.__cause__ = error
    return fault


def _why_not_reachable(connection: Connection) -> str | None:
    reasons = []
    ssl_context = connection.ssl_context()
    for server, (host, port) in zip(
        connection.bootstrap_servers, connection.addresses, strict=True
    ):
        try:
            probe(
                host,
                port,
                ssl_context=ssl_context,
                sasl_mechanism=connection.sasl_mechanism,
                timeout_seconds=_PROBE_SECONDS,
            )
            _log_in(connection, server, host, port)
        except (OSError, KafkaError, aiokafka.errors.KafkaError) as error:
            reasons.append(f"{server}: {error}")
        else:
            return None
    return "; ".join(reasons)


def _log_in(connection: Connection, server: str, host: str, port: int) -> None:
    if connection.uses_sasl:
        try:
            asyncio.run(_authenticate(connection, host, port))
        except aiokafka.errors.BrokerResponseError as error:
            raise MisconfigurationError(
                f"{server} does not accept the user {connection.sasl_username!r} with "
                f"{connection.sasl_mechanism}: {error}; check user name and password"
            ) from error
    # A broker that is starting answers before it belongs to its cluster. Until then no topic can be
    # created. This call returns when the cluster's metadata names a broker.
    arguments = connection.kafka_python() | {"bootstrap_servers": [server]}
    KafkaAdminClient(**arguments, bootstrap_timeout_ms=int(1000 * _PROBE_SECONDS)).close()


async def _authenticate(connection: Connection, host: str, port: int) -> None:
    # This uses one bare connection of aiokafka, because it raises the broker's own error. The
    # clients of aiokafka and kafka-python treat a refused password as a transient fault and retry
    # until they time out.
    arguments = connection.aiokafka()
    del arguments["bootstrap_servers"]
    opened = await create_conn(
        host, port, **arguments, request_timeout_ms=int(1000 * _PROBE_SECONDS)
    )
    closed = opened.close()
    if closed is not None:
        await closed
