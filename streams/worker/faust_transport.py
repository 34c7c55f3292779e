"""Faust's Kafka transport, with a faster consumer that loses no record at the start.

This module and `streams.worker.faust_app` are the only two that import Faust: these classes extend
Faust's own. They change four things:

- For every record Faust 0.15 makes four asyncio tasks and waits for the first of them, although
  delivering a record nearly always ends at once. That cost as much as reading the record.
- Records of a topic that has an inbox go there as a `Record`, and into no stream.
- Transactions are read committed. Offsets without a record are put into the inbox as an
  `OffsetGap`, behind the records that were fetched before them.
- Where nothing is committed, the consumer seeks to the beginning of the partition.
"""

import asyncio
import logging
import time
import types
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka.structs import OffsetAndMetadata
from faust.transport.drivers import aiokafka as driver

from streams.kafka.envelope import read_record
from streams.kafka.unreadable import require_readable
from streams.worker.inbox import Inbox, OffsetGap

# The coroutine of Faust's conductor that delivers one record to the streams.
_DELIVERS = "on_message"
READ_COMMITTED = "read_committed"
# How often a recovery checks whether the records of a changelog are processed.
RECOVERY_POLL_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class _Positions:
    """The next offset to fetch of each partition, in one assignment of the group."""

    assignment: Any
    of: dict[Any, int]


class _Thread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]  # Faust ships no types
    """The thread with aiokafka's consumer."""

    # As in `_Consumer`.
    logger = logging.getLogger("faust.consumer.thread")

    def _create_worker_consumer(self, transport: Any) -> Any:
        """Make the consumer; Faust reads committed only where it writes in transactions itself."""
        consumer = super()._create_worker_consumer(transport)
        # Its fetcher is made at its start, from this.
        consumer._isolation_level = READ_COMMITTED  # noqa: SLF001 - Faust has no setting for it
        return consumer

    async def _fetch_records(
        self,
        consumer: Any,
        active_partitions: Any,
        timeout: float | None = None,  # noqa: ASYNC109 - Faust's
        max_records: int | None = None,
    ) -> dict[Any, list[Any]]:
        """Fetch records, and behind those of each partition the offsets that hold none.

        Faust's own method keeps waiting while only markers and aborted records arrive.
        """
        until = time.monotonic() + (timeout or 0.0)
        while True:
            before = _positions(consumer)
            records = await super()._fetch_records(
                consumer, active_partitions, timeout=0, max_records=max_records
            )
            self._add_gaps(records, before, _positions(consumer))
            left = until - time.monotonic()
            if records or left <= 0 or not self.consumer.flow_active:
                return dict(records)
            waiter = consumer._fetcher._create_fetch_waiter()  # noqa: SLF001 - as Faust's does
            done, _ = await asyncio.wait([waiter], timeout=left)
            if not done:
                waiter.cancel()
                return {}
            # A critical error of the group comes out here.
            waiter.result()

    def _add_gaps(
        self, records: dict[Any, list[Any]], before: _Positions, after: _Positions
    ) -> None:
        """Put the offsets that the position skipped behind the records that were fetched.

        Both positions are of one assignment, and no other code ran in this thread between them.
        """
        if before.assignment is not after.assignment:
            return
        for tp, position in after.of.items():
            fetched = records.get(tp)
            first = fetched[-1].offset + 1 if fetched else before.of.get(tp, position)
            if position > first:
                generation = self.app.consumer_generation_id
                gap = OffsetGap(tp.topic, tp.partition, first, position - 1, generation)
                records.setdefault(tp, []).append(gap)

    async def committed_notes(self) -> dict[Any, str]:
        """Return the metadata committed beside the offset of each partition assigned."""
        consumer = self._ensure_consumer()
        committed = await consumer._coordinator.fetch_committed_offsets(  # noqa: SLF001 - its only way
            list(consumer.assignment())
        )
        return {tp: known.metadata or "" for tp, known in committed.items()}

    async def commit_noted(self, offsets: Mapping[Any, OffsetAndMetadata]) -> None:
        """Commit offsets with metadata, which Faust's own commit does not support.

        Raises:
            KafkaError: it was not done.
        """
        now = time.monotonic()
        await self._ensure_consumer().commit(
            {driver.ensure_aiokafka_TP(tp): offset for tp, offset in offsets.items()}
        )
        self.tp_last_committed_at.update(dict.fromkeys(offsets, now))


