"""A client of the broker for a thread that polls: opened when needed, and again after a fault.

Owns the client and the answer to a broker that does not answer: log it, close the client, and open
another one at the next use.
"""

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import structlog
from kafka.errors import KafkaError

log = structlog.get_logger(__name__)

# A broker that comes back answers for some partitions and not for others: kafka-python then misses
# a key.
NOT_ANSWERED = (KafkaError, OSError, KeyError)


class Closable(Protocol):
    """A client, or something that holds several."""

    def close(self) -> None:
        """Close every connection."""
        ...


C = TypeVar("C", bound=Closable)


class PolledClient(Generic[C]):
    """Opens a client when it is needed.

    Args:
        open_client: Opens it; may raise one of `NOT_ANSWERED` as well.
        unanswered_event: The log event where the broker does not answer.
    """

    def __init__(self, open_client: Callable[[], C], unanswered_event: str) -> None:
        self._open_client = open_client
        self._unanswered_event = unanswered_event
        self._client: C | None = None

    def use(self, work: Callable[[C], None]) -> bool:
        """Return whether the broker answered; errors of another kind are raised."""
        try:
            if self._client is None:
                self._client = self._open_client()
            work(self._client)
        except NOT_ANSWERED as error:
            # The rest of the process waits for the broker as well.
            log.warning(self._unanswered_event, error=str(error) or type(error).__name__)
            self.close()
            return False
        return True

    def close(self) -> None:
        """Close the client, if one is open."""
        client, self._client = self._client, None
        if client is not None:
            client.close()
