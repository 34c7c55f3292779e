"""Manages a client of the broker for a thread that polls.

The client is opened when it is needed. If the broker does not answer, the fault is logged, the
client is closed, and the next use opens another one.
"""

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import structlog
from kafka.errors import KafkaError

log = structlog.get_logger(__name__)

# A broker that becomes available again answers for some partitions and not for others. kafka-python
# then fails to find a key.
NOT_ANSWERED = (KafkaError, OSError, KeyError)


class Closable(Protocol):
    """A client, or an object that holds several."""

    def close(self) -> None:
        """Close every connection."""
        ...


C = TypeVar("C", bound=Closable)


class PolledClient(Generic[C]):
    """Opens a client when it is needed.

    Args:
        open_client: Opens the client. It may also raise one of `NOT_ANSWERED`.
        unanswered_event: The log event when the broker does not answer.
    """

    def __init__(self, open_client: Callable[[], C], unanswered_event: str) -> None:
        self._open_client = open_client
        self._unanswered_event = unanswered_event
        self._client: C | None = None

    def use(self, work: Callable[[C], None]) -> bool:
        """Call `work`, and return whether the broker answered. Errors of other kinds are raised."""
        try:
            if self._client is None:
                self._client = self._open_client()
            work(self._client)
        except NOT_ANSWERED as error:
            # The rest of the process waits for the broker too.
            log.warning(self._unanswered_event, error=str(error) or type(error).__name__)
            self.close()
            return False
        return True

    def close(self) -> None:
        """Close the client, if one is open."""
        client, self._client = self._client, None
        if client is not None:
            client.close()
