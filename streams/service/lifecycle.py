"""Manages one process: the parts beside its main work, its stop, and the reason of its end.

It handles the signals, the order of the stop and its time limits. A part that dies (a thread, a
task) ends the process with the part's error, so no process runs on without one of its parts.
"""

import asyncio
import signal
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import structlog

log = structlog.get_logger(__name__)

TICK_SECONDS = 0.1
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Part(Protocol):
    """A thread or task of its own that runs beside the main work."""

    def check(self) -> None:
        """Raise the part's error, if it has ended by itself."""
        ...

    def stop(self) -> None:
        """Ask the part to stop."""
        ...


P = TypeVar("P", bound=Part)


@contextmanager
def stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` at SIGTERM and SIGINT, and restore the signal handlers at the end.

    In a running event loop the loop calls `stop`. Outside the main thread, where signals cannot be
    handled, this has no effect.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        before = [signal.signal(number, lambda *_: stop()) for number in STOP_SIGNALS]
        try:
            yield
        finally:
            for number, handler in zip(STOP_SIGNALS, before, strict=True):
                signal.signal(number, handler)
        return
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in STOP_SIGNALS:
            loop.remove_signal_handler(number)


class Parts:
    """The parts of a process, in the order in which they were started."""

    def __init__(self) -> None:
        self._parts: list[Part] = []

    def add(self, part: P) -> P:
        """Add a part that runs now, and return it."""
        self._parts.append(part)
        return part

    def check(self) -> None:
        """Raise the error of a part, if one has ended.

        Raises:
            BaseException: The error of the first such part.
        """
        for part in self._parts:
            part.check()

    def stop(self) -> None:
        """Stop all parts, the last one first. An error of one does not keep the others running."""
        errors: list[Exception] = []
        while self._parts:
            try:
                self._parts.pop().stop()
            except Exception as error:  # noqa: BLE001 - raised below, when all are stopped
                errors.append(error)
        if errors:
            raise errors[0]


class Lifecycle:
    """The stop and the failure of a process whose main work runs in an event loop.

    Args:
        name: The beginning of the log events: `<name>.stop_timed_out`.
        stop_timeout_seconds: Time limit for each step of the stop.
        ticked: Called regularly during waits.
    """

    def __init__(
        self, name: str, stop_timeout_seconds: float, ticked: Callable[[], None] = lambda: None
    ) -> None:
        self._timed_out_event = f"{name}.stop_timed_out"
        self._stop_timeout_seconds = stop_timeout_seconds
        self._ticked = ticked
        self._stop = asyncio.Event()
        self.failure: BaseException | None = None
        self.parts = Parts()

    @property
    def is_stopping(self) -> bool:
        """Whether the process was asked to stop, or has failed."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Ask for the stop. Call it in the event loop."""
        self._stop.set()

    def fail(self, error: BaseException) -> None:
        """End the process with this error. The first error counts. Call it in the event loop."""
        self.failure = self.failure or error
        self._stop.set()

    def failing_from_thread(self) -> Callable[[BaseException], None]:
        """Return a function that threads call to end the process with an error."""
        loop = asyncio.get_running_loop()

        def fail(error: BaseException) -> None:
            loop.call_soon_threadsafe(self.fail, error)

        return fail

    async def wait(self, seconds: float = TICK_SECONDS, woken: asyncio.Event | None = None) -> None:
        """Wait for the stop or until `woken` is set, at most for so long."""
        events = [self._stop] if woken is None else [self._stop, woken]
        waits = [asyncio.ensure_future(event.wait()) for event in events]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()

    async def unless_stopped(self, step: Coroutine[Any, Any, Any]) -> bool:
        """Run a step that may wait for the broker, or return False if the process stops meanwhile.

        Raises:
            Exception: The step's error.
        """
        task = asyncio.ensure_future(step)
        while not task.done() and not self.is_stopping:
            self._ticked()
            await asyncio.wait([task], timeout=TICK_SECONDS)
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return False
        task.result()
        return True

    async def threads_end(self, tasks: Sequence[asyncio.Future[Any]]) -> bool:
        """Wait for work in threads, which must check `is_stopping` itself.

        Returns:
            False if the process stops meanwhile. Errors of the work are then dropped, because work
            that is stopped raises one.

        Raises:
            Exception: The first error of the work.
        """
        while not all(task.done() for task in tasks):
            self._ticked()
            await asyncio.wait(tasks, timeout=TICK_SECONDS)
        if self.is_stopping:
            await asyncio.gather(*tasks, return_exceptions=True)
            return False
        for task in tasks:
            task.result()
        return True

    async def within_stop_timeout(self, step: Awaitable[Any], what: str) -> None:
        """Run a step of the stop within its time limit, because the broker may be unavailable."""
        try:
            await asyncio.wait_for(step, self._stop_timeout_seconds)
        except TimeoutError:
            log.warning(self._timed_out_event, step=what, note="nothing is lost")


class PeriodicTask:
    """An asynchronous step that is repeated at an interval, one at a time.

    It runs as a task, because it may wait for the broker and its caller must not.

    Args:
        step: Starts the step.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        step: Callable[[], Coroutine[Any, Any, None]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._step, self._clock = step, clock
        self._last = clock()
        self._running: asyncio.Task[None] | None = None

    def run_if_due(self, interval_seconds: float) -> None:
        """Start the step if the last one ended so long ago.

        Raises:
            Exception: The error of the last step.
        """
        if self._running is not None and self._running.done():
            ended, self._running = self._running, None
            self._last = self._clock()
            ended.result()
        if self._running is None and self._clock() - self._last >= interval_seconds:
            self._running = asyncio.create_task(self._step())

    async def finish(self, timeout_seconds: float) -> None:
        """Wait for a running step, at most for so long.

        Raises:
            Exception: The step's error.
        """
        if self._running is None:
            return
        await asyncio.wait([self._running], timeout=timeout_seconds)
        if self._running.done():
            self._running.result()
