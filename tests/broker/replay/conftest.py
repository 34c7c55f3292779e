"""A cluster with the topics of one test, and the processes of replays that run on it."""

import io
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import msgspec
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from streams.cli import main
from streams.demo.broker import Broker
from streams.demo.bundle import load_bundle, redated
from streams.kafka.connection import Connection
from streams.kafka.deployment import Deployment
from streams.kafka.lag import LagMeter
from streams.kafka.topic_differences import apply
from streams.kafka.topics import TopicNames, plan
from streams.service import logs
from streams.service.settings import Settings
from tests.waiting import wait_until

# Long, because it only bounds a failure: on a busy machine a replay takes minutes.
WAIT_SECONDS = 240.0


@dataclass
class Cluster:
    """A broker with the topics of one test, and the processes that run on it."""

    broker: Broker
    settings: Settings
    folder: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def connection(self) -> Connection:
        return Connection.plaintext(self.broker.bootstrap_servers)

    @property
    def deployment(self) -> Deployment:
        return Deployment.of(self.settings, self.connection)

    @property
    def names(self) -> TopicNames:
        return TopicNames.of(self.settings)

    def environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        return {k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_")} | {
            "TOCSIN_BROKER": self.broker.bootstrap_servers,
            "TOCSIN_TOPIC_PREFIX": self.settings.topic_prefix,
            "TOCSIN_APPLICATION_ID": self.settings.application_id,
            "TOCSIN_PARTITIONS": str(self.settings.partitions),
            "TOCSIN_SESSION_TIMEOUT_SECONDS": "6",
            "TOCSIN_HTTP_PORT": "0",
            # A second one would load its data for each worker that a test starts.
            "TOCSIN_ANALYSIS_PROCESSES": "1",
            **variables,
        }

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[bytes]:
        number = len(self.running)
        with (
            (self.folder / f"{number}.log").open("wb") as log,
            (self.folder / f"{number}.out").open("wb") as out,
        ):
            child = subprocess.Popen(
                [sys.executable, "-m", "streams", *arguments],
                env=self.environment(variables),
                stdout=out,
                stderr=log,
            )
        self.running.append(child)
        return child

    def run(self, *arguments: str, **variables: str) -> str:
        """Run a command that works to its end, and give its output."""
        return self.ended(self.start(*arguments, **variables))

    def ended(self, child: subprocess.Popen[bytes]) -> str:
        """Wait for the good end of what was started, and give its output."""
        assert child.wait(WAIT_SECONDS) == 0, self.logs()
        return (self.folder / f"{self.running.index(child)}.out").read_text()

    def ask(self, *arguments: str, code: int = 0, **variables: str) -> str:
        """Call a command that is over at once, in this process; give what it said on both ways."""
        out, err = io.StringIO(), io.StringIO()
        with (
            mock.patch.dict(os.environ, self.environment(variables), clear=True),
            # The handler would hold this test's standard error and outlive it.
            mock.patch.object(logs, "configure"),
            redirect_stdout(out),
            redirect_stderr(err),
            pytest.raises(SystemExit) as ended,
        ):
            main.run([*arguments])
        assert ended.value.code == code, err.getvalue()
        return out.getvalue() + err.getvalue()

    def log(self, child: subprocess.Popen[bytes]) -> str:
        return (self.folder / f"{self.running.index(child)}.log").read_text()

    def logs(self) -> str:
        return "\n\n".join(one.read_text()[-3_000:] for one in sorted(self.folder.glob("*.log")))

    def publish(
        self, values: Sequence[tuple[bytes | None, bytes | None]], after: int = 0, **extra: Any
    ) -> None:
        """Publish as if they had come a minute apart, after so many others."""
        producer = KafkaProducer(**self.connection.kafka_python(), acks="all", **extra)
        if extra:
            producer.init_transactions()
            producer.begin_transaction()
        first_ms = round((datetime.now(UTC) - timedelta(hours=6)).timestamp() * 1000)
        for number, (key, value) in enumerate(values):
            producer.send(
                self.names.articles,
                key=key or str(number).encode(),
                value=value,
                timestamp_ms=first_ms + (after + number) * 60_000,
            )
        if extra:
            producer.commit_transaction()
        producer.flush()
        producer.close()

    def run_live(self, **variables: str) -> None:
        """Run an ordinary worker until nothing is left."""
        worker = self.start("worker", **variables)
        topics = (self.names.articles, self.names.mentions)
        meter = LagMeter(self.connection, self.settings.application_id, topics)

        def is_settled() -> bool:
            try:
                lags = meter.measure().values()
                return bool(self.committed()) and not any(lag.records for lag in lags)
            except KafkaError as error:
                # A new cluster makes the topic of offsets when the first group comes.
                if not error.retriable:
                    raise
            except KeyError:
                pass  # It may not answer for every partition: then kafka-python raises this.
            return False

        self.until(is_settled, "the live worker to finish")
        meter.close()
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(WAIT_SECONDS) == 0, self.logs()

    def committed(self) -> dict[TopicPartition, int]:
        """Give the offsets of the live group."""
        admin = KafkaAdminClient(**self.connection.kafka_python())
        group = self.settings.application_id
        known = admin.list_group_offsets(group).get(group, {})
        admin.close()
        return {tp: one.offset for tp, one in known.items()}

    def topics(self) -> set[str]:
        admin = KafkaAdminClient(**self.connection.kafka_python())
        found = {one for one in admin.list_topics() if self.settings.topic_prefix in one}
        admin.close()
        return found

    def read(self, *topics: str) -> list[Any]:
        consumer = KafkaConsumer(**self.connection.kafka_python(), enable_auto_commit=False)
        tps = [TopicPartition(t, p) for t in topics for p in consumer.partitions_for_topic(t) or ()]
        consumer.assign(tps)
        consumer.seek_to_beginning(*tps)
        ends = consumer.end_offsets(tps)
        records: list[Any] = []
        while any(consumer.position(tp) < ends[tp] for tp in tps):
            for batch in consumer.poll(500).values():
                records += batch
        consumer.close()
        return records

    def replay(self, replay_id: str) -> TopicNames:
        """Give the topics of a replay."""
        prefix = f"{self.settings.topic_prefix}replay.{replay_id}."
        return TopicNames.of(msgspec.structs.replace(self.settings, topic_prefix=prefix))

    def alert_ids(self, names: TopicNames) -> set[str]:
        records = self.read(*names.alerts.values())
        return {dict(record.headers)["ce_id"].decode() for record in records}

    def publish_bundle(self) -> None:
        bundle = redated(load_bundle(), datetime.now(UTC))
        self.publish([(record.key, record.value) for record in bundle])

    def until(self, condition: Callable[[], bool], what: str) -> None:
        wait_until(condition, what, seconds=WAIT_SECONDS, details=self.logs)


