"""Checks the broker regularly in a thread, and ends the process on a fault.

This module sets the interval of the checks and manages their kafka-python client.
"""

import random
from collections.abc import Callable
from typing import Any

from kafka import KafkaAdminClient

from streams.kafka.connection import Connection
from streams.kafka.polled_client import PolledClient
from streams.service.polling import PollingThread

LOOK_SECONDS = 5.0
# The interval is random. Two processes that take a name from each other do so at a regular
# interval, and checks at the same interval would always find the same owner.
SUSPECT_LOOK_SECONDS = (0.5, 1.5)


class BrokerWatch:
    """Checks the broker in a thread.

    Args:
        connection: How to reach the cluster.
        look: Checks the broker through a kafka-python `KafkaAdminClient`. An error ends the
            process, unless it says that the broker does not answer.
        is_suspect: Returns whether the next check is due soon.
        fail: Ends the process with an error. It is called in the thread.
    """

    def __init__(
        self,
        connection: Connection,
        look: Callable[[Any], None],
        is_suspect: Callable[[], bool],
        fail: Callable[[BaseException], None],
    ) -> None:
        self._look, self._is_suspect = look, is_suspect
        self._client: PolledClient[Any] = PolledClient(
            lambda: KafkaAdminClient(**connection.kafka_python()), "broker.not_watched"
        )
        self._thread = PollingThread(
            "broker-watch", self._poll, close=self._client.close, on_failure=fail
        )

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to stop."""
        self._thread.stop()

    def check(self) -> None:
        """Do nothing, because the thread passes its error to `fail`."""

    def _poll(self) -> float:
        self._client.use(self._look)
        return self._pause_seconds()

    def _pause_seconds(self) -> float:
        if not self._is_suspect():
            return LOOK_SECONDS
        return random.uniform(*SUSPECT_LOOK_SECONDS)  # noqa: S311 - no secret
