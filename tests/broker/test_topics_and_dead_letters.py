"""Topics, dead letters and alerts through the commands, on both kinds of broker."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType

from processors.errors import BadArticleError, DeadLetterReason
from streams.cli import main
from streams.demo.broker import Broker
from streams.errors import TopicMismatchError
from streams.kafka.connection import Connection
from streams.kafka.envelope import (
    TRUNCATED_HEADER,
    Outgoing,
    Record,
    alert_record,
    dead_letter_record,
)
from streams.kafka.topic_differences import apply, compare, require
from streams.kafka.topics import TopicNames, plan
from streams.service import logs
from streams.service.settings import Settings
from tests.waiting import wait_until
from tools.contracts.examples import alerts

LIMIT_SECONDS = 20.0
SEEN_SECONDS = 30.0
PROGRAM = [sys.executable, "-c", "from streams.cli.main import run; run()"]


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True, slots=True)
class System:
    """One broker with topics of the test's own, and the commands on it."""

    settings: Settings
    connection: Connection
    run: Callable[..., Done]

    @property
    def names(self) -> TopicNames:
        return TopicNames.of(self.settings)

    def write(self, *records: Outgoing) -> None:
        options = self.connection.kafka_python() | {"max_request_size": 40_000_000}
        with closing(KafkaProducer(**options)) as producer:
            for one in records:
                producer.send(
                    one.topic,
                    one.value,
                    key=one.key,
                    headers=list(one.headers),
                    partition=one.partition,
                    timestamp_ms=one.timestamp_ms,
                ).get(LIMIT_SECONDS)

    def read(self, topic: str, count: int) -> list[Any]:
        options = self.connection.kafka_python() | {"max_partition_fetch_bytes": 40_000_000}
        with closing(KafkaConsumer(**options, check_crcs=False)) as consumer:
            consumer.assign([TopicPartition(topic, n) for n in range(self.settings.partitions)])
            consumer.seek_to_beginning()
            records: list[Any] = []
            until = time.monotonic() + LIMIT_SECONDS
            while len(records) < count and time.monotonic() < until:
                records += [r for batch in consumer.poll(timeout_ms=200).values() for r in batch]
            return sorted(records, key=lambda r: (r.partition, r.offset))


@pytest.fixture
def settings(broker: Broker, topic_prefix: str) -> Settings:
    return Settings(
        broker=broker.bootstrap_servers,
        topic_prefix=topic_prefix,
        application_id=f"{topic_prefix}app",
        partitions=3,
        # Records of a fixed day must outlive it, whenever the tests run.
        retention_articles_seconds=3_000_000_000,
        retention_alerts_seconds=3_000_000_000,
        broker_wait_seconds=LIMIT_SECONDS,
    )


@pytest.fixture
def variables(settings: Settings) -> dict[str, str]:
    default = Settings()
    return {
        f"TOCSIN_{field.upper()}": str(value)
        for field, value in msgspec.structs.asdict(settings).items()
        if value != getattr(default, field)
    }


@pytest.fixture
def system(
    settings: Settings,
    variables: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> System:
    # The handler would hold this test's standard error and outlive it.
    monkeypatch.setattr(logs, "configure", lambda *_: None)
    for name in [name for name in os.environ if name.startswith("TOCSIN_")]:
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> Done:
        with pytest.raises(SystemExit) as ended:
            main.run([*arguments])
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, *capfd.readouterr())

    return System(settings, Connection.plaintext(settings.broker), run)


@pytest.fixture
def admin(system: System) -> Iterator[KafkaAdminClient]:
    with closing(KafkaAdminClient(**system.connection.kafka_python())) as client:
        yield client


@pytest.fixture
def ready(system: System, admin: KafkaAdminClient) -> System:
    apply(admin, plan(system.settings))
    return system


def configuration(admin: KafkaAdminClient, topic: str) -> dict[str, str]:
    answer = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    return {key: entry["value"] for key, entry in answer["topic"][topic].items()}


