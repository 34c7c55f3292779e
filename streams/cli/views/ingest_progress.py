"""Progress on a terminal: a bar of bytes where their number is known, else a counter.

Owns what moves on the screen. Must not know what is read. Where there is no terminal nothing is
drawn, and messages go to the log instead.
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
        tally: What is shown.
        progress: Where; None shows nothing.
        total_bytes: Of the files; None where it is not known.
    """

    def __init__(self, tally: Tally, progress: Progress | None, total_bytes: int | None) -> None:
        self._tally = tally
        self._progress = progress
        self._task: TaskID | None = None
        if progress is not None:
            self._task = progress.add_task("", total=total_bytes, read=0, refused=0)

    def bytes_read(self, count: int) -> None:
        """Move the bar on by so many bytes, and the counts to where they are."""
        if self._progress is not None and self._task is not None:
            self._progress.update(
                self._task, advance=count, read=self._tally.read, refused=self._tally.refused
            )

    def say(self, text: str) -> None:
        """Tell the user something now."""
        if self._progress is None:
            log.warning("ingest.notice", notice=text)
        else:
            self._progress.console.print(Text(text))


@contextmanager
def open_screen(console: Console, tally: Tally, total_bytes: int | None) -> Iterator[Screen]:
    """Give a screen on this console; one that shows nothing if it is no terminal."""
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
