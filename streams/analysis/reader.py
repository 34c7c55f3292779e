"""Reads one article record: decodes, analyses and encodes it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from processors.analyse import Analyser
from processors.articles.decode import DecodeLimits, decode
from processors.articles.formats import NO_SHAPES
from processors.articles.formats.shapes import Shape
from processors.errors import BadArticleError, DeadLetterReason
from streams.analysis.outcome import Outcome
from streams.analysis.selection import Selection
from streams.kafka.envelope import Record, analysis_record, mention_record, withdrawal_records
from streams.kafka.topics import TopicNames

# Kafka's default limit is 1 MiB, and the broker would refuse a larger record on every retry. Only a
# list of very many leaders comes near it.
MAX_OUTPUT_BYTES = 1_000_000
EVERYTHING = Selection()


@dataclass(frozen=True, slots=True)
class ArticleReader:
    """Reads article records.

    `partitions` is the number of partitions of every topic. `selection` chooses the articles and
    mentions of a replay. `shapes` are the operator's own.
    """

    analyser: Analyser
    limits: DecodeLimits
    names: TopicNames
    partitions: int
    selection: Selection = EVERYTHING
    shapes: Sequence[Shape] = NO_SHAPES

    def read(self, record: Record) -> Outcome:
        """Return the outcome of one record. A bad article is an outcome, too."""
        began = time.perf_counter()
        try:
            return self._read(record, began)
        except BadArticleError as error:
            return Outcome(
                reason=error.reason.value,
                message=error.message,
                decode_seconds=time.perf_counter() - began,
            )

    def _read(self, record: Record, began: float) -> Outcome:
        article = decode(
            record.value,
            record.headers,
            record.key,
            self.limits,
            reference=record.event_time,
            shapes=self.shapes,
        )
        decoded = time.perf_counter()
        if not self.selection.has_article(article):
            return Outcome(left_out={"decode": 1})
        result = self.analyser.analyse(article, record.event_time)
        mentions = [one for one in result.mentions if self.selection.has_mention(one)]
        left_out = len(result.mentions) - len(mentions)
        outputs = [
            analysis_record(self.names.analyses, result.analysis, self.partitions, record),
            *(
                mention_record(self.names.mentions, mention, self.partitions)
                for mention in mentions
            ),
            *withdrawal_records(self.names.mentions, result.withdrawal, self.partitions),
        ]
        largest = max(len(one.value or b"") for one in outputs)
        if largest > MAX_OUTPUT_BYTES:
            raise BadArticleError(
                DeadLetterReason.TEXT_TOO_LARGE,
                f"an output of the article has {largest} bytes; at most {MAX_OUTPUT_BYTES} are "
                f"written",
            )
        return Outcome(
            outputs=outputs,
            mentions=[
                (one.leader_name, one.country, one.sentiment.label, one.sentiment.polarity)
                for one in mentions
            ],
            left_out={"analyse": left_out} if left_out else {},
            leaders_left_out=result.leaders_left_out,
            flags=tuple(result.analysis.flags),
            decode_seconds=decoded - began,
            analyse_seconds=time.perf_counter() - decoded,
        )
