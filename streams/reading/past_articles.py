"""Reads past articles in the order in which they entered the log: from the topic, or from a file.

A record's timestamp is the event time. A file has no timestamps, so there the publisher's date is
the event time, as in an import of an archive. Articles that are left out are counted by reason.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from processors.articles.decode import DecodeLimits, decode
from processors.articles.formats import NO_SHAPES
from processors.articles.formats.shapes import Shape
from processors.contracts import Article
from processors.errors import BadArticleError
from streams.ingest.files import read_file
from streams.ingest.records import Unread
from streams.kafka import subscriber
from streams.kafka.envelope import Record


@dataclass(frozen=True, slots=True)
class PastArticle:
    """An article, and when it entered the log."""

    article: Article
    event_time: datetime


@dataclass(slots=True)
class PastArticles:
    """Reads past articles. `left_out` counts the unusable ones by reason."""

    limits: DecodeLimits
    shapes: Sequence[Shape] = NO_SHAPES
    left_out: Counter[str] = field(default_factory=Counter)

    def of_topic(self, consumer: Any, topic: str, since: datetime) -> Iterator[PastArticle]:
        """Read a topic from a time to its present end.

        Args:
            consumer: A kafka-python consumer.
            topic: The topic of the articles.
            since: The time, aware.

        Raises:
            TopicMismatchError: there is no such topic.
        """
        partitions = subscriber.partitions_of(consumer, [topic])
        ends = consumer.end_offsets(partitions)
        starts = subscriber.offsets_since(consumer, ends, since)
        yield from self._decoded(subscriber.read(consumer, starts, ends))

    def of_file(self, path: Path) -> Sequence[PastArticle]:
        """Read a file, in any form that `tocsin ingest` takes, by the date of publication.

        Raises:
            SourceError: the file cannot be read to its end.
        """
        found = []
        for record in read_file(path, self.limits.value_bytes, lambda _: None):
            if isinstance(record, Unread):
                self.left_out[record.reason.value] += 1
                continue
            try:
                article = decode(record.value, [], None, self.limits, shapes=self.shapes)
            except BadArticleError as error:
                self.left_out[error.reason.value] += 1
                continue
            if article.published is None:
                self.left_out["published_missing"] += 1
            else:
                found.append(PastArticle(article, article.published))
        return sorted(found, key=lambda past: past.event_time)

    def _decoded(self, records: Iterable[Record]) -> Iterator[PastArticle]:
        for record in records:
            try:
                article = decode(
                    record.value,
                    record.headers,
                    record.key,
                    self.limits,
                    reference=record.event_time,
                    shapes=self.shapes,
                )
                yield PastArticle(article, record.event_time)
            except BadArticleError as error:
                self.left_out[error.reason.value] += 1
