"""What one ingestion reads, and what it works with.

Owns the two values. Must not know how either is used.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from streams.ingest.files import Read
from streams.ingest.intake import Intake
from streams.ingest.interruption import Interruption
from streams.ingest.tally import Tally

if TYPE_CHECKING:
    from streams.ingest.fetch import Fetch  # an HTTP client, which files do without

STDIN = Path("-")


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be read.

    Attributes:
        files: In their order; `STDIN` is standard input.
        feeds: Addresses.
        limit_bytes: Longest document.
        poll_seconds: The pause between two looks at a feed; None: one look.
        source: The name of the feeds' source; "" takes their titles.
        language: For feeds that do not say theirs.
    """

    files: Sequence[Path]
    feeds: Sequence[str]
    limit_bytes: int
    poll_seconds: float | None = None
    source: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an ingestion works with.

    Attributes:
        intake: Checks and sends.
        flush: Returns when everything sent is acknowledged.
        tally: Counts.
        interruption: Says when to stop.
        on_bytes: Told of bytes read from files; with 0, that something else was read.
        say: Tells the user of a failure that does not end the whole.
        stdin: Reads standard input.
        open_fetch: Gives the function that fetches feeds.
    """

    intake: Intake
    flush: Callable[[], None]
    tally: Tally
    interruption: Interruption
    on_bytes: Callable[[int], None]
    say: Callable[[str], None]
    stdin: Read
    open_fetch: Callable[[], "AbstractAsyncContextManager[Fetch]"]