class _Consumer(driver.Consumer):  # type: ignore[misc]  # Faust ships no types
    # Faust logs under the name of a class's module, and these messages are not ours. No class of
    # Faust has this name: Faust would take its logger for inherited, and replace it.
    logger = logging.getLogger("faust.consumer")

    def __init__(self, transport: Any, callback: Any, *args: Any, **known: Any) -> None:
        super().__init__(transport, callback, *args, **known)
        self.notes: Mapping[Any, str] = {}
        self.callback = _delivering(
            callback, self.app.inboxes, self.app.flow_control, self._skip_in_recovery
        )

    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    def _to_message(self, tp: Any, record: Any) -> Any:
        if type(record) is OffsetGap:
            return record
        if tp.topic in self.app.inboxes:
            return read_record(record, self.app.consumer_generation_id)
        return _faust_message(self, tp, record)

    async def _add_gap(self, tp: Any, offset_from: int, offset_to: int) -> None:
        """Keep no list of gaps: Faust's grows with each transaction, and is never read here."""

    def verify_event_path(self, now: float, tp: Any) -> None:
        """Do not warn of slow partitions: Faust measures streams, and the topics have none.

        It would also take an open transaction for a stuck consumer.
        """

    async def commit_noted(self, offsets: Mapping[Any, OffsetAndMetadata]) -> None:
        """Commit offsets with metadata, of the partitions that are still assigned.

        Raises:
            KafkaError: it was not done.
        """
        assigned = self.assignment()
        ours = {tp: offset for tp, offset in offsets.items() if tp in assigned}
        if ours:
            await self._thread.call_thread(self._thread.commit_noted, ours)

    async def _skip_in_recovery(self, gap: OffsetGap) -> None:
        """Let a recovery end where a changelog ends with offsets that hold no record.

        Faust waits for a record at the last offset. The records before the gap are processed first.
        """
        tables = self.app.tables
        while not tables.changelog_queue.empty():  # noqa: ASYNC110 - Faust has no event for it
            await asyncio.sleep(RECOVERY_POLL_SECONDS)
        offsets = tables.recovery.active_offsets
        if gap.tp in offsets:
            offsets[gap.tp] = max(offsets[gap.tp], gap.offset)

    async def wait_first(self, *awaited: Any, timeout: Any = None) -> Any:  # noqa: ASYNC109 - Faust's
        """Wait for the first of several, or only for a record's delivery if that ends at once."""
        if timeout is not None or not awaited or getattr(awaited[0], "__name__", "") != _DELIVERS:
            return await super().wait_first(*awaited, timeout=timeout)
        delivering, *others = awaited
        at_once = True
        try:
            blocked_by = delivering.send(None)
            at_once = False
        except StopIteration:
            return None
        finally:
            if at_once:
                for other in others:
                    # Python would warn of a coroutine that was never awaited.
                    other.close()
        return await super().wait_first(_resumed(delivering, blocked_by), *others)

    async def seek_to_committed(self) -> Any:
        """Seek to the committed offsets, and to the beginning where nothing is committed yet.

        `notes` keeps the metadata beside them.

        In a rebalance Faust's fetcher drops the records that it holds, and relies on this seek to
        fetch them again. Without an offset aiokafka does not seek, and the records were lost.
        """
        committed = await super().seek_to_committed()
        changelogs = self.app.tables.changelog_topics
        unread = [tp for tp, at in committed.items() if not at and tp.topic not in changelogs]
        if unread:
            await self._thread.seek_to_beginning(*unread)
        self.notes = await self._thread.call_thread(self._thread.committed_notes)
        return committed


class Transport(driver.Transport):  # type: ignore[misc]
    """The transport of `streams.worker.faust_app`."""

    Consumer = _Consumer


# Called for every record.
_faust_message = driver.Consumer._to_message  # noqa: SLF001 - extended above


def _positions(consumer: Any) -> _Positions:
    subscription = consumer._subscription.subscription  # noqa: SLF001 - see `_fetch_records`
    assignment = None if subscription is None else subscription.assignment
    if assignment is None:
        return _Positions(None, {})
    states = ((tp, assignment.state_value(tp)) for tp in assignment.tps)
    return _Positions(
        assignment, {tp: state.position for tp, state in states if state.has_valid_position}
    )


def _delivering(
    to_streams: Callable[[Any], Awaitable[None]],
    inboxes: Mapping[str, Inbox],
    flow_control: Any,
    skip_in_recovery: Callable[[OffsetGap], Awaitable[None]],
) -> Callable[[Any], Coroutine[Any, Any, None]]:
    """Return a callback that delivers a record to its topic's inbox, or else as Faust does."""

    async def on_message(message: Any) -> None:
        inbox = inboxes.get(message.topic)
        if inbox is not None:
            # While partitions are being assigned no record is delivered, as with Faust's streams.
            await flow_control.acquire()
            inbox.put(message)
        elif type(message) is OffsetGap:
            await skip_in_recovery(message)
        else:
            # A changelog must be complete: a record that cannot be read ends the worker.
            require_readable(message)
            await to_streams(message)

    return on_message


async def _resumed(begun: Coroutine[Any, Any, None], blocked_by: Any) -> None:
    """Continue a coroutine that was started, from what it waits for."""
    await _continue(begun, blocked_by)


@types.coroutine
def _continue(begun: Coroutine[Any, Any, None], blocked_by: Any) -> Generator[Any, Any, None]:
    try:
        while True:
            try:
                sent = yield blocked_by
            except BaseException as error:  # noqa: BLE001 - cancelled: the coroutine must receive it
                blocked_by = begun.throw(error)
            else:
                blocked_by = begun.send(sent)
    except StopIteration:
        return
