"""Every expression of the dashboards, asked of a real Prometheus: each must have an answer.

The parsed expressions (test_dashboard_expressions.py) can be right and still select nothing; this
finds that. Prometheus runs with deploy/prometheus/prometheus.yml, but for the address and the
interval, and scrapes a worker that is fed the bundled articles, the bad ones among them.
"""

import itertools
import json
import math
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from kafka import KafkaProducer

from streams.brokers.embedded import EmbeddedBroker
from streams.demo.bundle import load_bundle, redated
from streams.topics import ARTICLES

pytestmark = pytest.mark.broker

LOOPBACK = "127.0.0.1"
SCRAPES = 5
RECORDS_A_SECOND = 20
START_SECONDS = 30.0
SELECTED = {"$__rate_interval": "30s", "$__range": "30s", "$job": ".*", "$instance": ".*"}

Ask = Callable[[str, dict[str, str]], Any]


@dataclass(frozen=True, slots=True)
class Running:
    """A worker that runs: where its metrics are, and the broker that it reads from."""

    address: str
    broker: str


@pytest.fixture(scope="module")
def worker(tmp_path_factory: Any) -> Iterator[Running]:
    """Start a worker on a broker of its own."""
    log = tmp_path_factory.mktemp("worker") / "log"
    address = f"{LOOPBACK}:{free_port()}"
    with EmbeddedBroker() as broker:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_")} | {
            "TOCSIN_BROKER": broker.bootstrap_servers,
            "TOCSIN_CREATE_TOPICS": "true",
            "TOCSIN_HTTP_PORT": address.split(":")[1],
            "TOCSIN_LAG_INTERVAL_SECONDS": "0.5",
        }
        command = [sys.executable, "-m", "streams", "worker"]
        with running(command, log, environment) as process:
            wait_until(lambda: answers(f"http://{address}/readyz"), process, log)
            yield Running(address, broker.bootstrap_servers)


@pytest.fixture(scope="module")
def ask(worker: Running, scrape: dict[str, Any], tmp_path_factory: Any) -> Iterator[Ask]:
    """Start Prometheus, then feed the worker, and give a way to ask once there is an answer."""
    program = shutil.which("prometheus")
    if program is None:
        message = "Prometheus is not installed (Debian: apt-get install prometheus)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    folder = tmp_path_factory.mktemp("prometheus")
    configuration, log = folder / "prometheus.yml", folder / "log"
    configuration.write_text(yaml.safe_dump(scraping(scrape, worker.address)))
    address = f"{LOOPBACK}:{free_port()}"
    command = [
        program,
        f"--config.file={configuration}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}",
    ]
    with running(command, log, os.environ) as process:
        # A rate does not see how a counter began, so what is counted must come after a scrape.
        wait_until(lambda: scrapes(address) >= 1, process, log)
        with fed(worker.broker):
            wait_until(lambda: scrapes(address) >= SCRAPES, process, log)
            yield lambda path, parameters: get(address, path, parameters)


@contextmanager
def running(
    command: Sequence[str], log: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program for as long as it is needed, its output in a file."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environment, cwd=log.parent, stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def fed(broker: str) -> Iterator[None]:
    """Publish the bundled records, a few a second, again and again, for as long as it is needed."""
    over = threading.Event()
    feeder = threading.Thread(target=feed, args=(broker, over))
    feeder.start()
    try:
        yield
    finally:
        over.set()
        feeder.join()


def feed(broker: str, over: threading.Event) -> None:
    """Publish the bundled records until it is over."""
    producer = KafkaProducer(bootstrap_servers=broker)
    for record in itertools.cycle(redated(load_bundle(), datetime.now(UTC))):
        if over.wait(1 / RECORDS_A_SECOND):
            break
        producer.send(ARTICLES, key=record.key, value=record.value, headers=list(record.headers))
    producer.close()


def scraping(scrape: dict[str, Any], address: str) -> dict[str, Any]:
    """Change our configuration as little as a test needs: whom to scrape, and how often."""
    job, *_ = scrape["scrape_configs"]
    changed = {key: value for key, value in job.items() if key != "dns_sd_configs"}
    changed["static_configs"] = [{"targets": [address]}]
    scrape = {key: value for key, value in scrape.items() if key != "rule_files"}
    times = {"scrape_interval": "1s", "scrape_timeout": "1s"}
    return scrape | {"global": scrape["global"] | times, "scrape_configs": [changed]}


def free_port() -> int:
    """Find a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def get(address: str, path: str, parameters: dict[str, str]) -> Any:
    """Ask Prometheus' API, and give the data of its answer."""
    url = f"http://{address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
    with urllib.request.urlopen(url, timeout=5) as response:
        return json.load(response)["data"]


def answers(url: str) -> bool:
    """Say whether a page is there and well."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except urllib.error.URLError:
        return False


def scrapes(address: str) -> float:
    """Count how often Prometheus found its target well."""
    if not answers(f"http://{address}/-/ready"):
        return 0.0
    answer = get(address, "query", {"query": "sum(sum_over_time(up[1m]))"})["result"]
    return float(answer[0]["value"][1]) if answer else 0.0


def wait_until(is_true: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for something that a process does, and show its log if it does not."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        if is_true():
            return
        time.sleep(0.25)
    pytest.fail(f"Not within {START_SECONDS} s:\n{log.read_text()}")


def test_the_expression_has_an_answer(target: Any, ask: Ask) -> None:
    expr = target.expr
    for variable, value in SELECTED.items():
        expr = expr.replace(variable, value)
    answer = ask("query", {"query": expr})["result"]
    numbers = [float(series["value"][1]) for series in answer]
    assert numbers, expr
    assert not all(math.isnan(n) for n in numbers), expr


def test_the_variables_have_values(dashboard: dict[str, Any], ask: Ask) -> None:
    for variable in dashboard["templating"]["list"]:
        selector, label = variable["query"]["query"].removeprefix("label_values(")[:-1].rsplit(", ")
        parameters = {"match[]": selector.replace("$job", ".*")}
        assert ask(f"label/{label}/values", parameters), variable["name"]


def test_the_targets_bear_the_labels_that_the_variables_choose_by(
    ask: Ask, scrape: dict[str, Any], worker: Running
) -> None:
    (up,) = ask("query", {"query": "up"})["result"]
    assert up["metric"]["job"] == scrape["scrape_configs"][0]["job_name"]
    assert up["metric"]["instance"] == worker.address
