"""The wait for a Kafka cluster that is away, and the refusal to wait for what will not change.

Owns the tries, their pauses and what they mean. Must not know what is done with the cluster after.
"""

import time
from collections.abc import Callable

from kafka import KafkaAdminClient
from kafka.errors import BrokerResponseError, KafkaError

from processors.errors import MisconfigurationError
from streams.brokers.probe import probe
from streams.connection import Connection
from streams.errors import BrokerUnavailableError

_PROBE_SECONDS = 5.0
_FIRST_PAUSE_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 5.0


def wait_until_reachable(
    connection: Connection,
    *,
    give_up_after_seconds: float | None = None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
    on_waiting: Callable[[str], None] | None = None,
) -> None:
    """Return once the cluster answers and, with SASL, takes the user.

    Args:
        connection: The cluster.
        give_up_after_seconds: None waits for ever.
        sleep: Waits between tries; the pauses grow from 0.25 to 5 s.
        clock: Monotonic seconds.
        on_waiting: Told the reason after each try that failed.

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
        pause_seconds = min(2 * pause_seconds, _LONGEST_PAUSE_SECONDS)


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
            _log_in(connection, server)
        except (OSError, KafkaError) as error:
            reasons.append(f"{server}: {error}")
        else:
            return None
    return "; ".join(reasons)


def _log_in(connection: Connection, server: str) -> None:
    arguments = connection.kafka_python() | {"bootstrap_servers": [server]}
    try:
        KafkaAdminClient(**arguments, bootstrap_timeout_ms=int(1000 * _PROBE_SECONDS)).close()
    except BrokerResponseError as error:
        raise MisconfigurationError(
            f"{server} does not accept the user {connection.sasl_username!r} with "
            f"{connection.sasl_mechanism}: {error}; check user name and password"
        ) from error
