"""Sends records with kafka-python's producer, and waits for every acknowledgement."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from kafka import KafkaAdminClient, KafkaProducer
from kafka.errors import (
    InvalidTimestampError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
)

from processors.errors import DeadLetterReason
from streams.errors import PassingFaultError, TopicMismatchError
from streams.ingest.tally import Tally
from streams.kafka.connection import Connection
from streams.kafka.envelope import Outgoing
from streams.kafka.topics import ENVELOPE_BYTES

# kafka-python has no limit of its own: with a slow broker the queue would grow without end.
_IN_FLIGHT_BYTES: Final = 67_108_864
_IN_FLIGHT_RECORDS: Final = 10_000

_BATCH_BYTES: Final = 131_072
_LINGER_MILLISECONDS: Final = 20
_CLOSE_SECONDS: Final = 5.0
# A broker rejects a batch for the timestamp of one record, and does not name the record.
_WRONG_TIME: Final = (InvalidTimestampError,)
_TOO_LARGE: Final = (MessageSizeTooLargeError, RecordListTooLargeError)


@dataclass(frozen=True, slots=True)
class _Sent:
    """A record that the producer has, and its place in the source."""

    future: Any
    where: str
    record: Outgoing

    @property
    def size_bytes(self) -> int:
        return len(self.record.value or b"")


class KafkaSink:
    """Sends records in the background, a bounded number at a time.

    Args:
        producer: A kafka-python `KafkaProducer`.
        tally: Counts acknowledged records, and those that are too large for the broker.
    """

    def __init__(self, producer: Any, tally: Tally) -> None:
        self._producer = producer
        self._tally = tally
        self._waiting: deque[_Sent] = deque()
        self._waiting_bytes = 0
        self._handed_over = 0
        self._failure: PassingFaultError | None = None

    def send(self, record: Outgoing, where: str) -> None:
        """Give a record to the producer. Wait while too many are in flight.

        Raises:
            PassingFaultError: the broker did not accept this record or an earlier one.
        """
        if self._failure is not None:
            raise self._failure
        self._handed_over += 1
        try:
            sent = _Sent(self._hand_over(record), where, record)
        except _TOO_LARGE as error:
            self._refuse(where, error)
            return
        except KafkaError as error:
            raise self._fail(where, error) from error
        self._waiting.append(sent)
        self._waiting_bytes += sent.size_bytes
        while self._waiting and (
            self._waiting[0].future.is_done
            or self._waiting_bytes > _IN_FLIGHT_BYTES
            or len(self._waiting) > _IN_FLIGHT_RECORDS
        ):
            self._settle()

    def flush(self) -> None:
        """Return when the broker has acknowledged or refused everything.

        Raises:
            PassingFaultError: The broker did not take a record, now or earlier.
        """
        if self._failure is not None:
            raise self._failure
        while self._waiting:
            self._settle()

    def _hand_over(self, record: Outgoing) -> Any:
        return self._producer.send(
            record.topic,
            record.value,
            key=record.key,
            headers=list(record.headers),
            timestamp_ms=record.timestamp_ms,
        )

    def _settle(self) -> None:
        sent = self._waiting.popleft()
        self._waiting_bytes -= sent.size_bytes
        try:
            try:
                sent.future.get()  # ends, because the producer gives up each record in time
            except _WRONG_TIME:
                if sent.record.timestamp_ms is None:
                    raise
                self._send_alone(sent)
        except _WRONG_TIME as error:
            if sent.record.timestamp_ms is None:
                raise self._fail(sent.where, error) from error
            message = f"the broker does not take its time of publication: {_describe(error)}"
            self._tally.refuse(sent.where, DeadLetterReason.INVALID_DATE, message)
        except _TOO_LARGE as error:
            self._refuse(sent.where, error)
        except KafkaError as error:
            raise self._fail(sent.where, error) from error
        else:
            self._tally.sent += 1

    def _send_alone(self, sent: _Sent) -> None:
        """Send a record again in a batch of its own: another one of its batch may be at fault."""
        self._producer.flush()
        future = self._hand_over(sent.record)
        future.get()

    def _refuse(self, where: str, error: KafkaError) -> None:
        message = f"larger than the broker takes ({error}); compare TOCSIN_MAX_MESSAGE_BYTES"
        self._tally.refuse(where, DeadLetterReason.TOO_LARGE, message)

    def _fail(self, where: str, error: KafkaError) -> PassingFaultError:
        close(self._producer)
        self._tally.sent += sum(sent.future.succeeded() for sent in self._waiting)
        self._waiting.clear()
        self._failure = PassingFaultError(
            f"The broker did not take {where} ({_describe(error)}): {self._tally.sent} of "
            f"{self._handed_over} articles that were handed to it are acknowledged. Send the same "
            f"again: articles that are there twice count once."
        )
        return self._failure


@contextmanager
def open_sink(
    connection: Connection,
    topic: str,
    max_message_bytes: int,
    tally: Tally,
    compression: str | None = None,
) -> Iterator[KafkaSink]:
    """Connect to a broker that is known to answer, and check that the topic is there.

    Args:
        connection: How to reach the cluster.
        topic: The topic of the records.
        max_message_bytes: The largest record.
        tally: Counts acknowledged and rejected records.
        compression: The codec. None: no compression.

    Raises:
        TopicMismatchError: the topic is missing.
        PassingFaultError: the broker has become unavailable.
    """
    try:
        _require_topic(connection, topic)
        producer = KafkaProducer(
            **connection.kafka_python(),
            acks="all",
            # The idempotent producer fails all records in flight when the broker rejects one record
            # as too large. Without it a retry may repeat records, which count once here, and one
            # request at a time keeps the versions of an article in their order.
            enable_idempotence=False,
            max_in_flight_requests_per_connection=1,
            allow_auto_create_topics=False,
            batch_size=_BATCH_BYTES,
            compression_type=compression,
            linger_ms=_LINGER_MILLISECONDS,
            max_request_size=max_message_bytes + ENVELOPE_BYTES,
        )
    except KafkaError as error:
        raise PassingFaultError(f"The broker does not answer: {_describe(error)}") from error
    try:
        yield KafkaSink(producer, tally)
    finally:
        close(producer)


def close(producer: Any) -> None:
    """Close a producer. Records that it cannot send within 5 s fail."""
    try:
        producer.close(timeout=_CLOSE_SECONDS)
    except KafkaError:
        # The flush of the first close ran out of time. A second close does not flush again.
        producer.close(timeout=0)


def _require_topic(connection: Connection, topic: str) -> None:
    admin = KafkaAdminClient(**connection.kafka_python())
    try:
        described = admin.describe_topics([topic])
    finally:
        admin.close()
    if not any(t["name"] == topic and not t.get("error_code") for t in described):
        raise TopicMismatchError(
            f"The topic {topic} is missing. `tocsin topics apply` creates what is missing; "
            f"TOCSIN_TOPIC_PREFIX is put before every name."
        )


def _describe(error: KafkaError) -> str:
    return str(error) or type(error).__name__
