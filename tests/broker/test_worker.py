"""The whole worker, as a process of its own, against both brokers."""

import base64
import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from processors.analyse import Analyser, load_analyser
from processors.articles.decode import DecodeLimits, decode
from processors.contracts import Alert, Mention, Withdrawal
from processors.errors import BadArticleError
from processors.watch import HeldState, load_rules, new_state, watch, withdraw
from streams.demo.broker import Broker
from streams.demo.bundle import load_bundle, redated
from streams.kafka.connection import Connection
from streams.kafka.lag import LagMeter
from streams.kafka.topic_differences import apply
from streams.kafka.topics import TopicNames, plan
from streams.service.settings import Settings
from tests.waiting import wait_until

BAD_RECORDS = Path(__file__).parents[1] / "data" / "bad_records.json"
# Long, because it only bounds a failure: on a busy machine a worker needs a minute to be ready.
WAIT_SECONDS = 240.0
PARTITIONS = 4
# Larger than any record of the tests, the 20 MB text among them.
LARGEST = {"max_request_size": 40_000_000}


@dataclass(frozen=True)
class Record:
    """One record of an output topic."""

    key: bytes | None
    value: bytes | None
    headers: dict[str, bytes]
    timestamp_ms: int


@dataclass
class Stage:
    """A broker with the topics of one test, and the workers that run on it."""

    broker: Broker
    prefix: str
    folder: Path
    variables: dict[str, str] = field(default_factory=dict)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return Settings(
            topic_prefix=self.prefix, application_id=f"{self.prefix}app", partitions=PARTITIONS
        )

    @property
    def names(self) -> TopicNames:
        return TopicNames.of(self.settings)

    @property
    def connection(self) -> Connection:
        return Connection.plaintext(self.broker.bootstrap_servers)

    def create_topics(self) -> None:
        admin = KafkaAdminClient(**self.connection.kafka_python())
        # Larger records than a worker takes by default, so that it meets one.
        settings = msgspec.structs.replace(self.settings, max_message_bytes=40_000_000)
        apply(admin, plan(settings))
        admin.close()

    def keep_for_years(self) -> None:
        """Let no record of an archive fall to retention, which goes by the record's timestamp."""
        admin = KafkaAdminClient(**self.connection.kafka_python())
        years = 10 * 366 * 86_400
        wanted = msgspec.structs.replace(
            self.settings, max_message_bytes=40_000_000, retention_articles_seconds=years
        )
        apply(admin, plan(wanted))
        admin.close()

    def start(self, **variables: str) -> subprocess.Popen[bytes]:
        """Start a worker, and return at once."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_")}
        environment |= {
            "TOCSIN_BROKER": self.broker.bootstrap_servers,
            "TOCSIN_TOPIC_PREFIX": self.prefix,
            "TOCSIN_APPLICATION_ID": self.settings.application_id,
            "TOCSIN_HTTP_PORT": "0",
            # A second one would load its data for each worker that a test starts.
            "TOCSIN_ANALYSIS_PROCESSES": "1",
            "TOCSIN_LAG_INTERVAL_SECONDS": "1",
            **self.variables,
            **variables,
        }
        number = len(self.running)
        with (self.folder / f"worker-{number}.log").open("wb") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "streams", "worker"],
                env=environment,
                stdout=log,
                stderr=log,
            )
        self.running.append(child)
        return child

    def log(self, number: int = -1) -> str:
        number = number % len(self.running)
        return (self.folder / f"worker-{number}.log").read_text(encoding="utf-8")

    def logs(self) -> str:
        """Give the end of every worker's log."""
        return "\n\n".join(self.log(number)[-4_000:] for number in range(len(self.running)))

    def events(self, name: str) -> list[dict[str, Any]]:
        """Give the newest worker's log entries of one name."""
        entries = [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]
        return [entry for entry in entries if entry["event"] == name]

    def ready(self) -> str:
        """Wait until the newest worker is ready, and give its address."""
        address = ""

        def is_ready() -> bool:
            nonlocal address
            assert self.running[-1].poll() is None, self.log()
            started = self.events("worker.started")
            if not started:
                return False
            address = started[0]["metrics"].removesuffix("/metrics")
            try:
                with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:
                    return bool(answer.status == 200)
            except OSError:
                return False

        until(is_ready, "the worker to be ready", self.log)
        return address

    def stop(self, child: subprocess.Popen[bytes] | None = None) -> int:
        """Send SIGTERM, and give the exit code."""
        child = child or self.running[-1]
        child.send_signal(signal.SIGTERM)
        return child.wait(WAIT_SECONDS)

    def publish(self, records: Sequence[tuple[bytes | None, bytes | None]], **extra: Any) -> None:
        """Publish in order; the partition follows from the key, or from the position."""
        producer = KafkaProducer(**self.connection.kafka_python(), acks="all", **LARGEST)
        for position, (key, value) in enumerate(records):
            partition = None if key else position % PARTITIONS
            producer.send(self.names.articles, key=key, value=value, partition=partition, **extra)
        producer.flush()
        producer.close()

    def read(self, *topics: str) -> list[Record]:
        """Read all that is in these topics now."""
        consumer = KafkaConsumer(
            **self.connection.kafka_python(),
            enable_auto_commit=False,
            max_partition_fetch_bytes=64_000_000,
        )
        partitions = [
            TopicPartition(topic, p)
            for topic in topics
            for p in consumer.partitions_for_topic(topic) or ()
        ]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        ends = consumer.end_offsets(partitions)
        records: list[Record] = []
        while any(consumer.position(tp) < ends[tp] for tp in partitions):
            for batch in consumer.poll(500).values():
                records += [Record(r.key, r.value, dict(r.headers), r.timestamp) for r in batch]
        consumer.close()
        return records

    def analysed(self) -> list[str]:
        return [json.loads(r.value or b"")["article_id"] for r in self.read(self.names.analyses)]

    def dead(self) -> list[Record]:
        return self.read(self.names.dead_letters)

    def alert_ids(self) -> list[str]:
        found = self.read(*self.names.alerts.values())
        return [r.headers["ce_id"].decode() for r in found]

    def lag_records(self, *topics: str) -> int:
        meter = LagMeter(
            self.connection,
            self.settings.application_id,
            topics or (self.names.articles, self.names.mentions),
        )
        with closing(meter):
            return sum(lag.records for lag in meter.measure().values())

    def settle(self) -> None:
        """Wait until every article and mention is finished and committed."""

        def is_settled() -> bool:
            try:
                return self.lag_records() == 0
            except KafkaError as error:
                # A broker that has just come back has yet to find its groups, and
                if not error.retriable:
                    raise
            except KeyError:
                pass  # may not answer for every partition: then kafka-python raises this.
            return False

        until(is_settled, "the lag to be 0", self.logs)


