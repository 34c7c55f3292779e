"""Brokers that Tocsin starts itself: one for the demo, one for tests and benchmarks.

The Protocol has what both have in common. Code that uses a broker takes its address and builds a
`streams.kafka.connection.Connection` from it.
"""

from types import TracebackType
from typing import Protocol, Self


class Broker(Protocol):
    """A Kafka broker in a process of its own, on loopback.

    As a context manager it starts on entry and stops on exit. A temporary data folder is removed on
    exit, a named one stays.
    """

    @property
    def bootstrap_servers(self) -> str:
        """Return the address as `host:port`. `restart` does not change it."""
        ...

    def start(self) -> None:
        """Start the process and return once it answers the Kafka protocol.

        Raises:
            MisconfigurationError: A part is missing, or the broker does not come up.
        """
        ...

    def stop(self) -> None:
        """Stop the process cleanly. It may have ended already."""
        ...

    def kill(self) -> None:
        """Kill the process with SIGKILL, as in a crash. The data stays for `restart`."""
        ...

    def restart(self) -> None:
        """Start again on the same port and data. A running process is stopped first."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...
