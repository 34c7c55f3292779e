"""Articles a second, from `news.articles` to acknowledged outputs: Tocsin and the naive program.

Both run as one worker on the same broker and the same articles, in turns, in one run. The articles
are in the topic before a worker starts; the clock runs from its first output to its last, so that
starting is not counted. For Tocsin the last output is the last of all: analyses, mentions, alerts
and the watch state. Quote the medians and the ratio, not single rounds.

    python benchmarks/throughput.py [--corpus FILE.jsonl[.gz]] [--articles N] [--rounds N]
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from corpus import documents
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from processes import CpuMeter, cpu_seconds, is_optimised_build
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
QUIET_SECONDS = 3.0
# Looking takes time from the cores that are measured, more where there are more topics to look at.
POLL_SECONDS = 0.2
PACED_SECONDS = 15
MEMORY_ARTICLES = 20_000
BACKLOG_PER_SECOND = 100
MIN_LATENCIES = 2
# This script, which only looks, is not counted.
CPU_ROLES = ("worker", "analysis", "broker")


@dataclass
class Run:
    """What one worker did with one load."""

    rate: float = 0.0
    cpu_ms: dict[str, float] = field(default_factory=dict)
    """CPU milliseconds an article, by role."""
    memory_bytes: list[int] = field(default_factory=list)
    latencies_seconds: list[float] = field(default_factory=list)
    alert_latencies_seconds: list[float] = field(default_factory=list)


class Contender:
    """One of the two programs, on topics of its own."""

    def __init__(self, name: str, broker: Broker, prefix: str, folder: Path) -> None:
        self.name = name
        self.bootstrap = broker.bootstrap_servers
        self.prefix = prefix
        self.settings = Settings(
            topic_prefix=prefix, application_id=f"{prefix}app", partitions=PARTITIONS
        )
        self.names = TopicNames.of(self.settings)
        self._log = folder / f"{prefix}{name}.log"
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        if name == "tocsin":
            apply(admin, plan(self.settings))
            self.done_topic = self.names.analyses
            self.topics = [p.name for p in plan(self.settings) if p.name != self.names.articles]
        else:
            self.done_topic = f"{prefix}news.scores"
            self.topics = [self.done_topic]
            made = [self.names.articles, self.done_topic]
            admin.create_topics([NewTopic(n, PARTITIONS, 1) for n in made])
            admin.wait_for_topics(made)
        admin.close()

    @contextmanager
    def running(self):  # noqa: ANN201 - a context manager of a process
        """Run the worker."""
        if self.name == "tocsin":
            command = [sys.executable, "-m", "streams", "worker"]
            variables = {
                "TOCSIN_BROKER": self.bootstrap,
                "TOCSIN_TOPIC_PREFIX": self.prefix,
                "TOCSIN_APPLICATION_ID": self.settings.application_id,
                "TOCSIN_HTTP_PORT": "0",
            }
        else:
            naive = Path(__file__).with_name("naive.py")
            command = [sys.executable, str(naive), "worker", "--without-web", "-l", "error"]
            variables = {
                "BENCH_BROKER": self.bootstrap,
                "BENCH_PREFIX": self.prefix,
                "BENCH_FOLDER": str(self._log.parent),
            }
        with self._log.open("wb") as log:
            child = subprocess.Popen(
                command, env={**os.environ, **variables}, stdout=log, stderr=log
            )
        try:
            yield child
        finally:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(30)
            except subprocess.TimeoutExpired:
                child.kill()

    def publish(self, values: Sequence[bytes], per_second: float | None = None) -> None:
        """Publish all, at once or paced.

        At once they are a backlog: stamped as if they had come in at 100 a second until now. Were
        all of one second, watch could not begin before the last of them is analysed.
        """
        producer = KafkaProducer(
            bootstrap_servers=self.bootstrap, acks="all", linger_ms=0 if per_second else 20
        )
        began = time.monotonic()
        first_ms = int((time.time() - len(values) / BACKLOG_PER_SECOND) * 1000)
        for number, value in enumerate(values):
            if per_second:
                time.sleep(max(0.0, began + number / per_second - time.monotonic()))
            stamp_ms = None if per_second else first_ms + number * 1000 // BACKLOG_PER_SECOND
            producer.send(
                self.names.articles,
                value=value,
                partition=number % PARTITIONS,
                timestamp_ms=stamp_ms,
            )
        producer.flush()
        producer.close()

    def drain(self, count: int, child: subprocess.Popen[bytes]) -> Run:
        """Wait until `count` more articles are done, and measure."""
        consumer = KafkaConsumer(bootstrap_servers=self.bootstrap)
        partitions = [TopicPartition(t, p) for t in self.topics for p in range(PARTITIONS)]
        before = self._done(consumer.end_offsets(partitions))
        first: tuple[float, int] | None = None
        last, ends = time.monotonic(), {}
        meter = CpuMeter([os.getpid()])
        used: dict[str, float] = {}
        run = Run()
        while True:
            now, newest = time.monotonic(), consumer.end_offsets(partitions)
            done = self._done(newest) - before
            if newest != ends:
                last, ends = now, newest
                used = cpu_seconds(meter.used())
                run.memory_bytes.append(resident_bytes(child.pid))
            if first is None and done:
                first = (now, done)
                meter = CpuMeter([os.getpid()])
            if done >= count and now - last > QUIET_SECONDS:
                break
            if child.poll() is not None:
                raise SystemExit(f"{self.name} ended:\n{self._log.read_text()[-3000:]}")
            time.sleep(POLL_SECONDS)
        consumer.close()
        if first:
            counted = count - first[1]
            run.rate = counted / max(last - first[0], POLL_SECONDS)
            run.cpu_ms = {role: used[role] / max(counted, 1) * 1000 for role in CPU_ROLES}
        return run

    def latencies_seconds(self, since: int) -> list[float]:
        """Return the times from an article's record to its output's, for the newest outputs."""
        arrived = self._timestamps(self.names.articles)
        ready = self._timestamps(self.done_topic)
        return [ready[i] - arrived[i] for i in ready if i in arrived and number(i) >= since]

    def alert_latencies_seconds(self, since: int) -> list[float]:
        """Return the times from the newest article's record of each alert to the alert's."""
        if self.name != "tocsin":
            return []
        arrived = self._timestamps(self.names.articles)
        found = []
        for topic in (one for one in self.topics if ".alerts." in one):
            for at, value in timed_values(self.bootstrap, [topic]):
                ids = [one["article_id"] for one in value["articles"]]
                if min(map(number, ids)) >= since:
                    found.append(at - max(arrived[one] for one in ids))
        return found

    def _timestamps(self, topic: str) -> dict[str, float]:
        return {
            value.get("article_id") or value["id"]: at
            for at, value in timed_values(self.bootstrap, [topic])
        }

    def _done(self, ends: dict[TopicPartition, int]) -> int:
        return sum(end for tp, end in ends.items() if tp.topic == self.done_topic)


def number(article_id: str) -> int:
    """Return the number in a benchmark article's id."""
    return int(article_id.removeprefix("bench-"))


