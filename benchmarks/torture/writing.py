"""Write the records of a `Mix`, each with its codec and in its transaction."""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import groupby

from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic
from records import CODECS, Wanted

LONG_MAX = "9223372036854775807"
# About the records that follow each other with one codec: see `CODEC_RECORDS`.
BATCH_RECORDS = 12


@dataclass(frozen=True, slots=True)
class Written:
    """A record and its place in the topic."""

    wanted: Wanted
    offset: int

    @property
    def place(self) -> tuple[int, int]:
        """Return partition and offset."""
        return self.wanted.partition, self.offset


def create_archive(bootstrap: str, topic: str, partitions: int) -> None:
    """Create the topic of articles. It keeps everything, and takes any timestamp."""
    config = {
        "retention.ms": "-1",
        "message.timestamp.after.max.ms": LONG_MAX,
        "message.timestamp.before.max.ms": LONG_MAX,
    }
    with closing(KafkaAdminClient(bootstrap_servers=bootstrap)) as admin:
        admin.create_topics([NewTopic(topic, partitions, 1, topic_configs=config)])
        admin.wait_for_topics([topic])


class Writer:
    """Writes records with a producer for each codec, and one for transactions.

    Records of one partition keep their order. A transaction is committed or aborted as a whole.

    Args:
        bootstrap: The broker's address.
        topic: The topic of articles.
    """

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._topic = topic
        self._producers = {codec: _producer(bootstrap, codec) for codec in CODECS}
        self._transactional = KafkaProducer(
            bootstrap_servers=bootstrap, transactional_id=f"{topic}.torture"
        )
        self._transactional.init_transactions()
        # Held while records are under way. A transaction that loses its broker may be aborted, and
        # then the fate of its records is not known.
        self.turn = threading.Lock()

    def close(self) -> None:
        """Close the producers."""
        for one in (*self._producers.values(), self._transactional):
            one.close()

    def write(self, records: Iterable[Wanted]) -> Iterator[Written]:
        """Write the records, and yield each with its offset."""
        for (transaction, codec), several in groupby(records, key=_way):
            with self.turn:
                if transaction is None:
                    yield from _send(self._producers[codec], self._topic, [*several])
                else:
                    yield from self._write_transaction([*several])

    def write_at(self, records: Iterable[Wanted], records_per_second: float) -> Iterator[Written]:
        """Write the records at a steady pace, stamped with the time at which they are written."""
        began = time.monotonic()
        for count, (_, several) in enumerate(groupby(records, key=_way)):
            # No condition to wait for: the pace is the point.
            time.sleep(
                max(0.0, began + count * BATCH_RECORDS / records_per_second - time.monotonic())
            )
            yield from self.write([_stamped_now(one) for one in several])

    def _write_transaction(self, records: list[Wanted]) -> list[Written]:
        self._transactional.begin_transaction()
        written = _send(self._transactional, self._topic, records)
        if records[0].aborts:
            self._transactional.abort_transaction()
        else:
            self._transactional.commit_transaction()
        return written


def _way(one: Wanted) -> tuple[int | None, str]:
    return one.transaction, one.codec


def _stamped_now(one: Wanted) -> Wanted:
    return one if one.has_odd_timestamp else replace(one, timestamp_ms=round(time.time() * 1000))


def _producer(bootstrap: str, codec: str) -> KafkaProducer:
    compression = None if codec == "none" else codec
    return KafkaProducer(
        bootstrap_servers=bootstrap, acks="all", linger_ms=20, compression_type=compression
    )


def _send(producer: KafkaProducer, topic: str, records: list[Wanted]) -> list[Written]:
    sent = [
        producer.send(
            topic,
            one.value,
            key=one.key,
            headers=list(one.headers),
            partition=one.partition,
            timestamp_ms=one.timestamp_ms,
        )
        for one in records
    ]
    producer.flush()
    return [Written(one, future.get(60).offset) for one, future in zip(records, sent, strict=True)]
