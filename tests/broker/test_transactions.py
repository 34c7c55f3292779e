"""What a transactional producer leaves in the topics: markers, aborted records, open ends."""

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer

from streams.brokers import Broker
from tests.broker.test_worker import PARTITIONS, Stage, staged, story, until

SEND_LIMIT_SECONDS = 30.0


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


def test_articles_of_committed_transactions_ring_and_no_others(stage: Stage) -> None:
    # Before the worker starts: an aborted article is the first of a partition, and all of another.
    with transactional(stage, "early") as producer:
        aborted(producer, stage, (0, 0), (3, 1))
    stage.start(TOCSIN_LIVE_TIMEOUT_SECONDS="10")
    address = stage.ready()
    stage.settle()
    with (
        transactional(stage, "one") as one,
        closing(KafkaProducer(**stage.connection.kafka_python(), acks="all")) as plain,
    ):
        # A transaction is the last of its partition, and an ordinary article waits for nothing.
        committed(one, stage, (6, 0))
        send(plain, stage, (9, 1))
        began = time.monotonic()
        until(lambda: len(stage.alert_ids()) >= 2, "both articles to ring", stage.log)
        assert time.monotonic() - began < 30
        for round_ in range(3):
            first = 12 + 9 * round_
            aborted(one, stage, (first, 0), (first + 3, 2))
            committed(one, stage, *((first + 6, partition) for partition in range(PARTITIONS)))
        aborted(one, stage, *((99, partition) for partition in range(PARTITIONS)))
    stage.settle()
    assert sorted(set(stage.analysed())) == [
        "story-18",
        "story-27",
        "story-36",
        "story-6",
        "story-9",
    ]
    assert (answers(address, "/livez"), answers(address, "/readyz")) == (200, 200)
    assert stage.stop() == 0
