"""Every expression of the dashboards, asked of a real Prometheus: each must have an answer.

The parsed expressions (test_dashboard_expressions.py) can be right and still select nothing; this
finds that. Prometheus runs with deploy/prometheus/prometheus.yml, but for the addresses and the
interval, and scrapes a worker that is fed the bundled articles, the bad ones among them, and a
worker of a replay of an archive of the same articles. One run serves all dashboards.
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
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from expressions import FILLED_IN, fill_in
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic

from streams.demo.bundle import load_bundle, redated
from streams.demo.embedded_broker import EmbeddedBroker
from streams.kafka.topics import ARTICLES
from tests.waiting import wait_until

pytestmark = pytest.mark.broker

LOOPBACK = "127.0.0.1"
LIVE, REPLAY, CANARY, FEEDS = "tocsin", "tocsin-replay", "tocsin-canary", "tocsin-feeder"
SAMPLES = Path(__file__).parents[1] / "data" / "feeds"
# Answers each look with the whole feed: after an answer 304 there are no entries to count.
SITE = """
import functools, http.server, sys

class Whole(http.server.SimpleHTTPRequestHandler):
    def send_head(self):
        del self.headers["If-Modified-Since"]
        return super().send_head()

folder, host, port = sys.argv[1:]
handler = functools.partial(Whole, directory=folder)
http.server.ThreadingHTTPServer((host, int(port)), handler).serve_forever()
"""
ARCHIVE, PARTITIONS = "archive.test", 4
RECORDS_A_SECOND = 20
# More than are replayed before the questions are asked.
ARCHIVED_RECORDS, REPLAYED_A_SECOND = 600, 15
START_SECONDS = 90.0
SELECTED = FILLED_IN | {"$__rate_interval": "30s", "$__range": "30s", "$__interval": "5s"}
# A surge needs no days before it here, so that there is one to be shown.
RULES = """
extends = "builtin"
[[rule]]
id = "surge"
version = 1
kind = "surge"
description = "More independent sources write about a leader than usual."
severities = [{ severity = "low", p_value_at_most = 0.01 }]
warm_up_seconds = 0
"""
FIRING = {"groups": [{"name": "test", "rules": [{"alert": "TocsinTest", "expr": "vector(1)"}]}]}

Ask = Callable[[str, dict[str, str]], Any]


@dataclass(frozen=True, slots=True)
class Running:
    """What runs: the broker, and where each job's metrics are."""

    folder: Path
    broker: str
    addresses: Mapping[str, str]

    def environment(self, job: str) -> dict[str, str]:
        """Give the variables of one of the programs."""
        return {k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_")} | {
            "TOCSIN_BROKER": self.broker,
            "TOCSIN_CREATE_TOPICS": "true",
            "TOCSIN_RULES": str(self.folder / "rules.toml"),
            "TOCSIN_HTTP_PORT": self.addresses[job].split(":")[1],
            "TOCSIN_LAG_INTERVAL_SECONDS": "0.5",
            # The test is of metrics, not of the small model, which takes seconds to load.
            "TOCSIN_CONFIRM": "off",
        }


