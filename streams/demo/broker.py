"""Brokers that Tocsin starts itself: one for the demo, one for tests and benchmarks.

Owns what both have in common, as a Protocol. Knows no topics, agents or settings: the code that
uses a broker takes its address and builds a `streams.kafka.connection.Connection` from it.
"""

from types import TracebackType
from typing import Protocol, Self


class Broker(Protocol):
    """A Kafka broker in a process of its own, on loopback.

    Used as a context manager: started on entry, stopped on exit. A temporary data folder goes with
    it; a named one stays.
    """

    @property
    def bootstrap_servers(self) -> str:
        """The address as `host:port`. It stays the same over `restart`."""
        ...

    def start(self) -> None:
        """Start the process and return once it answers the Kafka protocol.

        Raises:
            MisconfigurationError: A part is missing, or the broker does not come up.
        """
        ...

    def stop(self) -> None:
        """End the process cleanly. It may have ended already."""
        ...

    def kill(self) -> None:
        """End the process with SIGKILL, as a crash would. The data stays for `restart`."""
        ...

    def restart(self) -> None:
        """Start again on the same port and data; stops first what still runs."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...
