"""Names an article while it takes long, from a thread beside the one that reads it.

Owns the measure of "long". Must not know what is done with the name.
"""

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from streams.service.polling import PollingThread

SLOW_SECONDS = 3.0
_LOOK_SECONDS = 0.5


class _Reading(NamedTuple):
    number: int
    """Of the record among those of one question."""
    began: float


class SlowArticles:
    """Reports each article that is still being read after `slow_seconds`, once.

    Args:
        report: Called with the article's number and its seconds so far, in a thread; never after
            `done` or the next `begin`.
        slow_seconds: What is long.
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
        """Raise what ended the thread, if it has ended.

        Raises:
            BaseException: that error. Without it slow articles would no longer be reported.
        """
        self._thread.check()

    def begin(self, number: int) -> None:
        """Say that an article is being read now."""
        self._reading = _Reading(number, time.monotonic())

    def done(self) -> None:
        """Say that none is being read, and return when no report is under way."""
        with self._lock:
            self._reading = None

    def look(self) -> None:
        """Report the article that is being read, if it takes long and is not reported yet."""
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
        # An OSError means that the pipe is gone, and the process with it in a moment.
        self.look()
        return min(_LOOK_SECONDS, self._slow_seconds)
