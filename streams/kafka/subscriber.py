"""Reads records of topics in the order of their time, from a past position to now or indefinitely.

It tracks positions in partitions and merges several partitions in order. Clients are kafka-python
consumers (see `streams.kafka.clients`).
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
# The embedded broker answers an empty fetch at once, and the client asks again at once. That takes
# a third of a core, so a command that only follows asks ten times a second.
_IDLE_POLL_MS = 10
_IDLE_SECONDS = 0.09
_SCAN_RECORDS = 5_000
_METADATA_ATTEMPTS = 3
_METADATA_RETRY_SECONDS = 0.2
# Before an end that the broker reported there is a record, or a gap that a position skips.
STALLED_SECONDS = 60.0


def partitions_of(consumer: Any, topics: Sequence[str]) -> list[TopicPartition]:
    """Return the partitions of the topics.

    Raises:
        TopicMismatchError: A topic is missing. The message names every such topic.
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
    """Return the numbers of a topic's partitions, or an empty list if there is no such topic.

    kafka-python drops a topic for which the broker has a transient error, so this asks again.
    """
    for attempt in range(_METADATA_ATTEMPTS):
        if attempt:
            time.sleep(_METADATA_RETRY_SECONDS)
        if found := consumer.partitions_for_topic(topic):
            return sorted(found)
    return []


def offsets_since(consumer: Any, ends: Offsets, moment: datetime) -> dict[TopicPartition, int]:
    """Return the offsets of the first records from a moment on, or the end if there is none."""
    # Kafka would read a negative number as "earliest" or "latest".
    timestamp_ms = max(0, round(moment.timestamp() * 1000))
    found = consumer.offsets_for_times(dict.fromkeys(ends, timestamp_ms))
    return {
        tp: end if found.get(tp) is None else min(found[tp].offset, end) for tp, end in ends.items()
    }


def read(consumer: Any, starts: Offsets, ends: Offsets) -> Iterator[Record]:
    """Read from the starts to before the ends, the oldest record of all partitions first.

    Within a partition the order is that of its offsets. Memory is bounded by one fetch for each
    partition.
    """
    waiting: dict[TopicPartition, deque[Any]] = {
        tp: deque() for tp, end in ends.items() if starts[tp] < end
    }
    place(consumer, {tp: starts[tp] for tp in waiting})
    stall = _Stall(ends)
    while waiting:
        drained = [tp for tp, records in waiting.items() if not records]
        # The position skips gaps (compaction, transactions). Offsets of records alone would not.
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

    It is quicker than `read`, because it does not order the partitions.
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
    """Detects that reading makes no progress. The client does not report an unavailable broker."""

    def __init__(self, ends: Offsets) -> None:
        self._ends = ends
        self._positions: Offsets = {}
        self._moved = time.monotonic()

    def check(self, positions: Offsets) -> None:
        """Record the positions.

        Raises:
            BrokerUnavailableError: No position has moved for too long.
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
    """Read from the starts on, as records arrive, indefinitely."""
    place(consumer, starts)
    while True:
        yield from newest(consumer)


def newest(consumer: Any, max_records: int | None = None) -> list[Record]:
    """Return the records that have arrived, in the order of their time.

    It waits at most a tenth of a second, and may return no records. One partition's records keep
    the order of their offsets.
    """
    fetched = consumer.poll(timeout_ms=_IDLE_POLL_MS, max_records=max_records)
    if not fetched:
        time.sleep(_IDLE_SECONDS)
    records = [record for several in fetched.values() for record in several]
    return [
        readable_record(record) for record in sorted(records, key=lambda record: record.timestamp)
    ]


def readable_record(record: ClientRecord) -> Record:
    """Return a client's record as a `Record`. Unreadable parts are missing, and are logged."""
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
    """Make the consumer read these partitions from these offsets on."""
    consumer.assign(list(offsets))
    # A partition that was assigned before is still paused, as `read` leaves it at its end.
    consumer.resume(*offsets)
    for tp, offset in offsets.items():
        consumer.seek(tp, offset)
