"""Seconds from an article's record to the alert that it causes, at a steady rate of articles.

Each round starts workers on topics of their own, with default settings but `TOCSIN_CONFIRM=off`.
Articles are written at a rate for some seconds, and with `--pause` one more article after a pause.
The latency of an alert is the timestamp of its record minus the timestamp of its newest article's
record. The first second is not counted: a started worker fills its caches.

With `--against FOLDER` the workers of another checkout, with its own environment in `.venv`, take
turns with this one's. Quote medians and ratios, not single rounds.

    python benchmarks/latency.py [--rate N] [--seconds N] [--workers N] [--rounds N] [--pause N]
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

from corpus import documents
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from processes import CpuMeter, cpu_seconds
from reading import timed_values
from rich.console import Console
from rich.table import Table

from streams.demo.broker import Broker
from streams.demo.embedded_broker import EmbeddedBroker
from streams.kafka.topic_differences import apply
from streams.kafka.topics import TopicNames, plan
from streams.service.settings import Settings
from tools.brokers.apache import ApacheKafka

PARTITIONS = 4
WARM_UP_SECONDS = 1.0
STOP_SECONDS = 140.0
QUIET_SECONDS = 2.0
POLL_SECONDS = 0.2
READY_SECONDS = 120.0


@dataclass
class Round:
    """Latencies of one round, in seconds, and CPU milliseconds an article."""

    analyses: list[float] = field(default_factory=list)
    alerts: list[float] = field(default_factory=list)
    after_pause: float | None = None
    cpu_ms: float = 0.0


class Stage:
    """The topics of one round, and what is written and read there."""

    def __init__(self, broker: Broker, prefix: str) -> None:
        self.bootstrap = broker.bootstrap_servers
        self.settings = Settings(
            topic_prefix=prefix, application_id=f"{prefix}app", partitions=PARTITIONS
        )
        self.names = TopicNames.of(self.settings)
        topics = plan(self.settings)
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        apply(admin, topics)
        admin.close()
        self.outputs = [one.name for one in topics if one.name != self.names.articles]
        self.alerts = [name for name in self.outputs if ".alerts." in name]

    @contextmanager
    def running(self, checkout: Path, workers: int, folder: Path) -> Iterator[list[int]]:
        """Run workers of a checkout, and yield their process ids."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_")} | {
            "TOCSIN_BROKER": self.bootstrap,
            "TOCSIN_TOPIC_PREFIX": self.settings.topic_prefix,
            "TOCSIN_APPLICATION_ID": self.settings.application_id,
            "TOCSIN_CONFIRM": "off",
            "TOCSIN_LOG_FORMAT": "json",
            "TOCSIN_HTTP_PORT": "0",
        }
        python = checkout / ".venv/bin/python"
        command = [str(python) if python.exists() else sys.executable, "-m", "streams", "worker"]
        logs = [folder / f"{self.settings.topic_prefix}{n}.log" for n in range(workers)]
        children = []
        for path in logs:
            with path.open("wb") as log:
                children.append(
                    subprocess.Popen(command, env=environment, cwd=checkout, stdout=log, stderr=log)
                )
        try:
            self._wait_until_ready(children, logs)
            yield [child.pid for child in children]
        finally:
            for child in children:
                child.send_signal(signal.SIGTERM)
            for child in children:
                child.wait(STOP_SECONDS)

    def _wait_until_ready(
        self, children: Sequence[subprocess.Popen[bytes]], logs: Sequence[Path]
    ) -> None:
        """Return when every worker is ready, and the group has divided its partitions."""
        until = time.monotonic() + READY_SECONDS
        while not all(map(_is_ready, logs)) or sum(map(_assigned, logs)) != 2 * PARTITIONS:
            if time.monotonic() > until or any(child.poll() is not None for child in children):
                texts = "\n".join(log.read_text()[-2000:] for log in logs)
                raise SystemExit(f"the workers did not start:\n{texts}")
            time.sleep(POLL_SECONDS)

    def publish(self, values: Sequence[bytes], per_second: float) -> None:
        """Write articles at a rate, each with the time of its writing."""
        producer = KafkaProducer(bootstrap_servers=self.bootstrap, acks="all", linger_ms=0)
        began = time.monotonic()
        for number, value in enumerate(values):
            time.sleep(max(0.0, began + number / per_second - time.monotonic()))
            producer.send(self.names.articles, value=value, partition=number % PARTITIONS)
        producer.flush()
        producer.close()

    def wait_until_quiet(self) -> None:
        """Return when no record was written for `QUIET_SECONDS`."""
        consumer = KafkaConsumer(bootstrap_servers=self.bootstrap)
        partitions = [TopicPartition(name, p) for name in self.outputs for p in range(PARTITIONS)]
        partitions = [tp for tp in partitions if tp.partition in _of(consumer, tp.topic)]
        last, before = time.monotonic(), {}
        while time.monotonic() - last < QUIET_SECONDS:
            ends = consumer.end_offsets(partitions)
            if ends != before:
                last, before = time.monotonic(), ends
            time.sleep(POLL_SECONDS)
        consumer.close()


