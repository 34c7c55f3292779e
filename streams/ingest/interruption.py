"""Ctrl-C and SIGTERM, taken where nothing is half done.

Owns the two signals while an ingestion runs. Must not know what it interrupts. Python's own way, an
exception wherever the program happens to be, could part a record from its acknowledgement.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class Interruption:
    """Notes that a stop was asked for.

    The first signal stops at once what waits for input, and everything else at its next `check`.
    A second one stops wherever the program is.
    """

    def __init__(self) -> None:
        self.requested = False
        self._is_waiting = False
        self._on_request: Callable[[], None] | None = None

    @contextmanager
    def handling(self) -> Iterator[None]:
        """Take both signals from here on, and give them back at the end. Main thread only."""
        before = {n: signal.signal(n, self._handle) for n in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def telling(self, on_request: Callable[[], None]) -> Iterator[None]:
        """Call this instead, at the first signal: for an event loop, which waits by itself."""
        self._on_request = on_request
        if self.requested:
            on_request()
        try:
            yield
        finally:
            self._on_request = None

    def check(self) -> None:
        """Stop here if it was asked for.

        Raises:
            KeyboardInterrupt: It was.
        """
        if self.requested:
            raise KeyboardInterrupt

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Let the first signal stop at once what runs in here: it has nothing in flight."""
        self.check()
        self._is_waiting = True
        try:
            yield
        finally:
            self._is_waiting = False

    def guard(self, read: Callable[[int], bytes]) -> Callable[[int], bytes]:
        """Make a reading function one that is `waiting`."""

        def guarded(count: int) -> bytes:
            with self.waiting():
                return read(count)

        return guarded

    def _handle(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        again, self.requested = self.requested, True
        if self._is_waiting or again:
            raise KeyboardInterrupt
        if self._on_request is not None:
            self._on_request()
