"""What changes at the broker while a worker runs: partitions, topics, names in the group.

Each test is one worker after the other on topics of its own, because most of the time is spent on
starts.
"""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.errors import UnknownTopicOrPartitionError

from streams.demo.broker import Broker
from streams.errors import EXIT_MISCONFIGURED, EXIT_OK
from streams.kafka.topic_differences import apply
from streams.kafka.topics import TopicNames, plan
from streams.service.settings import Settings
from tests.waiting import wait_until

WAIT_SECONDS = 120.0
# What an operator is promised, on a machine that does nothing else.
PROMISED_SECONDS = 30.0


@dataclass
class System:
    """A broker with the topics of one test, and the workers that run on it."""

    broker: Broker
    prefix: str
    folder: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return Settings(topic_prefix=self.prefix, application_id=f"{self.prefix}app", partitions=2)

    @property
    def names(self) -> TopicNames:
        return TopicNames.of(self.settings)

    def admin(self) -> closing[KafkaAdminClient]:
        return closing(KafkaAdminClient(bootstrap_servers=self.broker.bootstrap_servers))

    def start(self, **variables: str) -> subprocess.Popen[bytes]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
        number = len(self.running)
        with (self.folder / f"worker-{number}.log").open("wb") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "streams", "worker"],
                env=own
                | {
                    "TOCSIN_BROKER": self.broker.bootstrap_servers,
                    "TOCSIN_TOPIC_PREFIX": self.prefix,
                    "TOCSIN_APPLICATION_ID": self.settings.application_id,
                    "TOCSIN_PARTITIONS": "2",
                    "TOCSIN_HTTP_PORT": "0",
                    "TOCSIN_ANALYSIS_PROCESSES": "0",
                    "TOCSIN_CONFIRM": "off",
                    "TOCSIN_LAG_INTERVAL_SECONDS": "1",
                }
                | variables,
                stdout=log,
                stderr=log,
            )
        self.running.append(child)
        return child

    def log(self, number: int = -1) -> str:
        number %= len(self.running)
        return (self.folder / f"worker-{number}.log").read_text(encoding="utf-8")

    def ready(self) -> str:
        """Wait until the newest worker is ready, and give its address."""
        self.until(lambda: "worker.started" in self.log(), "a worker that starts")
        lines = [json.loads(one) for one in self.log().splitlines() if one.startswith("{")]
        (address,) = [
            one["metrics"].removesuffix("/metrics")
            for one in lines
            if one["event"] == "worker.started"
        ]
        self.until(lambda: "assigned" in get(f"{address}/readyz"), "a worker that is ready")
        return str(address)

    def ended(self, number: int = -1) -> tuple[int, str]:
        """Wait for the end of a worker; give its exit code and its last words."""
        child = self.running[number]
        self.until(lambda: child.poll() is not None, "the end of a worker", must_run=False)
        return child.returncode, self.log(number).rpartition("tocsin: ")[2]

    def until(self, condition: Callable[[], bool], what: str, *, must_run: bool = True) -> None:
        wait_until(
            condition,
            what,
            seconds=WAIT_SECONDS,
            details=lambda: self.log()[-4_000:],
            running=self.running[-1] if must_run else None,
        )

    def publish(self, partition: int, article_id: str) -> None:
        article = {"id": article_id, "title": "Storm hits the coast", "text": "It rained."}
        with closing(
            KafkaProducer(
                bootstrap_servers=self.broker.bootstrap_servers, allow_auto_create_topics=False
            )
        ) as producer:
            value = json.dumps(article).encode()
            producer.send(self.names.articles, value, partition=partition).get(30)

    def analysed(self) -> int:
        with closing(KafkaConsumer(bootstrap_servers=self.broker.bootstrap_servers)) as consumer:
            tps = [TopicPartition(self.names.analyses, partition) for partition in range(2)]
            return sum(consumer.end_offsets(tps).values())

    def raise_partitions(self, topic: str, partitions: int) -> None:
        with self.admin() as admin:
            admin.create_partitions({topic: partitions})


@pytest.fixture
def system(broker: Broker, topic_prefix: str, tmp_path: Path) -> Iterator[System]:
    system = System(broker, topic_prefix, tmp_path)
    with system.admin() as admin:
        apply(admin, plan(system.settings))
    yield system
    for child in system.running:
        child.kill()
        child.wait()