def test_a_question_makes_no_topic_and_the_plan_makes_them_all_as_it_says(
    system: System, admin: KafkaAdminClient
) -> None:
    wanted = plan(system.settings)
    assert [d.kind for d in compare(admin, wanted)] == ["missing"] * len(wanted)
    with pytest.raises(TopicMismatchError, match="tocsin topics apply"):
        require(admin, wanted)
    assert not {w.name for w in wanted} & set(admin.list_topics())
    assert len(apply(admin, wanted)) == len(wanted)
    assert compare(admin, wanted) == []
    require(admin, wanted)
    for want in wanted:
        there = configuration(admin, want.name)
        assert {key: there[key] for key in want.config} == dict(want.config)
    described = admin.describe_topics([w.name for w in wanted])
    assert {len(topic["partitions"]) for topic in described} == {3}


def until(condition: Callable[[], bool], what: str) -> None:
    wait_until(condition, what, seconds=SEEN_SECONDS)


def test_an_altered_configuration_is_what_the_plan_says_and_the_rest_stays(
    ready: System, admin: KafkaAdminClient
) -> None:
    resource = ConfigResource(
        ConfigResourceType.TOPIC,
        ready.names.analyses,
        configs={"retention.ms": "5000000", "segment.ms": "1234567"},
    )
    admin.alter_configs([resource])
    wanted = plan(ready.settings)
    require(admin, wanted)
    # A broker describes an altered topic as it was, for a moment.
    until(lambda: bool(compare(admin, wanted)), "the altered configuration to be seen")
    assert [(d.name, d.kind) for d in apply(admin, wanted)] == [(ready.names.analyses, "config")]
    until(lambda: not compare(admin, wanted), "the plan's configuration to be seen")
    assert configuration(admin, ready.names.analyses)["segment.ms"] == "1234567"


def test_other_partitions_change_nothing_at_all(ready: System, admin: KafkaAdminClient) -> None:
    fields = {"partitions": 4, "retention_alerts_seconds": 7200}
    wanted = plan(msgspec.structs.replace(ready.settings, **fields))
    for check in (apply, require):
        with pytest.raises(TopicMismatchError, match="set TOCSIN_PARTITIONS=3"):
            check(admin, wanted)
    kept_ms = configuration(admin, ready.names.alerts["encounter"])["retention.ms"]
    assert kept_ms == str(ready.settings.retention_alerts_seconds * 1000)


def test_more_replicas_than_brokers_are_refused_in_the_brokers_words(
    system: System, admin: KafkaAdminClient
) -> None:
    wanted = plan(msgspec.structs.replace(system.settings, replication_factor=3))
    with pytest.raises(TopicMismatchError, match=r"cannot be created: .*replication"):
        apply(admin, wanted)


def test_a_configuration_that_the_broker_refuses_is_an_error_and_not_silence(
    ready: System, admin: KafkaAdminClient
) -> None:
    (first, *_) = plan(ready.settings)
    wrong = [type(first)(first.name, 3, 1, {"retention.ms": "many"}, first.purpose)]
    with pytest.raises(TopicMismatchError, match=r"does not alter .* many "):
        apply(admin, wrong)


def test_the_topics_commands_compare_make_and_check(system: System) -> None:
    wanted = plan(system.settings)
    before = system.run("topics", "plan", "--json")
    assert before.code == 0
    assert [d["kind"] for d in before.documents] == ["missing"] * len(wanted)
    assert system.run("topics", "plan", "--check").code == 2
    made = system.run("topics", "apply", "--json")
    assert made.code == 0
    assert {d["done"] for d in made.documents} == {"created"}
    assert system.run("topics", "apply").out == ""
    after = system.run("topics", "plan", "--check")
    assert (after.code, after.out) == (0, "")
    assert f"All {len(wanted)} topics are as planned." in after.err


# Dead letters.

GOOD = {"content-type": b"application/json", "mine": b"\xff"}


def failed(system: System, number: int, value: bytes | None) -> Record:
    return Record(
        topic=system.names.articles,
        partition=number % 3,
        offset=number,
        timestamp_ms=1_795_435_200_000 + 1_000 * number,
        key=b"key%d" % number,
        value=value,
        headers=list(GOOD.items()),
    )


def letter(system: System, record: Record, reason: str = "invalid_json") -> Outgoing:
    error = BadArticleError(DeadLetterReason(reason), "what was wrong")
    return dead_letter_record(system.names.dead_letters, record, "decode", error)


def in_partition(out: Outgoing, partition: int, *more: tuple[str, bytes]) -> Outgoing:
    headers = [*out.headers, *more]
    return Outgoing(out.topic, out.key, out.value, headers, out.timestamp_ms, partition)


