"""What producers can write, read by a worker: every codec, poison, and nothing for a while."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.consumer import fetcher
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError
from raw_batches import CODECS, NOT_UTF8, Raw, batch, produce

from streams.demo.broker import Broker
from streams.kafka import subscriber
from streams.kafka.connection import Connection
from streams.kafka.envelope import Record
from streams.kafka.fetching.batch import Batch
from streams.kafka.lag import LagMeter
from streams.kafka.topic_differences import apply
from streams.kafka.topics import TopicNames, plan
from streams.service.settings import Settings
from tests.waiting import wait_until

WAIT_SECONDS = 60.0
BOMB_RECORDS = 60
APACHE = "apache"


@dataclass
class System:
    """A broker with topics of the test's own, and a worker."""

    broker: Broker
    kind: str
    prefix: str
    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def connection(self) -> Connection:
        return Connection.plaintext(self.broker.bootstrap_servers)

    @property
    def settings(self) -> Settings:
        return Settings(topic_prefix=self.prefix, application_id=f"{self.prefix}app", partitions=2)

    @property
    def names(self) -> TopicNames:
        return TopicNames.of(self.settings)

    def create_topics(self) -> None:
        with closing(KafkaAdminClient(**self.connection.kafka_python())) as admin:
            apply(admin, plan(self.settings))

    def configure(self, topic: str, **config: str) -> None:
        named = {name.replace("_", "."): value for name, value in config.items()}
        with closing(KafkaAdminClient(**self.connection.kafka_python())) as admin:
            admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs=named)])

    def start(self, **variables: str) -> subprocess.Popen[bytes]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_")}
        environment |= {
            "TOCSIN_BROKER": self.broker.bootstrap_servers,
            "TOCSIN_TOPIC_PREFIX": self.prefix,
            "TOCSIN_APPLICATION_ID": self.settings.application_id,
            "TOCSIN_PARTITIONS": "2",
            "TOCSIN_HTTP_PORT": "0",
            "TOCSIN_CONFIRM": "off",
            "TOCSIN_ANALYSIS_PROCESSES": "0",
            "TOCSIN_DEAD_LETTER_LIMIT_SHARE": "1",
            **variables,
        }
        command = [sys.executable, "-m", "streams", "worker"]
        with (self.folder / "log").open("wb") as log:
            self.workers.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
        return self.workers[-1]

    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def address(self) -> str:
        """Wait until the worker runs, and give the address of its metrics."""
        self.until(lambda: "worker.started" in self.log(), "the worker's start")
        entries = [json.loads(one) for one in self.log().splitlines() if one.startswith("{")]
        return next(str(one["metrics"]) for one in entries if one["event"] == "worker.started")

    def until(self, condition: Callable[[], bool], what: str) -> None:
        wait_until(
            condition, what, seconds=WAIT_SECONDS, details=self.log, running=self.workers[-1]
        )

    def settle(self) -> None:
        """Wait until everything is finished and committed."""
        topics = (self.names.articles, self.names.mentions)
        with closing(LagMeter(self.connection, self.settings.application_id, topics)) as meter:

            def is_settled() -> bool:
                try:
                    return not any(lag.records for lag in meter.measure().values())
                except KafkaError as error:
                    # A broker that has just begun makes the topic of groups, and loads it.
                    if not error.retriable:
                        raise
                except KeyError:
                    pass  # It may not answer for every partition: then kafka-python raises this.
                return False

            self.until(is_settled, "the lag to be 0")

    def read(self, topic: str) -> list[Record]:
        """Read a topic as Tocsin's commands do."""
        with closing(KafkaConsumer(**self.connection.kafka_python())) as consumer:
            tps = subscriber.partitions_of(consumer, [topic])
            ends = consumer.end_offsets(tps)
            return list(subscriber.read(consumer, consumer.beginning_offsets(tps), ends))

    def produce(self, *batches: tuple[bytes, int], partition: int = 0, topic: str = "") -> None:
        produce(self.connection.aiokafka(), topic or self.names.articles, partition, *batches)

    def analysed(self) -> set[str]:
        return {
            json.loads(one.value or b"")["article_id"] for one in self.read(self.names.analyses)
        }

    def dead(self) -> dict[tuple[str, str], str]:
        """Give the reason of each dead letter by its origin."""
        letters = [dict(one.headers) for one in self.read(self.names.dead_letters)]
        return {
            (text(one, "partition"), text(one, "offset")): text(one, "reason") for one in letters
        }

    def unread(self) -> list[Record]:
        """Give the dead letters of records that no client can read."""
        reason = ("tocsin.error.reason", b"unreadable_record")
        return [one for one in self.read(self.names.dead_letters) if reason in one.headers]

    def stop(self) -> int:
        self.workers[-1].send_signal(signal.SIGTERM)
        return self.workers[-1].wait(WAIT_SECONDS)


