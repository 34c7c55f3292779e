"""The loop of an agent whose records wait: when they are handled, and when they are finished."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

import pytest
from structlog.testing import capture_logs

from processors.contracts import ArticleRef, Versions, Withdrawal
from processors.errors import BadArticleError, DeadLetterReason
from processors.ordering import WatermarkSnapshot
from streams.kafka.envelope import Outgoing, Record, TopicPartition
from streams.service.metrics import Metrics
from streams.worker.batch_tracker import BatchTracker
from streams.worker.event_time_loop import IDLE_TICK_SECONDS, EventTimeOrderedLoop
from streams.worker.inbox import Fetched, OffsetGap
from streams.worker.mention_reading import ReadMention, UnreadableMention
from tests.streams.worker.records import MENTIONS, record

TP = TopicPartition(MENTIONS, 0)
ENDLESS = float("inf")
# A record with this timestamp is unreadable.
UNREADABLE_MS = -1


def committable(tracker: BatchTracker) -> dict[TopicPartition, int]:
    return {tp: one.offset for tp, one in tracker.committable().items()}


class Inbox:
    """Gives batches as the test puts them in."""

    def __init__(self) -> None:
        self.waiting: asyncio.Queue[list[Fetched]] = asyncio.Queue()

    async def batches(self, _most: int, within: float) -> AsyncIterator[list[Fetched]]:
        assert within > 0
        while True:
            yield await self.waiting.get()


@dataclass
class Agent:
    """Reads records by their timestamp."""

    handled: list[int] = field(default_factory=list)
    dead_letters: int = 0
    fault: Exception | None = None
    forgotten: int = 0
    saves: int = 0
    is_full: bool = False
    is_whole: bool = True

    def forget(self) -> None:
        self.forgotten += 1

    def read(self, record: Record) -> ReadMention | UnreadableMention:
        if record.timestamp_ms == UNREADABLE_MS:
            error = BadArticleError(DeadLetterReason.EMPTY, "nothing")
            return UnreadableMention(Outgoing("dead", None, None), error)
        article = ArticleRef(article_id="a", title="", url="", source="", family="")
        versions = Versions(tocsin="", registry="", lexicon="", scorer="")
        value = Withdrawal(
            withdrawn=article, revision=1, event_time="2026-05-20T00:00:00Z", versions=versions,  # type: ignore[arg-type]
        )  # fmt: skip
        return ReadMention(record.tp, b"k", record.timestamp_ms, str(record.offset), value)

    async def send_dead_letters(self, dead: Sequence[UnreadableMention]) -> None:
        await asyncio.sleep(0)
        self.dead_letters += len(dead)

    async def handle(
        self, mentions: Sequence[ReadMention], _is_ours: Callable[[TopicPartition], bool]
    ) -> None:
        await asyncio.sleep(0)
        if self.fault:
            raise self.fault
        self.handled += [one.event_time_ms for one in mentions]

    async def save(self, _is_ours: Callable[[TopicPartition], bool]) -> bool:
        await asyncio.sleep(0)
        self.saves += self.is_whole
        return self.is_whole


@dataclass
class Source:
    next: WatermarkSnapshot | None = None
    wanted: bool = False
    asked: int = 0

    def take(self, *, wanted: bool) -> WatermarkSnapshot | None:
        self.wanted = wanted
        self.asked += 1
        taken, self.next = self.next, None
        return taken


class Holding:
    """A loop that runs, and what is around it."""

    def __init__(self, max_held: int = 100, save_interval_seconds: float = 0.01) -> None:
        self.generation = 1
        self.metrics = Metrics()
        self.inbox, self.agent, self.source = Inbox(), Agent(), Source()
        self.tracker = BatchTracker()
        self.failures: list[BaseException] = []
        self.loop = EventTimeOrderedLoop(
            agent=self.agent,  # type: ignore[arg-type]
            tracker=self.tracker,
            metrics=self.metrics,
            watermarks=self.source,
            generation=lambda: self.generation,
            fail=self.failures.append,
            batch_records=10,
            batch_wait_seconds=0.01,
            save_interval_seconds=save_interval_seconds,
            max_held=max_held,
        )

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self.loop.run(self.inbox, "watch"))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def read(self, *moments: int | None, first: int = 0) -> None:
        batch = [
            record(
                first + n,
                tp=TP,
                timestamp_ms=UNREADABLE_MS if moment is None else moment,
                generation=self.generation,
            )
            for n, moment in enumerate(moments)
        ]
        await self.inbox.waiting.put(batch)
        await self.turn()

    async def gap(self, first: int, last: int, generation: int = 1) -> None:
        """Read on, from `first` to `last`, without finding a record."""
        await self.inbox.waiting.put([OffsetGap(MENTIONS, 0, first, last, generation)])
        await self.turn()

    async def mark(self, watermark_ms: float, end: int) -> None:
        self.source.next = WatermarkSnapshot(watermark_ms, {0: end})
        self.loop.wake()
        await self.turn()

    def waiting(self) -> int:
        return int(self.loop.metrics.registry.get_sample_value("tocsin_mentions_held") or 0)

    async def turn(self) -> None:
        await asyncio.sleep(0.2)


def test_records_wait_for_their_watermark_and_are_finished_with_their_batch() -> None:
    async def run() -> None:
        async with Holding() as one:
            await one.read(5, 3, 9)
            assert one.agent.handled == []
            assert one.source.wanted
            await one.mark(5, end=3)
            assert one.agent.handled == [3, 5]
            # The last record of the batch waits: nothing may be committed.
            assert committable(one.tracker) == {}
            await one.mark(ENDLESS, end=3)
            assert one.agent.handled == [3, 5, 9]
            assert committable(one.tracker) == {TP: 3}
            assert not one.source.wanted

    asyncio.run(run())


def test_records_are_finished_when_their_states_are_saved() -> None:
    async def run() -> None:
        async with Holding(save_interval_seconds=1_000) as one:
            await one.read(5, 3)
            await one.mark(ENDLESS, end=2)
            assert one.agent.handled == [3, 5]
            assert (one.agent.saves, committable(one.tracker)) == (0, {})
            # A stop waits for no batch, and saves by itself.
            assert await one.tracker.idle(0.5)
            await one.loop.save()
            assert (one.agent.saves, committable(one.tracker)) == (1, {TP: 2})
            await one.loop.save()
            assert one.agent.saves == 1

    asyncio.run(run())


def test_records_whose_states_could_not_be_saved_are_not_committed() -> None:
    async def run() -> None:
        async with Holding(save_interval_seconds=1_000) as one:
            await one.read(5)
            await one.mark(ENDLESS, end=1)
            one.agent.is_whole = False
            await one.loop.save()
            assert (one.agent.handled, one.agent.saves) == ([5], 0)
            assert committable(one.tracker) == {}

    asyncio.run(run())


def test_states_that_take_much_memory_are_saved_before_the_interval_ends() -> None:
    async def run() -> None:
        async with Holding(save_interval_seconds=1_000) as one:
            one.agent.is_full = True
            await one.read(5)
            await one.mark(ENDLESS, end=1)
            assert (one.agent.saves, committable(one.tracker)) == (1, {TP: 1})

    asyncio.run(run())


def test_records_of_an_older_generation_are_not_saved() -> None:
    async def run() -> None:
        async with Holding(save_interval_seconds=1_000) as one:
            await one.read(5)
            await one.mark(ENDLESS, end=1)
            one.generation = 2
            await asyncio.sleep(2 * IDLE_TICK_SECONDS)
            await one.loop.save()
            assert (one.agent.saves, committable(one.tracker)) == (0, {})

    asyncio.run(run())


def test_a_new_mention_or_a_wake_computes_the_watermark_at_once() -> None:
    async def run() -> None:
        async with Holding() as one:
            await one.turn()
            asked = one.source.asked
            one.loop.wake()
            await asyncio.sleep(0.02)
            assert one.source.asked == asked + 1

    asyncio.run(run())


def test_what_waits_holds_up_no_stop() -> None:
    async def run() -> None:
        async with Holding() as one:
            await one.read(5)
            assert await one.tracker.idle(0.5)
            one.tracker.stopping = True
            await one.mark(ENDLESS, end=1)
            assert one.agent.handled == []
            assert committable(one.tracker) == {}

    asyncio.run(run())


def test_an_unreadable_record_becomes_a_dead_letter_at_once_and_finishes_its_batch() -> None:
    async def run() -> None:
        async with Holding() as one:
            await one.read(None)
            assert one.agent.dead_letters == 1
            assert committable(one.tracker) == {TP: 1}
            await one.read(None, 4, first=1)
            assert committable(one.tracker) == {TP: 1}
            await one.mark(9, end=3)
            assert committable(one.tracker) == {TP: 3}

    asyncio.run(run())


def test_a_watermark_counts_where_the_log_ends_with_offsets_that_hold_no_record() -> None:
    async def run() -> None:
        async with Holding() as one:
            await one.read(5)
            await one.mark(9, end=3)
            assert one.agent.handled == []
            await one.gap(1, 2, generation=7)
            assert one.agent.handled == []
            await one.gap(1, 2)
            assert one.agent.handled == [5]
            assert committable(one.tracker) == {TP: 3}

    asyncio.run(run())


def test_offsets_without_a_record_are_not_committed_before_the_mention_that_waits() -> None:
    async def run() -> None:
        async with Holding() as one:
            await one.read(5)
            await one.gap(1, 2)
            assert committable(one.tracker) == {}

    asyncio.run(run())


def test_nothing_more_is_read_while_there_is_work_that_is_ready() -> None:
    async def run() -> None:
        async with Holding() as one:
            await one.read(1)
            slow = asyncio.Event()

            async def handle(
                mentions: Sequence[ReadMention], _: Callable[[TopicPartition], bool]
            ) -> None:
                await slow.wait()
                one.agent.handled += [mention.event_time_ms for mention in mentions]

            one.agent.handle = handle  # type: ignore[method-assign]
            await one.mark(ENDLESS, end=1)
            for n in range(1, 5):
                await one.read(n, first=n)
            assert one.inbox.waiting.qsize() == 3
            slow.set()
            await one.turn()
            assert one.inbox.waiting.empty()

    asyncio.run(run())


def test_a_batch_that_is_done_first_waits_for_the_one_before_it() -> None:
    async def run() -> None:
        async with Holding() as one:
            await one.read(9)
            await one.read(2, first=1)
            await one.mark(2, end=2)
            assert one.agent.handled == [2]
            assert committable(one.tracker) == {}
            await one.mark(9, end=2)
            assert committable(one.tracker) == {TP: 2}

    asyncio.run(run())


def test_what_is_released_before_its_turn_is_counted_and_each_burst_logged_once() -> None:
    async def run() -> None:
        async with Holding(max_held=4) as one:

            def early() -> float | None:
                return one.metrics.registry.get_sample_value("tocsin_mentions_released_early_total")

            with capture_logs() as logs:
                await one.read(1, 2, 3, 4)
                assert early() == 0
                await one.read(5, 6, first=4)
                await one.read(7, first=6)
                assert early() == 3
                await one.mark(ENDLESS, end=7)
                await one.read(8, 9, 10, 11, 12, first=7)
                assert early() == 4
            bursts = [entry for entry in logs if entry["event"] == "watch.released_early"]
            assert [entry["max_held"] for entry in bursts] == [4, 4]

    asyncio.run(run())


def test_what_waited_in_an_older_generation_is_dropped() -> None:
    async def run() -> None:
        async with Holding() as one:
            await one.read(5, 6)
            one.tracker.forget()
            one.tracker.reopen()
            one.generation = 2
            before = one.agent.forgotten
            await one.read(5, 6)
            await one.mark(ENDLESS, end=2)
            assert one.agent.handled == [5, 6]
            # Another worker may have the leader now.
            assert one.agent.forgotten == before + 1

    asyncio.run(run())


def test_a_partition_that_was_revoked_is_not_processed() -> None:
    async def run() -> None:
        async with Holding() as one:
            await one.read(5, 6)
            one.tracker.forget()
            await one.mark(ENDLESS, end=2)
            assert one.agent.handled == []

    asyncio.run(run())


@pytest.mark.parametrize("where", ["handle", "read"])
def test_a_fault_ends_the_worker_and_nothing_is_finished(where: str) -> None:
    async def run() -> None:
        async with Holding() as one:
            fault = RuntimeError("a bug")
            if where == "handle":
                one.agent.fault = fault
            else:
                one.agent.read = lambda _: (_ for _ in ()).throw(fault)  # type: ignore[method-assign]
            await one.read(5)
            await one.mark(ENDLESS, end=1)
            assert one.failures == [fault]
            assert committable(one.tracker) == {}

    asyncio.run(run())


def test_what_waits_is_bounded_by_bytes_and_the_earliest_go_early() -> None:
    async def run() -> None:
        async with Holding() as one:
            one.loop.max_held_bytes = 20_000
            await one.read(*range(100, 0, -1))
            waiting = one.waiting()
            assert 10 < waiting < 40
            assert one.agent.handled == list(range(1, 101 - waiting))
            # Nothing is finished before the last of its batch is.
            assert committable(one.tracker) == {}
            await one.mark(200, 100)
            assert one.agent.handled == list(range(1, 101))
            assert committable(one.tracker) == {TP: 100}

    asyncio.run(run())


def test_what_waits_is_dropped_with_its_generation_although_no_record_comes() -> None:
    async def run() -> None:
        async with Holding() as one:
            await one.read(5, 6)
            before = one.agent.forgotten
            one.tracker.forget()
            one.generation = 2
            await one.turn()
            assert one.waiting() == 0
            assert one.agent.forgotten == before + 1

    asyncio.run(run())


class Tail(list[tuple[str, bytes | None]]):
    """Headers that can be referred to weakly, as a record itself cannot."""


def test_mentions_that_wait_keep_no_record() -> None:
    async def run() -> None:
        async with Holding() as one:
            headers = [Tail(), Tail()]
            left = [weakref.ref(each) for each in headers]
            batch: list[Fetched] = [
                record(1 - n, tp=TP, timestamp_ms=6 - n, headers=headers.pop()) for n in range(2)
            ]
            await one.inbox.waiting.put(batch[::-1])
            del batch
            await one.turn()
            gc.collect()
            assert one.waiting() == 2
            assert [each() for each in left] == [None, None]
            await one.mark(9, 2)
            assert committable(one.tracker) == {TP: 2}

    asyncio.run(run())
