"""Counts the entries of each feed, for the summary and for metrics.

Memory is bounded by the list of feeds and the closed sets of reasons.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from msgspec import Struct

from processors.contracts import Article
from streams.ingest.feed_messages import FeedHeader
from streams.ingest.lists import Feed
from streams.ingest.lists.feed import shown_url

Outcome = Literal["new", "unchanged", "refused", "skipped"]
NoAlert = Literal["old", "future"]


class FeedSummary(Struct, frozen=True, kw_only=True):
    """The counts of one feed over all its looks.

    `entries` = `new` + `unchanged` + all `refused` + all `skipped`.

    Attributes:
        feed: Its name in the list, or its address.
        url: Its address, without user and password.
        format: The format of the newest document.
        looks: The number of looks, with failed ones.
        entries: Entries of all documents.
        with_text: Articles that have a text beside the title.
        with_date: Articles whose date was understood.
        new: New or changed articles, which are sent.
        unchanged: Articles that were sent before without a change.
        refused: Entries that cannot be used, by reason. They are not sent.
        skipped: Entries that are not read, by reason: not_an_article, over_the_limit.
        no_alert: Articles of `new` that can trigger no alert, by reason: old, future.
        flags: Entries with a part that was not understood, or assumed, by the kind of part.
        moved_to: The feed's new address by a permanent redirect, or "".
        gone: Whether the server says that the feed is gone permanently.
        failed: Why the newest look failed, or "".
    """

    feed: str
    url: str
    format: str
    looks: int
    entries: int
    with_text: int
    with_date: int
    new: int
    unchanged: int
    refused: dict[str, int]
    skipped: dict[str, int]
    no_alert: dict[str, int]
    flags: dict[str, int]
    moved_to: str
    gone: bool
    failed: str


@dataclass(frozen=True, slots=True)
class AlertWindow:
    """The times of publication in which an article can trigger alerts, relative to now."""

    stale_seconds: float
    future_seconds: float

    def excludes(self, published: datetime | None, now: datetime) -> NoAlert | None:
        """Return why an article of this time of publication can trigger no alert, or None."""
        if published is None:
            return None
        if now - published > timedelta(seconds=self.stale_seconds):
            return "old"
        if published - now > timedelta(seconds=self.future_seconds):
            return "future"
        return None


BUILT_IN_WINDOW = AlertWindow(stale_seconds=172_800.0, future_seconds=3_600.0)


@dataclass(slots=True)
class FeedCounts:
    """Counts one feed while an ingestion runs, or one look at it."""

    format: str = ""
    looks: int = 0
    entries: int = 0
    with_text: int = 0
    with_date: int = 0
    new: int = 0
    unchanged: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    no_alert: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)

    def describe(self, header: FeedHeader, max_entries: int) -> None:
        """Count a document."""
        self.format = header.format
        self.skipped.update(header.skipped)
        read = header.entries - sum(header.skipped.values())
        if read > max_entries:
            self.skipped["over_the_limit"] += read - max_entries
        self.entries += header.entries - min(read, max_entries)
        self.flags.update(header.flags)

    def refuse(self, reason: str) -> None:
        """Count an entry that cannot be used."""
        self.entries += 1
        self.refused[reason] += 1

    def take(self, article: Article, *, is_new: bool, no_alert: NoAlert | None) -> None:
        """Count an article."""
        self.entries += 1
        self.with_text += bool(article.text)
        self.with_date += article.published is not None
        self.flags.update(article.flags)
        self.new += is_new
        self.unchanged += not is_new
        if is_new and no_alert:
            self.no_alert[no_alert] += 1

    def add(self, look: "FeedCounts") -> None:
        """Add the counts of a look."""
        self.format = look.format or self.format
        for name in ("looks", "entries", "with_text", "with_date", "new", "unchanged"):
            setattr(self, name, getattr(self, name) + getattr(look, name))
        for name in ("refused", "skipped", "no_alert", "flags"):
            getattr(self, name).update(getattr(look, name))


class FeedWatch(Protocol):
    """A receiver of every look at a feed, such as metrics."""

    def read(self, feed: Feed, counts: FeedCounts) -> None:
        """Add the counts of a look that brought entries."""

    def succeeded(self, feed: Feed) -> None:
        """Record a look that succeeded, or found the feed unchanged."""

    def failed(self, feed: Feed, reason: str) -> None:
        """Record a look that failed."""

    def answered(self, feed: Feed, status: str) -> None:
        """Record the class of an answer: 2xx, 3xx, 4xx, 5xx, none."""


class FeedReports:
    """Counts of all feeds.

    Args:
        feeds: The feeds.
        watches: Further receivers of every look.
    """

    def __init__(self, feeds: Sequence[Feed], watches: Sequence[FeedWatch] = ()) -> None:
        self._feeds = feeds
        self._watches = watches
        self._counts = {feed.name: FeedCounts() for feed in feeds}
        self._failed: dict[str, str] = {}
        self._moved: dict[str, str] = {}
        self._gone: set[str] = set()

    def read(self, feed: Feed, counts: FeedCounts) -> None:
        """Add the counts of a look whose articles are acknowledged."""
        self._counts[feed.name].add(counts)
        for watch in self._watches:
            watch.read(feed, counts)

    def moved(self, feed: Feed, address: str) -> bool:
        """Record a feed's new address, and return whether it has changed."""
        is_new = bool(address) and self._moved.get(feed.name) != address
        self._moved[feed.name] = address
        return is_new

    def succeeded(self, feed: Feed) -> None:
        """Record that a look succeeded."""
        self._counts[feed.name].looks += 1
        self._failed.pop(feed.name, None)
        for watch in self._watches:
            watch.succeeded(feed)

    def failed(self, feed: Feed, reason: str, message: str, *, is_gone: bool) -> None:
        """Record that a look failed."""
        self._counts[feed.name].looks += 1
        self._failed[feed.name] = message
        if is_gone:
            self._gone.add(feed.name)
        for watch in self._watches:
            watch.failed(feed, reason)

    def answered(self, feed: Feed, status: int) -> None:
        """Record the status of an answer, 0 without an answer."""
        name = f"{status // 100}xx" if status else "none"
        for watch in self._watches:
            watch.answered(feed, name)

    def summary(self) -> list[FeedSummary]:
        """Return the counts of every feed, in their order."""
        return [self._of(feed, self._counts[feed.name]) for feed in self._feeds]

    def _of(self, feed: Feed, counts: FeedCounts) -> FeedSummary:
        return FeedSummary(
            feed=feed.name,
            url=shown_url(feed.url),
            format=counts.format,
            looks=counts.looks,
            entries=counts.entries,
            with_text=counts.with_text,
            with_date=counts.with_date,
            new=counts.new,
            unchanged=counts.unchanged,
            refused=dict(counts.refused.most_common()),
            skipped=dict(counts.skipped.most_common()),
            no_alert=dict(counts.no_alert.most_common()),
            flags=dict(counts.flags.most_common()),
            moved_to=self._moved.get(feed.name, ""),
            gone=feed.name in self._gone,
            failed=self._failed.get(feed.name, ""),
        )
