"""The wait for an unavailable Kafka cluster, and the refusal to wait for what will not change.

Owns the tries, their pauses and what they mean. Must not know what is done with the cluster after.
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
    """Return once the cluster answers and, with SASL, takes the user.

    Call it before an event loop runs: it blocks. Do so before any client is made, too: the clients
    take a wrong password for a passing fault.

    Args:
        connection: The cluster.
        give_up_after_seconds: None waits indefinitely.
        sleep: Waits between tries; the pauses grow from 0.25 to 5 s.
        clock: Monotonic seconds.
        on_waiting: Called with the reason after each try that failed.

    Raises:
        MisconfigurationError: Waiting will not help: user, password, mechanism or certificate.
        BrokerUnavailableError: The time is over; the message holds the last reason.
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
    """Return a lost connection of aiokafka as a transient error, and any other error as it is.

    A client that is started while the broker restarts does not try again by itself.
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
    # A broker that is just starting answers before it belongs to its cluster; until then no topic
    # can be made. This returns when the cluster's metadata names a broker.
    arguments = connection.kafka_python() | {"bootstrap_servers": [server]}
    KafkaAdminClient(**arguments, bootstrap_timeout_ms=int(1000 * _PROBE_SECONDS)).close()


async def _authenticate(connection: Connection, host: str, port: int) -> None:
    # One bare connection of aiokafka, because it raises what the broker said. Its clients, and
    # kafka-python's, take a refused password for a passing fault and try again until they time out.
    arguments = connection.aiokafka()
    del arguments["bootstrap_servers"]
    opened = await create_conn(
        host, port, **arguments, request_timeout_ms=int(1000 * _PROBE_SECONDS)
    )
    closed = opened.close()
    if closed is not None:
        await closed