@contextmanager
def made(broker: Broker, prefix: str, folder: Path, partitions: int) -> Iterator[Cluster]:
    settings = Settings(topic_prefix=prefix, application_id=f"{prefix}app", partitions=partitions)
    cluster = Cluster(broker, settings, folder)
    admin = KafkaAdminClient(**cluster.connection.kafka_python())
    apply(admin, plan(settings))
    admin.close()
    try:
        yield cluster
    finally:
        for child in cluster.running:
            if child.poll() is None:
                child.kill()
                child.wait()


@pytest.fixture
def cluster(
    broker: Broker, topic_prefix: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Cluster]:
    with made(broker, topic_prefix, tmp_path, getattr(request, "param", 4)) as one:
        yield one


@pytest.fixture
def restartable(restartable_broker: Broker, topic_prefix: str, tmp_path: Path) -> Iterator[Cluster]:
    """One whose broker may be stopped."""
    with made(restartable_broker, topic_prefix, tmp_path, 4) as one:
        yield one


@pytest.fixture(scope="module")
def away(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The bundled articles, a minute apart, that no live worker read."""
    prefix = f"t{uuid.uuid4().hex[:10]}."
    with made(broker, prefix, tmp_path_factory.mktemp("away"), 4) as one:
        one.publish_bundle()
        yield one
