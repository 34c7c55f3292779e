"""Shows the progress of an ingestion: a bar of bytes if their number is known, else a counter.

Without a terminal there is no progress display, and messages go to the log.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from streams.ingest.tally import Tally

log = structlog.get_logger(__name__)

_COUNTS = "{task.fields[read]} read, {task.fields[refused]} refused"


class Screen:
    """Shows a tally while it grows.

    Args:
        tally: The counts to show.
        progress: The display. None disables it.
        total_bytes: Size of all files. None means unknown.
    """

    def __init__(self, tally: Tally, progress: Progress | None, total_bytes: int | None) -> None:
        self._tally = tally
        self._progress = progress
        self._task: TaskID | None = None
        if progress is not None:
            self._task = progress.add_task("", total=total_bytes, read=0, refused=0)

    def bytes_read(self, count: int) -> None:
        """Advance the bar by `count` bytes and update the counts."""
        if self._progress is not None and self._task is not None:
            self._progress.update(
                self._task, advance=count, read=self._tally.read, refused=self._tally.refused
            )

    def say(self, text: str) -> None:
        """Print a message immediately."""
        if self._progress is None:
            log.warning("ingest.notice", notice=text)
        else:
            self._progress.console.print(Text(text))


@contextmanager
def open_screen(console: Console, tally: Tally, total_bytes: int | None) -> Iterator[Screen]:
    """Yield a screen on this console. It shows no progress if the console is not a terminal."""
    if not console.is_terminal:
        yield Screen(tally, None, total_bytes)
        return
    columns = (
        (BarColumn(), DownloadColumn(binary_units=True))
        if total_bytes is not None
        else (SpinnerColumn(),)
    )
    with Progress(
        *columns, TextColumn(_COUNTS), TimeElapsedColumn(), console=console, transient=True
    ) as progress:
        yield Screen(tally, progress, total_bytes)
