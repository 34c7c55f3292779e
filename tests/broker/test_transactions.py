"""What a transactional producer leaves in the topics: markers, aborted records, open ends."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaProducer

from streams.demo.broker import Broker
from streams.kafka.ends import Ends
from tests.broker.test_worker import PARTITIONS, Stage, staged, story, until

SEND_LIMIT_SECONDS = 30.0
NEWS, AFTERWARDS = 306, 318
OTHERS = {NEWS: b"Giorgia Meloni", AFTERWARDS: b"Mark Carney"}


@pytest.fixture
def stage(broker: Broker, topic_prefix: str, tmp_path: Path) -> Iterator[Stage]:
    yield from staged(broker, topic_prefix, tmp_path)


@contextmanager
def transactional(stage: Stage, name: str) -> Iterator[Any]:
    with closing(
        KafkaProducer(
            **stage.connection.kafka_python(), transactional_id=f"{stage.prefix}{name}", acks="all"
        )
    ) as producer:
        producer.init_transactions()
        yield producer


def send(producer: Any, stage: Stage, *articles: tuple[int, int]) -> None:
    """Send articles, each by its number and its partition."""
    sent = []
    for number, partition in articles:
        key, value = story(number)
        # Of leaders without an alert so far.
        value = value.replace(b"Volodymyr Zelenskyy", OTHERS.get(number, b"Volodymyr Zelenskyy"))
        sent.append(producer.send(stage.names.articles, value, key=key, partition=partition))
    for future in sent:
        future.get(SEND_LIMIT_SECONDS)


def committed(producer: Any, stage: Stage, *articles: tuple[int, int]) -> None:
    producer.begin_transaction()
    send(producer, stage, *articles)
    producer.commit_transaction()


def aborted(producer: Any, stage: Stage, *articles: tuple[int, int]) -> None:
    producer.begin_transaction()
    send(producer, stage, *articles)
    producer.abort_transaction()


def answers(address: str, path: str) -> int:
    try:
        with urllib.request.urlopen(address + path, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def gauge(address: str, name: str, partition: int) -> float:
    """Read a gauge of a partition of the articles; -1 where it is not there."""
    with urllib.request.urlopen(f"{address}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    wanted = f'partition="{partition}"'
    found = [one for one in lines if one.startswith(name) and wanted in one and "articles" in one]
    return float(found[0].rsplit(" ", 1)[1]) if found else -1.0


def committed_ends(stage: Stage) -> dict[int, int]:
    with closing(KafkaAdminClient(**stage.connection.kafka_python())) as admin:
        group = stage.settings.application_id
        offsets = admin.list_group_offsets(group)[group]
    return {
        tp.partition: at.offset for tp, at in offsets.items() if tp.topic == stage.names.articles
    }


def stable_ends(stage: Stage) -> dict[int, int]:
    with closing(Ends(stage.connection)) as ends:
        found = ends.ends(ends.partitions(stage.names.articles))
    return {tp.partition: end.stable for tp, end in found.items() if end.stable}


def test_articles_of_committed_transactions_ring_and_no_others(stage: Stage) -> None:
    # Before the worker starts: an aborted article is the first of a partition, and all of another.
    with transactional(stage, "early") as producer:
        aborted(producer, stage, (0, 0), (3, 1))
    stage.start(TOCSIN_LIVE_TIMEOUT_SECONDS="10")
    address = stage.ready()
    expected = {"story-6", "story-9"}
    with (
        transactional(stage, "one") as one,
        transactional(stage, "open") as open_,
        closing(KafkaProducer(**stage.connection.kafka_python(), acks="all")) as plain,
    ):
        # A transaction is the last of its partition, and an ordinary article waits for nothing.
        committed(one, stage, (6, 0))
        send(plain, stage, (9, 1))
        until(lambda: len(stage.alert_ids()) >= 2, "both articles to ring", stage.log)
        for first in (12, 21):
            aborted(one, stage, (first, 0), (first + 3, 2))
            committed(one, stage, *((first + 6 + n * 30, n) for n in range(PARTITIONS)))
            expected |= {f"story-{first + 6 + n * 30}" for n in range(PARTITIONS)}
        aborted(one, stage, *((999, partition) for partition in range(PARTITIONS)))
        stage.settle()
        until(
            lambda: committed_ends(stage) == stable_ends(stage),
            "the offsets behind every marker to be committed",
            stage.log,
        )
        assert set(stage.analysed()) == expected

        # While a transaction blocks one partition, an article in another fires an alert.
        open_.begin_transaction()
        send(open_, stage, (300, 3))
        send(plain, stage, (303, 3), (NEWS, 0))
        expected |= {f"story-{NEWS}"}
        rang = len(stage.alert_ids())
        until(lambda: len(stage.alert_ids()) > rang, "an article beside it to ring", stage.log)
        until(
            lambda: gauge(address, "tocsin_open_transaction_seconds", 3) > 0,
            "the open transaction to be measured",
            stage.log,
        )
        assert gauge(address, "tocsin_open_transaction_seconds", 0) == 0
        assert set(stage.analysed()) == expected
        stage.settle()
        assert (answers(address, "/livez"), answers(address, "/readyz")) == (200, 200)
        open_.commit_transaction()
    stage.settle()
    assert set(stage.analysed()) == expected | {"story-300", "story-303"}
    until(
        lambda: gauge(address, "tocsin_open_transaction_seconds", 3) == 0,
        "the transaction to have ended",
        stage.log,
    )
    assert len(stage.analysed()) == len(expected) + 2
    assert (answers(address, "/livez"), answers(address, "/readyz")) == (200, 200)
    assert stage.stop() == 0

    # The next worker recovers from changelogs that end with an aborted record and its marker.
    rang = set(stage.alert_ids())
    with transactional(stage, "restore") as restore:
        restore.begin_transaction()
        for partition in range(PARTITIONS):
            restore.send(
                stage.names.watch_changelog, b"no state", key=b"Q1", partition=partition
            ).get(SEND_LIMIT_SECONDS)
        restore.abort_transaction()
    stage.start()
    stage.ready()
    with closing(KafkaProducer(**stage.connection.kafka_python(), acks="all")) as plain:
        send(plain, stage, (AFTERWARDS, 1))
    stage.settle()
    assert set(stage.analysed()) > expected
    assert set(stage.alert_ids()) > rang
    assert stage.stop() == 0
