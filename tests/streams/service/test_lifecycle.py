"""A process ends on a signal, within its time limits, and with the error of what died in it."""

import asyncio
import signal
import threading
from collections.abc import Coroutine
from typing import Any

import pytest

from streams.service.lifecycle import Lifecycle, Parts, PeriodicTask, stopped_by_signals

SHORT_SECONDS = 0.01


class Part:
    """A part that may have ended, and may not stop well."""

    def __init__(self, log: list[str], name: str, error: Exception | None = None) -> None:
        self._log, self._name, self._error = log, name, error
        self.failure: Exception | None = None

    def check(self) -> None:
        if self.failure is not None:
            raise self.failure

    def stop(self) -> None:
        self._log.append(self._name)
        if self._error is not None:
            raise self._error


def in_loop(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(work, 10))


def test_a_part_that_died_is_reported_with_its_error() -> None:
    parts = Parts()
    parts.add(Part([], "port"))
    lag = parts.add(Part([], "lag"))
    parts.check()
    lag.failure = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        parts.check()


def test_parts_stop_from_the_last_to_the_first_also_after_an_error() -> None:
    log: list[str] = []
    parts = Parts()
    for one in (Part(log, "port"), Part(log, "lag", OSError("gone")), Part(log, "watch")):
        parts.add(one)
    with pytest.raises(OSError, match="gone"):
        parts.stop()
    assert log == ["watch", "lag", "port"]
    parts.stop()
    assert log == ["watch", "lag", "port"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_and_are_given_back(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    stopped: list[int] = []
    with stopped_by_signals(lambda: stopped.append(1)):
        signal.raise_signal(number)
    assert stopped == [1]
    assert signal.getsignal(number) is before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_an_event_loop(number: signal.Signals) -> None:
    async def work() -> bool:
        life = Lifecycle("test", 1.0)
        with stopped_by_signals(life.stop):
            signal.raise_signal(number)
            while not life.is_stopping:
                await life.wait()
        return life.is_stopping

    assert in_loop(work())


def test_signals_are_left_alone_outside_the_main_thread() -> None:
    errors: list[BaseException] = []

    def work() -> None:
        try:
            with stopped_by_signals(lambda: None):
                pass
        except BaseException as error:  # noqa: BLE001 - shown below
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert errors == []


def test_the_first_error_counts_and_a_thread_may_report_one() -> None:
    async def work() -> Lifecycle:
        life = Lifecycle("test", 1.0)
        fail = life.failing_from_thread()
        await asyncio.to_thread(fail, ZeroDivisionError())
        while not life.is_stopping:
            await life.wait()
        life.fail(ValueError())
        return life

    assert isinstance(in_loop(work()).failure, ZeroDivisionError)


def test_a_step_that_waits_is_cancelled_by_the_stop() -> None:
    async def work() -> tuple[bool, bool]:
        ticks: list[int] = []
        life = Lifecycle("test", 1.0, lambda: ticks.append(1))
        cancelled = asyncio.Event()

        async def step() -> None:
            try:
                life.stop()
                await asyncio.Event().wait()
            finally:
                cancelled.set()

        return await life.unless_stopped(step()), cancelled.is_set()

    assert in_loop(work()) == (False, True)


def test_a_step_that_ends_or_fails_says_so() -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    async def work() -> None:
        life = Lifecycle("test", 1.0)
        assert await life.unless_stopped(asyncio.sleep(0))
        with pytest.raises(ZeroDivisionError):
            await life.unless_stopped(fail())

    in_loop(work())


def test_work_in_threads_is_waited_for_and_its_error_counts_unless_it_was_stopped() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    async def work() -> None:
        life = Lifecycle("test", 1.0)
        assert await life.threads_end([asyncio.create_task(asyncio.to_thread(lambda: None))])
        with pytest.raises(ZeroDivisionError):
            await life.threads_end([asyncio.create_task(asyncio.to_thread(fail))])
        life.stop()
        assert not await life.threads_end([asyncio.create_task(asyncio.to_thread(fail))])

    in_loop(work())


def test_a_step_of_the_stop_has_a_time_limit() -> None:
    async def work() -> None:
        await Lifecycle("test", SHORT_SECONDS).within_stop_timeout(asyncio.Event().wait(), "wait")

    in_loop(work())


class Steps:
    """Counts the steps that were begun; each ends when `go` is set."""

    def __init__(self) -> None:
        self.begun = 0
        self.go = asyncio.Event()
        self.error: Exception | None = None

    async def step(self) -> None:
        self.begun += 1
        await self.go.wait()
        if self.error is not None:
            raise self.error


def test_a_periodic_step_runs_when_it_is_due_and_one_at_a_time() -> None:
    async def work() -> None:
        now, steps = [0.0], Steps()
        commits = PeriodicTask(steps.step, lambda: now[0])
        commits.run_if_due(1.0)
        assert steps.begun == 0
        now[0] = 1.0
        commits.run_if_due(1.0)
        await asyncio.sleep(0)
        now[0] = 5.0
        commits.run_if_due(1.0)
        await asyncio.sleep(0)
        assert steps.begun == 1
        steps.go.set()
        await commits.finish(10)
        # The interval begins when the last step ended.
        commits.run_if_due(1.0)
        await asyncio.sleep(0)
        assert steps.begun == 1
        now[0] = 6.0
        commits.run_if_due(1.0)
        await asyncio.sleep(0)
        assert steps.begun == 2

    in_loop(work())


def test_the_error_of_a_periodic_step_reaches_its_caller() -> None:
    async def work() -> None:
        now, steps = [1.0], Steps()
        steps.error = ZeroDivisionError()
        commits = PeriodicTask(steps.step, lambda: now[0])
        now[0] = 2.0
        commits.run_if_due(1.0)
        steps.go.set()
        with pytest.raises(ZeroDivisionError):
            await commits.finish(10)
        with pytest.raises(ZeroDivisionError):
            commits.run_if_due(1.0)

    in_loop(work())


def test_a_periodic_step_is_not_waited_for_without_a_limit() -> None:
    async def work() -> None:
        now, steps = [1.0], Steps()
        commits = PeriodicTask(steps.step, lambda: now[0])
        await commits.finish(10)
        now[0] = 2.0
        commits.run_if_due(1.0)
        await commits.finish(SHORT_SECONDS)
        steps.go.set()

    in_loop(work())
