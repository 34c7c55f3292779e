"""Guards kafka-python's consumer: bounds what it reads at once and keeps it from stalling.

These classes replace kafka-python's parser and fetcher, for every consumer of the process.
"""

import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from kafka.consumer import fetcher, group
from kafka.record.default_records import DefaultRecordBatch

from streams.kafka.fetching.aborted import current
from streams.kafka.fetching.batch import Batch, Record
from streams.kafka.fetching.layout import (
    FIRST_REST_SECONDS,
    HANDED_ON_BYTES,
    MAX_REST_SECONDS,
    FetchedRecords,
    OldBatch,
)


class _Batch:
    """A batch whose records have every field that kafka-python reads."""

    def __init__(self, batch: Batch | OldBatch) -> None:
        self._batch = batch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[Record]:
        for record in self._batch:
            yield (
                record
                if isinstance(record, Record)
                else Record(
                    record.offset,
                    record.timestamp,
                    record.timestamp_type,
                    record.key,
                    record.value,
                    list(record.headers),
                    len(record.key or b"") + len(record.value or b""),
                )
            )


class GuardedRecords(FetchedRecords):
    """The batches of one fetch."""

    # Readers show records and do not analyse them.
    marks_large = False

    def next_batch(self) -> Any:
        """Return the next batch, or None if there is none."""
        begin = self._at
        batch = super().next_batch()
        if batch is None:
            return None
        if batch.is_control_batch:
            # Its one record says how a transaction ended, in a class of kafka-python.
            return DefaultRecordBatch(self._data[begin : self._at])
        return _Batch(batch)


class GuardedPartitionRecords(fetcher.Fetcher.PartitionRecords):  # type: ignore[misc]  # no types
    """The records of one fetch of a partition."""

    _next_inline_exception: Exception | None

    def __init__(
        self,
        fetch_offset: int,
        tp: Any,
        records: Any,
        aborted_transactions: Any = None,
        **named: Any,
    ) -> None:
        records.where = f"{tp.topic} partition {tp.partition}"
        aborted = current(
            aborted_transactions or (),
            fetch_offset,
            records,
            lambda one: (one.producer_id, one.first_offset),
        )
        super().__init__(fetch_offset, tp, records, aborted_transactions=aborted, **named)
        self.taken_bytes = 0

    def take(self, n: int | None = None) -> list[Any]:
        """Return up to `n` records, and no more than a bounded number of bytes.

        The iterator ends with its error. Without that error a later call would return no records
        and never drain, and `fetched_records` would call it in an endless loop. So the error is
        raised again until the consumer seeks elsewhere.

        Raises:
            UnreadableLogError: The next record can be neither read nor skipped.
        """
        if self._next_inline_exception is not None:
            raise self._next_inline_exception
        records: list[Any] = []
        self.taken_bytes = 0
        try:
            for record in islice(self.record_iterator, n):
                records.append(record)
                self.taken_bytes += len(record.key or b"") + len(record.value or b"")
                if self.taken_bytes >= HANDED_ON_BYTES:
                    break
        except Exception as error:
            self._next_inline_exception = error
            # Records that were read before it are returned first.
            if not records:
                raise
        return records


class GuardedFetcher(fetcher.Fetcher):  # type: ignore[misc]  # no types
    """A fetcher whose polls are bounded in bytes, and that pauses while no records arrive."""

    PartitionRecords = GuardedPartitionRecords
    _rest_seconds = FIRST_REST_SECONDS
    _next_partition_records: Any

    def fetched_records(
        self,
        max_records: int | None = None,
        update_offsets: Any = True,  # noqa: FBT002 - kafka-python's
    ) -> tuple[Any, bool]:
        """Return records that were fetched before, with resumed partitions in turn with others.

        kafka-python parks the fetched records of a paused partition, and does not fetch that
        partition while they are parked. After `resume` it puts them in line only if the place in
        line is None, but it leaves the records that it read last in that place, drained or not.
        Without this, the resumed partition could stall indefinitely.
        """
        in_line, parked = self._next_partition_records, self._paused_partition_records
        if not in_line:
            self._next_partition_records = None
        elif any(not self._subscriptions.is_paused(tp) for tp in parked):
            self._next_partition_records = None
            parked[in_line.topic_partition] = in_line
        return super().fetched_records(max_records, update_offsets)  # type: ignore[no-any-return]

    def fetch_records(
        self,
        max_records: int | None = None,
        update_offsets: Any = True,  # noqa: FBT002 - kafka-python's
        timeout_ms: float | None = None,
    ) -> tuple[Any, bool]:
        """Return the fetched records, and pause briefly after an empty answer that came early."""
        began = time.monotonic()
        records, idle = super().fetch_records(max_records, update_offsets, timeout_ms)
        if records or idle or timeout_ms is None:
            self._rest_seconds = FIRST_REST_SECONDS
            return records, idle
        left_seconds = timeout_ms / 1000 - (time.monotonic() - began)
        if left_seconds > 0:
            time.sleep(min(self._rest_seconds, left_seconds))
            self._rest_seconds = min(2 * self._rest_seconds, MAX_REST_SECONDS)
        return records, idle

    def _append(self, drained: Any, part: Any, max_records: int, update_offsets: Any) -> int:
        taken = int(super()._append(drained, part, max_records, update_offsets))
        # This looks as if `max_records` were returned. The poll ends, and the next one returns the
        # rest.
        return max_records if taken and part.taken_bytes >= HANDED_ON_BYTES else taken


def guard_kafka_python() -> None:
    """Make every kafka-python consumer of this process read through these classes."""
    fetcher.MemoryRecords = GuardedRecords
    group.Fetcher = GuardedFetcher
