"""Tocsin's processes as the benchmarks of replays start them, and what they ask the broker.

Owns the environment of a process and its log.
"""

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from streams.demo.broker import Broker
from streams.kafka import deployment
from streams.kafka.connection import Connection
from streams.kafka.topics import TopicNames
from streams.replay.admin import open_replay_admin
from streams.service.settings import Settings

# A worker has 25 seconds for each of the five steps of its stop.
END_SECONDS = 140.0
LOOK_SECONDS = 0.2


@dataclass
class Deployment:
    """A live deployment on a broker, with an archive as its topic of articles."""

    broker: Broker
    settings: Settings
    folder: Path
    variables: dict[str, str]
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _admin: KafkaAdminClient | None = None
    _consumer: KafkaConsumer | None = None

    @property
    def names(self) -> TopicNames:
        """The topics."""
        return TopicNames.of(self.settings)

    def replay_prefix(self, replay_id: str) -> str:
        """The prefix of a replay's topics."""
        return f"{self.settings.topic_prefix}replay.{replay_id}."

    def replay_names(self, replay_id: str) -> TopicNames:
        """The topics of a replay."""
        prefix = self.replay_prefix(replay_id)
        return TopicNames.of(msgspec.structs.replace(self.settings, topic_prefix=prefix))

    def forget_clients(self) -> None:
        """Close the clients, as after a restart of the broker; the next question opens new ones."""
        for client in (self._admin, self._consumer):
            if client is not None:
                client.close()
        self._admin = self._consumer = None

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[bytes]:
        """Start a command."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_")} | {
            "TOCSIN_BROKER": self.broker.bootstrap_servers,
            "TOCSIN_TOPIC_PREFIX": self.settings.topic_prefix,
            "TOCSIN_APPLICATION_ID": self.settings.application_id,
            "TOCSIN_ARTICLES_TOPIC": self.settings.articles_topic,
            "TOCSIN_PARTITIONS": str(self.settings.partitions),
            "TOCSIN_CREATE_TOPICS": "true",
            "TOCSIN_CONFIRM": "off",
            # Workers are started again and again, and a second process would load its data, too.
            "TOCSIN_ANALYSIS_PROCESSES": "1",
            "TOCSIN_HTTP_PORT": "0",
            **self.variables,
            **variables,
        }
        with self.log(len(self.children)).open("wb") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "streams", *arguments],
                env=environment,
                stdout=log,
                stderr=log,
            )
        self.children.append(child)
        return child

    def log(self, number: int) -> Path:
        """Return the log of the process that was started as that one."""
        return self.folder / f"{self.settings.application_id}-{number}.log"

    def run(self, *arguments: str, **variables: str) -> None:
        """Run a command to its good end."""
        self.check(self.start(*arguments, **variables))

    def check(self, child: subprocess.Popen[bytes]) -> None:
        """Wait for a good end."""
        if child.wait(END_SECONDS) != 0:
            log = self.log(self.children.index(child))
            raise SystemExit(f"ended with {child.returncode}:\n{log.read_text()[-6000:]}")

    def until_logged(self, child: subprocess.Popen[bytes], event: str) -> None:
        """Wait until a process has logged an event."""
        log = self.log(self.children.index(child))
        deadline = time.monotonic() + END_SECONDS
        while event not in log.read_text():
            if child.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{event} is not in the log:\n{log.read_text()[-6000:]}")
            time.sleep(LOOK_SECONDS)

    def running(self) -> list[subprocess.Popen[bytes]]:
        """Return the processes that run."""
        return [child for child in self.children if child.poll() is None]

    def until_prepared(self, replay_id: str) -> None:
        """Wait until another worker can join a replay."""
        connection = Connection.plaintext(self.broker.bootstrap_servers)
        with open_replay_admin(deployment.Deployment.of(self.settings, connection)) as replay_admin:
            while not ((made := replay_admin.manifests.all().get(replay_id)) and made.prepared):
                time.sleep(LOOK_SECONDS)

    def end(self) -> None:
        """End what still runs, and close what was opened."""
        self.forget_clients()
        for child in self.running():
            child.kill()
            child.wait()

    def standing(self, group: str, topic: str) -> tuple[int, int]:
        """Count the records of a topic that a group has committed, and those that are left."""
        self._admin = self._admin or KafkaAdminClient(
            bootstrap_servers=self.broker.bootstrap_servers
        )
        self._consumer = self._consumer or reader(self.broker)
        tps = [TopicPartition(topic, p) for p in self._consumer.partitions_for_topic(topic) or ()]
        ends = self._consumer.end_offsets(tps)
        try:
            known = self._admin.list_group_offsets(group).get(group, {})
        except KafkaError as error:
            # A new cluster makes the topic of offsets when the first group comes.
            if not error.retriable:
                raise
            known = {}
        done = sum(max(0, known[tp].offset) for tp in tps if tp in known)
        return done, sum(ends.values()) - done

    def load(self, corpus: Path) -> int:
        """Load articles as an archive, and give how many records it has."""
        topic = self.settings.articles_topic
        self.run("ingest", "--archive", "--topic", topic, str(corpus), TOCSIN_ARTICLES_TOPIC="")
        return self.standing(self.settings.application_id, topic)[1]

    def begin(self, replay_id: str, *options: str) -> subprocess.Popen[bytes]:
        """Begin a replay of all articles."""
        topic = ("--topic", self.settings.articles_topic)
        return self.start("replay", "--since", "beginning", *topic, "--id", replay_id, *options)

    def alert_ids(self, prefix: str) -> set[str]:
        """Return the ids of the alerts of live (the deployment's prefix) or of a replay."""
        topics = [
            prefix + name.removeprefix(self.settings.topic_prefix)
            for name in self.names.alerts.values()
        ]
        consumer = reader(self.broker)
        tps = [TopicPartition(t, p) for t in topics for p in consumer.partitions_for_topic(t)]
        consumer.assign(tps)
        consumer.seek_to_beginning(*tps)
        ends = consumer.end_offsets(tps)
        found = set()
        while any(consumer.position(tp) < ends[tp] for tp in tps):
            for batch in consumer.poll(500).values():
                found |= {dict(one.headers)["ce_id"].decode() for one in batch}
        consumer.close()
        return found


def reader(broker: Broker) -> KafkaConsumer:
    """Return a consumer without a group."""
    return KafkaConsumer(
        bootstrap_servers=broker.bootstrap_servers,
        enable_auto_commit=False,
        allow_auto_create_topics=False,
    )
