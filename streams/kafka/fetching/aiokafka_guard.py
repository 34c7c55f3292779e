"""Guards aiokafka's consumer: it reads every batch within bounds, and pauses while it is idle.

This module replaces parts of aiokafka's fetcher. aiokafka looks its fetcher and its parsers up by
name in two modules, so they are replaced there, for every consumer of the process.

A broker may answer a fetch at once although it has no records (the embedded one does), and aiokafka
asks again at once, which takes a whole core. After such an answer the next fetch waits a little,
and longer the longer the consumer is idle. A broker that delays its answer, as Apache Kafka does,
is asked without a pause.
"""

import asyncio
import math
import time
from typing import Any, Final

from aiokafka.consumer import consumer, fetcher
from aiokafka.structs import TopicPartition

from streams.kafka.fetching.aborted import current
from streams.kafka.fetching.layout import (
    FIRST_REST_SECONDS,
    HANDED_ON_BYTES,
    MAX_REST_SECONDS,
    FetchedRecords,
)

_AT_ONCE: Final = 0.5


class GuardedPartitionRecords(fetcher.PartitionRecords):  # type: ignore[misc]  # no types
    """The records of one fetch of a partition."""

    def __init__(
        self, tp: Any, records: FetchedRecords, aborted: Any, fetch_offset: int, *rest: Any
    ) -> None:
        records.where = f"{tp.topic} partition {tp.partition}"
        named = current(aborted or (), fetch_offset, records, tuple)
        super().__init__(tp, records, named, fetch_offset, *rest)


class GuardedFetchResult(fetcher.FetchResult):  # type: ignore[misc]  # no types
    """Fetched records of a partition, returned a bounded number of bytes at a time."""

    _error: Exception | None = None
    _partition_records: Any

    def getall(self, max_records: int | None = None) -> list[Any]:
        """Return the next records, and keep those behind them.

        Raises:
            UnreadableLogError: The next batch can be neither read nor skipped.
        """
        if not self.check_assignment(self._topic_partition) or not self.has_more():
            return []
        if self._error is not None:
            raise self._error
        records: list[Any] = []
        size = 0
        try:
            for record in self._partition_records:
                records.append(record)
                size += max(0, record.serialized_key_size) + max(0, record.serialized_value_size)
                if len(records) == max_records or size >= HANDED_ON_BYTES:
                    self._update_position()
                    return records
        except Exception as error:
            if not records:
                raise
            # Records that were read before it are returned first.
            self._error = error
            self._update_position()
            return records
        self._update_position()
        self._partition_records = None
        return records


class GuardedFetcher(fetcher.Fetcher):  # type: ignore[misc]  # no types
    """A fetcher that pauses after an immediate answer without records.

    Attributes:
        asked_until: When the last request that asked for a partition ended, in monotonic seconds.
            Infinity while it is in flight. aiokafka leaves a partition out while its records wait
            to be read.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        self._rests: dict[Any, float] = {}
        self.asked_until: dict[Any, float] = {}
        super().__init__(*given, **named)

    async def _proc_fetch_request(self, assignment: Any, node_id: Any, request: Any) -> bool:
        began = time.monotonic()
        asked = [
            TopicPartition(topic, each[0]) for topic, parts in request.topics for each in parts
        ]
        self.asked_until.update(dict.fromkeys(asked, math.inf))
        try:
            has_records = bool(await super()._proc_fetch_request(assignment, node_id, request))
        finally:
            ended = time.monotonic()
            self.asked_until.update(dict.fromkeys(asked, ended))
        waited_seconds = ended - began
        if has_records or waited_seconds >= _AT_ONCE * self._fetch_max_wait_ms / 1000:
            self._rests.pop(node_id, None)
            return has_records
        rest_seconds = self._rests.get(node_id, FIRST_REST_SECONDS)
        self._rests[node_id] = min(2 * rest_seconds, MAX_REST_SECONDS)
        try:
            await asyncio.sleep(rest_seconds)
        except asyncio.CancelledError:
            # As aiokafka does: the fetcher closes, or its partitions are assigned to another
            # worker.
            return False
        return False


def guard_aiokafka() -> None:
    """Make every aiokafka consumer of this process read through these classes."""
    fetcher.MemoryRecords = FetchedRecords
    fetcher.PartitionRecords = GuardedPartitionRecords
    fetcher.FetchResult = GuardedFetchResult
    consumer.Fetcher = GuardedFetcher
