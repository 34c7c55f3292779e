"""The port's connections: how many there are, and which are closed. Asked over real sockets."""

import asyncio
import contextlib
import resource
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import pytest
from aiohttp import web

from streams.service import http_connections
from streams.service.health import Health
from streams.service.http_connections import MAX_CONNECTIONS, connections_allowed, visitors_allowed
from streams.service.http_server import HttpServer
from streams.service.metrics import Metrics

LOCAL = "127.0.0.1"
VISITORS = 3
HEAD = b"GET /livez HTTP/1.1\r\nHost: a\r\n"


def add_events(app: web.Application) -> None:
    """Add a stream of which its visitor hears again and again, and that hears no more of him."""

    async def events(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await answer.write(b": here\n\n")
                await asyncio.sleep(0.1)
        return answer

    app.router.add_get("/events", events)


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(http_connections, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr("streams.service.http_server.SILENT_SECONDS", 0.5)
    monkeypatch.setattr("streams.service.http_server.MAX_CONNECTIONS", 8)
    health = Health(time.monotonic, 60.0, lambda: 0, starting=False, assigned=2)
    server = HttpServer(LOCAL, 0, Metrics().registry, health, add_events, VISITORS)
    yield int(server.start().rpartition(":")[2])
    server.stop()


@contextlib.contextmanager
def idle(port: int, count: int, said: bytes = b"") -> Iterator[list[socket.socket]]:
    """Open connections that say so much, and no more."""
    with contextlib.ExitStack() as stack:
        opened = []
        for _ in range(count):
            one = stack.enter_context(socket.create_connection((LOCAL, port), timeout=5))
            with contextlib.suppress(ConnectionError):
                one.sendall(said)
            opened.append(one)
        yield opened


def get(port: int, path: str) -> int:
    with urllib.request.urlopen(f"http://{LOCAL}:{port}{path}", timeout=5) as answer:
        answer.read()
        return int(answer.status)


def ends(one: socket.socket) -> bool:
    """Read to the end of a connection, which must come within its timeout."""
    try:
        while one.recv(65_536):
            pass
    except ConnectionError:
        pass
    except TimeoutError:
        return False
    return True


def trickle(one: socket.socket, seconds: float) -> None:
    """Send headers, one after the other."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        one.sendall(b"X-A: b\r\n")
        time.sleep(0.05)


@pytest.mark.parametrize(
    "said",
    [b"", b"GET /livez HT", HEAD + b"X: ", HEAD + b"\r\n"],
    ids=["nothing", "half a line", "half a head", "kept alive"],
)
def test_a_connection_that_is_silent_is_closed(port: int, said: bytes) -> None:
    with idle(port, 4, said) as connections:
        assert all(ends(one) for one in connections)


def test_one_that_says_a_little_again_and_again_is_closed(port: int) -> None:
    with idle(port, 1, b"GET /livez HTTP/1.1\r\n") as (one,), pytest.raises(ConnectionError):
        trickle(one, seconds=5)


def test_probes_and_scrapes_are_answered_beside_many_that_are_idle(port: int) -> None:
    with idle(port, 100) as connections:
        assert get(port, "/livez") == 200
        assert get(port, "/metrics") == 200
        assert all(ends(one) for one in connections)


def test_an_event_stream_stays_while_idle_ones_come_and_go(port: int) -> None:
    with idle(port, VISITORS, b"GET /events HTTP/1.1\r\nHost: a\r\n\r\n") as streams:
        for one in streams:
            assert one.recv(1_000)
        with idle(port, 100) as connections:
            assert all(ends(one) for one in connections)
        assert get(port, "/livez") == 200
        for one in streams:
            one.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while one.recv(65_536):
                    pass
            one.settimeout(5)
        for one in streams:
            assert one.recv(1)


def test_most_of_the_descriptors_are_left_to_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def limited(soft: int) -> None:
        monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, soft))

    limited(1_000_000)
    assert (connections_allowed(200), visitors_allowed(100)) == (200, 100)
    assert visitors_allowed(10_000) == 10_000
    limited(1_024)
    assert connections_allowed(MAX_CONNECTIONS) == MAX_CONNECTIONS
    assert (connections_allowed(10_128), visitors_allowed(10_000)) == (512, 384)
    limited(64)
    assert (connections_allowed(228), visitors_allowed(100)) == (32, 16)
    limited(resource.RLIM_INFINITY)
    assert visitors_allowed(10_000) == 10_000


SERVER = """
import resource, sys, time
resource.setrlimit(resource.RLIMIT_NOFILE, (400, 400))
from streams.service.health import Health
from streams.service.http_server import HttpServer
from streams.service.metrics import Metrics
health = Health(time.monotonic, 60.0, lambda: 0)
print(HttpServer("127.0.0.1", 0, Metrics().registry, health).start(), flush=True)
sys.stdin.read()
"""


def test_a_process_with_few_descriptors_answers_beside_more_connections_than_it_has() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    port = int(child.stdout.readline().rpartition(":")[2])
    with idle(port, 600):
        assert get(port, "/livez") == 200
        assert get(port, "/metrics") == 200
    said, fault = child.communicate()
    assert said.count("http.too_many_connections") == 1
    assert fault == ""
