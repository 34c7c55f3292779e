"""The agent that analyses: `news.articles` in, analyses, mentions and dead letters out.

Owns the handling of one batch of article records. Must not know how an article is read (that is
`processors`), nor what follows from a mention.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from processors.analyse import Analyser
from processors.articles.decode import DecodeLimits, decode
from processors.contracts import Analysis
from processors.errors import BadArticleError, DeadLetterReason
from streams.agents.batches import Slices
from streams.dead_letters import DeadLetterLimit, send_dead_letter
from streams.envelope import (
    Incoming,
    Outgoing,
    analysis_record,
    dead_letter_record,
    mention_record,
    withdrawal_records,
)
from streams.metrics import Metrics
from streams.outbox import Outbox
from streams.topics import TopicNames

DECODE = "decode"
# Kafka's default limit is 1 MiB, and the broker would refuse the record for ever. Only a list of
# very many leaders comes near.
MOST_OUTPUT_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class AnalyseAgent:
    """Handles batches of article records. `partitions` is the number of those of mentions."""

    analyser: Analyser
    limits: DecodeLimits
    names: TopicNames
    outbox: Outbox
    metrics: Metrics
    partitions: int
    dead_letter_limit: DeadLetterLimit

    async def handle(self, events: Sequence[Any]) -> None:
        """Analyse a batch, and return when the broker has every output.

        Raises:
            DeadLetterLimitError: when too large a share of the newest articles is bad. Their dead
                letters are acknowledged by then.
        """
        self.metrics.articles_consumed.inc(len(events))
        records = [incoming(event.message) for event in events]
        analysed: list[Analysis] = []
        dead: list[tuple[Outgoing, BadArticleError]] = []
        ready: list[Outgoing] = []
        sending: list[asyncio.Task[None]] = []
        slices = Slices()
        for record in records:
            try:
                ready += self._analyse(record, analysed)
                self.dead_letter_limit.count(dead=False)
            except BadArticleError as error:
                letter = dead_letter_record(self.names.dead_letters, record, DECODE, error)
                dead.append((letter, error))
                self.dead_letter_limit.count(dead=True)
            if slices.is_due():
                # What is ready goes out while the rest is worked on.
                sending.append(asyncio.create_task(self.outbox.send(ready)))
                ready = []
                await asyncio.sleep(0)
        began = time.perf_counter()
        sending.append(asyncio.create_task(self.outbox.send(ready)))
        sending += [asyncio.create_task(send_dead_letter(self.outbox, one)) for one, _ in dead]
        await asyncio.gather(*sending)
        self.metrics.stage_duration.labels("publish").observe(time.perf_counter() - began)
        self._count(records, analysed, [error for _, error in dead])
        self.dead_letter_limit.check()

    def _analyse(self, record: Incoming, analysed: list[Analysis]) -> list[Outgoing]:
        began = time.perf_counter()
        article = decode(record.value, record.headers, record.key, self.limits)
        decoded = time.perf_counter()
        result = self.analyser.analyse(article, record.event_time)
        out = [
            analysis_record(self.names.analyses, result.analysis),
            *(mention_record(self.names.mentions, mention) for mention in result.mentions),
            *withdrawal_records(self.names.mentions, result.withdrawal, self.partitions),
        ]
        largest = max(len(one.value or b"") for one in out)
        if largest > MOST_OUTPUT_BYTES:
            raise BadArticleError(
                DeadLetterReason.TEXT_TOO_LARGE,
                f"an output of the article has {largest} bytes; at most {MOST_OUTPUT_BYTES} are "
                f"written",
            )
        analysed.append(result.analysis)
        self.metrics.stage_duration.labels(DECODE).observe(decoded - began)
        self.metrics.stage_duration.labels("analyse").observe(time.perf_counter() - decoded)
        return out

    def _count(
        self,
        records: Sequence[Incoming],
        analysed: Sequence[Analysis],
        errors: Sequence[BadArticleError],
    ) -> None:
        """Count what is done, after the broker has it: a batch that is repeated counts once."""
        now = time.time()
        metrics = self.metrics
        metrics.articles_analysed.inc(len(analysed))
        for analysis in analysed:
            for mention in analysis.mentions:
                labels = (mention.leader_name, mention.country, mention.sentiment.label)
                metrics.mentions.labels(*labels).inc()
        for error in errors:
            metrics.dead_letters.labels(error.reason.value).inc()
            metrics.discarded.labels(DECODE, error.reason.value).inc()
        for record in records:
            metrics.article_latency.observe(max(0.0, now - record.timestamp_ms / 1000))


def incoming(message: Any) -> Incoming:
    """Give a Faust message as a record."""
    headers = message.headers or ()
    return Incoming(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp_ms=round((message.timestamp or 0.0) * 1000),
        key=message.key,
        value=message.value,
        headers=list(headers.items()) if hasattr(headers, "items") else list(headers),
    )
