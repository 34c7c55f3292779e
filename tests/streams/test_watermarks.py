"""Watermarks: how far all partitions of articles are."""

import math
import time

import pytest
from kafka.errors import KafkaConnectionError

from processors.ordering import Marks
from streams.watermarks import IDLE_SECONDS, WatermarkReporter, Watermarks, note, read_note


def test_a_note_reads_back_and_anything_else_is_none() -> None:
    assert read_note(note(1_700_000_000_123)) == 1_700_000_000_123
    assert read_note(note(-5)) == -5
    for other in (None, "", "something", "event-time-ms=", "event-time-ms=x"):
        assert read_note(other) is None


def measured(watermarks: Watermarks, now: float, *partitions: tuple[int, int | None, int]) -> float:
    """Ask with each partition's committed offset, noted time and end."""
    committed = {
        n: (offset, None if noted is None else note(noted))
        for n, (offset, noted, _) in enumerate(partitions)
    }
    bounds = {n: (0, end) for n, (_, _, end) in enumerate(partitions)}
    return watermarks.watermark_ms(committed, bounds, now)


def test_the_partition_that_is_furthest_behind_decides() -> None:
    watermarks = Watermarks(lateness_ms=0)
    assert measured(watermarks, 0.0, (5, 900, 9), (3, 400, 9)) == 400


def test_lateness_is_taken_off() -> None:
    assert measured(Watermarks(lateness_ms=50), 0.0, (5, 900, 9)) == 850


def test_nothing_is_known_of_a_partition_that_nobody_has_begun() -> None:
    watermarks = Watermarks(lateness_ms=0)
    assert measured(watermarks, 0.0, (5, 900, 9), (0, None, 9)) == -math.inf
    bounds = {0: (0, 9), 1: (0, 9)}
    assert watermarks.watermark_ms({0: (5, note(900))}, bounds, 0.0) == -math.inf


def test_a_partition_read_to_its_end_holds_nobody_up_after_a_while() -> None:
    watermarks = Watermarks(lateness_ms=0)
    assert measured(watermarks, 10.0, (9, 900, 9), (5, 1_000, 9)) == 900
    assert measured(watermarks, 10.0 + 2 * IDLE_SECONDS, (9, 900, 9), (5, 1_000, 9)) == 1_000
    assert measured(watermarks, 11.0, (9, 900, 9), (9, 1_200, 9)) == 1_200
    assert measured(watermarks, 12.0, (9, 900, 9), (9, 1_200, 9)) == math.inf
    # Something came: it counts again.
    assert measured(watermarks, 13.0, (9, 900, 10), (9, 1_200, 9)) == 900


def test_an_empty_partition_holds_nobody_up() -> None:
    watermarks = Watermarks(lateness_ms=0)
    bounds = {0: (7, 7)}
    watermarks.watermark_ms({}, bounds, 0.0)
    assert watermarks.watermark_ms({}, bounds, 1.0) == math.inf


@pytest.mark.parametrize("metadata", ["", None])
def test_a_commit_without_a_note_keeps_what_is_known(metadata: str | None) -> None:
    watermarks = Watermarks(lateness_ms=0)
    measured(watermarks, 0.0, (5, 900, 9))
    assert watermarks.watermark_ms({0: (6, metadata)}, {0: (0, 9)}, 0.1) == 900


class ScriptedMeter:
    """Gives or raises what its script says; every meter made goes on with the same script."""

    def __init__(self, script: list[Marks | Exception]) -> None:
        self._script = script

    def measure(self) -> Marks:
        said = self._script.pop(0)
        if isinstance(said, Exception):
            raise said
        return said

    def close(self) -> None:
        """Nothing is open."""


def taken(reporter: WatermarkReporter) -> Marks:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        marks = reporter.take(wanted=True)
        if marks is not None:
            return marks
        time.sleep(0.005)
    raise AssertionError("nothing was measured")


@pytest.mark.parametrize("error", [KafkaConnectionError("away"), OSError("away"), KeyError("p")])
def test_a_broker_that_does_not_answer_is_asked_again(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.watermarks.RETRY_SECONDS", 0.01)
    marks = Marks(7.0, {0: 1})
    script: list[Marks | Exception] = [error, error, marks]
    reporter = WatermarkReporter(lambda: ScriptedMeter(script))  # type: ignore[arg-type,return-value]
    reporter.start()
    assert taken(reporter) is marks
    reporter.stop()


def test_a_bug_in_the_thread_reaches_whoever_waits_for_it() -> None:
    reporter = WatermarkReporter(lambda: ScriptedMeter([ZeroDivisionError()]))  # type: ignore[arg-type,return-value]
    reporter.start()
    with pytest.raises(ZeroDivisionError):
        taken(reporter)
    reporter.stop()
