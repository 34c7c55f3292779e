"""Runs the demo once: starts a worker process, publishes the bundle, reads and counts the outputs.

The outputs are read as a subscriber does. A listener shows them.
"""

import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from processors.contracts import Alert
from streams.demo.bundle import BundledRecord
from streams.errors import PassingFaultError
from streams.kafka.connection import Connection
from streams.kafka.deployment import Deployment
from streams.kafka.envelope import ERROR_PREFIX
from streams.kafka.lag import LagMeter
from streams.service.settings import PREFIX, Settings

START_SECONDS = 60.0
STOP_SECONDS = 30.0
QUIET_SECONDS = 120.0
_decode_alert = msgspec.json.Decoder(Alert).decode


class DemoStopped(Exception):  # noqa: N818 - it is no error
    """The demo was asked to stop."""


@dataclass(slots=True)
class Tally:
    """Counts of published and read records."""

    published: int = 0
    analysed: int = 0
    mentions: int = 0
    dead_letters: Counter[str] = field(default_factory=Counter)
    alerts: Counter[str] = field(default_factory=Counter)
    latencies_seconds: list[float] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """Return whether every published record has an output: an analysis or a dead letter."""
        return self.analysed + self.dead_letters.total() >= self.published

    def latency_seconds(self, share: float) -> float | None:
        """Return the latency that this share (0.01 to 0.99) of the alerts stays within, if any."""
        if not self.latencies_seconds:
            return None
        if len(self.latencies_seconds) == 1:
            return self.latencies_seconds[0]
        cuts = statistics.quantiles(self.latencies_seconds, n=100, method="inclusive")
        return cuts[round(share * 100) - 1]


class WorkerProcess:
    """`tocsin worker` as a child, with its log in a file.

    Args:
        settings: Its settings, passed as environment variables, as to a container.
        log_file: The file of its log.
        stop: Set when the demo is asked to stop.
    """

    def __init__(self, settings: Settings, log_file: Path, stop: threading.Event) -> None:
        self._log_file = log_file
        self._asked_to_stop = stop
        environment = {k: v for k, v in os.environ.items() if not k.startswith(PREFIX)}
        environment |= _variables(settings)
        self._out = log_file.open("wb")
        self._child = subprocess.Popen(
            [sys.executable, "-m", "streams", "worker"],
            env=environment,
            stdout=self._out,
            stderr=self._out,
            # Ctrl-C goes to the demo, which then stops the worker cleanly.
            start_new_session=True,
        )

    def address(self) -> str:
        """Wait until the worker runs, and return its port as `http://host:port`.

        Raises:
            DemoStopped: the demo was asked to stop.
            PassingFaultError: it ended, or did not start in time; with the end of its log.
        """
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._child.poll() is None:
            for line in self._log_file.read_bytes().splitlines():
                with contextlib.suppress(ValueError):
                    entry = json.loads(line)
                    if entry.get("event") == "worker.started":
                        return str(entry["metrics"]).removesuffix("/metrics")
            if self._asked_to_stop.wait(0.05):
                raise DemoStopped
        raise PassingFaultError(f"the worker did not start:\n{self.tail()}")

    def check(self) -> None:
        """Raise if the demo cannot continue.

        Raises:
            DemoStopped: the demo was asked to stop.
            PassingFaultError: the worker has ended; with the end of its log.
        """
        if self._asked_to_stop.is_set():
            raise DemoStopped
        if self._child.poll() is not None:
            raise PassingFaultError(
                f"the worker ended with code {self._child.returncode}:\n{self.tail()}"
            )

    def stop(self) -> int:
        """Stop it as a platform would, and give its exit code."""
        if self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
            try:
                self._child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()
        self._out.close()
        return self._child.returncode

    def tail(self) -> str:
        """Return the last lines of its log."""
        lines = self._log_file.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-15:])