def until(condition: Callable[[], bool], what: str, log: Callable[[], str]) -> None:
    wait_until(condition, what, seconds=WAIT_SECONDS, details=log)


@pytest.fixture
def stage(broker: Broker, topic_prefix: str, tmp_path: Path) -> Iterator[Stage]:
    yield from staged(broker, topic_prefix, tmp_path)


@pytest.fixture
def restartable(restartable_broker: Broker, topic_prefix: str, tmp_path: Path) -> Iterator[Stage]:
    yield from staged(restartable_broker, topic_prefix, tmp_path)


def staged(broker: Broker, prefix: str, folder: Path) -> Iterator[Stage]:
    made = Stage(broker, prefix, folder)
    made.create_topics()
    yield made
    for child in made.running:
        if child.poll() is None:
            child.kill()
            child.wait()


def story(number: int) -> tuple[bytes, bytes]:
    """An article that is one of many: every third is about a leader, and strongly so."""
    leaders = ("Emmanuel Macron", "Narendra Modi", "Volodymyr Zelenskyy", "Friedrich Merz")
    leader = leaders[number % len(leaders)]
    about = (
        f"Lawmakers condemned {leader} and denounced the disastrous failure of the reform. "
        f"Critics attacked {leader} over the crisis, a humiliating defeat."
        if number % 3 == 0
        else "The harbour reported a normal week, and the ferry ran on time."
    )
    document = {
        "id": f"story-{number}",
        "title": f"{leader} condemned over crisis" if number % 3 == 0 else f"Harbour {number}",
        "text": about,
        "source": f"Paper {number % 7}",
        "language": "en",
    }
    return f"story-{number}".encode(), json.dumps(document).encode()


@cache
def the_analyser() -> Analyser:
    """Load it once: that takes longer than most tests' articles."""
    return load_analyser("test", "textblob-news", "auto")