@pytest.fixture(scope="module")
def run(tmp_path_factory: Any) -> Iterator[Running]:
    """Start a broker, and say where the rest will be."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "rules.toml").write_text(RULES)
    with EmbeddedBroker() as broker:
        keep_archive(broker.bootstrap_servers)
        addresses = {job: f"{LOOPBACK}:{free_port()}" for job in (LIVE, REPLAY, CANARY, FEEDS)}
        yield Running(folder, broker.bootstrap_servers, addresses)


@pytest.fixture(scope="module")
def ask(run: Running, scrape: dict[str, Any]) -> Iterator[Ask]:
    """Start Prometheus and the workers, feed them, and give a way to ask once there are answers."""
    program = shutil.which("prometheus")
    if program is None:
        message = "Prometheus is not installed (Debian: apt-get install prometheus)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    configuration, log = run.folder / "prometheus.yml", run.folder / "prometheus"
    (run.folder / "firing.yml").write_text(yaml.safe_dump(FIRING))
    configuration.write_text(yaml.safe_dump(scraping(scrape, run)))
    address = f"{LOOPBACK}:{free_port()}"
    command = [
        program,
        f"--config.file={configuration}",
        f"--storage.tsdb.path={run.folder / 'data'}",
        f"--web.listen-address={address}",
    ]
    worker = [sys.executable, "-m", "streams", "worker"]
    replay = [sys.executable, "-m", "streams", "replay", "--topic", ARCHIVE]
    replay += ["--since", "-1h", "--id", "test", "--rate", str(REPLAYED_A_SECOND)]
    replay += ["--http-port", run.addresses[REPLAY].split(":")[1]]
    with ExitStack() as stack:
        start = {
            job: stack.enter_context(running(command, run.folder / job, run.environment(job)))
            for job, command in ((LIVE, worker), (REPLAY, replay))
        }
        prometheus = stack.enter_context(running(command, log, os.environ))
        # A rate does not see how a counter began, so what is counted must come after a scrape.
        ready = f'tocsin_ready{{job="{LIVE}"}} == 1'
        wait_for(lambda: answer(address, ready), start[LIVE], run.folder / LIVE)
        stack.enter_context(fed(run.broker))
        canary = [sys.executable, "-m", "streams", "canary", "--interval", "1"]
        stack.enter_context(running(canary, run.folder / CANARY, run.environment(CANARY)))
        site = f"{LOOPBACK}:{free_port()}"
        serve = [sys.executable, "-c", SITE, str(SAMPLES), *site.split(":")]
        stack.enter_context(running(serve, run.folder / "site", os.environ))
        follow = [sys.executable, "-m", "streams", "ingest", "--poll", "1", "--http-port"]
        follow += [run.addresses[FEEDS].split(":")[1]]
        follow += [f"http://{site}/{name}" for name in ("rss.xml", "none.xml")]
        stack.enter_context(running(follow, run.folder / FEEDS, run.environment(FEEDS)))
        moved = "max(delta(tocsin_replay_position_timestamp_seconds[1m])) > 0"
        wait_for(lambda: answer(address, moved), start[REPLAY], run.folder / REPLAY)
        # The whole bundle was fed, and both have rung.
        fed_once = f'increase(tocsin_articles_consumed_total{{job="{LIVE}"}}[1m]) > 100'
        wait_for(lambda: answer(address, fed_once), prometheus, log)
        rung = "sum by (job) (rate(tocsin_alerts_total[1m])) > 0"
        wait_for(lambda: len(answer(address, rung)) == len(start), prometheus, log)
        asked = "sum(rate(tocsin_feed_errors_total[30s])) > 0"
        wait_for(lambda: answer(address, asked), prometheus, run.folder / FEEDS)
        heard = "max(tocsin_canary_last_alert_timestamp_seconds) > 0"
        wait_for(lambda: answer(address, heard), prometheus, log)
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


def keep_archive(broker: str) -> None:
    """Publish the bundled records often enough, as articles of the last minutes."""
    admin = KafkaAdminClient(bootstrap_servers=broker)
    admin.create_topics([NewTopic(ARCHIVE, PARTITIONS, 1)])
    admin.close()
    producer = KafkaProducer(bootstrap_servers=broker)
    records = itertools.cycle(redated(load_bundle(), datetime.now(UTC)))
    began = time.time() - ARCHIVED_RECORDS
    for number, record in zip(range(ARCHIVED_RECORDS), records, strict=False):
        producer.send(
            ARCHIVE,
            key=record.key,
            value=record.value,
            headers=list(record.headers),
            timestamp_ms=round(1000 * (began + number)),
        )
    producer.close()


def scraping(scrape: dict[str, Any], run: Running) -> dict[str, Any]:
    """Change our configuration as little as a test needs: whom to scrape, how often, what fires."""
    jobs = [
        {key: value for key, value in job.items() if key != "dns_sd_configs"}
        | {"static_configs": [{"targets": [run.addresses[job["job_name"]]]}]}
        for job in scrape["scrape_configs"]
        if job["job_name"] in run.addresses
    ]
    times = dict.fromkeys(("scrape_interval", "scrape_timeout", "evaluation_interval"), "1s")
    return scrape | {
        "global": scrape["global"] | times,
        "scrape_configs": jobs,
        "rule_files": [str(run.folder / "firing.yml")],
    }


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


def answer(address: str, expr: str) -> Any:
    """Ask Prometheus one expression; nothing while it does not answer."""
    if not answers(f"http://{address}/-/ready"):
        return []
    return get(address, "query", {"query": expr})["result"]


def wait_for(is_true: Callable[[], Any], process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for an effect of a process, and show its log if it does not come."""
    wait_until(is_true, seconds=START_SECONDS, details=log.read_text, running=process)


def test_the_expression_has_an_answer(target: Any, ask: Ask) -> None:
    expr = fill_in(target.expr, SELECTED)
    numbers = [float(series["value"][1]) for series in ask("query", {"query": expr})["result"]]
    assert numbers, expr
    assert not all(math.isnan(n) for n in numbers), expr


def test_the_annotations_have_marked_something(overview: dict[str, Any], ask: Ask) -> None:
    now = time.time()
    for one in overview["annotations"]["list"]:
        expr = fill_in(one["target"]["expr"], SELECTED)
        asked = {"query": expr, "start": str(now - 60), "end": str(now), "step": "1"}
        assert ask("query_range", asked)["result"], expr


def test_the_variables_have_values(dashboard: dict[str, Any], ask: Ask) -> None:
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            query = variable["query"]["query"].removeprefix("label_values(")[:-1]
            selector, label = query.rsplit(", ", 1)
            asked = {"match[]": fill_in(selector, SELECTED)}
            assert ask(f"label/{label}/values", asked), variable["name"]


def test_the_processes_that_analyse_are_seen(ask: Ask) -> None:
    large = f'tocsin_analysis_resident_memory_bytes{{job="{LIVE}"}} > 20e6'
    assert ask("query", {"query": large})["result"]


def test_the_targets_bear_the_labels_that_the_variables_choose_by(ask: Ask, run: Running) -> None:
    found = {
        up["metric"]["job"]: up["metric"]["instance"]
        for up in ask("query", {"query": "up"})["result"]
    }
    assert found == run.addresses
