"""The check before sending: a record goes on as it is, or is counted by its reason.

Owns the check, the record's key and the memory of what feeds have said before. Must not know the
sources, nor Kafka's client: it hands records to a function.
"""

from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from typing import Final

from processors.articles.decode import DecodeLimits, decode
from processors.contracts import Article
from processors.errors import BadArticleError, DeadLetterReason
from processors.windows import milliseconds
from streams.envelope import Outgoing
from streams.ingest.records import Record, Unread
from streams.ingest.tally import Tally

Send = Callable[[Outgoing, str], None]
"""Takes a record and where it stood; counts it as sent, or as refused by the broker, in time."""

# A thousand feeds of a hundred entries; about 20 MB.
REMEMBERED_ENTRIES: Final = 100_000


class Intake:
    """Checks records and sends those that are articles.

    Args:
        topic: Where they go.
        limits: What one article may cost: the same as in the worker.
        tally: Counts.
        send: Sends one; None checks only.
        archive: Whether records are stamped with the time of publication; without it, refused.
        remembered_entries: Of how many feed entries the content is remembered.
    """

    def __init__(
        self,
        topic: str,
        limits: DecodeLimits,
        tally: Tally,
        send: Send | None,
        *,
        archive: bool = False,
        remembered_entries: int = REMEMBERED_ENTRIES,
    ) -> None:
        self._topic = topic
        self._limits = limits
        self._tally = tally
        self._send = send
        self._archive = archive
        self._seen: OrderedDict[bytes, bytes] = OrderedDict()
        self._remembered_entries = remembered_entries

    def take(self, record: Record, *, from_feed: bool = False) -> None:
        """Check a record and send it.

        Args:
            record: The record.
            from_feed: A feed gives its entries again and again: one whose title and text are the
                same as when it was last taken is counted as unchanged, and not sent.
        """
        self._tally.read += 1
        if isinstance(record, Unread):
            self._tally.refuse(record.where, record.reason, record.message)
            return
        try:
            article = decode(record.value, (), None, self._limits)
        except BadArticleError as error:
            self._tally.refuse(record.where, error.reason, error.message)
            return
        if from_feed and self._is_known(article):
            self._tally.unchanged += 1
            return
        # Live articles carry no timestamp of ours: the producer stamps the time of sending.
        stamp_ms = None
        if self._archive:
            if article.published is None:
                message = "an archive is ordered by the time of publication, and there is none"
                self._tally.refuse(record.where, DeadLetterReason.INVALID_DATE, message)
                return
            stamp_ms = milliseconds(article.published)
        self._tally.valid += 1
        if self._send is not None:
            key = article.article_id.encode()
            self._send(
                Outgoing(self._topic, key, record.value, timestamp_ms=stamp_ms), record.where
            )

    def _is_known(self, article: Article) -> bool:
        identity = blake2b(article.article_id.encode(), digest_size=16).digest()
        # Dates are left out: some feeds date every entry anew each time that they are asked.
        content = blake2b(f"{article.title}\0{article.text}".encode(), digest_size=16).digest()
        known = self._seen.get(identity) == content
        self._seen[identity] = content
        self._seen.move_to_end(identity)
        if len(self._seen) > self._remembered_entries:
            self._seen.popitem(last=False)
        return known