def resident_bytes(pid: int) -> int:
    """Return a process's resident memory; Linux."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def measure(arguments: argparse.Namespace, broker: Broker, folder: Path) -> dict[str, list[Run]]:
    """Run both in turns."""
    console = Console()
    values = documents(arguments.corpus, arguments.articles)
    size = statistics.median(len(v) for v in values)
    console.print(f"{len(values)} articles of {size:.0f} bytes (median), {PARTITIONS} partitions")
    runs: dict[str, list[Run]] = {"tocsin": [], "naive": []}
    for turn in range(arguments.rounds):
        for name, done in runs.items():
            contender = Contender(name, broker, f"r{turn}.{name[0]}.", folder)
            contender.publish(values)
            with contender.running() as child:
                run = contender.drain(len(values), child)
                if turn == arguments.rounds - 1:
                    paced = documents(
                        arguments.corpus, len(values) + arguments.paced * arguments.paced_seconds
                    )
                    contender.publish(paced[len(values) :], arguments.paced)
                    contender.drain(0, child)
                    run.latencies_seconds = contender.latencies_seconds(len(values))
                    run.alert_latencies_seconds = contender.alert_latencies_seconds(len(values))
            done.append(run)
            console.print(f"round {turn + 1}, {name}: {run.rate:,.0f} articles/s")
    return runs


def memory(arguments: argparse.Namespace, broker: Broker, folder: Path) -> Run:
    """Run Tocsin over many articles, and watch its memory."""
    contender = Contender("tocsin", broker, "memory.", folder)
    contender.publish(documents(arguments.corpus, MEMORY_ARTICLES))
    with contender.running() as child:
        return contender.drain(MEMORY_ARTICLES, child)


def report(runs: dict[str, list[Run]], flat: Run | None, paced: int) -> None:
    """Print the medians, the ratio, latencies and memory."""
    rates = {name: statistics.median(run.rate for run in all_) for name, all_ in runs.items()}
    table = Table(
        "",
        "articles/s, median",
        f"analysis at {paced}/s: p50, p99",
        "alert: p50, p99",
        "CPU ms an article",
        "memory, most",
    )
    for name, all_ in runs.items():
        most = max(max(run.memory_bytes) for run in all_)
        cpu = {
            role: statistics.median(run.cpu_ms.get(role, 0) for run in all_) for role in CPU_ROLES
        }
        shown = " + ".join(f"{cpu[role]:.2f}" for role in CPU_ROLES)
        table.add_row(
            name,
            f"{rates[name]:,.0f}",
            _cuts(all_[-1].latencies_seconds),
            _cuts(all_[-1].alert_latencies_seconds),
            f"{shown} = {sum(cpu.values()):.2f}",
            f"{most / 1e6:.0f} MB",
        )
    console = Console()
    console.print(table)
    console.print("CPU: worker, analysing processes, broker")
    if not is_optimised_build():
        console.print("This Python was built without PGO: a build with it is some 10 % faster.")
    console.print(f"ratio tocsin : naive = {rates['tocsin'] / rates['naive']:.2f}")
    if flat:
        quarter = max(1, len(flat.memory_bytes) // 4)
        parts = [flat.memory_bytes[i * quarter : (i + 1) * quarter] for i in range(4)]
        shown = ", ".join(f"{statistics.median(part) / 1e6:.0f}" for part in parts)
        console.print(
            f"memory over {MEMORY_ARTICLES} articles, median of each quarter: {shown} MB "
            f"({flat.rate:,.0f} articles/s)"
        )


def _cuts(latencies_seconds: Sequence[float]) -> str:
    if len(latencies_seconds) < MIN_LATENCIES:
        return "-"
    cuts = statistics.quantiles(latencies_seconds, n=100)
    return f"{cuts[49] * 1000:.0f}, {cuts[98] * 1000:.0f} ms"


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, help="JSONL, .gz too; else the bundle varied")
    parser.add_argument("--articles", type=int, default=12_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--paced", type=int, default=100, help="articles/s for the latencies")
    parser.add_argument("--paced-seconds", type=int, default=PACED_SECONDS, help="for so long")
    parser.add_argument("--broker", choices=["apache", "embedded"], default="apache")
    parser.add_argument("--no-memory", action="store_true", help="leave the long run out")
    arguments = parser.parse_args()
    make = {"apache": ApacheKafka, "embedded": EmbeddedBroker}[arguments.broker]
    with tempfile.TemporaryDirectory() as folder, make() as broker:
        runs = measure(arguments, broker, Path(folder))
        flat = None if arguments.no_memory else memory(arguments, broker, Path(folder))
        report(runs, flat, arguments.paced)


if __name__ == "__main__":
    main()