def text(headers: dict[str, bytes | None], name: str) -> str:
    return (headers[f"tocsin.error.{name}"] or b"").decode()


@pytest.fixture
def system(
    broker: Broker, topic_prefix: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[System]:
    made = System(broker, request.node.callspec.params["broker"], topic_prefix, tmp_path)
    made.create_topics()
    yield made
    for worker in made.workers:
        if worker.poll() is None:
            worker.kill()
            worker.wait()


def article(name: str) -> bytes:
    said = "Lawmakers condemned Emmanuel Macron and denounced the disastrous failure. "
    document = {"id": name, "title": "Emmanuel Macron condemned", "text": said * 5}
    return json.dumps(document).encode()


def now_ms() -> int:
    return int(time.time() * 1000)


async def send_with_aiokafka(connection: Connection, topic: str, codec: str) -> None:
    async with AIOKafkaProducer(**connection.aiokafka(), compression_type=codec) as producer:
        await producer.send_and_wait(topic, article(f"aiokafka-{codec}"), partition=1)


def codecs_in(system: System, topic: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, set[int]]:
    """Give the codecs of the batches of a topic, by the articles in them."""
    found: dict[str, set[int]] = {}

    class Noting(Batch):
        def __iter__(self) -> Iterator[Any]:
            for record in super().__iter__():
                document = json.loads(record.value)
                name = document.get("id") or document.get("article_id") or "alert"
                found.setdefault(name, set()).add(self.attributes & 7)
                yield record

    with monkeypatch.context() as patch:
        patch.setattr("streams.kafka.fetching.layout.Batch", Noting)
        system.read(topic)
    return found


def test_every_codec_of_producers_and_topics_is_read_and_one_is_written(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {}
    for codec, number in CODECS.items():
        if codec == "none":
            continue
        name = f"kafka-python-{codec}"
        with closing(
            KafkaProducer(**system.connection.kafka_python(), compression_type=codec)
        ) as producer:
            producer.send(system.names.articles, article(name), partition=0).get(20)
        asyncio.run(send_with_aiokafka(system.connection, system.names.articles, codec))
        wanted |= {name: {number}, f"aiokafka-{codec}": {number}}
        if system.kind == APACHE:
            # The broker, a Java program, compresses again.
            system.configure(system.names.articles, compression_type=codec)
            with closing(KafkaProducer(**system.connection.kafka_python())) as producer:
                producer.send(system.names.articles, article(f"topic-{codec}"), partition=0).get(20)
            system.configure(system.names.articles, compression_type="producer")
            wanted[f"topic-{codec}"] = {number}
    system.start()
    system.settle()
    assert system.analysed() == set(wanted)
    assert system.dead() == {}
    assert codecs_in(system, system.names.articles, monkeypatch) == wanted
    written = codecs_in(system, system.names.analyses, monkeypatch)
    assert set().union(*written.values()) == {CODECS["zstd"]}
    assert codecs_in(system, system.names.alerts["sentiment"], monkeypatch) == {"alert": {0}}
    assert system.stop() == 0


def memory_mb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line) // 1024


def test_poison_in_front_of_the_decoder_is_kept_and_the_worker_goes_on_behind_it(
    system: System,
) -> None:
    worker = system.start()
    address = system.address()
    system.produce((batch([Raw(article("first"))], timestamp_ms=now_ms()), 1))
    system.settle()
    before_mb = memory_mb(worker.pid)
    stamp_ms = now_ms()
    odd = [
        Raw(article("a")),
        Raw(article("b"), headers=[(NOT_UTF8, b"x")]),
        Raw(article("c")),
    ]
    system.produce((batch(odd, timestamp_ms=stamp_ms), 3))
    bomb = [Raw(b" " * 1_000_000)] * BOMB_RECORDS
    system.produce((batch(bomb, 1, timestamp_ms=stamp_ms), BOMB_RECORDS), partition=1)
    unknown = {}
    if system.kind != APACHE:
        # Apache Kafka looks into batches and refuses these.
        system.produce((batch([Raw()] * 3, 6, payload=b"?", timestamp_ms=stamp_ms), 3))
        unknown = {("0", "6"): "unreadable_record"}
    for partition in range(2):
        last = batch([Raw(article(f"last-{partition}"))], timestamp_ms=now_ms())
        system.produce((last, 1), partition=partition)
    system.settle()
    assert system.analysed() == {"first", "a", "c", "last-0", "last-1"}
    assert system.dead() == {
        ("0", "2"): "unreadable_record",
        **unknown,
        **{("1", str(n)): "empty" for n in range(BOMB_RECORDS)},
    }
    letters = {dict(r.headers)["tocsin.error.offset"]: r for r in system.unread()}
    kept = letters[b"2"]
    assert kept.value == article("b")
    assert ("\ufffd\ufffd", b"x") in kept.headers
    assert memory_mb(worker.pid) - before_mb < 100
    with urllib.request.urlopen(address, timeout=5) as answer:
        metrics = answer.read().decode()
    counted = (
        f'tocsin_discarded_total{{reason="unreadable_record",stage="fetch"}} {1 + len(unknown)}.0'
    )
    assert counted in metrics
    # Readers of commands and page, by the other client, go on as well.
    assert len(system.read(system.names.articles)) == 6 + BOMB_RECORDS + len(unknown)
    assert system.stop() == 0


def test_a_reader_continues_with_the_partition_that_it_paused_with_fetched_records_left(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriber, "STALLED_SECONDS", 10.0)
    topic = system.names.articles
    stamp_ms = now_ms()
    large = batch([Raw(b" " * 1_000_000)] * 6, CODECS["gzip"], timestamp_ms=stamp_ms)
    small = batch([Raw()] * 3, timestamp_ms=stamp_ms)
    for partition in range(2):
        system.produce((large, 6), partition=partition)
        system.produce((small, 3), partition=1 - partition)
    with closing(KafkaConsumer(**system.connection.kafka_python())) as consumer:
        tps = subscriber.partitions_of(consumer, [topic])
        # A broker answers in the order of the question: each partition is once the first.
        for starts in ({tps[1]: 3, tps[0]: 6}, {tps[0]: 0, tps[1]: 0}, {tps[0]: 6, tps[1]: 3}):
            ends = dict.fromkeys(starts, 9)
            came = [(r.partition, r.offset) for r in subscriber.read(consumer, starts, ends)]
            wanted = [(tp.partition, n) for tp, start in starts.items() for n in range(start, 9)]
            assert sorted(came) == sorted(wanted)


def test_a_changelog_that_cannot_be_read_ends_the_worker_with_its_offset(system: System) -> None:
    changelog = system.names.watch_changelog
    damaged = batch([Raw(b"{}"), Raw(b"{}", headers=[(NOT_UTF8, b"x")])], timestamp_ms=now_ms())
    system.produce((damaged, 2), partition=1, topic=changelog)
    worker = system.start()
    assert worker.wait(WAIT_SECONDS) == 2, system.log()
    assert f"{changelog} partition 1 cannot be read at offset 1" in system.log()
    assert "kafka-delete-records" in system.log()


@pytest.mark.parametrize("broker", [APACHE], indirect=True)
def test_a_dead_letter_whose_time_its_topic_does_not_take_is_kept_without_it(
    system: System,
) -> None:
    """The embedded broker takes any time."""
    system.configure(system.names.articles, message_timestamp_after_max_ms=str(1 << 62))
    system.configure(system.names.dead_letters, message_timestamp_after_max_ms="60000")
    ahead_ms = now_ms() + 3_000_000
    system.produce((batch([Raw(b"{broken")], timestamp_ms=ahead_ms), 1))
    system.produce((batch([Raw(article("behind"))], timestamp_ms=now_ms()), 1))
    system.start()
    system.settle()
    assert system.analysed() == {"behind"}
    (letter,) = system.read(system.names.dead_letters)
    headers = dict(letter.headers)
    assert letter.value == b"{broken"
    assert (text(headers, "offset"), text(headers, "timestamp")) == ("0", str(ahead_ms))
    assert abs(letter.timestamp_ms - now_ms()) < 120_000
    assert system.stop() == 0


def test_a_consumer_that_gets_nothing_rests_and_has_the_first_record_at_once(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    waits: list[float] = []
    send = fetcher.FetchRequest

    def counted(*given: Any, **named: Any) -> Any:
        nonlocal asked
        asked += 1
        return send(*given, **named)

    async def follow() -> int:
        async with (
            AIOKafkaProducer(**system.connection.aiokafka()) as producer,
            AIOKafkaConsumer(
                system.names.articles,
                **system.connection.aiokafka(),
                auto_offset_reset="earliest",
            ) as consumer,
        ):
            await consumer.getmany(timeout_ms=500)
            before = asked
            await consumer.getmany(timeout_ms=1_000)
            idle = asked - before
            for number in range(5):
                await producer.send_and_wait(system.names.articles, b"%d" % number, partition=0)
                began = time.monotonic()
                while not await consumer.getmany(timeout_ms=1_000):
                    pass
                waits.append(time.monotonic() - began)
                await asyncio.sleep(0.3)
            return idle

    monkeypatch.setattr(fetcher, "FetchRequest", counted)
    # Without the rest it is several thousand a second on the embedded broker.
    assert asyncio.run(follow()) < 60
    assert min(waits) < 0.05