def expected_alert_ids(stage: Stage) -> set[str]:
    """What the pure functions make of the articles as they stand in the topic."""
    rules = load_rules()
    said: list[tuple[datetime, str, Mention | Withdrawal]] = []
    for record in stage.read(stage.names.articles):
        try:
            article = decode(record.value, list(record.headers.items()), record.key, DecodeLimits())
        except BadArticleError:
            continue
        moment = datetime.fromtimestamp(record.timestamp_ms / 1000, tz=UTC)
        analysed = the_analyser().analyse(article, moment)
        for mention in analysed.mentions:
            assert mention.context is not None
            said.append((moment, mention.context.mention_id, mention))
        if analysed.withdrawal:
            said.append((moment, article.article_id, analysed.withdrawal))
    states: dict[str, HeldState] = {}
    rang: list[Alert] = []
    for _, _, one in sorted(said, key=lambda each: each[:2]):
        if isinstance(one, Withdrawal):
            for state in states.values():
                rang += withdraw(state, one, datetime.now(UTC))
        else:
            state = states.setdefault(one.leader_id, new_state())
            rang += watch(state, one, rules, datetime.now(UTC)).alerts
    return {alert.alert_id for alert in rang}


def test_the_bundle_becomes_analyses_mentions_alerts_and_dead_letters(stage: Stage) -> None:
    bundle = redated(load_bundle(), datetime.now(UTC))
    address = start_ready(stage)
    stage.publish([(record.key, record.value) for record in bundle])
    stage.settle()

    bad = [r for r in bundle if r.name.startswith("bad-")]
    assert len(stage.analysed()) == len(bundle) - len(bad)
    assert {r.headers["tocsin.error.reason"].decode() for r in stage.dead()} == {
        r.name.removeprefix("bad-") for r in bad
    }
    ids = stage.alert_ids()
    assert len(ids) == len(set(ids))
    assert set(ids) == expected_alert_ids(stage)
    assert len(ids) > 10

    with urllib.request.urlopen(f"{address}/metrics", timeout=5) as answer:
        metrics = answer.read().decode()
    assert f"tocsin_articles_consumed_total {len(bundle)}.0" in metrics
    assert 'tocsin_alert_latency_seconds_count{kind="encounter"}' in metrics
    assert stage.stop() == 0


def test_every_kind_of_bad_record_goes_to_the_dead_letters_as_it_was(stage: Stage) -> None:
    cases = json.loads(BAD_RECORDS.read_text(encoding="utf-8"))["records"]
    stage.start()
    stage.ready()
    producer = KafkaProducer(**stage.connection.kafka_python(), acks="all", **LARGEST)
    sent = {}
    # Recent: a broker may delete at once what is older than the topic's retention.
    minute_ago_ms = round((time.time() - 60) * 1000)
    for number, case in enumerate(cases):
        value = bad_value(case)
        # A record without a key must stay so: the name travels in a header.
        key = None if case.get("key") is None else case["key"].encode()
        headers = [(k, v.encode()) for k, v in case.get("headers", [])]
        headers.append(("test-name", case["name"].encode()))
        stamp = minute_ago_ms + number
        producer.send(
            stage.names.articles,
            key=key,
            value=value,
            headers=headers,
            timestamp_ms=stamp,
            partition=number % PARTITIONS,
        )
        sent[case["name"]] = (key, value, headers, stamp, case["expected_reason"])
    producer.flush()
    producer.close()
    stage.publish([story(0)])
    stage.settle()

    assert stage.analysed() == ["story-0"]
    letters = {r.headers["test-name"].decode(): r for r in stage.dead()}
    assert letters.keys() == sent.keys()
    for name, (key, value, headers, stamp, reason) in sent.items():
        letter = letters[name]
        assert letter.headers["tocsin.error.reason"].decode() == reason, name
        assert (letter.key, letter.value, letter.timestamp_ms) == (key, value, stamp), name
        assert dict(headers).items() <= letter.headers.items(), name
        assert letter.headers["tocsin.error.topic"].decode() == stage.names.articles
    assert stage.stop() == 0


def test_sigterm_in_the_middle_loses_nothing_and_exits_with_0(stage: Stage) -> None:
    stories = [story(number) for number in range(3_000)]
    stage.publish(stories)
    stage.start(TOCSIN_BATCH_RECORDS="100")
    until(lambda: bool(stage.read(stage.names.analyses)), "a first analysis", stage.log)
    assert stage.stop() == 0
    left = stage.lag_records()
    done = len(stage.analysed())
    # What is analysed is committed: the next worker does none of it again.
    assert 0 < done < len(stories)
    assert left >= len(stories) - done

    stage.start()
    stage.settle()
    analysed = stage.analysed()
    assert len(analysed) == len(set(analysed)) == len(stories)
    assert set(stage.alert_ids()) == expected_alert_ids(stage)
    assert stage.stop() == 0


