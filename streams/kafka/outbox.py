"""Sends records to the broker, and reports when it has acknowledged them all.

The outbox uses one producer, bounds the bytes in flight to the broker, and handles an unavailable
broker. A record that the broker did not acknowledge is sent again for as long as the worker runs. A
repeated record is harmless, because every consumer of Tocsin deduplicates by id. A lost record
would not be.

aiokafka's producer is used directly. Faust's `send` makes a task for every record, which costs more
than scoring an article does. Records go to the producer in batches built here for two reasons.
aiokafka's own `send` makes a future for every record. And a batch that the broker refuses can be
split until the one record that it does not accept is found.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any

import structlog
from aiokafka.errors import (
    CorruptRecordException,
    InvalidTimestampError,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    RecordTooLargeError,
    UnknownError,
    UnsupportedForMessageFormatError,
)
from aiokafka.producer.message_accumulator import BatchBuilder
from msgspec import structs

from streams.errors import RecordsRefusedError, RefusedRecord
from streams.kafka.envelope import Headers, Outgoing, partition_of

log = structlog.get_logger(__name__)

RETRY_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0)
# Errors that the client does not mark as retriable although they only mean "not yet".
PASSING = (KafkaConnectionError, KafkaTimeoutError)
TOO_LARGE = (MessageSizeTooLargeError, RecordTooLargeError, RecordListTooLargeError)
# Errors of a broker about one record. A code that the client does not know, such as 87 (invalid
# record), is an UnknownError. The other errors are about rights, the producer or the topic, and
# apply to all records.
OF_A_RECORD = (
    *TOO_LARGE,
    InvalidTimestampError,
    CorruptRecordException,
    UnsupportedForMessageFormatError,
    UnknownError,
)
# A broker reads requests up to `socket.request.max.bytes`, 100 MiB by default, and closes the
# connection of a larger one. aiokafka puts a batch of every partition into one request, so all
# bytes in flight together must fit. One record alone may be larger.
IN_FLIGHT_BYTES = 33_554_432
MIN_IN_FLIGHT_BYTES = 1_048_576
PLAIN_BATCH_BYTES = 262_144
# A larger record is not compressed, because it may become so small that readers take it for a
# decompression bomb.
MAX_COMPRESSED_BYTES = 3_000_000
# After so long without an answer the log names the pending batches, and again after each further
# such time.
STALLED_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _ProduceBatch:
    """A batch of one partition, and its records with their indexes in the call."""

    topic: str
    partition: int
    batch: Any
    records: list[tuple[int, Outgoing]] = field(default_factory=list)

    def append(self, index: int, record: Outgoing) -> bool:
        """Add a record to the batch, or return False if it is full. An empty batch accepts any."""
        added = self.batch.append(
            timestamp=record.timestamp_ms,
            key=record.key,
            value=record.value,
            headers=record.headers,
        )
        if added is not None:
            self.records.append((index, record))
        return added is not None


# Records of one partition, in order, that go into batches of their own.
_Group = list[tuple[int, Outgoing]]


class Outbox:
    """Sends records through an aiokafka producer.

    Args:
        producer: Returns the producer at the time of sending, because Faust makes it when it
            starts.
        on_retry: Called with the number of records that are sent again.
        headers: Headers that are added to every record.
        retry_seconds: The pause before each further attempt. The last value also applies to all
            later attempts.
        plain_topics: Topics whose records are not compressed, regardless of the producer.
        in_flight_bytes: Maximum bytes in flight to the broker.
    """

    def __init__(
        self,
        producer: Callable[[], Any],
        on_retry: Callable[[int], None],
        headers: Headers = (),
        retry_seconds: Sequence[float] = RETRY_SECONDS,
        plain_topics: Collection[str] = (),
        in_flight_bytes: int = IN_FLIGHT_BYTES,
    ) -> None:
        self._producer = producer
        self._on_retry = on_retry
        self._headers = headers
        self._retry_seconds = retry_seconds
        self._plain_topics = plain_topics
        self._budget = _Budget(in_flight_bytes)
        self._without_key = count()
        self._ends: dict[tuple[str, int], int] = {}
        self._observed: Any = None

    def written_ends(self, topic: str) -> dict[int, int]:
        """Return the offset after the last acknowledged record of each partition of a topic."""
        return {partition: end for (name, partition), end in self._ends.items() if name == topic}

    async def send(self, records: Sequence[Outgoing]) -> None:
        """Send the records, and return when the broker has acknowledged every one.

        Raises:
            RecordsRefusedError: The broker will never accept some of the records, which are too
                large or have a timestamp that the topic does not allow. It has the others.
            KafkaError: The broker will never accept any record, because of rights or a missing
                topic. Other records of the call may have been sent.
        """
        attempt = 0
        refused: list[RefusedRecord] = []
        unsent = [(index, _with(record, self._headers)) for index, record in enumerate(records)]
        groups = await self._groups(unsent) if unsent else []
        while groups:
            parted, failed = await self._attempt(groups, refused)
            groups = parted + failed
            if not failed:
                continue
            wait_seconds = self._retry_seconds[min(attempt, len(self._retry_seconds) - 1)]
            attempt += 1
            again = sum(map(len, failed))
            self._on_retry(again)
            log.warning("outbox.retrying", records=again, wait_seconds=wait_seconds)
            await asyncio.sleep(wait_seconds)
        if refused:
            raise RecordsRefusedError(sorted(refused, key=lambda one: one.index))

    async def _groups(self, records: Sequence[tuple[int, Outgoing]]) -> list[_Group]:
        """Group the records by partition, in their order."""
        of_partition: dict[tuple[str, int], _Group] = {}
        partitions: dict[str, int] = {}
        for index, record in records:
            partition = record.partition
            if partition is None:
                if record.topic not in partitions:
                    partitions[record.topic] = await self._partitions(record.topic)
                known = partitions[record.topic]
                partition = (
                    next(self._without_key) % known
                    if record.key is None
                    else partition_of(record.key, known)
                )
            of_partition.setdefault((record.topic, partition), []).append(
                (index, structs.replace(record, partition=partition))
            )
        return list(of_partition.values())

    async def _partitions(self, topic: str) -> int:
        """Return the number of partitions of a topic. Wait while the broker is unavailable."""
        attempt = 0
        while True:
            try:
                return len(await self._producer().partitions_for(topic))
            except KafkaError as error:
                if not _may_pass(error):
                    raise
                wait_seconds = self._retry_seconds[min(attempt, len(self._retry_seconds) - 1)]
                attempt += 1
                log.warning("outbox.topic_not_known", topic=topic, wait_seconds=wait_seconds)
                await asyncio.sleep(wait_seconds)

    async def _attempt(
        self, groups: Sequence[_Group], refused: list[RefusedRecord]
    ) -> tuple[list[_Group], list[_Group]]:
        """Send once.

        Returns:
            The groups that hold a refused record, each split in two, and the groups that were not
            acknowledged because of a transient fault.
        """
        producer = self._producer()
        self._observe(producer)
        batches: list[_ProduceBatch] = []
        futures: list[asyncio.Future[Any]] = []
        try:
            for group in groups:
                for filled in self._filled(producer, group):
                    size = filled.batch.size()
                    await self._budget.take(size)
                    future = await self._hand_over(producer, filled)
                    future.add_done_callback(partial(self._budget.answered, size))
                    batches.append(filled)
                    futures.append(future)
            await _answered(batches, futures)
        except asyncio.CancelledError:
            for future in futures:
                future.cancel()
            raise
        parted: list[_Group] = []
        failed: list[_Group] = []
        for filled, future in zip(batches, futures, strict=True):
            error = future.exception()
            if error is None:
                self._acknowledged(filled, future.result())
                continue
            if _may_pass(error):
                failed.append(filled.records)
            elif not isinstance(error, OF_A_RECORD):
                raise error
            elif len(filled.records) == 1:
                ((index, record),) = filled.records
                refused.append(RefusedRecord(index, record.topic, len(record.value or b""), error))
            else:
                middle = len(filled.records) // 2
                parted += [filled.records[:middle], filled.records[middle:]]
        self._budget.adapt(well=not failed)
        return parted, failed

    def _acknowledged(self, filled: _ProduceBatch, metadata: Any) -> None:
        key = (filled.topic, filled.partition)
        self._ends[key] = max(self._ends.get(key, 0), metadata.offset + len(filled.records))

    def _filled(self, producer: Any, group: _Group) -> Iterator[_ProduceBatch]:
        """Return filled batches of one partition. An empty batch accepts any record of any size."""
        filled: _ProduceBatch | None = None
        for index, record in group:
            if filled is not None and not filled.append(index, record):
                yield _closed(filled)
                filled = None
            if filled is None:
                assert record.partition is not None  # noqa: S101 - `_groups` has chosen one
                filled = _ProduceBatch(
                    record.topic, record.partition, self._batch(producer, record)
                )
                filled.append(index, record)
        if filled is not None:
            yield _closed(filled)

    def _batch(self, producer: Any, record: Outgoing) -> Any:
        is_large = len(record.value or b"") > MAX_COMPRESSED_BYTES
        if is_large or record.topic in self._plain_topics:
            return BatchBuilder(PLAIN_BATCH_BYTES, 0)
        return producer.create_batch()

    @staticmethod
    async def _hand_over(producer: Any, filled: _ProduceBatch) -> asyncio.Future[Any]:
        try:
            future: asyncio.Future[Any] = await producer.send_batch(
                filled.batch, filled.topic, partition=filled.partition
            )
        except KafkaError as error:
            # The future holds the fault, so that one batch's fault does not hide the others'
            # answers.
            future = asyncio.get_running_loop().create_future()
            future.set_exception(error)
        return future

    def _observe(self, producer: Any) -> None:
        """Count the records that the client sends again by itself. It reports them nowhere else."""
        if producer is self._observed:
            return
        self._observed = producer
        accumulator = getattr(producer, "_message_accumulator", None)
        if accumulator is None:
            return
        reenqueue = accumulator.reenqueue

        def counted(batch: Any) -> None:
            self._on_retry(batch.record_count)
            reenqueue(batch)

        accumulator.reenqueue = counted


class _Budget:
    """Bounds the bytes in flight to the broker by `max_bytes`, or by one larger batch alone.

    While no batch gets through, fewer bytes are sent at once, because a broker may accept only
    smaller requests than usual.
    """

    def __init__(self, max_bytes: int) -> None:
        self._limit_bytes = max_bytes
        self._max_bytes = max_bytes
        self._under_way_bytes = 0
        self._room = asyncio.Event()
        # First come, first served, so that a wait for room changes no order.
        self._turn = asyncio.Lock()

    async def take(self, size: int) -> None:
        """Wait until there is room."""
        async with self._turn:
            await self._wait_for_room(size)
            self._under_way_bytes += size

    async def _wait_for_room(self, size: int) -> None:
        began = time.monotonic()
        while self._under_way_bytes and self._under_way_bytes + size > self._max_bytes:
            self._room.clear()
            try:
                await asyncio.wait_for(self._room.wait(), STALLED_SECONDS)
            except TimeoutError:
                log.warning(
                    "outbox.stalled",
                    under_way_bytes=self._under_way_bytes,
                    waited_seconds=round(time.monotonic() - began, 1),
                )

    def answered(self, size: int, _future: asyncio.Future[Any]) -> None:
        """Release the bytes of an answered batch."""
        self._under_way_bytes -= size
        self._room.set()

    def adapt(self, *, well: bool) -> None:
        """Send more at once after a successful attempt, and less after a failed one."""
        if well:
            self._max_bytes = min(self._limit_bytes, self._max_bytes * 2)
        else:
            self._max_bytes = max(MIN_IN_FLIGHT_BYTES, self._max_bytes // 2)


async def _answered(
    batches: Sequence[_ProduceBatch], futures: Sequence[asyncio.Future[Any]]
) -> None:
    """Wait for every answer, and log the pending batches if that takes long."""
    began = time.monotonic()
    waiting = {future for future in futures if not future.done()}
    while waiting:
        _, waiting = await asyncio.wait(waiting, timeout=STALLED_SECONDS)
        if waiting:
            late = [p for p, future in zip(batches, futures, strict=True) if future in waiting]
            log.warning(
                "outbox.not_acknowledged",
                records=sum(len(filled.records) for filled in late),
                topics=sorted({filled.topic for filled in late}),
                waited_seconds=round(time.monotonic() - began, 1),
            )


def _with(record: Outgoing, headers: Headers) -> Outgoing:
    missing = [one for one in headers if one not in record.headers]
    return structs.replace(record, headers=[*record.headers, *missing]) if missing else record


def _closed(filled: _ProduceBatch) -> _ProduceBatch:
    # An open batch would wait for the linger time, and the producer might add to it.
    filled.batch.close()
    return filled


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, PASSING) or (
        isinstance(error, KafkaError) and bool(getattr(error, "retriable", False))
    )