def get(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return error.read().decode()
    except OSError:
        return ""


def test_partitions_that_articles_get_are_read_and_named_and_those_of_mentions_end_the_worker(
    system: System,
) -> None:
    system.start()
    address = system.ready()
    system.raise_partitions(system.names.articles, 4)
    began = time.monotonic()
    system.publish(3, "urn:example:added")
    system.until(lambda: system.analysed() == 1, "an article in a partition that was added")
    took = time.monotonic() - began
    note = f"{system.names.articles} has 4 partitions, the plan says 2: all of them are read"
    system.until(lambda: note in get(f"{address}/readyz"), "the note in /readyz")
    assert note in system.log()
    assert get(f"{address}/readyz").startswith("6 partitions assigned")
    lag = f'tocsin_lag_records{{partition="3",topic="{system.names.articles}"}} 0.0'
    system.until(lambda: lag in get(f"{address}/metrics"), "the lag of a partition that was added")
    metrics = get(f"{address}/metrics")
    assert f'tocsin_topic_partitions{{topic="{system.names.articles}"}} 4.0' in metrics
    differs = f'difference="other_partitions",topic="{system.names.articles}"'
    assert f"tocsin_topic_differs{{{differs}}} 1.0" in metrics
    assert took < PROMISED_SECONDS
    system.running[-1].terminate()
    assert system.ended()[0] == EXIT_OK
    # It starts as it ran.
    system.start()
    system.ready()
    system.raise_partitions(system.names.mentions, 4)
    code, said = system.ended()
    assert code == EXIT_MISCONFIGURED, system.log()
    assert f"{system.names.mentions} has 4 partitions, the plan says 2" in said


def test_a_topic_that_is_deleted_or_made_again_ends_the_worker(system: System) -> None:
    system.start()
    address = system.ready()
    system.publish(0, "urn:example:before")
    system.until(lambda: system.analysed() == 1, "an analysis")
    lag = f'tocsin_lag_records{{partition="0",topic="{system.names.articles}"}} 0.0'
    system.until(lambda: lag in get(f"{address}/metrics"), "the commit")
    with system.admin() as admin:
        admin.delete_topics([system.names.articles])
        began = time.monotonic()
        code, said = system.ended()
        assert time.monotonic() - began < PROMISED_SECONDS
        assert code == EXIT_MISCONFIGURED, system.log()
        assert f"the topic {system.names.articles} is gone" in said
        # Asking for it has not made it again.
        (described,) = admin.describe_topics([system.names.articles])
        assert described["error_code"] == UnknownTopicOrPartitionError.errno
        admin.create_topics([NewTopic(system.names.articles, 1, 1)])
    # The broker forgets the offsets of a topic with the topic, or else the worker says so.
    with system.admin() as admin:
        committed = admin.list_group_offsets(system.settings.application_id)
        of_group = committed[system.settings.application_id]
    if TopicPartition(system.names.articles, 0) in of_group:
        system.start()
        code, said = system.ended()
        assert code == EXIT_MISCONFIGURED, system.log()
        assert "--reset-offsets" in said
        return
    # Before the start, so that the first look at the topics finds the record: a topic without an id
    # is known by an end that goes back.
    system.publish(0, "urn:example:after")
    system.start()
    address = system.ready()
    system.until(lambda: system.analysed() == 2, "an analysis of the new topic")
    system.until(lambda: lag in get(f"{address}/metrics"), "the commit")
    with system.admin() as admin:
        admin.delete_topics([system.names.articles])
        admin.create_topics([NewTopic(system.names.articles, 1, 1)])
    code, said = system.ended()
    assert code == EXIT_MISCONFIGURED, system.log()
    assert f"{system.names.articles} was deleted and made again" in said


def test_one_of_two_workers_under_one_name_ends_and_names_the_cause(system: System) -> None:
    name = {"TOCSIN_GROUP_INSTANCE_ID": "same", "TOCSIN_SESSION_TIMEOUT_SECONDS": "6"}
    system.start(**name)
    system.ready()
    system.running[-1].kill()
    system.running[-1].wait()
    # A restart under the same name is none.
    system.start(**name)
    system.ready()
    system.start(**name)
    both = system.running[1:]
    system.until(
        lambda: any(one.poll() is not None for one in both), "the end of one", must_run=False
    )
    (number,) = [n for n, one in enumerate(system.running) if n and one.poll() is not None]
    code, said = system.ended(number)
    assert code == EXIT_MISCONFIGURED, system.log(number)
    assert "'same' (TOCSIN_GROUP_INSTANCE_ID)" in said
    system.publish(1, "urn:example:survivor")
    system.until(
        lambda: system.analysed() == 1, "an analysis by the one that is left", must_run=False
    )
    (left,) = [one for one in both if one.poll() is None]
    left.terminate()
    assert left.wait(60) == EXIT_OK
