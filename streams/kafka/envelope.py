"""Builds the records that Tocsin writes, with encoded values, keys and headers.

Clients and the time of sending are the caller's. Alerts are CloudEvents 1.0 in binary mode (the
Kafka protocol binding), so a subscriber can deduplicate and route on headers alone. `ce_source` is
the same in a live run and in a replay, because CloudEvents treats two events with the same source
and id as one event.
"""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, NamedTuple, Protocol

import msgspec
from aiokafka.partitioner import murmur2

from processors.contracts import Alert, Analysis, Mention, Withdrawal
from processors.errors import BadArticleError, DeadLetterReason
from processors.event_time import timestamp_fault
from streams.errors import UndeliverableError

# Kafka allows a header without a value.
Headers = Sequence[tuple[str, bytes | None]]

CONTENT_TYPE = "content-type"
JSON_TYPE = b"application/json"
CE_SPECVERSION = b"1.0"
CE_SOURCE = "/tocsin"
CE_TYPE_PREFIX = "tocsin.alert."
CE_TYPE_SUFFIX = ".v1"
REPLAY_ID_HEADER = "tocsin.replay-id"
SOURCE_HEADER = "tocsin.source"
ERROR_PREFIX = "tocsin.error."
TRUNCATED_HEADER = ERROR_PREFIX + "truncated-from-bytes"
REQUEUED_HEADER = "tocsin.requeued"
# Dead letters for these reasons do not keep the record's timestamp. Their topic would refuse it, or
# remove them at once as too old. A header holds it.
RESTAMPED: Final = frozenset(
    {DeadLetterReason.INVALID_TIMESTAMP, DeadLetterReason.FUTURE_TIMESTAMP}
)

_JSON_HEADERS: Headers = [(CONTENT_TYPE, JSON_TYPE)]
_encode = msgspec.json.Encoder().encode


class Outgoing(msgspec.Struct, frozen=True, array_like=True):
    """A record to write. `timestamp_ms` is Unix time, and None lets the producer set it.

    Without a `partition` the producer chooses one by the key.
    """

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = []
    timestamp_ms: int | None = None
    partition: int | None = None


class TopicPartition(NamedTuple):
    """One partition of a topic. It equals the same pair of every client library."""

    topic: str
    partition: int


class Record(msgspec.Struct, frozen=True, array_like=True):
    """A record as it was read from Kafka.

    `timestamp_ms` is Unix time. `generation` is the generation of the consumer group in which the
    record was fetched, and -1 where no group fetched it.
    """

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    generation: int = -1

    @property
    def tp(self) -> TopicPartition:
        """The partition from which the record was read."""
        return TopicPartition(self.topic, self.partition)

    @property
    def event_time(self) -> datetime:
        """Return when the record entered the log, in aware UTC.

        Raises:
            BadArticleError: The timestamp is outside the possible range. For example, it is in
                microseconds.
        """
        fault = timestamp_fault(self.timestamp_ms, math.inf)
        if fault is not None:
            raise fault
        return datetime.fromtimestamp(self.timestamp_ms / 1000, tz=UTC)


class ClientRecord(Protocol):
    """A record as aiokafka and kafka-python return it."""

    topic: str
    partition: int
    offset: int
    timestamp: int | None
    key: bytes | None
    value: bytes | None
    headers: Headers


def read_record(fetched: ClientRecord, generation: int = -1) -> Record:
    """Return a client library's record as a `Record`. Without a timestamp, its timestamp is 0."""
    return Record(
        fetched.topic,
        fetched.partition,
        fetched.offset,
        fetched.timestamp or 0,
        fetched.key,
        fetched.value,
        list(fetched.headers),
        generation,
    )


def analysis_record(topic: str, analysis: Analysis, partitions: int, source: Record) -> Outgoing:
    """Build the record of an analysis, keyed by article. A header names the article's record."""
    key = analysis.article_id.encode()
    record = _keyed(topic, key, _encode(analysis), partition_of(key, partitions))
    place = f"{source.topic}:{source.partition}:{source.offset}".encode()
    return msgspec.structs.replace(record, headers=[*_JSON_HEADERS, (SOURCE_HEADER, place)])


