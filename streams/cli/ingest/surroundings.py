"""Connects `tocsin ingest` to the broker, the servers of feeds, files and its own port."""

import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    contextmanager,
)
from functools import partial

from streams.cli import context
from streams.http_client import fetch as http_client
from streams.http_client.fetch import Fetch
from streams.ingest.archive import prepare
from streams.ingest.feed_metrics import MeteredFeeds, serving
from streams.ingest.intake import Send
from streams.ingest.interruption import Interruption
from streams.ingest.job import STDIN, Job, serve_nothing
from streams.ingest.reports import AlertWindow, FeedReports
from streams.ingest.sink import open_sink
from streams.ingest.tally import Tally
from streams.kafka.compression import Compression
from streams.kafka.reachability import wait_until_reachable
from streams.service.health import Questions
from streams.service.lifecycle import Part
from streams.service.metrics import FeedMetrics
from streams.service.rules import rules_in_force
from streams.service.settings import Settings
from streams.service.version import tocsin_version

# A worker waits indefinitely for the broker. An ingestion fails instead, so that the user or the
# scheduler that started it learns that the broker is unavailable.
_BROKER_WAIT_SECONDS = 30.0


@contextmanager
def sink(
    settings: Settings,
    topic: str,
    tally: Tally,
    interruption: Interruption,
    *,
    archive: bool,
    dry_run: bool,
) -> Iterator[tuple[Send | None, Callable[[], None]]]:
    """Yield a function that sends records and one that waits for their acknowledgement.

    A dry run needs no broker. Its first function is None.
    """
    if dry_run:
        yield None, lambda: None
        return
    connection = context.connection(settings)
    with interruption.waiting():
        wait_until_reachable(
            connection,
            give_up_after_seconds=settings.broker_wait_seconds or _BROKER_WAIT_SECONDS,
        )
    if archive:
        prepare(connection, topic, settings)
    codec = Compression.of(settings).codec
    with open_sink(connection, topic, settings.max_message_bytes, tally, codec) as opened:
        yield opened.send, opened.flush


def window(settings: Settings) -> AlertWindow:
    """Return the range of publication times that the guards of the rules in force allow."""
    guards = rules_in_force(settings).guards
    return AlertWindow(guards.stale_seconds, guards.future_seconds)


def reports(job: Job, *, is_served: bool) -> tuple[FeedMetrics | None, FeedReports]:
    """Return the metrics for the HTTP port, if it is open, and the reports of the feeds."""
    if not is_served:
        return None, FeedReports(job.feeds)
    metrics = FeedMetrics(process=True)
    watch = MeteredFeeds(metrics, job.feeds, job.poll_seconds or 0.0, time.time)
    return metrics, FeedReports(job.feeds, [watch])


def server(
    settings: Settings, metrics: FeedMetrics | None
) -> Callable[[Questions], AbstractContextManager[Part | None]]:
    """Return a function that serves metrics and health, or one without effect if no metrics."""
    if metrics is None:
        return serve_nothing

    return partial(serving, settings.http_host, settings.http_port, metrics)


def open_fetch(settings: Settings) -> AbstractAsyncContextManager[Fetch]:
    """Open the HTTP client for feeds, with the user agent that identifies Tocsin to servers."""
    # By convention, operators of servers find the contact of a client after a plus sign.
    contact = f" (+{settings.ingest_contact})" if settings.ingest_contact else ""
    return http_client.open_fetch(f"tocsin/{tocsin_version()}{contact}")


def read_stdin(count: int) -> bytes:
    """Read at most `count` bytes from standard input."""
    # `os.read` returns the available bytes, so an article in a pipe does not wait for more.
    return os.read(sys.stdin.fileno(), count)


def total_bytes(job: Job) -> int | None:
    """Return the size of all files in bytes, or None if it is unknown."""
    if job.feeds or STDIN in job.files:
        return None
    found = [path.stat() for path in job.files]
    regular = all(stat.S_ISREG(one.st_mode) for one in found)
    return sum(one.st_size for one in found) if regular else None
