"""Reads the records at the two ends of a range, where offsets alone are not enough.

A transaction's marker, an aborted record and a gap of compaction occupy an offset without being a
record. So the last offset of a partition may have no record, and its newest hundred offsets fewer
than a hundred records. Clients are kafka-python's and read committed records.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from kafka import TopicPartition

from processors.event_time import timestamp_fault
from streams.kafka.subscriber import scan
from streams.replay.range import Span

_FIRST_STEP_OFFSETS = 100
# If none of so many records has a valid timestamp, the range stays open at that side.
_MAX_SCANNED_OFFSETS = 100_000


def start_of_last(consumer: Any, tp: TopicPartition, first: int, end: int, count: int) -> int:
    """Return the offset of the oldest of the newest `count` records of a partition.

    Args:
        consumer: A consumer without a group.
        tp: The partition.
        first: Its oldest offset.
        end: Its last stable offset.
        count: How many records.
    """
    begin = max(first, end - count)
    left = count - sum(1 for _ in scan(consumer, {tp: begin}, {tp: end}))
    while left > 0 and begin > first:
        after, begin = begin, max(first, begin - max(2 * left, _FIRST_STEP_OFFSETS))
        offsets = deque(
            (one.offset for one in scan(consumer, {tp: begin}, {tp: after})), maxlen=left
        )
        if len(offsets) == left:
            return int(offsets[0])
        left -= len(offsets)
    return begin


def first_since(
    consumer: Any, tp: TopicPartition, span: tuple[int, int], moment_ms: int, latest_ms: float
) -> int | None:
    """Return the offset of the first record at or after a moment with a valid timestamp, or None.

    A broker that looks up a moment counts every timestamp. One record of the year 2100 would end a
    range before all records after it.

    Args:
        consumer: A consumer without a group.
        tp: The partition.
        span: The offsets to search: the first, and the one after the last.
        moment_ms: The moment, in Unix milliseconds.
        latest_ms: The latest event time that is allowed.
    """
    start, end = span
    for record in scan(consumer, {tp: start}, {tp: end}):
        is_valid = timestamp_fault(record.timestamp, latest_ms) is None
        if is_valid and record.timestamp >= moment_ms:
            return int(record.offset)
    return None


def times(
    consumer: Any, topic: str, spans: Sequence[Span], latest_ms: float
) -> tuple[datetime | None, datetime | None]:
    """Return the event time of the first record of the spans, and the one after the last.

    Args:
        consumer: A consumer without a group.
        topic: The topic of articles.
        spans: The range.
        latest_ms: The latest event time that is allowed. Later records are dead letters.
    """
    filled = [one for one in spans if one.offsets]
    firsts = [_first_ms(consumer, topic, one, latest_ms) for one in filled]
    lasts = [_last_ms(consumer, topic, one, latest_ms) for one in filled]
    since = min((one for one in firsts if one is not None), default=None)
    until = max((one for one in lasts if one is not None), default=None)
    return (
        None if since is None else datetime.fromtimestamp(since / 1000, UTC),
        None if until is None else datetime.fromtimestamp((until + 1) / 1000, UTC),
    )


def _first_ms(consumer: Any, topic: str, span: Span, latest_ms: float) -> int | None:
    end = min(span.end, span.start + _MAX_SCANNED_OFFSETS)
    return next(_moments(consumer, topic, Span(span.partition, span.start, end), latest_ms), None)


def _last_ms(consumer: Any, topic: str, span: Span, latest_ms: float) -> int | None:
    step, after = _FIRST_STEP_OFFSETS, span.end
    lowest = max(span.start, span.end - _MAX_SCANNED_OFFSETS)
    while after > lowest:
        begin = max(lowest, after - step)
        found = max(
            _moments(consumer, topic, Span(span.partition, begin, after), latest_ms), default=None
        )
        if found is not None:
            return found
        after, step = begin, 4 * step
    return None


def _moments(consumer: Any, topic: str, span: Span, latest_ms: float) -> Iterator[int]:
    tp = TopicPartition(topic, span.partition)
    for record in scan(consumer, {tp: span.start}, {tp: span.end}):
        if timestamp_fault(record.timestamp, latest_ms) is None:
            yield int(record.timestamp)
