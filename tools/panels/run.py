"""The run that the pictures are of: two workers, a replay, and a Prometheus that scrapes them.

Owns the order of events. Everything is on this machine:
Apache Kafka from its jars, `tocsin worker` and `tocsin replay` as they are, and Prometheus with
deploy/prometheus, whose targets alone are changed.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic

from streams.kafka.topic_differences import apply
from streams.kafka.topics import ARTICLES, plan
from streams.service.settings import Settings
from tools.brokers.apache import ApacheKafka
from tools.panels.articles import LIVE_SECONDS, Article, history, live
from tools.panels.feeds import serving

LOOPBACK = "127.0.0.1"
JOBS = {
    "tocsin": ("worker-a", "worker-b"),
    "tocsin-replay": ("replay",),
    "tocsin-canary": ("canary",),
    "tocsin-feeder": ("feeder",),
}
CAUGHT_UP_SECONDS = 240.0
LEAD_SECONDS = 20.0
# Not shown: a rate that begins at zero is extrapolated otherwise than one that does not, and the
# latencies of the days before would show in the first quantiles.
UNSHOWN_SECONDS = 40.0
# Seconds into the live part.
SECOND_WORKER, REPLAY, KILL, NEW_VERSION = 170, 260, 480, 520
REPLAY_RATE = 20


@contextmanager
def finished_run(root: Path) -> Iterator[tuple[str, float, float]]:
    """Run all of it, and give Prometheus' address with the first and last moment to be shown."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-run-")))
        broker = stack.enter_context(ApacheKafka()).bootstrap_servers
        admin = KafkaAdminClient(bootstrap_servers=broker)
        apply(admin, plan(Settings()))
        admin.close()
        ports = {name: _free_port() for names in JOBS.values() for name in names}
        stage = _Stage(root, folder, broker, ports, stack)
        stage.send_history()
        stage.worker("worker-a")
        stage.wait_until_caught_up()
        address = stage.prometheus()
        stage.canary()
        stage.feeder(stack.enter_context(serving()))
        time.sleep(LEAD_SECONDS)
        began = time.time()
        stage.play(began)
        yield address, began + UNSHOWN_SECONDS, time.time()