def _events(log: Path, event: str) -> list[dict[str, object]]:
    lines = [line for line in log.read_text().splitlines() if f'"{event}"' in line]
    return [json.loads(line) for line in lines]


def _assigned(log: Path) -> int:
    """Return how many partitions of articles and mentions a worker has, by its log."""
    found = _events(log, "worker.assigned")
    return int(str(found[-1]["partitions"])) if found else 0


def _is_ready(log: Path) -> bool:
    """Return whether a worker has started and its states are recovered."""
    started = _events(log, "worker.started")
    if not started:
        return False
    try:
        urlopen(str(started[0]["metrics"]).replace("/metrics", "/readyz")).close()  # noqa: S310 - our own worker
    except OSError:
        return False
    return True


def _of(consumer: KafkaConsumer, topic: str) -> set[int]:
    return consumer.partitions_for_topic(topic) or set()


def run(arguments: argparse.Namespace, stage: Stage, checkout: Path, folder: Path) -> Round:
    """Run one round of one checkout."""
    count = round(arguments.rate * arguments.seconds)
    values = documents(arguments.corpus, count + 1)
    result = Round()
    with stage.running(checkout, arguments.workers, folder) as pids:
        meter = CpuMeter(pids)
        stage.publish(values[:count], arguments.rate)
        stage.wait_until_quiet()
        result.cpu_ms = sum(cpu_seconds(meter.used()).values()) / count * 1000
        if arguments.pause:
            time.sleep(arguments.pause)
            stage.publish(values[count:], arguments.rate)
            stage.wait_until_quiet()
    written = {
        str(value["id"]): at for at, value in timed_values(stage.bootstrap, [stage.names.articles])
    }
    last = str(json.loads(values[count])["id"]) if arguments.pause else None
    counted_from = min(written.values()) + WARM_UP_SECONDS
    for at, value in timed_values(stage.bootstrap, [stage.names.analyses]):
        began = written[str(value["article_id"])]
        if began >= counted_from and value["article_id"] != last:
            result.analyses.append(at - began)
    for at, value in timed_values(stage.bootstrap, stage.alerts):
        ids = [str(one["article_id"]) for one in value["articles"]]
        began = max(written[one] for one in ids)
        if last in ids:
            result.after_pause = at - began
        elif began >= counted_from:
            result.alerts.append(at - began)
    return result


def measure(arguments: argparse.Namespace, broker: Broker, folder: Path) -> dict[str, list[Round]]:
    """Run all rounds, in turns."""
    console = Console()
    checkouts = {"this checkout": Path(__file__).parents[1]}
    if arguments.against:
        checkouts["the other"] = arguments.against.resolve()
    rounds: dict[str, list[Round]] = {name: [] for name in checkouts}
    for turn in range(arguments.rounds):
        for name, checkout in checkouts.items():
            stage = Stage(broker, f"l{turn}.{len(name)}.")
            done = run(arguments, stage, checkout, folder)
            rounds[name].append(done)
            console.print(
                f"round {turn + 1}, {name}: {len(done.alerts)} alerts, "
                f"p50 {_ms(_share(done.alerts, 50))}, p99 {_ms(_share(done.alerts, 99))}"
            )
    return rounds


def report(rounds: dict[str, list[Round]], arguments: argparse.Namespace) -> None:
    """Print the medians over the rounds."""
    table = Table(
        f"{arguments.rate:g} articles/s, {arguments.workers} worker(s)",
        "analysis p50",
        "p99",
        "alert p50",
        "p99",
        "after the pause",
        "CPU ms an article",
    )
    for name, done in rounds.items():
        latencies = [(one.analyses, 50) for one in done], [(one.analyses, 99) for one in done]
        alerts = [(one.alerts, 50) for one in done], [(one.alerts, 99) for one in done]
        paused = [one.after_pause for one in done if one.after_pause is not None]
        table.add_row(
            name,
            *(
                _ms(statistics.median(_share(*one) for one in column))
                for column in (*latencies, *alerts)
            ),
            _ms(statistics.median(paused)) if paused else "",
            f"{statistics.median(one.cpu_ms for one in done):.1f}",
        )
    Console().print(table)


def _share(latencies: Sequence[float], percent: int) -> float:
    if len(latencies) < 2:  # noqa: PLR2004 - quantiles need two
        return latencies[0] if latencies else float("nan")
    return statistics.quantiles(latencies, n=100)[percent - 1]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, help="JSONL, .gz too; else the bundle varied")
    parser.add_argument("--rate", type=float, default=100.0, help="articles a second")
    parser.add_argument("--seconds", type=float, default=12.0, help="for how long")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pause", type=float, default=0.0, help="seconds before one more article")
    parser.add_argument("--against", type=Path, help="another checkout, in turns with this one")
    parser.add_argument("--broker", choices=["apache", "embedded"], default="apache")
    arguments = parser.parse_args()
    make = {"apache": ApacheKafka, "embedded": EmbeddedBroker}[arguments.broker]
    with tempfile.TemporaryDirectory() as folder, make() as broker:
        report(measure(arguments, broker, Path(folder)), arguments)


if __name__ == "__main__":
    main()
