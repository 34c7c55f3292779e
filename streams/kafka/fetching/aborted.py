"""Drops aborted transactions that a broker names although they ended before the fetch offset.

Apache Kafka names only those that reach the fetch offset. The embedded broker names all that it
ever had. A client skips every record of their producer until it reads an abort marker, so it would
also skip the records that the producer committed since.
"""

import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

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
    """Return the transactions that can still reach the fetch offset.

    A transaction that began before it has ended before it if the producer's next marker is one of
    another transaction. If no such marker is found, the broker's answer stands.

    Args:
        aborted: The transactions that the broker named.
        fetch_offset: The first offset that was asked for.
        records: The fetched batches. They stay unread.
        key: Returns a transaction's producer id and first offset.
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
    """Return the offset of each producer's first marker, and whether it is an abort marker.

    A batch that cannot be read ends the search. The client reads it later, and reports it.
    """
    found: dict[int, tuple[int, bool]] = {}
    again = records.again()
    # A control record of another layout raises one of the last two.
    with suppress(UnreadableLogError, struct.error, TypeError):
        while len(found) < len(producers) and (batch := again.next_batch()) is not None:
            if not batch.is_control_batch or batch.base_offset < fetch_offset:
                continue
            if batch.producer_id in producers and batch.producer_id not in found:
                marker = ControlRecord.parse(next(batch).key)
                found[batch.producer_id] = batch.base_offset, marker == ABORT_MARKER
    return found