def test_dead_letters_are_listed_newest_first_and_by_reason(ready: System) -> None:
    ready.write(
        *(letter(ready, failed(ready, n, b"x"), "empty" if n % 2 else "no_text") for n in range(9))
    )
    listed = ready.run("dead-letters", "list", "--limit", "4", "--json")
    assert listed.code == 0
    assert [d["entered"][17:19] for d in listed.documents] == ["08", "07", "06", "05"]
    chosen = ready.run("dead-letters", "list", "--reason", "empty", "--json").documents
    assert {d["reason"] for d in chosen} == {"empty"}
    assert len(chosen) == 4
    since = ready.run("dead-letters", "list", "--since", "2026-11-23T12:00:07Z", "--json")
    assert len(since.documents) == 2
    assert "empty" in ready.run("dead-letters", "list").out


def test_an_empty_topic_of_dead_letters_is_no_error(ready: System) -> None:
    listed = ready.run("dead-letters", "list")
    assert (listed.code, listed.out) == (0, "")
    requeued = ready.run("dead-letters", "requeue", "--all", "--yes")
    assert (requeued.code, requeued.out) == (0, "There is nothing to put back.\n")


def test_without_its_topic_the_commands_say_what_to_do(system: System) -> None:
    for command in (["dead-letters", "list"], ["alerts"]):
        done = system.run(*command)
        assert done.code == 2
        assert "`tocsin topics apply`" in done.err


def test_a_dead_letter_is_shown_and_its_bytes_are_given_back_exactly(
    ready: System, variables: dict[str, str]
) -> None:
    value = bytes(range(256))
    ready.write(in_partition(letter(ready, failed(ready, 4, value)), 2))
    shown = ready.run("dead-letters", "show", "2:0")
    assert shown.code == 0
    assert "what was wrong" in shown.out
    assert "00000010  10 11 12" in shown.out
    raw = subprocess.run(
        [*PROGRAM, "dead-letters", "show", "2:0", "--raw"],
        env=variables,
        capture_output=True,
        check=True,
    )
    assert raw.stdout == value
    assert ready.run("dead-letters", "show", "2:1").code == 2


def test_a_requeue_gives_the_record_as_it_was(ready: System) -> None:
    values = [b"\x00\xff", b"", None, b"{}" * 5]
    records = [failed(ready, n, value) for n, value in enumerate(values)]
    ready.write(*(in_partition(letter(ready, record), 0) for record in records))
    refused = ready.run("dead-letters", "requeue", "--all")
    assert refused.code == 2
    assert "give --yes" in refused.err
    dry = ready.run("dead-letters", "requeue", "--all", "--dry-run")
    assert dry.out.splitlines() == ["4 dead letters would be put back:", "0:0", "0:1", "0:2", "0:3"]
    done = ready.run("dead-letters", "requeue", "0:0", "0:1", "0:2", "--yes")
    assert (done.code, done.out) == (0, "3 dead letters put back.\n")
    back = ready.read(ready.names.articles, 3)
    expected = sorted(records[:3], key=lambda r: r.partition)
    assert len(back) == 3
    for record, original in zip(back, expected, strict=True):
        assert (record.key, record.value) == (original.key, original.value)
        assert (record.partition, record.timestamp) == (original.partition, original.timestamp_ms)
        assert [*map(tuple, record.headers)] == [*original.headers, ("tocsin.requeued", b"1")]


def test_what_failed_again_is_put_back_once_and_counted_up(ready: System) -> None:
    record = failed(ready, 0, b"{")
    again = Record(
        record.topic, 0, 9, record.timestamp_ms, record.key, record.value,
        [*record.headers, ("tocsin.requeued", b"1")],
    )  # fmt: skip
    ready.write(*(in_partition(letter(ready, one), 1) for one in (record, again)))
    done = ready.run("dead-letters", "requeue", "--all", "--yes")
    assert done.out == "1 dead letter put back.\n"
    (back,) = ready.read(ready.names.articles, 1)
    assert dict(back.headers)["tocsin.requeued"] == b"2"


