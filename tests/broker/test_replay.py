"""Replays, as processes of their own, against both brokers."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from processors.contracts import Versions
from streams.brokers import Broker
from streams.canary.article import canary_article
from streams.connection import Connection
from streams.demo.bundle import load_bundle, redated
from streams.envelope import REPLAY_ID_HEADER
from streams.errors import ReplayBusyError, ReplayRangeError, ReplayStateError, TopicMismatchError
from streams.lag import LagMeter
from streams.replay import positions
from streams.replay.house import House, Made, Order, open_house
from streams.replay.manifest import Manifest
from streams.replay.range import Asked
from streams.rules import rules_in_force
from streams.settings import Settings
from streams.topics import TopicNames, apply, plan

WAIT_SECONDS = 90.0
MADE = Made(Versions(tocsin="0", registry="1", lexicon="2", scorer="3"), "rules")


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
    def names(self) -> TopicNames:
        return TopicNames.of(self.settings)

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[bytes]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_")}
        environment |= {
            "TOCSIN_BROKER": self.broker.bootstrap_servers,
            "TOCSIN_TOPIC_PREFIX": self.settings.topic_prefix,
            "TOCSIN_APPLICATION_ID": self.settings.application_id,
            "TOCSIN_PARTITIONS": str(self.settings.partitions),
            "TOCSIN_SESSION_TIMEOUT_SECONDS": "6",
            "TOCSIN_HTTP_PORT": "0",
            **variables,
        }
        number = len(self.running)
        with (
            (self.folder / f"{number}.log").open("wb") as log,
            (self.folder / f"{number}.out").open("wb") as out,
        ):
            child = subprocess.Popen(
                [sys.executable, "-m", "streams", *arguments],
                env=environment,
                stdout=out,
                stderr=log,
            )
        self.running.append(child)
        return child

    def run(self, *arguments: str, **variables: str) -> str:
        """Run a command to its end, and give its output."""
        code = self.start(*arguments, **variables).wait(WAIT_SECONDS)
        assert code == 0, self.logs()
        return (self.folder / f"{len(self.running) - 1}.out").read_text()

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

    def run_live(self) -> None:
        """Run an ordinary worker until nothing is left."""
        worker = self.start("worker")
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

    def until(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"waited in vain for {what}:\n{self.logs()}"
            time.sleep(0.1)


@pytest.fixture
def cluster(
    broker: Broker, topic_prefix: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Cluster]:
    partitions = getattr(request, "param", 4)
    settings = Settings(
        topic_prefix=topic_prefix, application_id=f"{topic_prefix}app", partitions=partitions
    )
    made = Cluster(broker, settings, tmp_path)
    admin = KafkaAdminClient(**made.connection.kafka_python())
    apply(admin, plan(settings))
    admin.close()
    yield made
    for child in made.running:
        if child.poll() is None:
            child.kill()
            child.wait()


@contextmanager
def a_member_of(group: str, cluster: Cluster) -> Iterator[None]:
    """Keep a member in the group that does nothing but live."""
    consumer = KafkaConsumer(
        cluster.names.articles,
        **cluster.connection.kafka_python(),
        group_id=group,
        enable_auto_commit=False,
        heartbeat_interval_ms=500,
    )
    ended = threading.Event()

    def live() -> None:
        while not ended.is_set():
            consumer.poll(100)
        consumer.close()

    living = threading.Thread(target=live)
    living.start()
    admin = KafkaAdminClient(**cluster.connection.kafka_python())
    cluster.until(lambda: positions.members(admin, group) == 1, "the member")
    admin.close()
    try:
        yield
    finally:
        ended.set()
        living.join()


def ids(records: Sequence[Any]) -> set[str]:
    return {dict(record.headers)["ce_id"].decode() for record in records}


def replay_names(cluster: Cluster, replay_id: str) -> TopicNames:
    prefix = f"{cluster.settings.topic_prefix}replay.{replay_id}."
    return TopicNames.of(msgspec.structs.replace(cluster.settings, topic_prefix=prefix))


@pytest.mark.parametrize("cluster", [1, 4], indirect=True)
def test_a_replay_that_is_killed_and_resumed_rings_what_rang_live_and_moves_nothing(
    cluster: Cluster,
) -> None:
    now = datetime.now(UTC)
    records = [(record.key, record.value) for record in redated(load_bundle(), now)]
    for minute in range(0, 60, 20):
        _, canary = canary_article("", "host", now + timedelta(minutes=minute))
        records.insert(minute, (canary.key, canary.value))
    cluster.publish(records)
    cluster.run_live()
    live = ids(cluster.read(*cluster.names.alerts.values()))
    tested = ids(cluster.read(cluster.names.canary))
    assert len(tested) == 3
    rang = len(cluster.read(*cluster.names.alerts.values()))
    offsets, sizes = cluster.committed(), len(cluster.read(cluster.names.mentions))
    topics = cluster.topics()
    names = replay_names(cluster, "again")

    # Small batches: it is to be killed in the middle.
    slowly = {"TOCSIN_BATCH_RECORDS": "2", "TOCSIN_COMMIT_INTERVAL_SECONDS": "0.1"}
    killed = cluster.start("replay", "--from", "beginning", "--id", "again", **slowly)
    cluster.until(
        lambda: names.analyses in cluster.topics() and bool(cluster.read(names.analyses)),
        "the replay to begin",
    )
    killed.kill()
    killed.wait()
    cluster.run("replay", "--resume", "again")

    rung = cluster.read(*names.alerts.values())
    assert ids(rung) == live
    assert len(live) > 10
    assert ids(cluster.read(names.canary)) == tested
    assert all(dict(r.headers)[REPLAY_ID_HEADER] == b"again" for r in rung)
    assert all(json.loads(r.value)["replay_id"] == "again" for r in rung)
    assert all(dict(r.headers)[REPLAY_ID_HEADER] == b"again" for r in cluster.read(names.mentions))
    assert cluster.committed() == offsets
    assert len(cluster.read(cluster.names.mentions)) == sizes
    compared = json.loads(cluster.run("replay", "diff", "again", "--json").splitlines()[-1])
    assert compared == {"same": len(live), "added": 0, "gone": 0, "changed": 0}

    # All rang live, so there is nothing to publish.
    cluster.run("replay", "publish", "again", "--yes")
    assert ids(cluster.read(*cluster.names.alerts.values())) == live
    assert len(cluster.read(*cluster.names.alerts.values())) == rang

    cluster.run("replay", "delete", "again", "--yes")
    manifests = cluster.settings.topic_prefix + "replay.manifests"
    assert cluster.topics() == topics | {manifests}
    assert not cluster.run("replay", "list", "--json")


def test_two_workers_share_a_range_that_ends_in_gaps(cluster: Cluster) -> None:
    # The end of a transaction is an offset without a record, in every partition.
    documents = [
        (str(n).encode(), json.dumps({"id": str(n), "title": f"Harbour {n}"}).encode())
        for n in range(400)
    ]
    cluster.publish(documents, transactional_id=uuid.uuid4().hex)
    slowly = {"TOCSIN_BATCH_RECORDS": "10"}
    first = cluster.start("replay", "--from", "beginning", "--id", "two", "--json", **slowly)

    def is_prepared() -> bool:
        with open_house(cluster.connection, cluster.settings) as house:
            found = house.manifests.all().get("two")
        return found is not None and found.prepared

    cluster.until(is_prepared, "the replay to be prepared")
    # What comes after the range was fixed is not in it.
    cluster.publish([(b"late", json.dumps({"id": "late", "title": "Late"}).encode())])
    second = cluster.start("replay", "--join", "two", "--json", **slowly)
    assert first.wait(WAIT_SECONDS) == 0, cluster.logs()
    assert second.wait(WAIT_SECONDS) == 0, cluster.logs()
    analysed = [json.loads(r.value) for r in cluster.read(replay_names(cluster, "two").analyses)]
    assert {one["article_id"] for one in analysed} == {str(n) for n in range(400)}


def test_alerts_that_never_rang_live_are_published_once(cluster: Cluster) -> None:
    bundle = redated(load_bundle(), datetime.now(UTC))
    cluster.publish([(record.key, record.value) for record in bundle])
    # No live worker: it was away, say.
    cluster.run("replay", "--from", "beginning", "--id", "away")
    names = replay_names(cluster, "away")
    rung = ids(cluster.read(*names.alerts.values()))
    for _ in range(2):
        cluster.run("replay", "publish", "away", "--yes")
    published = cluster.read(*cluster.names.alerts.values())
    assert len(published) == len(rung) > 10
    assert ids(published) == rung
    assert all(dict(r.headers)[REPLAY_ID_HEADER] == b"away" for r in published)
    for kind, topic in cluster.names.alerts.items():
        assert {json.loads(r.value)["kind"] for r in cluster.read(topic)} <= {kind}


def test_a_new_deployment_that_is_warmed_rings_as_if_it_had_always_run(cluster: Cluster) -> None:
    bundle = [(one.key, one.value) for one in redated(load_bundle(), datetime.now(UTC))]
    half = len(bundle) // 2
    cluster.publish(bundle[:half])
    cluster.run("replay", "--from", "beginning", "--id", "history")
    cluster.run("replay", "warm", "history", "--yes")
    assert not cluster.read(*cluster.names.alerts.values())
    cluster.publish(bundle[half:], after=half)
    cluster.run_live()
    again = cluster.start("replay", "warm", "history", "--yes")
    assert again.wait(WAIT_SECONDS) == 2
    assert "has begun already" in cluster.logs()

    cluster.run("replay", "--from", "beginning", "--id", "whole")
    before = ids(cluster.read(*replay_names(cluster, "history").alerts.values()))
    after = ids(cluster.read(*cluster.names.alerts.values()))
    whole = ids(cluster.read(*replay_names(cluster, "whole").alerts.values()))
    assert before
    assert after
    assert before | after == whole
    assert not before & after


def test_an_archive_is_kept_and_replayed_by_its_own_times(cluster: Cluster, tmp_path: Path) -> None:
    documents = [
        {"id": str(year), "title": f"Harbour of {year}", "published": f"{year}-06-01T00:00:00Z"}
        for year in (1987, 1988, 1989)
    ]
    path = tmp_path / "archive.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in documents))
    # A topic with a retention would lose them at once.
    refused = cluster.start("ingest", "--archive", "--topic", cluster.names.analyses, str(path))
    assert refused.wait(WAIT_SECONDS) == 2, cluster.logs()
    assert "retention.ms=-1" in cluster.logs()
    archive = cluster.settings.topic_prefix + "archive"
    cluster.run("ingest", "--archive", "--topic", archive, str(path))

    of_range = ("--topic", archive, "--from", "1988-01-01", "--to", "1989-06-01", "--id", "past")
    plan_of_it = json.loads(cluster.run("replay", *of_range, "--dry-run", "--json"))
    assert sum(one["end"] - one["start"] for one in plan_of_it["spans"]) == 1
    cluster.run("replay", *of_range)
    analysed = [json.loads(r.value) for r in cluster.read(replay_names(cluster, "past").analyses)]
    # The end is not in it.
    assert [one["article_id"] for one in analysed] == ["1988"]
    assert analysed[0]["event_time"].startswith("1988-06-01T00:00:00")


def test_what_cannot_be_replayed_is_refused(cluster: Cluster) -> None:
    now = datetime.now(UTC)

    def planned(house: House, replay_id: str, wanted: Asked) -> Manifest:
        return house.plan(replay_id, Order(wanted), MADE, now)

    with open_house(cluster.connection, cluster.settings) as house:
        with pytest.raises(ReplayRangeError, match="empty"):
            planned(house, "one", Asked())
        with pytest.raises(ReplayStateError, match="no id"):
            planned(house, "One!", Asked())
        with pytest.raises(ReplayStateError, match="no replay 'one'"):
            house.manifests.get("one")
        cluster.publish([(None, b"{}")] * 40)
        manifest = planned(house, "one", Asked(last=3))
        assert manifest.offsets <= 3 * cluster.settings.partitions
        house.manifests.claim(manifest)
        with pytest.raises(ReplayStateError, match="already"):
            house.manifests.claim(planned(house, "one", Asked()))
        prepared = house.prepare(manifest, rules_in_force(cluster.settings))
        # A second time changes nothing: whoever was broken off does it again.
        again = msgspec.structs.replace(prepared, prepared=False)
        assert house.prepare(again, rules_in_force(cluster.settings)) == prepared
        standing = house.standing(prepared)
        assert standing is not None
        assert standing.articles_done == 0
        assert not standing.is_finished

        with (
            a_member_of(manifest.application_id, cluster),
            pytest.raises(ReplayBusyError, match="1 worker that"),
        ):
            house.delete(manifest)
        house.delete(manifest)
        assert "one" not in house.manifests.all()

    gone = msgspec.structs.replace(cluster.settings, articles_topic="gone")
    with (
        open_house(cluster.connection, gone) as house,
        pytest.raises(TopicMismatchError, match="no topic gone"),
    ):
        planned(house, "two", Asked())
