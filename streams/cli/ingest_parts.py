"""What `tocsin ingest` works with: the broker, feeds' servers, files, and its own port."""

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
from typing import TYPE_CHECKING

from streams.cli import context
from streams.ingest.intake import Send
from streams.ingest.interruption import Interruption
from streams.ingest.job import STDIN, Job, serve_nothing
from streams.ingest.reports import AlertWindow, FeedReports
from streams.ingest.tally import Tally
from streams.service.health import Questions
from streams.service.lifecycle import Part
from streams.service.settings import Settings
from streams.service.version import tocsin_version

if TYPE_CHECKING:
    from streams.http_client.fetch import Fetch
    from streams.service.metrics import FeedMetrics

# An ingestion is run by a person or a scheduler; waiting indefinitely, as a worker does, would hide
# from both that there is no broker.
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
    """Return what sends records and what waits for their acknowledgement.

    A check alone sends nothing and needs no broker.
    """
    if dry_run:
        yield None, lambda: None
        return
    # The clients take half a second to load: a check alone does not pay for them.
    from streams.ingest.archive import prepare  # noqa: PLC0415 - see above
    from streams.ingest.sink import open_sink  # noqa: PLC0415 - see above
    from streams.kafka.compression import Compression  # noqa: PLC0415 - see above
    from streams.kafka.reachability import wait_until_reachable  # noqa: PLC0415 - see above

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
    """Return the times of publication between which the rules in force accept an article."""
    from streams.service.rules import rules_in_force  # noqa: PLC0415 - rules take a moment to compile

    guards = rules_in_force(settings).guards
    return AlertWindow(guards.stale_seconds, guards.future_seconds)


def reports(job: Job, *, is_served: bool) -> "tuple[FeedMetrics | None, FeedReports]":
    """Make the reports of the job's feeds, and the metrics that a port shows."""
    if not is_served:
        return None, FeedReports(job.feeds)
    # A web server, which an ingestion without a port does without.
    from streams.ingest.feed_metrics import MeteredFeeds  # noqa: PLC0415 - see above
    from streams.service.metrics import FeedMetrics  # noqa: PLC0415

    metrics = FeedMetrics(process=True)
    watch = MeteredFeeds(metrics, job.feeds, job.poll_seconds or 0.0, time.time)
    return metrics, FeedReports(job.feeds, [watch])


def server(
    settings: Settings, metrics: "FeedMetrics | None"
) -> Callable[[Questions], AbstractContextManager[Part | None]]:
    """Return what serves metrics and health; without metrics, nothing."""
    if metrics is None:
        return serve_nothing
    from streams.ingest.feed_metrics import serving  # noqa: PLC0415 - see above

    return partial(serving, settings.http_host, settings.http_port, metrics)


def open_fetch(settings: Settings) -> "AbstractAsyncContextManager[Fetch]":
    """Open the HTTP client for feeds, under the name that servers see."""
    # An HTTP client, which files do without.
    from streams.http_client.fetch import open_fetch  # noqa: PLC0415 - see above

    # Servers' operators look for a contact behind a plus sign before they block a reader.
    contact = f" (+{settings.ingest_contact})" if settings.ingest_contact else ""
    return open_fetch(f"tocsin/{tocsin_version()}{contact}")


def read_stdin(count: int) -> bytes:
    """Read from standard input."""
    # As much as is there, so that an article in a pipe does not wait for the next ones.
    return os.read(sys.stdin.fileno(), count)


def total_bytes(job: Job) -> int | None:
    """Return the size of all files; None where it is not known."""
    if job.feeds or STDIN in job.files:
        return None
    found = [path.stat() for path in job.files]
    regular = all(stat.S_ISREG(one.st_mode) for one in found)
    return sum(one.st_size for one in found) if regular else None
