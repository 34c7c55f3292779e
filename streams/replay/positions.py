"""Reads the bounds of partitions and sets the group of a replay to the start of its range.

Clients are kafka-python's and come in as arguments.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kafka import TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import NoError
from kafka.structs import OffsetAndMetadata

from processors.event_time import timestamp_fault
from streams.errors import ReplayBusyError
from streams.kafka.groups import committed, members
from streams.kafka.subscriber import numbers_of, partitions_of
from streams.replay.edges import first_since, start_of_last
from streams.replay.range import Log, RangeRequest, Span

POLL_MS = 500
# A broker answers an empty fetch after half a second. A slow one gets a few of them.
PROBE_POLLS = 4


def logs(
    admin: Any, consumer: Any, topic: str, request: RangeRequest, latest_ms: float
) -> dict[int, Log]:
    """Return the bounds of every partition, and the offsets of the requested moments or records.

    A consumer that reads committed records gets the last stable offset as the end. The admin
    client gets the end of the log itself. An open transaction lies between the two.

    Args:
        admin: An admin client.
        consumer: A consumer without a group.
        topic: The topic of articles.
        request: The range.
        latest_ms: The latest event time that is allowed. Later records are dead letters.

    Raises:
        TopicMismatchError: the topic does not exist.
    """
    partitions = partitions_of(consumer, [topic])
    # First: otherwise records written between the two requests would count as held back.
    written = admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
    ends = consumer.end_offsets(partitions)
    firsts = consumer.beginning_offsets(partitions)
    since = _offsets_at(consumer, ends, request.since, latest_ms)
    until = _offsets_at(consumer, ends, request.until, latest_ms)
    return {
        tp.partition: Log(
            firsts[tp],
            ends[tp],
            since.get(tp),
            until.get(tp),
            request.last and start_of_last(consumer, tp, firsts[tp], ends[tp], request.last),
            max(written[tp].offset, ends[tp]),
        )
        for tp in partitions
    }


def _offsets_at(
    consumer: Any,
    ends: Mapping[TopicPartition, int],
    moment: datetime | None,
    latest_ms: float,
) -> dict[TopicPartition, int]:
    if moment is None:
        return {}
    # Below zero, Kafka would take the number for "earliest" or "latest".
    moment_ms = max(0, round(moment.timestamp() * 1000))
    found = consumer.offsets_for_times(dict.fromkeys(ends, moment_ms))
    offsets: dict[TopicPartition, int] = {}
    for tp, at in found.items():
        if at is None:
            continue
        offset = at.offset
        if timestamp_fault(at.timestamp, latest_ms) is not None:
            offset = first_since(consumer, tp, (at.offset, ends[tp]), moment_ms, latest_ms)
        if offset is not None:
            offsets[tp] = offset
    return offsets


def set_starts(admin: Any, group: str, topic: str, spans: Sequence[Span]) -> None:
    """Set the group to the start of each span where it has no position yet.

    Raises:
        ReplayBusyError: the group has members, and only they may set its offsets.
        KafkaError: the broker rejects the request.
    """
    known = committed(admin, group, topic)
    starts = {
        TopicPartition(topic, span.partition): OffsetAndMetadata(span.start, "", -1)
        for span in spans
        if span.partition not in known
    }
    if not starts:
        return
    if members(admin, group):
        raise ReplayBusyError(f"the consumer group {group} has members already: stop them first")
    for error in admin.alter_group_offsets(group, starts).values():
        if error is not NoError:
            raise error(f"setting the offsets of {group}")


def is_empty(consumer: Any, topic: str, span: Span) -> bool:
    """Return whether a span has no record: compaction and transactions leave gaps.

    Without an answer in time, the span counts as having one.
    """
    if not span.offsets:
        return True
    tp = TopicPartition(topic, span.partition)
    consumer.assign([tp])
    consumer.seek(tp, span.start)
    for _ in range(PROBE_POLLS):
        for records in consumer.poll(timeout_ms=POLL_MS).values():
            return bool(records[0].offset >= span.end)
        if consumer.position(tp) >= span.end:
            return True
    return False


def sizes(consumer: Any, topics: Sequence[str]) -> Mapping[str, int]:
    """Return the number of offsets of each topic, 0 for one that does not exist."""
    found = {}
    for topic in topics:
        tps = [TopicPartition(topic, p) for p in numbers_of(consumer, topic)]
        firsts, ends = consumer.beginning_offsets(tps), consumer.end_offsets(tps)
        found[topic] = sum(ends[tp] - firsts[tp] for tp in tps)
    return found
