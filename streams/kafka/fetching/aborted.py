"""Aborted transactions that a broker names although they ended before the offset asked for.

Owns which of them still count. Must not know which client asks. Apache Kafka names only those that
reach the offset asked for; the embedded broker names all that ever were. A client takes every
record of their producer for aborted until it meets an abort marker, and would skip what the
producer committed since.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from aiokafka.record.control_record import ABORT_MARKER, ControlRecord

from streams.errors import UnreadableLogError
from streams.kafka.fetching.layout import FetchedRecords

T = TypeVar("T")


def current(
    aborted: Sequence[T],
    fetch_offset: int,
    records: FetchedRecords,
    key: Callable[[T], tuple[int, int]],
) -> list[T]:
    """Return the transactions that can still reach the offset asked for.

    A transaction that began before it has ended before it where the producer's next marker is one
    of another transaction. Where that is not seen, the broker is taken at its word.

    Args:
        aborted: What the broker named.
        fetch_offset: The offset asked for.
        records: What was fetched; it is left as it is.
        key: Gives a transaction's producer id and first offset.
    """
    named = [key(one) for one in aborted]
    before = {producer: first for producer, first in sorted(named) if first < fetch_offset}
    if not before:
        return list(aborted)
    ended = {
        producer
        for producer, (at, is_abort) in _first_markers(records, fetch_offset, set(before)).items()
        if not is_abort
        or any(other == producer and fetch_offset <= first < at for other, first in named)
    }
    return [
        one
        for one, (producer, first) in zip(aborted, named, strict=True)
        if first >= fetch_offset or (producer not in ended and before[producer] == first)
    ]


def _first_markers(
    records: FetchedRecords, fetch_offset: int, producers: set[int]
) -> dict[int, tuple[int, bool]]:
    """Return the offset of each producer's first marker, and whether it is one of an abort."""
    found: dict[int, tuple[int, bool]] = {}
    for batch in _batches(records):
        if not batch.is_control_batch or batch.base_offset < fetch_offset:
            continue
        if batch.producer_id in producers and batch.producer_id not in found:
            marker = ControlRecord.parse(next(batch).key)
            found[batch.producer_id] = batch.base_offset, marker == ABORT_MARKER
            if len(found) == len(producers):
                break
    return found


def _batches(records: FetchedRecords) -> Iterator[Any]:
    """Return the batches, until one cannot be read: the client meets it."""
    again = records.again()
    try:
        while (batch := again.next_batch()) is not None:
            yield batch
    except UnreadableLogError:
        return
