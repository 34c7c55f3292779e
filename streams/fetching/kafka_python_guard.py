"""kafka-python's consumer: reads every batch within bounds.

Owns what is put in the place of kafka-python's parser. Must not know who consumes.
"""

from collections.abc import Iterator
from typing import Any

from kafka.consumer import fetcher
from kafka.record.default_records import DefaultRecordBatch

from streams.fetching.batch import Batch, Record
from streams.fetching.layout import FetchedRecords, OldBatch


class _Batch:
    """A batch with what kafka-python asks for besides."""

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

    def next_batch(self) -> Any:
        """Give the next batch; None if there is none."""
        begin = self._at
        batch = super().next_batch()
        if batch is None:
            return None
        if batch.is_control_batch:
            # Its one record says how a transaction ended, in a class of kafka-python's.
            return DefaultRecordBatch(self._data[begin : self._at])
        return _Batch(batch)


class GuardedPartitionRecords(fetcher.Fetcher.PartitionRecords):  # type: ignore[misc]  # no types
    """The records of one fetch of a partition."""

    def __init__(self, fetch_offset: int, tp: Any, records: Any, **named: Any) -> None:
        records.where = f"{tp.topic} partition {tp.partition}"
        super().__init__(fetch_offset, tp, records, **named)


def guard_kafka_python() -> None:
    """Let every kafka-python consumer of this process read through these classes."""
    fetcher.MemoryRecords = GuardedRecords
    fetcher.Fetcher.PartitionRecords = GuardedPartitionRecords