def read_source(value: bytes | None) -> tuple[str, int, int] | None:
    """Return topic, partition and offset from a source header, or None if it is invalid."""
    topic, *numbers = (value or b"").rsplit(b":", 2)
    if len(numbers) != 2 or not all(one.isdigit() for one in numbers):  # noqa: PLR2004 - of a place
        return None
    return topic.decode("utf-8", "replace"), int(numbers[0]), int(numbers[1])


def mention_record(topic: str, mention: Mention, partitions: int) -> Outgoing:
    """Build the record of a mention, keyed by leader, so that one worker owns a leader's state."""
    key = mention.leader_id.encode()
    return _keyed(topic, key, _encode(mention), _leaders_partition(key, partitions))


def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition of a key, as Kafka's own clients choose it."""
    return int(murmur2(key) & 0x7FFFFFFF) % partitions


# Leaders repeat and articles do not. The hash is computed in Python, byte by byte.
_cached_partition = lru_cache(maxsize=8_192)(partition_of)
_MAX_CACHED_KEY_BYTES: Final = 200


def _leaders_partition(key: bytes, partitions: int) -> int:
    # The cache is bounded by number of keys, so long keys would make its memory unbounded.
    is_short = len(key) <= _MAX_CACHED_KEY_BYTES
    return _cached_partition(key, partitions) if is_short else partition_of(key, partitions)


def _keyed(topic: str, key: bytes, value: bytes, partition: int) -> Outgoing:
    return Outgoing(topic, key, value, _JSON_HEADERS, partition=partition)


def withdrawal_records(
    topic: str, withdrawal: Withdrawal | None, partitions: int
) -> list[Outgoing]:
    """Build the records of a withdrawal, if any: one for each partition of the mentions.

    The leaders that the article named before are not known, so every leader's state must receive
    it.
    """
    if withdrawal is None:
        return []
    key, value = withdrawal.withdrawn.article_id.encode(), _encode(withdrawal)
    return [Outgoing(topic, key, value, _JSON_HEADERS, partition=n) for n in range(partitions)]


def alert_record(
    topic: str, alert: Alert, partition_of_key: Callable[[bytes], int] | None = None
) -> Outgoing:
    """Build the record of an alert, keyed by its first leader.

    Args:
        topic: The topic to write to.
        alert: The alert.
        partition_of_key: Chooses among the planned partitions, so that a leader's alerts stay in
            order if partitions are added to the topic. None: the producer chooses.
    """
    subject = alert.leaders[0].leader_id.encode()
    headers = [
        (CONTENT_TYPE, JSON_TYPE),
        ("ce_specversion", CE_SPECVERSION),
        ("ce_id", alert.alert_id.encode()),
        ("ce_type", ce_type(alert.kind).encode()),
        ("ce_source", CE_SOURCE.encode()),
        ("ce_subject", subject),
        ("ce_time", _rfc3339(alert.event_time)),
    ]
    if alert.replay_id is not None:
        headers.append((REPLAY_ID_HEADER, alert.replay_id.encode()))
    partition = None if partition_of_key is None else partition_of_key(subject)
    return Outgoing(topic, subject, _encode(alert), headers, partition=partition)


def ce_type(kind: str) -> str:
    """Return the CloudEvents type of an alert kind, such as `tocsin.alert.sentiment.v1`."""
    return f"{CE_TYPE_PREFIX}{kind}{CE_TYPE_SUFFIX}"


def dead_letter_record(
    topic: str, record: Record, stage: str, error: BadArticleError | UndeliverableError
) -> Outgoing:
    """Build the dead letter of a record: the unchanged record, with the reason in headers."""
    described = {
        "stage": stage,
        "reason": error.reason.value,
        "message": error.message,
        "topic": record.topic,
        "partition": str(record.partition),
        "offset": str(record.offset),
        "timestamp": str(record.timestamp_ms),
    }
    headers = [
        # A record that fails again after a requeue carries only its newest error.
        *((k, v) for k, v in record.headers if not k.startswith(ERROR_PREFIX)),
        *((ERROR_PREFIX + k, v.encode("utf-8", "replace")) for k, v in described.items()),
    ]
    keeps = error.reason not in RESTAMPED
    timestamp_ms = record.timestamp_ms if keeps else None
    return Outgoing(topic, record.key, record.value, headers, timestamp_ms)


def _rfc3339(moment: datetime) -> bytes:
    return moment.isoformat().replace("+00:00", "Z").encode()
