"""Reports an article while its analysis takes long, from a thread of its own."""

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from streams.service.polling import PollingThread

SLOW_SECONDS = 3.0
_POLL_SECONDS = 0.5


class _Reading(NamedTuple):
    number: int
    """The index of the record in its request."""
    began: float


class SlowArticles:
    """Reports each article that is still being read after `slow_seconds`, once.

    Args:
        report: Called in the thread with the article's index and its seconds so far. It is never
            called after `done` or the next `begin`.
        slow_seconds: After how long an article is reported.
    """

    def __init__(
        self, report: Callable[[int, float], None], slow_seconds: float = SLOW_SECONDS
    ) -> None:
        self._report = report
        self._slow_seconds = slow_seconds
        self._reading: _Reading | None = None
        self._reported: _Reading | None = None
        self._lock = threading.Lock()
        self._thread = PollingThread("slow-articles", self._poll)

    def start(self) -> None:
        """Start the thread, which ends with the process."""
        self._thread.start()

    def check(self) -> None:
        """Raise the error that ended the thread, if it has ended.

        Raises:
            BaseException: that error. Without it slow articles would no longer be reported.
        """
        self._thread.check()

    def begin(self, number: int) -> None:
        """Note that an article is being read now."""
        self._reading = _Reading(number, time.monotonic())

    def done(self) -> None:
        """Note that no article is being read, and return when no report is under way."""
        with self._lock:
            self._reading = None

    def report_slow(self) -> None:
        """Report the article that is being read if it takes long and was not reported yet."""
        reading = self._reading
        if reading is None or reading is self._reported:
            return
        seconds = time.monotonic() - reading.began
        if seconds < self._slow_seconds:
            return
        with self._lock:
            if self._reading is reading:
                self._reported = reading
                self._report(reading.number, seconds)

    def _poll(self) -> float:
        # An OSError means that the pipe is closed, and the process is about to end.
        self.report_slow()
        return min(_POLL_SECONDS, self._slow_seconds)
