"""The sources of one ingestion, and the functions that it uses."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from streams.ingest.files import Read
from streams.ingest.intake import Intake
from streams.ingest.interruption import Interruption
from streams.ingest.lists import Feed
from streams.ingest.reports import BUILT_IN_WINDOW, AlertWindow, FeedReports
from streams.ingest.tally import Tally
from streams.service.health import Questions
from streams.service.lifecycle import Part

if TYPE_CHECKING:
    from streams.http_client.fetch import Fetch  # an HTTP client, which files do not need

STDIN = Path("-")


@dataclass(frozen=True, slots=True)
class Job:
    """The sources to read.

    Attributes:
        files: The files, in their order. `STDIN` is standard input.
        feeds: The feeds, each with its own name.
        limit_bytes: Longest document.
        poll_seconds: The default pause between two looks at a feed. None: one look.
        state: The file of the feeds' states. None: in memory.
        topic: The topic of the articles.
        max_entries: Maximum number of entries to read of one document, from the first one on.
        max_requests: Maximum number of concurrent requests for feeds.
        window: The times of publication in which an article can trigger alerts.
    """

    files: Sequence[Path]
    feeds: Sequence[Feed]
    limit_bytes: int
    poll_seconds: float | None = None
    state: Path | None = None
    topic: str = ""
    max_entries: int = 500
    max_requests: int = 8
    window: AlertWindow = BUILT_IN_WINDOW


def serve_nothing(_: Questions) -> AbstractContextManager[None]:
    """Serve neither metrics nor health: there is no port."""
    return nullcontext()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The functions that an ingestion uses.

    Attributes:
        intake: Checks and sends records.
        flush: Returns when everything sent is acknowledged.
        tally: Counts the records.
        interruption: Says when to stop.
        on_bytes: Called with the number of bytes read from files, and with 0 for other sources.
        say: Shows the user a failure that does not end the ingestion.
        stdin: Reads standard input.
        open_fetch: Returns the function that fetches feeds.
        reports: Counts the entries of each feed.
        serve: Serves metrics and health while feeds are followed.
        now: Returns the time in aware UTC.
    """

    intake: Intake
    flush: Callable[[], None]
    tally: Tally
    interruption: Interruption
    on_bytes: Callable[[int], None]
    say: Callable[[str], None]
    stdin: Read
    open_fetch: Callable[[], "AbstractAsyncContextManager[Fetch]"]
    reports: FeedReports
    serve: Callable[[Questions], AbstractContextManager[Part | None]] = serve_nothing
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
