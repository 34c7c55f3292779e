"""Checks records before sending: a valid one is sent unchanged, others are counted by reason.

A function that is an argument sends them.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from processors.articles.decode import DecodeLimits, decode
from processors.articles.formats import NO_SHAPES
from processors.articles.formats.shapes import Shape
from processors.contracts import Article
from processors.errors import BadArticleError, DeadLetterReason
from processors.event_time import END_MS, FIRST_MS
from processors.windows import milliseconds
from streams.ingest.records import Record, Unread
from streams.ingest.tally import Tally
from streams.kafka.envelope import Outgoing
from streams.service.settings import Settings

Send = Callable[[Outgoing, str], None]
"""Sends a record of a place, and later counts it as sent, or as rejected by the broker."""


class Memory(Protocol):
    """Compares an article with its earlier versions in a feed."""

    def is_known(self, article: Article) -> bool:
        """Return whether an entry was sent as it is, and remember it as it is now."""
        ...


@dataclass(frozen=True, slots=True)
class Taken:
    """The result for a record: its article, if it is one, and the reason if it is not sent."""

    outcome: Literal["good", "unchanged", "refused"]
    article: Article | None = None
    reason: str = ""


class Intake:
    """Checks records and sends those that are articles.

    Args:
        topic: The topic of the articles.
        limits: Limits of an article, the same as in the worker.
        tally: Counts the records.
        send: Sends a record. None: records are only checked.
        archive: Whether records get the time of publication as timestamp. Without it they are
            rejected.
        max_ahead_seconds: How far in the future a time of publication may be in an archive.
        shapes: The operator's own shapes of articles, the same as in the worker.
    """

    def __init__(
        self,
        topic: str,
        limits: DecodeLimits,
        tally: Tally,
        send: Send | None,
        *,
        archive: bool = False,
        max_ahead_seconds: float = Settings().max_ahead_seconds,
        shapes: Sequence[Shape] = NO_SHAPES,
    ) -> None:
        self._topic = topic
        self._limits = limits
        self._tally = tally
        self._send = send
        self._archive = archive
        self._max_ahead_seconds = max_ahead_seconds
        self._shapes = shapes

    def take(self, record: Record, memory: Memory | None = None) -> Taken:
        """Check a record and send it.

        Args:
            record: The record.
            memory: A feed gives its entries again and again: one that is known is counted as
                unchanged, and not sent. None for files, which mean what they say twice.
        """
        self._tally.read += 1
        if isinstance(record, Unread):
            return self._refuse(record.where, record.reason, record.message)
        try:
            article = decode(record.value, (), None, self._limits, shapes=self._shapes)
        except BadArticleError as error:
            return self._refuse(record.where, error.reason, error.message)
        if memory is not None and memory.is_known(article):
            self._tally.unchanged += 1
            return Taken("unchanged", article)
        # For live articles the producer sets the timestamp: the time of sending.
        stamp_ms: int | None = None
        if self._archive:
            stamp_ms, fault = _archive_moment(article, time.time() + self._max_ahead_seconds)
            if fault:
                return self._refuse(record.where, DeadLetterReason.INVALID_DATE, fault)
        self._tally.valid += 1
        self._tally.flagged.update(article.flags)
        if self._send is not None:
            key = article.article_id.encode()
            self._send(
                Outgoing(self._topic, key, record.value, timestamp_ms=stamp_ms), record.where
            )
        return Taken("good", article)

    def _refuse(self, where: str, reason: DeadLetterReason, message: str) -> Taken:
        self._tally.refuse(where, reason, message)
        return Taken("refused", reason=reason)


def _archive_moment(article: Article, latest_seconds: float) -> tuple[int | None, str]:
    """Return an article's time of publication, or why it cannot be in an archive.

    There it becomes the record's timestamp, and so its event time.
    """
    if article.published is None:
        return None, "an archive is ordered by the time of publication, and there is none"
    published = f"{article.published:%Y-%m-%dT%H:%M:%SZ}"
    published_ms = milliseconds(article.published)
    if published_ms > latest_seconds * 1000:
        return None, f"it is published in the future: {published}"
    if not FIRST_MS <= published_ms < END_MS:
        return None, f"it is published at {published}, and event time begins with February 1970"
    return published_ms, ""
