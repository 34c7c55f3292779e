"""The agent that analyses: it reads articles, and writes analyses, mentions and dead letters."""

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
from streams.analysis.slow_articles import SLOW_SECONDS
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
# Articles that are analysed in one request: so many that the request costs little beside the work,
# and so few that the first outputs are sent early. Outputs are limited apart from this, because the
# analysis answers in parts (`streams.analysis.answer`).
CHUNK_RECORDS = 32
CHUNK_BYTES = 1_000_000
# Chunks that the analysis has, or has answered and that wait for their turn.
CHUNKS_AHEAD = 4


def _ignore() -> None:
    """Ignore the call."""


@dataclass(slots=True)
class _Batch:
    """The results of one batch of articles. Outcomes are kept without their outputs."""

    analysed: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    # Each with the stage at which it became a dead letter.
    errors: list[tuple[str, BadArticleError]] = field(default_factory=list)
    sending: list[asyncio.Task[None]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AnalyseAgent:
    """Handles batches of article records, several at a time. Their outputs keep their order.

    `advanced` is called whenever a part of a batch is done, because a batch may take minutes.
    `ahead` limits the chunks that are analysed before their turn.
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
        """Analyse a batch, and return when the broker has acknowledged every output.

        Raises:
            DeadLetterLimitError: too large a share of the newest articles is bad. Their dead
                letters are acknowledged.
        """
        self.metrics.articles_consumed.inc(len(records))
        batch = _Batch()
        admitted = await self._admit(self._own(records), batch)
        chunks = list(_chunks(admitted))
        analysing = [asyncio.create_task(self._analyse_first(chunk)) for chunk in chunks]
        try:
            # Outputs are sent in the order of the input, whichever chunk is ready first.
            async with self._turn:
                for chunk, first in zip(chunks, analysing, strict=True):
                    await self._send_chunk(chunk, await first, batch)
            began = time.perf_counter()
            await asyncio.gather(*batch.sending)
        finally:
            for task in (*analysing, *batch.sending):
                task.cancel()
        self.metrics.stage_duration.labels("publish").observe(time.perf_counter() - began)
        self._count(admitted, batch)
        self.dead_letter_limit.check()

    async def _analyse_first(self, chunk: Sequence[Record]) -> list[Outcome]:
        """Analyse the first articles of a chunk once it is near enough to its turn."""
        await self.ahead.acquire()
        try:
            return await self.analysis.analyse(chunk)
        except BaseException:
            self.ahead.release()
            raise

    async def _send_chunk(
        self, chunk: Sequence[Record], outcomes: Sequence[Outcome], batch: _Batch
    ) -> None:
        """Send the outputs of the first articles of a chunk, and analyse the rest."""
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

    async def _admit(self, records: Sequence[Record], batch: _Batch) -> list[Record]:
        """Return the readable records with a valid timestamp, and dead-letter the others."""
        admitted = []
        for record in records:
            unread = unreadable(record)
            if unread is not None:
                self.dead_letter_limit.count(dead=True)
                await self._dead_letter(without_mark(record), unread, batch, FETCH)
                continue
            error = self.timestamps.error_of(record)
            if error is None:
                admitted.append(record)
            else:
                self.timestamps.warn(error, record)
                self.dead_letter_limit.count(dead=True)
                await self._dead_letter(record, error, batch)
        return admitted

    async def _dead_letter(
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
        """Pass outputs to the outbox, which sends them in a task."""
        ready: list[Outgoing] = []
        sources: list[Record] = []
        size_bytes = 0
        for record, outcome in zip(records, outcomes, strict=True):
            error = outcome.error
            self.dead_letter_limit.count(dead=error is not None)
            _warn_if_slow(record, outcome)
            if error is not None:
                await self._dead_letter(record, error, batch)
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
        """Send outputs, and dead-letter the articles whose outputs the broker refuses for good."""
        try:
            await self.outbox.send(ready)
        except RecordsRefusedError as error:
            for record, reason in refused_articles(error, sources):
                self.dead_letter_limit.count(dead=True)
                batch.errors.append((PUBLISH, reason))
                letter = dead_letter_record(self.names.dead_letters, record, PUBLISH, reason)
                await send_dead_letter(self.outbox, letter)

    def _count(self, records: Sequence[Record], batch: _Batch) -> None:
        """Count a batch once it is acknowledged, so that a batch that is repeated counts once."""
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
        # Both directions of each leader, so that the difference of both always exists.
        strengths: dict[tuple[str, str], list[float]] = {}
        for leader, country, label, polarity in mentions:
            if leader == CANARY_NAME:
                # The canary is not a leader. It would lead every ranking of a quiet day.
                self.metrics.canary_articles.inc()
                continue
            counts[leader, country, label] += 1
            both = strengths.setdefault((leader, country), [0.0, 0.0])
            both[polarity < 0] += abs(polarity)
        for labels, count in counts.items():
            self.metrics.mentions.labels(*labels).inc(count)
        for names, (praise, blame) in strengths.items():
            self.metrics.mentions_polarity.labels(*names, "positive").inc(praise)
            self.metrics.mentions_polarity.labels(*names, "negative").inc(blame)


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
    """Split a batch by number and by size."""
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
