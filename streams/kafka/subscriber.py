"""Records of topics in the order of their time, from a place in the past to now, or without an end.

Owns positions in partitions, and the order in which several partitions are read. Must not know what
the records mean. Clients are kafka-python consumers (see `streams.kafka.clients`).
"""

import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from kafka import TopicPartition

from streams.errors import BrokerUnavailableError, TopicMismatchError
from streams.kafka.envelope import ClientRecord, Record, read_record
from streams.kafka.unreadable import why_unreadable, without_mark

log = structlog.get_logger(__name__)

Offsets = Mapping[TopicPartition, int]

_POLL_MS = 500
# The embedded broker answers at once that there is nothing, and is then asked again at once, which
# takes a third of a core: a command that only follows asks ten times a second instead.
_IDLE_POLL_MS = 10
_IDLE_SECONDS = 0.09
_SCAN_RECORDS = 5_000
_METADATA_ATTEMPTS = 3
_METADATA_RETRY_SECONDS = 0.2
# What is before an end that the broker gave is there, or a gap that a position skips.
STALLED_SECONDS = 60.0


def partitions_of(consumer: Any, topics: Sequence[str]) -> list[TopicPartition]:
    """List the partitions of the topics.

    Raises:
        TopicMismatchError: a topic is missing; the message names every such topic.
    """
    numbers = {topic: numbers_of(consumer, topic) for topic in topics}
    missing = [topic for topic, partitions in numbers.items() if not partitions]
    if missing:
        raise TopicMismatchError(
            f"the broker has no topic {' and no topic '.join(missing)}: check TOCSIN_TOPIC_PREFIX; "
            f"`tocsin topics apply` creates what is missing"
        )
    return [TopicPartition(topic, number) for topic in topics for number in numbers[topic]]


def numbers_of(consumer: Any, topic: str) -> Sequence[int]:
    """List the numbers of a topic's partitions; empty where there is no such topic.

    kafka-python drops a topic that the broker has a passing error for, so it is asked again.
    """
    for attempt in range(_METADATA_ATTEMPTS):
        if attempt:
            time.sleep(_METADATA_RETRY_SECONDS)
        if found := consumer.partitions_for_topic(topic):
            return sorted(found)
    return []


def offsets_since(consumer: Any, ends: Offsets, moment: datetime) -> dict[TopicPartition, int]:
    """Give the offsets of the first records from that moment on; the end where there is none."""
    # Below zero, Kafka would take the number for "earliest" or "latest".
    timestamp_ms = max(0, round(moment.timestamp() * 1000))
    found = consumer.offsets_for_times(dict.fromkeys(ends, timestamp_ms))
    return {
        tp: end if found.get(tp) is None else min(found[tp].offset, end) for tp, end in ends.items()
    }


def read(consumer: Any, starts: Offsets, ends: Offsets) -> Iterator[Record]:
    """Read from the starts to before the ends, the oldest of all partitions first.

    Within a partition the order is that of its offsets. Memory is bounded by one fetch a partition.
    """
    waiting: dict[TopicPartition, deque[Any]] = {
        tp: deque() for tp, end in ends.items() if starts[tp] < end
    }
    place(consumer, {tp: starts[tp] for tp in waiting})
    stall = _Stall(ends)
    while waiting:
        drained = [tp for tp, records in waiting.items() if not records]
        # The position skips gaps (compaction, transactions); offsets alone would not.
        ended = [tp for tp in drained if consumer.position(tp) >= ends[tp]]
        for tp in ended:
            del waiting[tp]
        if ended:
            consumer.pause(*ended)
        elif drained:
            consumer.pause(*waiting)
            consumer.resume(*drained)
            fetched = consumer.poll(timeout_ms=_POLL_MS)
            for tp, records in fetched.items():
                waiting[tp].extend(record for record in records if record.offset < ends[tp])
            stall.check({tp: consumer.position(tp) for tp in drained})
        else:
            oldest = min(waiting, key=lambda tp: (waiting[tp][0].timestamp, tp))
            yield readable_record(waiting[oldest].popleft())


def scan(consumer: Any, starts: Offsets, ends: Offsets) -> Iterator[Any]:
    """Return the client's own records from the starts to before the ends, as they are fetched.

    Quicker than `read`: partitions are not brought into an order.
    """
    left = {tp: end for tp, end in ends.items() if starts[tp] < end}
    place(consumer, {tp: starts[tp] for tp in left})
    stall = _Stall(ends)
    while left:
        fetched = consumer.poll(timeout_ms=_POLL_MS, max_records=_SCAN_RECORDS)
        for tp, records in fetched.items():
            yield from (record for record in records if record.offset < ends[tp])
        positions = {tp: consumer.position(tp) for tp in left}
        stall.check(positions)
        ended = [tp for tp, end in left.items() if positions[tp] >= end]
        for tp in ended:
            del left[tp]
        if ended:
            consumer.pause(*ended)


class _Stall:
    """Notices that a reading does not go on: the client does not report an unavailable broker."""

    def __init__(self, ends: Offsets) -> None:
        self._ends = ends
        self._positions: Offsets = {}
        self._moved = time.monotonic()

    def check(self, positions: Offsets) -> None:
        """Take the positions in.

        Raises:
            BrokerUnavailableError: none has moved for too long.
        """
        if positions != self._positions:
            self._positions, self._moved = positions, time.monotonic()
        elif time.monotonic() - self._moved > STALLED_SECONDS:
            where = ", ".join(
                f"{tp.topic} partition {tp.partition} at offset {offset} of {self._ends[tp]}"
                for tp, offset in sorted(positions.items())
            )
            raise BrokerUnavailableError(
                f"the broker returned no records for {STALLED_SECONDS:.0f} s, "
                f"though more exist: {where}"
            )


def follow(consumer: Any, starts: Offsets) -> Iterator[Record]:
    """Read from the starts on, as records come, without an end."""
    place(consumer, starts)
    while True:
        yield from newest(consumer)


def newest(consumer: Any, max_records: int | None = None) -> list[Record]:
    """Give what has come, in the order of its time; within a tenth of a second nothing may have.

    One partition's records keep the order of their offsets.
    """
    fetched = consumer.poll(timeout_ms=_IDLE_POLL_MS, max_records=max_records)
    if not fetched:
        time.sleep(_IDLE_SECONDS)
    records = [record for several in fetched.values() for record in several]
    return [
        readable_record(record) for record in sorted(records, key=lambda record: record.timestamp)
    ]


def readable_record(record: ClientRecord) -> Record:
    """Return a client's record as a `Record`. Parts that cannot be read are missing, and logged."""
    one = read_record(record)
    why = why_unreadable(one.headers)
    if why is None:
        return one
    log.warning(
        "reading.unreadable_record",
        topic=one.topic,
        partition=one.partition,
        offset=one.offset,
        error=why,
    )
    return without_mark(one)


def place(consumer: Any, offsets: Offsets) -> None:
    """Let the consumer read these partitions, from these offsets on."""
    consumer.assign(list(offsets))
    # A partition that was assigned before keeps its pause, as at the end of what `read` reads.
    consumer.resume(*offsets)
    for tp, offset in offsets.items():
        consumer.seek(tp, offset)