def publish(
    connection: Connection,
    topic: str,
    records: Sequence[BundledRecord],
    rate: float,
    stop: threading.Event,
    compression: str | None = None,
) -> Iterator[int]:
    """Send the records at `rate` a second, and give the number sent after each.

    It does not wait any more once `stop` is set: the reader of the numbers has to end.
    """
    producer = KafkaProducer(
        **connection.kafka_python(), acks="all", linger_ms=0, compression_type=compression
    )
    try:
        began = time.monotonic()
        for number, record in enumerate(records, start=1):
            stop.wait(max(0.0, began + number / rate - time.monotonic()))
            producer.send(
                topic, key=record.key, value=record.value, headers=list(record.headers)
            ).get(timeout=30)
            yield number
    finally:
        producer.close()


class Outputs:
    """Reads everything that the worker writes, from now on.

    Args:
        deployment: The demo's deployment.
        on_alert: Called once for each alert, even if the alert is repeated.
    """

    def __init__(self, deployment: Deployment, on_alert: Callable[[Alert], None]) -> None:
        names = self._names = deployment.names
        self._on_alert = on_alert
        self._seen: set[str] = set()
        self._consumer = KafkaConsumer(
            **deployment.connection.kafka_python(), enable_auto_commit=False
        )
        topics = (
            names.analyses,
            names.mentions,
            names.dead_letters,
            *deployment.alerts.news,
        )
        partitions = [
            TopicPartition(topic, partition)
            for topic in topics
            for partition in self._consumer.partitions_for_topic(topic) or ()
        ]
        self._consumer.assign(partitions)
        for tp, end in self._consumer.end_offsets(partitions).items():
            self._consumer.seek(tp, end)

    def read(self, tally: Tally, wait_seconds: float) -> int:
        """Count the records that arrive within a time, and return their number."""
        count = 0
        for tp, records in self._consumer.poll(timeout_ms=int(wait_seconds * 1000)).items():
            count += len(records)
            for record in records:
                self._count(tally, tp.topic, record.value, record.headers)
        return count

    def close(self) -> None:
        """Close the consumer."""
        self._consumer.close()

    def _count(
        self, tally: Tally, topic: str, value: bytes | None, headers: Sequence[tuple[str, bytes]]
    ) -> None:
        if topic == self._names.analyses:
            tally.analysed += 1
        elif topic == self._names.mentions:
            tally.mentions += 1
        elif topic == self._names.dead_letters:
            reason = dict(headers).get(ERROR_PREFIX + "reason", b"?")
            tally.dead_letters[reason.decode()] += 1
        elif value is not None:
            alert = _decode_alert(value)
            if alert.alert_id not in self._seen:
                self._seen.add(alert.alert_id)
                tally.alerts[alert.kind] += 1
                tally.latencies_seconds.append(time.time() - alert.event_time.timestamp())
                self._on_alert(alert)


def settle(
    deployment: Deployment,
    outputs: Outputs,
    tally: Tally,
    worker: WorkerProcess,
) -> None:
    """Read on until every record has come out and the group has nothing left to do.

    Raises:
        DemoStopped: the demo was asked to stop.
        PassingFaultError: the worker ended, or nothing came for two minutes.
    """
    names, group = deployment.names, deployment.settings.application_id
    meter = LagMeter(deployment.connection, group, (names.articles, names.mentions))
    try:
        last_record = time.monotonic()
        while True:
            worker.check()
            if outputs.read(tally, 0.2):
                last_record = time.monotonic()
            elif tally.settled and not any(lag.records for lag in meter.measure().values()):
                # Alerts are acknowledged before their mention's offset is committed.
                while outputs.read(tally, 0.2):
                    pass
                return
            if time.monotonic() - last_record > QUIET_SECONDS:
                raise PassingFaultError(f"nothing came out for two minutes:\n{worker.tail()}")
    finally:
        meter.close()


def _variables(settings: Settings) -> dict[str, str]:
    defaults = Settings()
    given = {
        name: value
        for name, value in msgspec.structs.asdict(settings).items()
        if value != getattr(defaults, name)
    }
    return {
        PREFIX + name.upper(): str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in given.items()
    }
