"""Bounds the connections of the port in number, and closes silent ones.

Every process with a port also needs descriptors for the broker, and a client that opens connections
and sends no requests must not use them up. A connection is silent while no handler answers a
request on it. The event stream of a live page is answered as long as its visitor stays.
"""

import asyncio
import contextlib
import resource
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import structlog
from aiohttp import web

log = structlog.get_logger(__name__)

# A Prometheus that scrapes every 15 s keeps its connection.
SILENT_SECONDS = 30.0
LOOK_SECONDS = 1.0
# Other connections beside a page's visitors: probes, scrapes, and browsers that load the page.
MAX_CONNECTIONS = 128
MIN_CONNECTIONS = 8
# The rest of the process's descriptors is for the broker and for files.
DESCRIPTORS_SHARE = 0.5
WARN_SECONDS = 60.0

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def connections_allowed(wanted: int) -> int:
    """Return the bound that leaves most of the process's descriptors free."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return wanted
    return max(MIN_CONNECTIONS, min(wanted, int(soft * DESCRIPTORS_SHARE)))


def visitors_allowed(wanted: int) -> int:
    """Return how many connections may be a page's visitors. Probes and scrapes need the rest."""
    allowed = connections_allowed(MAX_CONNECTIONS + wanted)
    return min(wanted, max(allowed - MAX_CONNECTIONS, allowed // 2))


class Connections:
    """All connections of one port. All methods run in one event loop.

    Args:
        max_connections: Maximum number of open connections. One more closes the one that is silent
            for longest, or the newest if none is silent.
        make: Creates the protocol that speaks HTTP on one connection.
        silent_seconds: Maximum time that a connection may be silent.
    """

    def __init__(
        self,
        max_connections: int,
        make: Callable[[], asyncio.Protocol],
        silent_seconds: float,
    ) -> None:
        self._max_connections = max_connections
        self._make = make
        self._silent_seconds = silent_seconds
        self._open: dict[Any, _Connection] = {}
        self._warned = float("-inf")

    def __len__(self) -> int:
        return len(self._open)

    def new(self) -> asyncio.Protocol:
        """Create the protocol of a connection that was just accepted."""
        return _Connection(self, self._make())

    @contextlib.contextmanager
    def answering(self, transport: object) -> Iterator[None]:
        """Mark a connection as not silent while a handler answers a request on it."""
        connection = self._open.get(transport)
        if connection is None:
            yield
            return
        connection.is_busy = True
        try:
            yield
        finally:
            connection.is_busy = False
            connection.since = time.monotonic()

    async def close_silent(self) -> None:
        """Close connections that were silent for too long, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            latest = time.monotonic() - self._silent_seconds
            for one in [one for one in self._silent() if one.since <= latest]:
                one.abort()

    def opened(self, transport: Any, connection: "_Connection") -> None:
        """Add a connection, and make room for it."""
        self._open[transport] = connection
        if len(self._open) <= self._max_connections:
            return
        others = [one for one in self._silent() if one is not connection]
        min(others, key=lambda one: one.since, default=connection).abort()
        if time.monotonic() - self._warned >= WARN_SECONDS:
            self._warned = time.monotonic()
            log.warning(
                "http.too_many_connections",
                most=self._max_connections,
                note="the one that was silent for longest is closed for each new one",
            )

    def closed(self, transport: Any) -> None:
        """Remove a connection."""
        self._open.pop(transport, None)

    def _silent(self) -> Iterator["_Connection"]:
        return (one for one in self._open.values() if not one.is_busy)


class _Connection(asyncio.Protocol):
    """One connection. It passes every call on to the protocol that speaks HTTP."""

    def __init__(self, connections: Connections, http: asyncio.Protocol) -> None:
        self._connections, self._http = connections, http
        self._transport: asyncio.Transport | None = None
        self.is_busy = False
        self.since = time.monotonic()

    def abort(self) -> None:
        """Close now, without sending the remaining data."""
        if self._transport is not None:
            self._connections.closed(self._transport)
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type
        self._transport = transport
        _end_where_nobody_reads(transport, SILENT_SECONDS)
        self._http.connection_made(transport)
        self._connections.opened(transport, self)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._connections.closed(self._transport)
        self._http.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._http.data_received(data)

    def eof_received(self) -> bool | None:
        return self._http.eof_received()

    def pause_writing(self) -> None:
        self._http.pause_writing()

    def resume_writing(self) -> None:
        self._http.resume_writing()


def _end_where_nobody_reads(transport: asyncio.Transport, seconds: float) -> None:
    """Make the system end a connection whose other side has not acknowledged data for so long.

    Without it an event stream to an unreachable machine stays open for a quarter of an hour.
    """
    opened = transport.get_extra_info("socket")
    if opened is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
        with contextlib.suppress(OSError):
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(1000 * seconds))
