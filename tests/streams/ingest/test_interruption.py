"""Signals: at once where the program waits for input, at the next check elsewhere."""

import signal
from collections.abc import Callable

import pytest

from streams.ingest.interruption import Interruption


def on_signal(number: int) -> Callable[[int], bytes]:
    def read(_: int) -> bytes:
        signal.raise_signal(number)
        return b"never seen"

    return read


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_reading_is_stopped_at_once(number: int) -> None:
    interruption = Interruption()
    with interruption.handling(), pytest.raises(KeyboardInterrupt):
        interruption.guard(on_signal(number))(1)
    assert interruption.requested


def test_work_goes_on_to_the_next_check_and_a_second_signal_does_not_wait() -> None:
    interruption = Interruption()
    with interruption.handling():
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            interruption.check()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)


def test_an_event_loop_is_told_and_not_interrupted() -> None:
    interruption = Interruption()
    told: list[bool] = []
    with interruption.handling(), interruption.telling(lambda: told.append(True)):
        signal.raise_signal(signal.SIGINT)
    assert told == [True]


def test_what_was_asked_before_is_told_at_once() -> None:
    interruption = Interruption()
    with interruption.handling():
        signal.raise_signal(signal.SIGINT)
        told: list[bool] = []
        with interruption.telling(lambda: told.append(True)):
            assert told == [True]


def test_the_handlers_from_before_come_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Interruption().handling():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before
