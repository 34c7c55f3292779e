"""The agent that analyses: `news.articles` in, analyses, mentions and dead letters out.

Owns the handling of one batch of article records. Must not know how an article is read (that is
`processors`), nor what follows from a mention.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import structlog
from msgspec import structs

from processors.canary import CANARY_NAME
from processors.errors import BadArticleError
from streams.analysis import Analysis
from streams.analysis.outcome import Outcome
from streams.analysis.slow import SLOW_SECONDS
from streams.errors import RecordsRefusedError
from streams.kafka.dead_letters import DeadLetterLimit, send_dead_letter
from streams.kafka.envelope import Outgoing, Record, dead_letter_record
from streams.kafka.outbox import Outbox
from streams.kafka.topics import TopicNames
from streams.kafka.unreadable import unreadable, without_mark
from streams.service.metrics import Metrics
from streams.worker.in_flight import BytesInFlight
from streams.worker.refused_outputs import refused_articles
from streams.worker.replayed_records import ReplayedRecordFilter
from streams.worker.timestamp_check import TimestampCheck

log = structlog.get_logger(__name__)

FETCH = "fetch"
DECODE = "decode"
PUBLISH = "publish"
NOT_SELECTED = "not_selected"
TOO_MANY_LEADERS = "too_many_leaders"
# What is analysed in one piece: large enough that handing it over costs nothing beside the work,
# small enough that the first outputs leave early. What becomes of it is bounded apart: the analysis
# answers in parts (`streams.analysis.answer`).
CHUNK_RECORDS = 32
CHUNK_BYTES = 1_000_000
# Chunks that are with the analysis, or answered and wait for their turn.
CHUNKS_AHEAD = 4


def _ignore() -> None:
    """Do without the call."""


@dataclass(slots=True)
class _Batch:
    """What one batch of articles came to; outcomes are kept without their outputs."""

    analysed: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    # With the stage at which each became a dead letter.
    errors: list[tuple[str, BadArticleError]] = field(default_factory=list)
    sending: list[asyncio.Task[None]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AnalyseAgent:
    """Handles batches of article records; several at a time, whose outputs keep their order.

    `advanced` is called whenever a part of a batch is done: a batch may take minutes. `ahead` are
    the chunks that may be analysed before their turn.
    """

    analysis: Analysis
    names: TopicNames
    outbox: Outbox
    metrics: Metrics
    dead_letter_limit: DeadLetterLimit
    replayed: ReplayedRecordFilter | None = None
    timestamps: TimestampCheck = field(default_factory=TimestampCheck)
    advanced: Callable[[], None] = _ignore
    ahead: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CHUNKS_AHEAD))
    in_flight: BytesInFlight = field(default_factory=BytesInFlight)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def handle(self, records: Sequence[Record]) -> None:
        """Analyse a batch, and return when the broker has every output.

        Raises:
            DeadLetterLimitError: when too large a share of the newest articles is bad. Their dead
                letters are acknowledged by then.
        """
        self.metrics.articles_consumed.inc(len(records))
        batch = _Batch()
        entered = await self._enter(self._own(records), batch)
        chunks = list(_chunks(entered))
        analysing = [asyncio.create_task(self._begin(chunk)) for chunk in chunks]
        try:
            # Outputs are handed over in the order of the input, whichever chunk is ready first.
            async with self._turn:
                for chunk, first in zip(chunks, analysing, strict=True):
                    await self._take(chunk, await first, batch)
            began = time.perf_counter()
            await asyncio.gather(*batch.sending)
        finally:
            for task in (*analysing, *batch.sending):
                task.cancel()
        self.metrics.stage_duration.labels("publish").observe(time.perf_counter() - began)
        self._count(entered, batch)
        self.dead_letter_limit.check()

    async def _begin(self, chunk: Sequence[Record]) -> list[Outcome]:
        """Analyse the first of a chunk, when it is not too far ahead of its turn."""
        await self.ahead.acquire()
        try:
            return await self.analysis.analyse(chunk)
        except BaseException:
            self.ahead.release()
            raise

    async def _take(
        self, chunk: Sequence[Record], outcomes: Sequence[Outcome], batch: _Batch
    ) -> None:
        """Hand over what became of the first of a chunk, and have the rest analysed."""
        try:
            while True:
                await self._send(chunk[: len(outcomes)], outcomes, batch)
                self.advanced()
                chunk = chunk[len(outcomes) :]
                if not chunk:
                    return
                outcomes = await self.analysis.analyse(chunk)
        finally:
            self.ahead.release()

    def _own(self, records: Sequence[Record]) -> list[Record]:
        if self.replayed is None:
            return list(records)
        return [record for record in records if not self.replayed.skips(DECODE, record)]

    async def _enter(self, records: Sequence[Record], batch: _Batch) -> list[Record]:
        """Return the records that can be read and whose timestamp can be; bury the others."""
        entered = []
        for record in records:
            unread = unreadable(record)
            if unread is not None:
                self.dead_letter_limit.count(dead=True)
                await self._bury(without_mark(record), unread, batch, FETCH)
                continue
            error = self.timestamps.error_of(record)
            if error is None:
                entered.append(record)
            else:
                self.timestamps.warn(error, record)
                self.dead_letter_limit.count(dead=True)
                await self._bury(record, error, batch)
        return entered

    async def _bury(
        self, record: Record, error: BadArticleError, batch: _Batch, stage: str = DECODE
    ) -> None:
        batch.errors.append((stage, error))
        letter = dead_letter_record(self.names.dead_letters, record, stage, error)
        size_bytes = len(letter.value or b"")
        sending = send_dead_letter(self.outbox, letter)
        batch.sending.append(await self.in_flight.start(size_bytes, sending))

    async def _send(
        self, records: Sequence[Record], outcomes: Sequence[Outcome], batch: _Batch
    ) -> None:
        """Hand outputs over to the outbox, which sends meanwhile."""
        ready: list[Outgoing] = []
        sources: list[Record] = []
        size_bytes = 0
        for record, outcome in zip(records, outcomes, strict=True):
            error = outcome.error
            self.dead_letter_limit.count(dead=error is not None)
            _warn_if_slow(record, outcome)
            if error is not None:
                await self._bury(record, error, batch)
                continue
            ready += outcome.outputs
            sources += [record] * len(outcome.outputs)
            size_bytes += outcome.output_bytes
            batch.analysed += bool(outcome.outputs)
            batch.outcomes.append(structs.replace(outcome, outputs=[]))
        publishing = self._publish(ready, sources, batch)
        batch.sending.append(await self.in_flight.start(size_bytes, publishing))

    async def _publish(
        self, ready: Sequence[Outgoing], sources: Sequence[Record], batch: _Batch
    ) -> None:
        """Send outputs; the article of one that the broker will never take becomes a letter."""
        try:
            await self.outbox.send(ready)
        except RecordsRefusedError as error:
            for record, why in refused_articles(error, sources):
                self.dead_letter_limit.count(dead=True)
                batch.errors.append((PUBLISH, why))
                letter = dead_letter_record(self.names.dead_letters, record, PUBLISH, why)
                await send_dead_letter(self.outbox, letter)

    def _count(self, records: Sequence[Record], batch: _Batch) -> None:
        """Count what is done, after the broker has it: a batch that is repeated counts once."""
        now = time.time()
        metrics = self.metrics
        decoding = metrics.stage_duration.labels(DECODE)
        analysing = metrics.stage_duration.labels("analyse")
        metrics.articles_analysed.inc(batch.analysed)
        self._count_mentions(one for outcome in batch.outcomes for one in outcome.mentions)
        for outcome in batch.outcomes:
            for stage, count in outcome.left_out.items():
                metrics.discarded.labels(stage, NOT_SELECTED).inc(count)
            if outcome.leaders_left_out:
                leaders = metrics.discarded.labels("analyse", TOO_MANY_LEADERS)
                leaders.inc(outcome.leaders_left_out)
            for flag in outcome.flags:
                metrics.articles_flagged.labels(flag).inc()
            decoding.observe(outcome.decode_seconds)
            analysing.observe(outcome.analyse_seconds)
        for stage, error in batch.errors:
            metrics.dead_letters.labels(error.reason.value).inc()
            metrics.discarded.labels(stage, error.reason.value).inc()
        for record in records:
            metrics.article_latency.observe(max(0.0, now - record.timestamp_ms / 1000))

    def _count_mentions(self, mentions: Iterable[tuple[str, str, str, float]]) -> None:
        counts: Counter[tuple[str, str, str]] = Counter()
        # Both directions of each leader, so that neither is missing from a difference.
        strengths: dict[tuple[str, str], list[float]] = {}
        for leader, country, label, polarity in mentions:
            if leader == CANARY_NAME:
                # No leader: it would lead every ranking of a quiet day.
                self.metrics.canary_articles.inc()
                continue
            counts[leader, country, label] += 1
            both = strengths.setdefault((leader, country), [0.0, 0.0])
            both[polarity < 0] += abs(polarity)
        for labels, count in counts.items():
            self.metrics.mentions.labels(*labels).inc(count)
        for who, (praise, blame) in strengths.items():
            self.metrics.mentions_polarity.labels(*who, "positive").inc(praise)
            self.metrics.mentions_polarity.labels(*who, "negative").inc(blame)


def _warn_if_slow(record: Record, outcome: Outcome) -> None:
    seconds = outcome.decode_seconds + outcome.analyse_seconds
    if seconds >= SLOW_SECONDS:
        log.warning(
            "analyse.slow_article",
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            seconds=round(seconds, 1),
            value_bytes=len(record.value or b""),
        )


def _chunks(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    """Part a batch into pieces of work, by number and by size."""
    chunk: list[Record] = []
    size = 0
    for record in records:
        chunk.append(record)
        size += len(record.value or b"")
        if len(chunk) == CHUNK_RECORDS or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
