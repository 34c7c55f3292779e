"""What one ingestion reads, and what it works with.

Owns the two values. Must not know how either is used.
"""

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
    from streams.http_client.fetch import Fetch  # an HTTP client, which files do without

STDIN = Path("-")


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be read.

    Attributes:
        files: In their order; `STDIN` is standard input.
        feeds: The feeds, each with a name of its own.
        limit_bytes: Longest document.
        poll_seconds: The pause between two looks at a feed that has none of its own; None: one
            look.
        state: The file that keeps what is known of feeds; None: in memory.
        topic: Where articles go.
        max_entries: Entries of one document that are read, from the first one on.
        max_requests: Requests for feeds at a time.
        window: Between which times of publication an article can trigger alerts.
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
    """Serve no metrics and no health: there is no port."""
    return nullcontext()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an ingestion works with.

    Attributes:
        intake: Checks and sends.
        flush: Returns when everything sent is acknowledged.
        tally: Counts.
        interruption: Says when to stop.
        on_bytes: Called with bytes read from files; with 0, that something else was read.
        say: Tells the user of a failure that does not end the whole.
        stdin: Reads standard input.
        open_fetch: Gives the function that fetches feeds.
        reports: Counts what each feed brought.
        serve: Shows metrics and health while feeds are followed.
        now: Aware UTC.
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
