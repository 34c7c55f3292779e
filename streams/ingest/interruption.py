"""Handles Ctrl-C and SIGTERM at safe points of an ingestion.

Python's default, an exception at any point of the program, could separate a record from its
acknowledgement.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class Interruption:
    """Records that a stop was asked for.

    The first signal immediately stops a wait for input, and everything else at its next `check`.
    A second one stops the program at any point.
    """

    def __init__(self) -> None:
        self.requested = False
        self._is_waiting = False
        self._on_request: Callable[[], None] | None = None

    @contextmanager
    def handling(self) -> Iterator[None]:
        """Handle both signals until the end of the context. Main thread only."""
        before = {n: signal.signal(n, self._handle) for n in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def telling(self, on_request: Callable[[], None]) -> Iterator[None]:
        """Call this function at the first signal. For an event loop, which has its own waits."""
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
        """Let the first signal stop the code in this context, which has no record in flight."""
        self.check()
        self._is_waiting = True
        try:
            yield
        finally:
            self._is_waiting = False

    def guard(self, read: Callable[[int], bytes]) -> Callable[[int], bytes]:
        """Return a reading function that the first signal stops immediately."""

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
