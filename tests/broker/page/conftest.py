"""A worker, a page apart from it, and a browser: one of each for all tests of the page."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from kafka import KafkaProducer

from processors.contracts import Alert
from streams.demo.embedded_broker import EmbeddedBroker
from streams.kafka.envelope import alert_record
from streams.kafka.topics import TopicNames
from streams.service.settings import Settings
from tests.broker.page.browser import Browser, none_of, what_is_missing
from tests.waiting import wait_until

START_SECONDS = 120.0
QUIET_SECONDS = 8
STUCK_SECONDS = 2
NAMES = TopicNames.of(Settings())


@dataclass
class Program:
    """`tocsin worker` or `tocsin page`, with its log in a file."""

    command: str
    folder: Path
    variables: dict[str, str]
    child: subprocess.Popen[bytes] | None = None
    address: str = ""

    def start(self, port: str = "0") -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_")}
        environment |= {**self.variables, "TOCSIN_LOG_FORMAT": "json", "TOCSIN_HTTP_PORT": port}
        with (self.folder / f"{self.command}.log").open("wb") as log:
            command = [sys.executable, "-m", "streams", self.command]
            self.child = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def wait(self) -> str:
        """Wait until it runs, and give the page's address."""
        log = self.folder / f"{self.command}.log"

        def page() -> str | None:
            entries = map(json.loads, log.read_bytes().splitlines())
            started = (one for one in entries if one["event"] == f"{self.command}.started")
            return next((one["page"] for one in started), None)

        assert self.child is not None
        address = wait_until(
            page, "the start", seconds=START_SECONDS, details=log.read_text, running=self.child
        )
        assert address
        self.address = address
        return address

    def send(self, number: signal.Signals) -> None:
        assert self.child is not None
        self.child.send_signal(number)

    def stop(self) -> None:
        if self.child is not None and self.child.poll() is None:
            self.send(signal.SIGCONT)
            self.send(signal.SIGTERM)
            assert self.child.wait(40) == 0, (self.folder / f"{self.command}.log").read_text()


@dataclass
class Desk:
    """What a night desk has: articles that come in, a worker, a page, and a browser."""

    worker: Program
    page: Program
    browser: Browser
    producer: KafkaProducer
    sent: list[str] = field(default_factory=list)

    def open(self, *, program: Program | None = None, hash_: str = "") -> Browser:
        """Open the page anew and wait until it is live."""
        browser = self.browser
        browser.look_like(1280, 900)
        browser.open("about:blank")
        browser.open(f"{(program or self.page).address}{hash_}")
        browser.until(
            lambda: browser.text("#condition") in {"Live", "No articles"}, "the page is not live"
        )
        return browser

    def publish(self, title: str, text: str = "") -> None:
        """Let an article come in."""
        article = {
            "id": f"urn:example:{len(self.sent)}-{time.time_ns()}",
            "title": title,
            "text": text,
            "source": "Example Wire",
            "url": "https://wire.example/story",
            "language": "en",
        }
        self.sent.append(title)
        self.producer.send(
            NAMES.articles, key=article["id"].encode(), value=json.dumps(article).encode()
        ).get(timeout=30)

    def ring(self, alert: Alert) -> None:
        """Put an alert into its topic, as anyone may who has the right to write there."""
        record = alert_record(NAMES.alerts[alert.kind], alert)
        self.producer.send(
            record.topic, key=record.key, value=record.value, headers=list(record.headers)
        ).get(timeout=30)


@pytest.fixture(scope="module")
def shared_desk(
    tmp_path_factory: pytest.TempPathFactory, require_broker: Callable[[str], None]
) -> Iterator[Desk]:
    require_broker("embedded")
    missing = what_is_missing()
    if missing is not None and os.environ.get("CI"):
        pytest.fail(f"{missing}; in CI the browser must run")
    if missing is not None:
        pytest.skip(missing)
    folder = tmp_path_factory.mktemp("page")
    with EmbeddedBroker() as broker:
        variables = {
            "TOCSIN_BROKER": broker.bootstrap_servers,
            "TOCSIN_CREATE_TOPICS": "true",
            "TOCSIN_PARTITIONS": "2",
            "TOCSIN_ANALYSIS_PROCESSES": "0",
            "TOCSIN_LAG_INTERVAL_SECONDS": "0.5",
        }
        quiet = {"TOCSIN_PAGE_QUIET_SECONDS": str(QUIET_SECONDS)}
        stuck = {"TOCSIN_LIVE_TIMEOUT_SECONDS": str(STUCK_SECONDS)}
        worker = Program("worker", folder, {**variables, **quiet})
        page = Program("page", folder, {**variables, **stuck})
        browser = None
        try:
            worker.start()
            page.start()
            browser = Browser(folder)
            worker.wait()
            page.wait()
            producer = KafkaProducer(bootstrap_servers=broker.bootstrap_servers, linger_ms=0)
            yield Desk(worker, page, browser, producer)
            producer.close()
        finally:
            if browser is not None:
                browser.close()
            page.stop()
            worker.stop()


@pytest.fixture
def desk(shared_desk: Desk) -> Iterator[Desk]:
    """The desk; a test fails where the browser had to complain, as of a refused script."""
    shared_desk.browser.complaints()
    yield shared_desk
    # A server that a test stops cannot be reached for a while.
    complaints = none_of(shared_desk.browser.complaints(), "net::ERR_", "/events")
    assert complaints == []
