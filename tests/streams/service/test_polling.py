"""A polling thread calls, pauses, ends on request, and never ends without a reason."""

import threading
from collections.abc import Callable

import pytest

from streams.service.polling import PollingThread

WAIT_SECONDS = 10.0


class Waits:
    """Waits that end at once; the thread is stopped after some of them."""

    def __init__(self, stop_after: int) -> None:
        self.seconds: list[float | None] = []
        self._stop_after = stop_after
        self.thread: PollingThread | None = None

    def __call__(self, event: threading.Event, seconds: float | None) -> None:
        del event
        self.seconds.append(seconds)
        if len(self.seconds) == self._stop_after and self.thread is not None:
            self.thread.stop()


def polling(poll: Callable[[], float], stop_after: int, **options: bool) -> Waits:
    """Run a thread's work here, without a thread and without waiting."""
    waits = Waits(stop_after)
    waits.thread = PollingThread("test", poll, wait=waits, **options)  # type: ignore[arg-type]
    waits.thread.run()
    return waits


def test_each_call_says_how_long_the_pause_after_it_is() -> None:
    pauses = iter([1.0, 0.5, 8.0])
    assert polling(lambda: next(pauses), stop_after=3).seconds == [1.0, 0.5, 8.0]


def test_a_thread_that_is_woken_waits_before_each_call() -> None:
    calls: list[int] = []

    def poll() -> float:
        calls.append(1)
        return 0.1

    waits = polling(poll, stop_after=3, only_when_woken=True)
    # Without a limit until it is woken; then its pause.
    assert waits.seconds == [None, 0.1, None]
    assert len(calls) == 1


def test_wake_starts_a_call_and_stop_ends_a_wait() -> None:
    called = threading.Event()

    def poll() -> float:
        called.set()
        return 0.0

    closed = threading.Event()
    thread = PollingThread("test", poll, close=closed.set, only_when_woken=True)
    thread.start()
    thread.wake()
    assert called.wait(WAIT_SECONDS)
    thread.stop(WAIT_SECONDS)
    assert closed.is_set()
    thread.check()


def test_an_error_is_raised_by_check_and_what_is_open_is_closed() -> None:
    closed = threading.Event()

    def poll() -> float:
        raise ZeroDivisionError

    thread = PollingThread("test", poll, close=closed.set)
    thread.check()
    thread.start()
    assert closed.wait(WAIT_SECONDS)
    with pytest.raises(ZeroDivisionError):
        thread.check()
    thread.stop()


def test_an_error_goes_to_whoever_ends_the_process() -> None:
    failed = threading.Event()
    errors: list[BaseException] = []

    def on_failure(error: BaseException) -> None:
        errors.append(error)
        failed.set()

    def poll() -> float:
        raise SystemExit(3)

    thread = PollingThread("test", poll, on_failure=on_failure)
    thread.start()
    assert failed.wait(WAIT_SECONDS)
    assert isinstance(errors[0], SystemExit)


def test_an_error_after_the_stop_is_dropped() -> None:
    errors: list[BaseException] = []

    def poll() -> float:
        thread.stop()
        raise ZeroDivisionError

    thread = PollingThread("test", poll, on_failure=errors.append)
    thread.run()
    thread.check()
    assert errors == []
