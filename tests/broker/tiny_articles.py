"""Articles of about 80 bytes, sparse and dense, even and uneven: what replays were seen to lose.

Owns the recipe, and how records are published into chosen partitions with chosen times, plainly and
in transactions. Must not know what reads them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from kafka import KafkaProducer

from streams.kafka.connection import Connection

SPARSE_MS = 1_200_000
DENSE_MS = 1_500
_FLUSH_RECORDS = 20_000


class Tiny(NamedTuple):
    """One record of the topic of articles."""

    partition: int
    article_id: str
    timestamp_ms: int
    value: bytes


def tiny_articles(
    count: int,
    partitions: int = 4,
    sparse: int = 0,
    first: datetime | None = None,
    partition_of: Callable[[int], int] | None = None,
) -> Iterator[Tiny]:
    """Make articles in the order of their time.

    Args:
        count: How many.
        partitions: Over how many partitions, in turn.
        sparse: So many come twenty minutes apart, the rest a second and a half.
        first: The moment of the first; None: such that the last is an hour ago.
        partition_of: Another choice of the partition, by the article's number.
    """
    span_ms = sparse * SPARSE_MS + (count - sparse) * DENSE_MS
    began = first or datetime.now(UTC) - timedelta(hours=1, milliseconds=span_ms)
    moment_ms = round(began.timestamp() * 1000)
    for n in range(count):
        document = {"id": f"g{n}", "title": f"Storm {n} hits coast", "text": f"It rained {n}."}
        chosen = partition_of(n) if partition_of else n % partitions
        yield Tiny(chosen, f"g{n}", moment_ms, msgspec.json.encode(document))
        moment_ms += SPARSE_MS if n < sparse else DENSE_MS


def uneven(number: int) -> int:
    """Choose partitions so that the first of four has 70 % of the articles."""
    return 0 if number % 10 < 7 else number % 10 - 6


def publish(connection: Connection, topic: str, articles: Iterable[Tiny]) -> int:
    """Publish articles, and give how many."""
    producer = KafkaProducer(**connection.kafka_python(), acks="all", linger_ms=20)
    count = 0
    for one in articles:
        _send(producer, topic, one)
        count += 1
        if count % _FLUSH_RECORDS == 0:
            producer.flush()
    producer.flush()
    producer.close()
    return count


class Transactions:
    """A transactional producer of articles.

    Args:
        connection: The cluster.
        topic: The topic of articles.
        transactional_id: Its name; only one producer may have it.
        timeout_seconds: After which the broker aborts what stays open.
    """

    def __init__(
        self,
        connection: Connection,
        topic: str,
        transactional_id: str,
        timeout_seconds: float = 60.0,
    ) -> None:
        self._topic = topic
        self._producer: Any = KafkaProducer(
            **connection.kafka_python(),
            transactional_id=transactional_id,
            transaction_timeout_ms=round(timeout_seconds * 1000),
        )
        self._producer.init_transactions()

    def commit(self, articles: Sequence[Tiny]) -> None:
        """Publish articles in a transaction of their own, which leaves a marker behind them."""
        self.begin(articles)
        self.end(committed=True)

    def abort(self, articles: Sequence[Tiny]) -> None:
        """Publish articles that no reader of committed records sees."""
        self.begin(articles)
        self.end(committed=False)

    def begin(self, articles: Sequence[Tiny]) -> None:
        """Publish articles in a transaction that stays open."""
        self._producer.begin_transaction()
        for one in articles:
            _send(self._producer, self._topic, one)
        self._producer.flush()

    def end(self, *, committed: bool) -> None:
        """End the transaction that is open."""
        if committed:
            self._producer.commit_transaction()
        else:
            self._producer.abort_transaction()

    def close(self) -> None:
        """Close the producer."""
        self._producer.close()


def _send(producer: Any, topic: str, one: Tiny) -> None:
    producer.send(
        topic,
        one.value,
        key=one.article_id.encode(),
        partition=one.partition,
        timestamp_ms=one.timestamp_ms,
    )
