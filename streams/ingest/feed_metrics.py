"""Publishes the counts of feeds as metrics, over HTTP.

The labels are the feeds' names, which the list bounds.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import structlog

from streams.ingest.lists import Feed
from streams.ingest.reports import FeedCounts
from streams.service.health import Questions
from streams.service.http_server import HttpServer
from streams.service.lifecycle import Part
from streams.service.metrics import FeedMetrics

log = structlog.get_logger(__name__)


class MeteredFeeds:
    """Counts looks as metrics.

    Args:
        metrics: The instruments.
        feeds: The feeds.
        poll_seconds: The default pause between two looks at a feed.
        clock: Returns Unix seconds.
    """

    def __init__(
        self,
        metrics: FeedMetrics,
        feeds: Sequence[Feed],
        poll_seconds: float,
        clock: Callable[[], float],
    ) -> None:
        self._metrics = metrics
        self._clock = clock
        for feed in feeds:
            metrics.interval.labels(feed.name).set(feed.interval_seconds or poll_seconds)
            # Set here, so that the age of a feed that was never read grows, too.
            metrics.last_success.labels(feed.name).set(clock())
            for outcome in ("new", "unchanged", "refused", "skipped"):
                metrics.entries.labels(feed.name, outcome)
            metrics.undated.labels(feed.name)

    def read(self, feed: Feed, counts: FeedCounts) -> None:
        """Add the counts of a look that brought entries."""
        entries = self._metrics.entries
        entries.labels(feed.name, "new").inc(counts.new)
        entries.labels(feed.name, "unchanged").inc(counts.unchanged)
        entries.labels(feed.name, "refused").inc(counts.refused.total())
        entries.labels(feed.name, "skipped").inc(counts.skipped.total())
        articles = counts.new + counts.unchanged
        self._metrics.undated.labels(feed.name).inc(articles - counts.with_date)

    def succeeded(self, feed: Feed) -> None:
        """Record a look that succeeded, or found the feed unchanged."""
        self._metrics.last_success.labels(feed.name).set(self._clock())

    def failed(self, feed: Feed, reason: str) -> None:
        """Record a look that failed."""
        self._metrics.errors.labels(feed.name, reason).inc()

    def answered(self, feed: Feed, status: str) -> None:
        """Record the class of an answer."""
        self._metrics.answers.labels(feed.name, status).inc()


@contextmanager
def serving(host: str, port: int, metrics: FeedMetrics, health: Questions) -> Iterator[Part]:
    """Serve /metrics, /livez and /readyz. `check` of the part raises the error that ended it.

    Raises:
        MisconfigurationError: the port is in use, or needs other rights.
    """
    server = HttpServer(host, port, metrics.registry, health)
    address = server.start()
    log.info("ingest.started", metrics=f"{address}/metrics")
    try:
        yield server
    finally:
        server.stop()