def test_sigkill_at_any_moment_loses_nothing_and_rings_no_second_alert(stage: Stage) -> None:
    stories = [story(number) for number in range(2_000)]
    stage.publish(stories)
    static = {"TOCSIN_GROUP_INSTANCE_ID": f"{stage.prefix}one", "TOCSIN_BATCH_RECORDS": "50"}
    for wait_seconds in (0.0, 0.15, 0.3):
        child = stage.start(**static)
        stage.ready()
        time.sleep(wait_seconds)
        child.kill()
        child.wait()
    stage.start(**static)
    stage.ready()
    stage.settle()
    assert set(stage.analysed()) == {f"story-{number}" for number in range(2_000)}
    assert set(stage.alert_ids()) == expected_alert_ids(stage)
    assert stage.stop() == 0


def test_a_worker_waits_for_a_broker_that_is_away_at_the_start(restartable: Stage) -> None:
    restartable.publish([story(0)])
    restartable.broker.stop()
    restartable.start()
    until(
        lambda: len(restartable.events("worker.waiting_for_broker")) > 1,
        "the worker to say that it waits",
        restartable.log,
    )
    restartable.broker.restart()
    restartable.ready()
    restartable.settle()
    assert restartable.analysed() == ["story-0"]
    assert restartable.stop() == 0


def test_a_worker_can_be_stopped_while_it_waits_for_the_broker(restartable: Stage) -> None:
    restartable.broker.stop()
    restartable.start()
    until(
        lambda: bool(restartable.events("worker.waiting_for_broker")),
        "the worker to wait",
        restartable.log,
    )
    assert restartable.stop() == 0


def test_a_broker_that_goes_away_in_the_middle_costs_nothing(restartable: Stage) -> None:
    first = [story(number) for number in range(300)]
    second = [story(number) for number in range(300, 600)]
    restartable.start()
    restartable.ready()
    restartable.publish(first)
    until(lambda: len(restartable.analysed()) > 50, "some analyses", restartable.log)
    restartable.broker.stop()
    time.sleep(5)
    restartable.broker.restart()
    restartable.publish(second)
    restartable.settle()
    assert set(restartable.analysed()) == {f"story-{number}" for number in range(600)}
    assert set(restartable.alert_ids()) == expected_alert_ids(restartable)
    assert restartable.running[-1].poll() is None, restartable.log()
    assert restartable.stop() == 0


def test_too_many_dead_letters_stop_the_worker_loudly(stage: Stage) -> None:
    stage.publish([(None, b"not an article") for _ in range(300)])
    child = stage.start(TOCSIN_DEAD_LETTER_LIMIT_RECORDS="100")
    assert child.wait(WAIT_SECONDS) == 3
    assert "TOCSIN_DEAD_LETTER_LIMIT_SHARE" in stage.log()
    assert len(stage.dead()) >= 100


def test_a_missing_topic_is_a_misconfiguration_that_names_the_remedy(stage: Stage) -> None:
    child = stage.start(TOCSIN_TOPIC_PREFIX=f"{stage.prefix}none.")
    assert child.wait(WAIT_SECONDS) == 2
    assert "tocsin topics apply" in stage.log()


def test_a_fault_that_nobody_foresaw_ends_the_worker_with_a_code(stage: Stage) -> None:
    producer = KafkaProducer(**stage.connection.kafka_python(), acks="all")
    for partition in range(PARTITIONS):
        # A state of no version that we know, for the leader that story 0 is about.
        producer.send(
            stage.names.watch_changelog, key=b"Q3052772", value=b"\xc1", partition=partition
        )
    producer.flush()
    producer.close()
    stage.publish([story(0)])
    child = stage.start()
    assert child.wait(WAIT_SECONDS) == 1, stage.log()
    assert stage.events("agent.failed")
    # The mention that could not be watched is not committed.
    assert stage.lag_records(stage.names.mentions) == 1


# The embedded broker is for one worker: it refuses commits while its group rebalances, which Kafka
# takes, and the group then stands still for a minute (seen with noida-db 0.2.3).
@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_two_workers_share_the_work_and_one_takes_over_from_the_other(stage: Stage) -> None:
    first, second = stage.start(TOCSIN_SESSION_TIMEOUT_SECONDS="6"), None
    stage.ready()
    stage.publish([story(number) for number in range(400)])
    second = stage.start(TOCSIN_SESSION_TIMEOUT_SECONDS="6")
    stage.ready()
    stage.publish([story(number) for number in range(400, 800)])
    stage.settle()
    assert stage.stop(first) == 0
    stage.publish([story(number) for number in range(800, 1_000)])
    stage.settle()
    assert set(stage.analysed()) == {f"story-{number}" for number in range(1_000)}
    assert set(stage.alert_ids()) == expected_alert_ids(stage)
    assert stage.stop(second) == 0


