"""Tocsin run as the image would run it: built by the Dockerfile's steps, read-only, unprivileged.

The steps of the Dockerfile's first stage are run for real, on copies of what they copy. What they
made is then run with the second stage's user, variables, folder and command, and with nothing
else: no variable of this machine, no file of the checkout. Only Docker itself is missing.
"""

import json
import signal
import socket
import subprocess
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer

from streams.demo.embedded_broker import EmbeddedBroker
from streams.errors import EXIT_MISCONFIGURED, EXIT_OK
from streams.kafka.topics import ANALYSES, ARTICLES
from streams.service.settings import Settings
from tests.waiting import wait_until

LOOPBACK = "127.0.0.1"
HEALTHY_SECONDS = 60.0
ARTICLE = {
    "id": "urn:example:1",
    "title": "Macron meets Zelenskyy in Paris",
    "text": "President Emmanuel Macron welcomed Volodymyr Zelenskyy. The talks were a success.",
    "published": "2026-03-01T09:00:00Z",
    "language": "en",
}


def free_port() -> int:
    """Find a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def health_check(image: Any, port: int) -> list[str]:
    """Give the image's health check, asked of another port: 9464 may be taken on this machine."""
    default = f":{Settings().http_port}/"
    words = image.last("HEALTHCHECK")
    assert any(default in word for word in words)
    return [word.replace(default, f":{port}/") for word in words]


def test_the_program_shows_its_help(container: Any, image: Any) -> None:
    shown = container.run([*image.last("ENTRYPOINT"), "--help"])
    assert shown.returncode == EXIT_OK, shown.stderr
    assert image.last("CMD")[0] in shown.stdout


def test_its_settings_are_sound(container: Any, image: Any) -> None:
    checked = container.run([*image.last("ENTRYPOINT"), "config", "check"])
    assert checked.returncode == EXIT_OK, checked.stderr


def test_without_a_broker_it_says_what_to_set(container: Any, image: Any) -> None:
    ended = container.run([*image.last("ENTRYPOINT"), *image.last("CMD")])
    assert ended.returncode == EXIT_MISCONFIGURED, ended.stderr
    assert "TOCSIN_BROKER" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_it_runs_as_the_user_of_the_image(container: Any, image: Any) -> None:
    if not container.user:
        pytest.skip("only root can run a program as another user")
    shown = container.run(["python", "-c", "import os; print(f'{os.getuid()}:{os.getgid()}')"])
    assert shown.stdout.strip() == image.last("USER")[0]


def test_it_can_change_nothing_of_itself(container: Any) -> None:
    script = (
        "import os, sys\n"
        "for folder, _, files in os.walk(sys.prefix):\n"
        "    for name in ['', *files]:\n"
        "        path = os.path.join(folder, name)\n"
        "        if not os.path.islink(path) and os.access(path, os.W_OK): print(path)\n"
    )
    assert container.run(["python", "-c", script]).stdout == ""


def test_its_code_is_compiled(container: Any) -> None:
    for package in ("processors", "streams"):
        (folder,) = container.installed.glob(f"lib/python*/site-packages/{package}")
        sources = {path.stem for path in folder.rglob("*.py")}
        compiled = {path.name.split(".")[0] for path in folder.rglob("__pycache__/*.pyc")}
        assert sources
        assert sources <= compiled


def test_it_holds_what_the_lock_says_and_no_more(container: Any, root: Path) -> None:
    script = (
        "import importlib.metadata as m, json\n"
        "found = {d.name.lower().replace('_', '-'): d.version for d in m.distributions()}\n"
        "print(json.dumps(found))"
    )
    found = json.loads(container.run(["python", "-c", script]).stdout)
    # Some packages are locked twice: the newest version of theirs is not for every Python of ours.
    locked = {
        (package["name"], package["version"])
        for package in tomllib.loads((root / "uv.lock").read_text())["package"]
    }
    assert {"tocsin", "faust-streaming", "textblob"} <= set(found)
    assert set(found.items()) <= locked
    assert not {"pytest", "ruff", "mypy", "noida-db"} & set(found)


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False), (None, False)])
def test_the_health_check_believes_the_page_alone(
    container: Any, image: Any, status: int | None, *, healthy: bool
) -> None:
    asked: list[str] = []

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status or 500)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    if status is None:
        ended = container.run(health_check(image, free_port()))
    else:
        with HTTPServer((LOOPBACK, 0), Page) as server:
            # Not longer than the check itself waits, should it ask something else.
            server.timeout = 5
            thread = threading.Thread(target=server.handle_request)
            thread.start()
            ended = container.run(health_check(image, server.server_port))
            thread.join()
        assert asked == ["/readyz"]
    assert (ended.returncode == 0) is healthy


@pytest.mark.broker
def test_the_worker_does_its_work_and_stops_when_told(
    container: Any, image: Any, compose: dict[str, Any], tmp_path: Path
) -> None:
    tocsin = image.last("ENTRYPOINT")
    services = compose["services"]
    port = free_port()
    with EmbeddedBroker() as broker:
        addresses = broker.bootstrap_servers
        here = {"TOCSIN_BROKER": addresses, "TOCSIN_HTTP_PORT": str(port)}
        applied = container.run(
            [*tocsin, *services["topics"]["command"]], services["topics"]["environment"] | here
        )
        assert applied.returncode == EXIT_OK, applied.stderr
        log = tmp_path / "worker.log"
        with log.open("wb") as out:
            worker = container.start(
                [*tocsin, *image.last("CMD")], services["worker"]["environment"] | here, out
            )
            try:
                wait_until_healthy(container, health_check(image, port), worker, log)
                publish(addresses)
                assert analysed(addresses) == [ARTICLE["id"]]
                worker.send_signal(signal.SIGTERM)
                assert worker.wait(timeout=Settings().stop_timeout_seconds) == EXIT_OK, (
                    log.read_text()
                )
            finally:
                worker.kill()
                worker.wait()


def wait_until_healthy(
    container: Any, check: list[str], worker: subprocess.Popen[bytes], log: Path
) -> None:
    """Run the health check until it succeeds, as Docker does."""
    wait_until(
        lambda: container.run(check).returncode == 0,
        "a healthy worker",
        seconds=HEALTHY_SECONDS,
        details=log.read_text,
        running=worker,
    )


def publish(addresses: str) -> None:
    """Publish one article."""
    producer = KafkaProducer(bootstrap_servers=addresses)
    producer.send(ARTICLES, key=ARTICLE["id"].encode(), value=json.dumps(ARTICLE).encode())
    producer.close()


def analysed(addresses: str) -> list[str]:
    """Wait for one analysis and give the articles' ids."""
    consumer = KafkaConsumer(
        ANALYSES,
        bootstrap_servers=addresses,
        auto_offset_reset="earliest",
        consumer_timeout_ms=20_000,
    )
    found = [json.loads(next(consumer).value)["article_id"]]
    consumer.close()
    return found
