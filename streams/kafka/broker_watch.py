"""A thread that looks at the broker again and again, and ends the process where something is wrong.

Owns the thread and its client (kafka-python). Must not know what is looked at.
"""

import random
import threading
from collections.abc import Callable
from typing import Any

import structlog
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from streams.kafka.connection import Connection

log = structlog.get_logger(__name__)

LOOK_SECONDS = 5.0
# Not regular: two processes that take a name from each other do so at a pace of their own, and
# looks at the same pace would always find the name where it was taken to last.
SUSPECT_LOOK_SECONDS = (0.5, 1.5)
# A broker that comes back answers for some partitions and not for others: kafka-python then misses
# a key.
NOT_ANSWERED = (KafkaError, OSError, KeyError)


class BrokerWatch:
    """The thread.

    Args:
        connection: How to reach the cluster.
        look: Looks at the broker through a kafka-python `KafkaAdminClient`; what it raises, other
            than that the broker does not answer, ends the process.
        is_suspect: Whether the next look is due soon.
        fail: Ends the process with an error; called in the thread.
    """

    def __init__(
        self,
        connection: Connection,
        look: Callable[[Any], None],
        is_suspect: Callable[[], bool],
        fail: Callable[[BaseException], None],
    ) -> None:
        self._connection, self._look = connection, look
        self._is_suspect, self._fail = is_suspect, fail
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="broker-watch", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; it is a daemon, so nothing waits for a slow broker."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=1.0)

    def _run(self) -> None:
        admin: Any = None
        while not self._stop.is_set():
            try:
                admin = admin or KafkaAdminClient(**self._connection.kafka_python())
                self._look(admin)
            except NOT_ANSWERED as error:
                # The rest of the process waits for the broker as well.
                log.warning("broker.not_watched", error=str(error) or type(error).__name__)
                if admin is not None:
                    admin.close()
                    admin = None
            except Exception as error:  # noqa: BLE001 - the process must not run unwatched
                if not self._stop.is_set():
                    self._fail(error)
                break
            self._stop.wait(self._pause_seconds())
        if admin is not None:
            admin.close()

    def _pause_seconds(self) -> float:
        if not self._is_suspect():
            return LOOK_SECONDS
        return random.uniform(*SUSPECT_LOOK_SECONDS)  # noqa: S311 - no secret
