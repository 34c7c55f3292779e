"""Provides a thread that calls a function repeatedly until it is stopped.

It sets the pauses between two calls and reports errors. All polling threads of Tocsin use it, so
none of them can end without a reason.
"""

import threading
from collections.abc import Callable

JOIN_SECONDS = 1.0


class PollingThread:
    """A daemon thread that polls. It can be started once.

    Args:
        name: The thread's name.
        poll: The function to call. It returns the pause before the next call, in seconds.
        close: Called in the thread when it ends, also after an error.
        on_failure: Called in the thread with the error that `poll` raised and that ends the thread.
            Without it, `check` raises the error. An error after `stop` is dropped.
        only_when_woken: Whether to wait for `wake` before each call.
        wait: Waits for an event, at most for so many seconds (None: without a limit). Tests pass a
            function that does not wait.
    """

    def __init__(
        self,
        name: str,
        poll: Callable[[], float],
        *,
        close: Callable[[], None] = lambda: None,
        on_failure: Callable[[BaseException], None] | None = None,
        only_when_woken: bool = False,
        wait: Callable[[threading.Event, float | None], object] = threading.Event.wait,
    ) -> None:
        self._poll, self._close = poll, close
        self._on_failure = on_failure
        self._only_when_woken = only_when_woken
        self._wait = wait
        self._stop, self._woken = threading.Event(), threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self.run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def wake(self) -> None:
        """Request a call, if the thread waits for one."""
        self._woken.set()

    def stop(self, join_seconds: float = JOIN_SECONDS) -> None:
        """Ask the thread to stop, and wait briefly. A daemon thread cannot delay the exit."""
        self._stop.set()
        self._woken.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout=join_seconds)

    @property
    def is_stopping(self) -> bool:
        """Whether the thread was asked to stop."""
        return self._stop.is_set()

    def check(self) -> None:
        """Raise the thread's error, if it has ended with one.

        Raises:
            BaseException: That error. Without this check the process would look healthy with a part
                of it missing.
        """
        if self._failure is not None:
            raise self._failure

    def run(self) -> None:
        """Poll in the calling thread until `stop`, or until an error."""
        try:
            self._poll_until_stopped()
        except BaseException as error:  # noqa: BLE001 - `check` raises it, or `on_failure` takes it
            self._fail(error)
        finally:
            self._close()

    def _poll_until_stopped(self) -> None:
        while not self._stop.is_set():
            if self._only_when_woken:
                self._wait(self._woken, None)
                self._woken.clear()
                if self._stop.is_set():
                    return
            self._wait(self._stop, self._poll())

    def _fail(self, error: BaseException) -> None:
        if self._stop.is_set():
            return
        if self._on_failure is None:
            self._failure = error
        else:
            self._on_failure(error)