class _Stage:
    """The programs, and what is done with them."""

    def __init__(
        self, root: Path, folder: Path, broker: str, ports: Mapping[str, int], stack: ExitStack
    ) -> None:
        self._root, self._folder, self._broker = root, folder, broker
        self._ports, self._stack = ports, stack
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._producer = KafkaProducer(bootstrap_servers=broker)
        stack.callback(self._producer.close)

    def send_history(self) -> None:
        """Publish the days before, stamped as they came."""
        now = datetime.now(UTC)
        for one in history(now):
            self._send(one, round(1000 * (now.timestamp() + one.after_seconds)))
        self._producer.flush()

    def worker(self, name: str, **settings: str) -> None:
        """Start a worker."""
        self._start(name, ["worker"], settings)

    def canary(self) -> None:
        """Start a canary."""
        self._start("canary", ["canary", "--every", "30"], {})

    def feeder(self, table: str) -> None:
        """Follow feeds, whose articles go to a topic that no worker reads."""
        (self._folder / "feeds.csv").write_text(table)
        admin = KafkaAdminClient(bootstrap_servers=self._broker)
        admin.create_topics([NewTopic("news.feeds", 1, 1)])
        admin.close()
        command = ["ingest", "--feeds", "feeds.csv", "--poll", "10", "--topic", "news.feeds"]
        self._start("feeder", [*command, "--http-port", str(self._ports["feeder"])], {})

    def replay(self) -> None:
        """Start a replay of the days before."""
        command = ["replay", "--since", "96h", "--until", "30m", "--id", "four-days"]
        command += ["--rate", str(REPLAY_RATE), "--http-port", str(self._ports["replay"])]
        self._start("replay", command, {})

    def wait_until_caught_up(self) -> None:
        """Wait until the worker has read the days before."""
        end = time.monotonic() + CAUGHT_UP_SECONDS
        while time.monotonic() < end:
            time.sleep(2)
            lags = [
                float(line.split()[-1])
                for line in self._metrics("worker-a").splitlines()
                if line.startswith("tocsin_lag_records{")
            ]
            if lags and not sum(lags):
                return
        raise TimeoutError("the worker did not read the days before")

    def prometheus(self) -> str:
        """Start Prometheus with our own configuration, for these workers."""
        program = shutil.which("prometheus")
        if program is None:
            raise FileNotFoundError("Prometheus is not installed (Debian: apt install prometheus)")
        ours = self._root / "deploy/prometheus"
        configuration = yaml.safe_load((ours / "prometheus.yml").read_text())
        configuration["scrape_configs"] = [
            {"job_name": job, "static_configs": [self._target(name) for name in names]}
            for job, names in JOBS.items()
        ]
        configuration["rule_files"] = [
            str(ours / name) for name in configuration.get("rule_files", ())
        ]
        configuration.pop("alerting", None)
        path = self._folder / "prometheus.yml"
        path.write_text(yaml.safe_dump(configuration))
        address = f"{LOOPBACK}:{_free_port()}"
        command = [program, f"--config.file={path}", f"--web.listen-address={address}"]
        self._run("prometheus", [*command, f"--storage.tsdb.path={self._folder / 'data'}"], {})
        return address

    def play(self, began: float) -> None:
        """Send the articles at their time, and let the programs come and go."""
        extra = str(self._root / "docs/guides/registry-extra")
        events: dict[float, Callable[[], object]] = {
            SECOND_WORKER: lambda: self.worker("worker-b"),
            REPLAY: self.replay,
            KILL: lambda: self._running["worker-b"].kill(),  # noqa: PLW0108 - it is not there yet
            NEW_VERSION: lambda: self.worker("worker-b", TOCSIN_REGISTRY_EXTRA=extra),
        }
        for one in live(datetime.fromtimestamp(began, UTC)):
            for moment in [at for at in events if at <= one.after_seconds]:
                events.pop(moment)()
            time.sleep(max(0.0, began + one.after_seconds - time.time()))
            self._send(one, None)
        time.sleep(max(0.0, began + LIVE_SECONDS - time.time()))

    def _send(self, one: Article, timestamp_ms: int | None) -> None:
        self._producer.send(ARTICLES, key=one.key, value=one.value, timestamp_ms=timestamp_ms)

    def _address(self, name: str) -> str:
        return f"{LOOPBACK}:{self._ports[name]}"

    def _target(self, name: str) -> Mapping[str, Any]:
        """Return a target under a name that says more than a port of this machine."""
        return {"targets": [self._address(name)], "labels": {"instance": name}}

    def _metrics(self, name: str) -> str:
        try:
            with urllib.request.urlopen(f"http://{self._address(name)}/metrics") as response:
                return str(response.read(), "utf-8")
        except OSError:
            return ""

    def _start(self, name: str, command: Sequence[str], settings: Mapping[str, str]) -> None:
        ours = {
            "TOCSIN_BROKER": self._broker,
            "TOCSIN_HTTP_PORT": str(self._ports[name]),
            "TOCSIN_SESSION_TIMEOUT_SECONDS": "10",
            # The small model would fill this machine's memory three times.
            "TOCSIN_CONFIRM": "off",
        }
        self._run(name, [sys.executable, "-m", "streams", *command], {**ours, **settings})

    def _run(self, name: str, command: Sequence[str], settings: Mapping[str, str]) -> None:
        kept: dict[str, Any] = {k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_")}
        with (self._folder / f"{name}.log").open("ab") as out:
            process = subprocess.Popen(
                command, env={**kept, **settings}, cwd=self._folder, stdout=out, stderr=out
            )
        self._running[name] = process
        self._stack.callback(_end, process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=40)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