@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_workers_that_come_and_go_under_load_lose_nothing(stage: Stage) -> None:
    stories = [story(number) for number in range(6_000)]
    stage.start(TOCSIN_SESSION_TIMEOUT_SECONDS="6")
    stage.ready()
    stage.publish(stories)
    for _ in range(3):
        # Each arrival and each leave is a rebalance, in the middle of a backlog.
        guest = stage.start(TOCSIN_SESSION_TIMEOUT_SECONDS="6")
        stage.ready()
        assert stage.stop(guest) == 0
    stage.settle()
    assert set(stage.analysed()) == {f"story-{number}" for number in range(len(stories))}
    assert set(stage.alert_ids()) == expected_alert_ids(stage)


def archive(count: int) -> list[tuple[bytes, bytes, int]]:
    """Articles of two months, one an hour, and now and then many papers on one event at once."""
    chance = random.Random(11)  # noqa: S311 - no secret
    start_ms = round(datetime(2026, 3, 2, tzinfo=UTC).timestamp() * 1000)
    leaders = ("Emmanuel Macron", "Narendra Modi", "Volodymyr Zelenskyy")
    made: list[tuple[bytes, bytes, int]] = []
    hour = 0
    while len(made) < count:
        hour += 1
        leader = leaders[hour % 3]
        event = " ".join(f"event{chance.randrange(10**9)}" for _ in range(9))
        for paper in range(9 if hour % 40 == 0 else 1):
            own = " ".join(f"word{chance.randrange(10**9)}" for _ in range(14))
            tone = "condemned a disastrous, shameful failure" if chance.random() < 0.2 else "spoke"
            document = {
                "id": f"old-{len(made)}",
                "title": f"{leader}: {event}",
                "text": f"{leader} {tone}. {event}. {own}.",
                "source": f"Paper {(hour + paper) % 30}",
                "language": "en",
                **({"status": "canceled"} if chance.random() < 0.01 else {}),
            }
            moment_ms = start_ms + hour * 3_600_000 + paper * 150_000
            made.append((f"old-{len(made)}".encode(), json.dumps(document).encode(), moment_ms))
    return made


@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_two_workers_that_are_killed_again_and_again_ring_as_one_in_order(stage: Stage) -> None:
    articles = archive(1_500)
    stage.keep_for_years()
    producer = KafkaProducer(**stage.connection.kafka_python(), acks="all")
    for key, value, moment_ms in articles:
        producer.send(stage.names.articles, key=key, value=value, timestamp_ms=moment_ms)
    producer.flush()
    producer.close()
    chance = random.Random(5)  # noqa: S311 - no secret
    variables = {"TOCSIN_SESSION_TIMEOUT_SECONDS": "6", "TOCSIN_BATCH_RECORDS": "20"}
    workers = [stage.start(**variables), stage.start(**variables)]
    stage.ready()
    for _ in range(4):
        time.sleep(chance.uniform(1.0, 6.0))
        killed = chance.randrange(2)
        workers[killed].kill()
        workers[killed].wait()
        workers[killed] = stage.start(**variables)
    stage.settle()
    expected = expected_alert_ids(stage)
    assert set(stage.alert_ids()) == expected
    kinds = {
        kind: len({r.headers["ce_id"] for r in stage.read(topic)})
        for kind, topic in stage.names.alerts.items()
    }
    # Each kind that counts on order was there to go wrong.
    assert kinds["surge"] > 5
    assert kinds["breaking"] > 5


def test_lag_is_right_when_no_consumer_moves(stage: Stage) -> None:
    hour_ago_ms = round((time.time() - 3_600) * 1000)
    stage.publish([story(0)])
    stage.start()
    stage.ready()
    stage.settle()
    assert stage.stop() == 0
    stage.publish([story(number) for number in range(1, 11)], timestamp_ms=hour_ago_ms)
    meter = LagMeter(stage.connection, stage.settings.application_id, [stage.names.articles])
    lags = meter.measure()
    meter.close()
    assert sum(lag.records for lag in lags.values()) == 10
    for lag in lags.values():
        assert lag.seconds == pytest.approx(3_600, abs=30) if lag.records else lag.seconds == 0


def start_ready(stage: Stage) -> str:
    stage.start()
    return stage.ready()


def bad_value(case: dict[str, Any]) -> bytes | None:
    if "value_base64" in case:
        return base64.b64decode(case["value_base64"])
    if "value_repeat" in case:
        parts = case["value_repeat"]
        text = parts["prefix"] + parts["repeat"] * parts["times"] + parts["suffix"]
        return text.encode()
    return None if case["value_text"] is None else case["value_text"].encode()
