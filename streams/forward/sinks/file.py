"""A sink that appends alerts to a file or to standard output, one CloudEvent as JSON a line.

For a log shipper, or a program that reads lines. A line is on the disk before its alert counts as
delivered. A file that was moved or removed (logrotate) is created again.
"""

import asyncio
import os
import select
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from processors.errors import MisconfigurationError
from streams.errors import PassingFaultError
from streams.forward.events import Event, Mode
from streams.forward.sinks.sink import Answer, Send, SinkName
from streams.http_client.answers import shown

# A pipe that `select` calls writable takes so many bytes without blocking (POSIX).
_PIPE_BYTES: Final = 512
_WRITTEN: Final = "written"
_NOT_WRITTEN: Final = "not_written"


@dataclass(frozen=True, slots=True)
class FileSink:
    """Appends alerts to a file.

    Attributes:
        path: The file; None: standard output.
        timeout_seconds: How long a reader of standard output may make one write wait.
    """

    path: Path | None
    timeout_seconds: float

    @property
    def name(self) -> SinkName:
        """The kind of sink."""
        return "file"

    @property
    def address(self) -> str:
        """The file."""
        return "standard output" if self.path is None else f"file:{shown(str(self.path))}"

    @property
    def mode(self) -> Mode:
        """Whole CloudEvents: a line has no headers."""
        return "structured"

    def max_requests(self, wanted: int) -> int:
        """Return 1: lines are written one after the other."""
        return min(wanted, 1)

    def check(self) -> None:
        """Check that the file can be appended to.

        Raises:
            MisconfigurationError: it cannot.
        """
        lines = _Lines(self.path, self.timeout_seconds)
        try:
            lines.open()
        except OSError as error:
            raise MisconfigurationError(
                f"Alerts cannot be written to {self.address}: {error.strerror or error}. Name a "
                f"file in a folder that this process may write to."
            ) from error
        finally:
            lines.close()

    @asynccontextmanager
    async def open(self, requests: int) -> AsyncIterator[Send]:
        """Open the file."""
        del requests
        lines = _Lines(self.path, self.timeout_seconds)

        async def send(event: Event) -> Answer:
            # A record of another producer may hold line breaks between the parts of its JSON.
            line = msgspec.json.format(event.body, indent=-1)
            try:
                await asyncio.to_thread(lines.append, line)
            except BrokenPipeError as error:
                raise PassingFaultError(
                    "standard output is closed: its reader has ended. Start the reader and "
                    "`tocsin forward` again; no alert is lost."
                ) from error
            except OSError as error:
                said = f"cannot write to {self.address}: {error.strerror or error}"
                return Answer("passing", said, _NOT_WRITTEN)
            return Answer("delivered", "written", _WRITTEN)

        try:
            yield send
        finally:
            lines.close()


class _Lines:
    """A file that whole lines are appended to."""

    def __init__(self, path: Path | None, timeout_seconds: float) -> None:
        self._path, self._timeout_seconds = path, timeout_seconds
        self._descriptor: int | None = None
        self._is_torn = False

    def open(self) -> None:
        """Open the file, unless it is open and still at its path.

        Raises:
            OSError: it cannot be opened.
        """
        if self._descriptor is not None and self._is_in_place(self._descriptor):
            return
        self.close()
        if self._path is None:
            self._descriptor = sys.stdout.fileno()
            return
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        self._descriptor = os.open(self._path, flags, 0o644)
        # A crash in the middle of a line leaves a part of it. Its alert is written again.
        self._is_torn = _ends_within_a_line(self._descriptor)

    def append(self, line: bytes) -> None:
        """Append a line, and return when it is on the disk.

        Raises:
            OSError: it is not. Of a regular file nothing of the line is left.
        """
        self.open()
        assert self._descriptor is not None  # noqa: S101 - it is open
        before = os.fstat(self._descriptor)
        try:
            self._write((b"\n" if self._is_torn else b"") + line + b"\n")
            if stat.S_ISREG(before.st_mode):
                os.fsync(self._descriptor)
        except OSError:
            if stat.S_ISREG(before.st_mode) and self._path is not None:
                with suppress(OSError):
                    os.ftruncate(self._descriptor, before.st_size)
            raise
        self._is_torn = False

    def close(self) -> None:
        """Close the file; standard output stays open."""
        if self._descriptor is not None and self._path is not None:
            os.close(self._descriptor)
        self._descriptor = None

    def _write(self, data: bytes) -> None:
        assert self._descriptor is not None  # noqa: S101 - it is open
        left = memoryview(data)
        while left:
            _, writable, _ = select.select([], [self._descriptor], [], self._timeout_seconds)
            if not writable:
                raise TimeoutError(f"nothing was read for {self._timeout_seconds:g} s")
            written = os.write(self._descriptor, left[: self._chunk_bytes])
            # Where a regular file is not cut back, the next line begins on a line of its own.
            self._is_torn = True
            left = left[written:]

    @property
    def _chunk_bytes(self) -> int:
        return _PIPE_BYTES if self._path is None else sys.maxsize

    def _is_in_place(self, descriptor: int) -> bool:
        if self._path is None:
            return True
        try:
            there = self._path.stat()
        except OSError:
            return False
        return os.path.samestat(os.fstat(descriptor), there)


def _ends_within_a_line(descriptor: int) -> bool:
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or not found.st_size:
        return False
    return os.pread(descriptor, 1, found.st_size - 1) != b"\n"
