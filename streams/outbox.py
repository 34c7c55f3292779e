"""The outbox: sends records and says when the broker has them all.

Owns the producer and the answer to a broker that is away: a record that it did not acknowledge is
sent again, for as long as the worker runs. Must not know what a record means. A repeated record is
harmless, because every consumer of ours deduplicates by id; a lost one would not be.

aiokafka's producer is used directly: Faust's `send` makes a task for every record, which costs more
than scoring an article does. Records whose partition is known go to the producer in batches
built here, because its own `send` makes a future for every record.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError

from streams.envelope import Outgoing

log = structlog.get_logger(__name__)

RETRY_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0)
# What the client does not mark as retriable although it only says "not yet".
PASSING = (KafkaConnectionError, KafkaTimeoutError)


@dataclass(frozen=True, slots=True)
class _Parcel:
    """Records that are acknowledged together: one alone, or a batch of one partition."""

    records: list[Outgoing]
    batch: Any = None


class Outbox:
    """Sends through an aiokafka producer, which it is given as a function.

    Args:
        producer: Gives the producer at the time of sending; Faust makes it when it starts.
        on_retry: Called with the number of records that are sent again.
        retry_seconds: How long to wait before each further try; the last one is for all after it.
    """

    def __init__(
        self,
        producer: Callable[[], Any],
        on_retry: Callable[[int], None],
        retry_seconds: Sequence[float] = RETRY_SECONDS,
    ) -> None:
        self._producer = producer
        self._on_retry = on_retry
        self._retry_seconds = retry_seconds

    async def send(self, records: Sequence[Outgoing]) -> None:
        """Send the records and return when the broker has acknowledged every one.

        Raises:
            KafkaError: the broker will never take a record (too large, not allowed). The others
                of the call may have been sent.
        """
        attempt = 0
        unsent: Sequence[Outgoing] = records
        while unsent:
            unsent = await self._attempt(unsent)
            if not unsent:
                return
            wait_seconds = self._retry_seconds[min(attempt, len(self._retry_seconds) - 1)]
            attempt += 1
            self._on_retry(len(unsent))
            log.warning("outbox.retrying", records=len(unsent), wait_seconds=wait_seconds)
            await asyncio.sleep(wait_seconds)

    async def _attempt(self, records: Sequence[Outgoing]) -> list[Outgoing]:
        """Send once, and list what was not acknowledged for a reason that may pass."""
        producer = self._producer()
        parcels = list(_parcels(producer, records))
        futures = [await self._hand_over(producer, parcel) for parcel in parcels]
        answers = await asyncio.gather(*futures, return_exceptions=True)
        failed: list[Outgoing] = []
        for parcel, answer in zip(parcels, answers, strict=True):
            if answer is None or not isinstance(answer, BaseException):
                continue
            if not _may_pass(answer):
                raise answer
            failed += parcel.records
        return failed

    @staticmethod
    async def _hand_over(producer: Any, parcel: _Parcel) -> asyncio.Future[Any]:
        first = parcel.records[0]
        try:
            future: asyncio.Future[Any]
            if parcel.batch is not None:
                future = await producer.send_batch(
                    parcel.batch, first.topic, partition=first.partition
                )
            else:
                future = await producer.send(
                    first.topic,
                    first.value,
                    key=first.key,
                    partition=first.partition,
                    timestamp_ms=first.timestamp_ms,
                    headers=first.headers,
                )
        except KafkaError as error:
            # Carried in the future, so that one record's fault does not hide the others' answers.
            future = asyncio.get_running_loop().create_future()
            future.set_exception(error)
        return future


def _parcels(producer: Any, records: Sequence[Outgoing]) -> Iterator[_Parcel]:
    """Part the records into what the producer takes at once; each partition keeps its order."""
    of_partition: dict[tuple[str, int], list[Outgoing]] = {}
    for record in records:
        if record.partition is None:
            yield _Parcel([record])
        else:
            of_partition.setdefault((record.topic, record.partition), []).append(record)
    for together in of_partition.values():
        yield from _filled(producer, together)


def _filled(producer: Any, records: Sequence[Outgoing]) -> Iterator[_Parcel]:
    """Fill batches of one partition. An empty batch takes any record, however large."""
    parcel = _Parcel([], producer.create_batch())
    for record in records:
        if not _append(parcel, record):
            yield _closed(parcel)
            parcel = _Parcel([], producer.create_batch())
            _append(parcel, record)
    yield _closed(parcel)


def _append(parcel: _Parcel, record: Outgoing) -> bool:
    added = parcel.batch.append(
        timestamp=record.timestamp_ms, key=record.key, value=record.value, headers=record.headers
    )
    if added is not None:
        parcel.records.append(record)
    return added is not None


def _closed(parcel: _Parcel) -> _Parcel:
    # An open one would wait for the linger time, and the producer might add to it.
    parcel.batch.close()
    return parcel


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, PASSING) or (
        isinstance(error, KafkaError) and bool(getattr(error, "retriable", False))
    )
