"""Reads the first and last offsets of partitions, for a reader of committed records.

Its clients (kafka-python) belong to no consumer group. A missing answer of the broker is an error
and never an empty result. kafka-python drops a topic from its metadata after a transient error, and
a missing partition would look like a finished one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import StaleMetadata

from streams.kafka.connection import Connection

# Partitions may be added while the process runs.
METADATA_AGE_MS = 30_000


@dataclass(frozen=True, slots=True)
class End:
    """The end of a partition.

    Attributes:
        stable: The last stable offset. Records before it can be read.
        high: The high watermark. It is higher while a transaction is open.
    """

    stable: int
    high: int

    @property
    def is_blocked(self) -> bool:
        """Return whether an open transaction keeps records from being read."""
        return self.high > self.stable


class Ends:
    """Asks the broker for partitions and their offsets.

    Args:
        connection: How to reach the cluster.
        options: Further arguments of the consumer that reads committed records.
    """

    def __init__(self, connection: Connection, **options: Any) -> None:
        shared = {
            **connection.kafka_python(),
            "enable_auto_commit": False,
            "metadata_max_age_ms": METADATA_AGE_MS,
        }
        self.consumer = KafkaConsumer(**shared, isolation_level="read_committed", **options)
        self._uncommitted = KafkaConsumer(**shared)
        self._counts: dict[str, int] = {}

    def partitions(self, topic: str) -> list[TopicPartition]:
        """Return the partitions of a topic.

        Raises:
            StaleMetadata: The broker does not name the partitions, or omits some that it named
                before.
        """
        known = sorted(self.consumer.partitions_for_topic(topic) or ())
        before = self._counts.get(topic, 1)
        if len(known) < before:
            raise StaleMetadata(
                f"the broker names {len(known)} partitions of {topic}, expected {before} or more; "
                "it is asked again"
            )
        self._counts[topic] = len(known)
        return [TopicPartition(topic, partition) for partition in known]

    def ends(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, End]:
        """Return the end of each partition.

        The high watermark is asked for first. So if it is beyond the last stable offset, a
        transaction was open. A record written between the two answers does not have that effect.

        Raises:
            KafkaError: The broker does not answer.
            KeyError: It does not answer for every partition.
        """
        highs = self._uncommitted.end_offsets(partitions)
        stable = self.consumer.end_offsets(partitions)
        return {tp: End(stable[tp], max(stable[tp], highs[tp])) for tp in partitions}

    def firsts(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the first offset of each partition. Raises the same errors as `ends`."""
        asked = list(partitions)
        answer = self.consumer.beginning_offsets(asked) if asked else {}
        return {tp: answer[tp] for tp in asked}

    def close(self) -> None:
        """Close the clients."""
        self.consumer.close()
        self._uncommitted.close()
