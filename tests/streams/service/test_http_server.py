"""The worker's port, asked over a real socket."""

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as plain_text

from processors.errors import MisconfigurationError
from streams.service.health import Health
from streams.service.http_connections import Connections
from streams.service.http_server import HttpServer
from streams.service.metrics import Metrics

OPEN_METRICS = "application/openmetrics-text; version=1.0.0"
LOCAL = "127.0.0.1"


@pytest.fixture
def health() -> Health:
    return Health(time.monotonic, 60.0, lambda: 0, starting=False, assigned=2)


@pytest.fixture
def address(health: Health) -> Iterator[str]:
    metrics = Metrics(process=True)
    metrics.articles_consumed.inc(7)
    server = HttpServer(LOCAL, 0, metrics.registry, health)
    yield server.start()
    server.stop()


def get(url: str, accept: str | None = None) -> tuple[int, str, str]:
    """Give status, content type and body."""
    request = urllib.request.Request(url)
    if accept is not None:
        request.add_header("Accept", accept)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read().decode()


def test_metrics_are_plain_text_unless_open_metrics_is_asked_for(address: str) -> None:
    for accept in (None, "*/*", "text/plain"):
        status, content_type, body = get(f"{address}/metrics", accept)
        assert status == 200
        assert content_type.startswith("text/plain; version=")
        assert "# EOF" not in body
        found = {s.name: s.value for family in plain_text(body) for s in family.samples}
        assert found["tocsin_articles_consumed_total"] == 7


def test_metrics_come_as_open_metrics_with_their_end_mark(address: str) -> None:
    status, content_type, body = get(f"{address}/metrics", OPEN_METRICS)
    assert status == 200
    assert content_type.startswith("application/openmetrics-text; version=1.0.0")
    assert body.endswith("# EOF\n")
    names = {family.name for family in open_metrics(body)}
    assert {"tocsin_articles_consumed", "process_resident_memory_bytes"} <= names


def test_health_is_a_status_and_a_reason(address: str, health: Health) -> None:
    assert get(f"{address}/livez")[0::2] == (200, "progress\n")
    assert get(f"{address}/readyz")[0::2] == (200, "2 partitions assigned, state recovered\n")
    health.stopping = True
    assert get(f"{address}/readyz")[0::2] == (503, "stopping\n")
    assert get(f"{address}/livez")[0] == 200


def test_a_worker_that_stands_still_answers_503(address: str, health: Health) -> None:
    health.last_tick -= 100
    status, _, reason = get(f"{address}/livez")
    assert status == 503
    assert reason == "the event loop has not turned for 100 s\n"


def test_the_index_names_every_page_and_what_is_no_page_is_not_found(address: str) -> None:
    status, _, index = get(address)
    assert status == 200
    for page in ("/metrics", "/livez", "/readyz"):
        assert page in index
        assert get(address + page)[0] == 200
    assert get(f"{address}/nothing")[0] == 404


def test_a_port_that_is_taken_is_the_operators_to_mend() -> None:
    with socket.socket() as taken:
        taken.bind((LOCAL, 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = HttpServer(LOCAL, port, Metrics().registry, Health(time.monotonic, 1, lambda: 0))
        with pytest.raises(MisconfigurationError, match="TOCSIN_HTTP_PORT") as refused:
            server.start()
        server.stop()
    assert f"{LOCAL}:{port}" in str(refused.value)
    assert "None" not in str(refused.value)


def test_a_stopped_server_gives_its_port_back(health: Health) -> None:
    server = HttpServer(LOCAL, 0, Metrics().registry, health)
    address = server.start()
    server.stop()
    with pytest.raises(urllib.error.URLError):
        get(address)
    again = HttpServer(LOCAL, int(address.rpartition(":")[2]), Metrics().registry, health)
    assert again.start() == address
    again.stop()


def test_an_address_of_ipv6_is_shown_in_brackets(health: Health) -> None:
    server = HttpServer("::1", 0, Metrics().registry, health)
    try:
        address = server.start()
    except MisconfigurationError:
        pytest.skip("this machine has no IPv6")
    assert address.startswith("http://[::1]:")
    assert get(f"{address}/livez")[0] == 200
    server.stop()


def test_stopping_right_after_the_start_ends_in_good_order(health: Health) -> None:
    # A thread that ends in an exception fails the test by its warning.
    for _ in range(20):
        server = HttpServer(LOCAL, 0, Metrics().registry, health)
        address = server.start()
        server.stop()
        with pytest.raises(urllib.error.URLError):
            get(address)


def first_error(server: HttpServer) -> str:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            server.check()
        except RuntimeError as error:
            return str(error)
    return "none"


def test_an_error_of_the_thread_is_raised_by_check(
    health: Health, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: Connections) -> None:
        raise RuntimeError("a bug of the port")

    monkeypatch.setattr(Connections, "close_silent", fail)
    server = HttpServer(LOCAL, 0, Metrics(process=True).registry, health)
    server.start()
    assert "a bug of the port" in first_error(server)
    server.stop()


def test_a_port_that_was_stopped_has_no_error(health: Health) -> None:
    server = HttpServer(LOCAL, 0, Metrics(process=True).registry, health)
    server.start()
    server.stop()
    server.check()