def test_what_cannot_be_put_back_is_refused_by_name_and_left_out_of_all(ready: System) -> None:
    well = in_partition(letter(ready, failed(ready, 0, b"{")), 0)
    cut = in_partition(well, 0, (TRUNCATED_HEADER, b"99"))
    elsewhere = in_partition(well, 0, ("tocsin.error.topic", b"payments"))
    ready.write(well, cut, elsewhere)
    named = ready.run("dead-letters", "requeue", "0:0", "0:1", "0:2", "--yes")
    assert named.code == 2
    assert "0:1: it was cut short" in named.err
    assert "0:2: it came from 'payments', which Tocsin does not read" in named.err
    every = ready.run("dead-letters", "requeue", "--all", "--yes")
    assert (every.code, every.out) == (0, "1 dead letter put back.\n")
    assert every.err.count("Left out 1 dead letter: ") == 2
    assert len(ready.read(ready.names.articles, 1)) == 1


def test_a_dead_letter_of_twenty_megabytes_is_listed_and_put_back(ready: System) -> None:
    value = bytes(20_000_000)
    ready.write(in_partition(letter(ready, failed(ready, 1, value)), 0))
    (listed,) = ready.run("dead-letters", "list", "--json").documents
    assert listed["value_bytes"] == len(value)
    assert ready.run("dead-letters", "requeue", "0:0", "--yes").code == 0
    (back,) = ready.read(ready.names.articles, 1)
    assert back.value == value


# Alerts.


def alert(kind: str, number: int, **changes: Any) -> Any:
    example = alerts()[kind]  # type: ignore[index]  # a kind of the contract
    return msgspec.structs.replace(example, alert_id=f"{kind}-{number}", **changes)


def test_alerts_of_the_past_are_shown_once_in_the_order_of_their_time(ready: System) -> None:
    names = ready.names.alerts
    for number in range(4):
        kind = ("sentiment", "encounter")[number % 2]
        out = alert_record(names[kind], alert(kind, number))
        ready.write(out, in_partition(out, number % 3))
    ready.write(Outgoing(names["sentiment"], None, b"\xff", []))
    everything = ["alerts", "--since", "beginning", "--no-follow", "--json"]
    shown = ready.run(*everything)
    ids = ["sentiment-0", "encounter-1", "sentiment-2", "encounter-3"]
    assert [d["alert_id"] for d in shown.documents] == ids
    assert shown.documents[0] == json.loads(msgspec.json.encode(alert("sentiment", 0)))
    assert "is no alert that this version of tocsin can read" in shown.err
    chosen = ready.run(*everything, "--kind", "encounter", "--leader", "putin", "--limit", "1")
    assert [d["alert_id"] for d in chosen.documents] == ["encounter-1"]
    severe = ready.run(*everything, "--min-severity", "high")
    assert (severe.code, severe.out) == (0, "")
    later = ready.run("alerts", "--since", "2099-01-01", "--no-follow", "--json")
    assert (later.code, later.out) == (0, "")
    assert "Xi Jinping" in ready.run("alerts", "--since", "1h", "--no-follow").out


def test_alerts_are_followed_until_interrupted_with_exit_code_0(
    ready: System, variables: dict[str, str]
) -> None:
    names = ready.names.alerts
    ready.write(alert_record(names["encounter"], alert("encounter", 0)))
    with subprocess.Popen(
        [*PROGRAM, "alerts", "--json"],
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert "Waiting for alerts" in process.stderr.readline()
        ready.write(alert_record(names["sentiment"], alert("sentiment", 1)))
        assert json.loads(process.stdout.readline())["alert_id"] == "sentiment-1"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LIMIT_SECONDS)
    assert (process.returncode, out, err) == (0, "", "")


def test_records_of_an_aborted_transaction_are_not_shown_and_the_reading_ends(
    ready: System,
) -> None:
    topic = ready.names.alerts["sentiment"]
    options = ready.connection.kafka_python() | {"transactional_id": f"{topic}-tx"}
    with closing(KafkaProducer(**options)) as producer:
        producer.init_transactions()
        for number, end in ((0, producer.commit_transaction), (1, producer.abort_transaction)):
            producer.begin_transaction()
            out = alert_record(topic, alert("sentiment", number))
            producer.send(topic, out.value, key=out.key, partition=0)
            producer.flush()
            end()
    shown = ready.run("alerts", "--since", "beginning", "--no-follow", "--json")
    assert [d["alert_id"] for d in shown.documents] == ["sentiment-0"]
