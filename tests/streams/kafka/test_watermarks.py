"""Watermarks: how far all partitions of articles are."""

import math

import pytest
from kafka.errors import KafkaConnectionError

from processors.ordering import WatermarkSnapshot
from streams.kafka.ends import End
from streams.kafka.watermarks import (
    IDLE_SECONDS,
    OPEN_TRANSACTION_SECONDS,
    WatermarkReporter,
    Watermarks,
    note,
    read_note,
)
from tests.waiting import wait_until


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
    ends = {n: End(end, end) for n, (_, _, end) in enumerate(partitions)}
    watermark_ms = watermarks.watermark_ms(committed, dict.fromkeys(ends, 0), ends, now)
    assert watermark_ms is not None
    return watermark_ms


def blocked(watermarks: Watermarks, now: float, stable: int, high: int, noted: int) -> float | None:
    """Ask where partition 0 is read to its last stable offset, and partition 1 is at 1,000."""
    committed = {0: (stable, note(noted)), 1: (5, note(1_000))}
    ends = {0: End(stable, high), 1: End(9, 9)}
    return watermarks.watermark_ms(committed, {0: 0, 1: 0}, ends, now)


def test_the_partition_that_is_furthest_behind_decides() -> None:
    watermarks = Watermarks(lateness_ms=0)
    assert measured(watermarks, 0.0, (5, 900, 9), (3, 400, 9)) == 400


def test_lateness_is_taken_off() -> None:
    assert measured(Watermarks(lateness_ms=50), 0.0, (5, 900, 9)) == 850


def test_nothing_is_known_of_a_partition_that_nobody_has_begun() -> None:
    watermarks = Watermarks(lateness_ms=0)
    assert measured(watermarks, 0.0, (5, 900, 9), (0, None, 9)) == -math.inf
    ends = {0: End(9, 9), 1: End(9, 9)}
    known = watermarks.watermark_ms({0: (5, note(900))}, {0: 0, 1: 0}, ends, 0.0)
    assert known == -math.inf


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
    ends = {0: End(7, 7)}
    watermarks.watermark_ms({}, {0: 7}, ends, 0.0)
    assert watermarks.watermark_ms({}, {0: 7}, ends, 1.0) == math.inf


@pytest.mark.parametrize("metadata", ["", None])
def test_a_commit_without_a_note_keeps_what_is_known(metadata: str | None) -> None:
    watermarks = Watermarks(lateness_ms=0)
    measured(watermarks, 0.0, (5, 900, 9))
    assert watermarks.watermark_ms({0: (6, metadata)}, {0: 0}, {0: End(9, 9)}, 0.1) == 900


def test_a_group_that_goes_back_takes_its_event_time_back() -> None:
    watermarks = Watermarks(lateness_ms=0)
    assert measured(watermarks, 0.0, (5, 900, 9)) == 900
    assert measured(watermarks, 0.1, (3, 400, 9)) == 400


def test_no_partition_at_all_is_not_known_and_releases_nothing() -> None:
    watermarks = Watermarks(lateness_ms=0)
    assert watermarks.watermark_ms({}, {}, {}, 0.0) is None
    assert measured(watermarks, 0.0, (5, 900, 9)) == 900
    assert watermarks.watermark_ms({0: (5, note(900))}, {}, {}, 1.0) is None


@pytest.mark.parametrize(("firsts", "ends"), [({0, 1}, {0}), ({0}, {0, 1})])
def test_a_partition_that_is_missing_from_an_answer_is_not_known(
    firsts: set[int], ends: set[int]
) -> None:
    watermarks = Watermarks(lateness_ms=0)
    measured(watermarks, 0.0, (9, 900, 9), (3, 400, 9))
    known = watermarks.watermark_ms(
        {0: (9, note(900)), 1: (3, note(400))},
        dict.fromkeys(firsts, 0),
        dict.fromkeys(ends, End(9, 9)),
        1.0,
    )
    assert known is None


def test_a_partition_whose_commit_is_missing_releases_nothing() -> None:
    watermarks = Watermarks(lateness_ms=0)
    measured(watermarks, 0.0, (9, 900, 9), (9, 1_000, 9))
    ends = dict.fromkeys((0, 1), End(9, 9))
    known = watermarks.watermark_ms({1: (9, note(1_000))}, {0: 0, 1: 0}, ends, 5.0)
    assert known == -math.inf


def test_a_partition_waits_for_an_open_transaction_and_not_for_one_that_hangs() -> None:
    watermarks = Watermarks(lateness_ms=0)
    assert blocked(watermarks, 10.0, 7, 8, noted=900) == 900
    just_before = 10.0 + OPEN_TRANSACTION_SECONDS - 0.1
    assert blocked(watermarks, just_before, 7, 12, noted=900) == 900
    long_after = 10.0 + OPEN_TRANSACTION_SECONDS
    assert blocked(watermarks, long_after, 7, 12, noted=900) == 900
    assert blocked(watermarks, long_after + 2 * IDLE_SECONDS, 7, 12, noted=900) == 1_000


def test_the_next_transaction_is_waited_for_again() -> None:
    watermarks = Watermarks(lateness_ms=0)
    blocked(watermarks, 10.0, 7, 8, noted=900)
    blocked(watermarks, 20.0, 7, 8, noted=900)
    assert blocked(watermarks, 21.0, 7, 8, noted=900) == 1_000
    assert blocked(watermarks, 22.0, 9, 10, noted=950) == 950


def test_a_transaction_that_ends_holds_nobody_up() -> None:
    watermarks = Watermarks(lateness_ms=0)
    blocked(watermarks, 10.0, 7, 8, noted=900)
    assert blocked(watermarks, 10.1, 9, 9, noted=950) == 950
    assert blocked(watermarks, 10.1 + 2 * IDLE_SECONDS, 9, 9, noted=950) == 1_000


class ScriptedMeter:
    """Gives or raises what its script says; every meter made goes on with the same script."""

    def __init__(self, script: list[WatermarkSnapshot | Exception]) -> None:
        self._script = script

    def measure(self) -> WatermarkSnapshot:
        said = self._script.pop(0)
        if isinstance(said, Exception):
            raise said
        return said

    def close(self) -> None:
        """Nothing is open."""


def taken(reporter: WatermarkReporter) -> WatermarkSnapshot:
    marks = wait_until(lambda: reporter.take(wanted=True), "a measurement", seconds=10)
    assert marks is not None
    return marks


@pytest.mark.parametrize("error", [KafkaConnectionError("away"), OSError("away"), KeyError("p")])
def test_a_broker_that_does_not_answer_is_asked_again(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.kafka.watermarks.RETRY_SECONDS", 0.01)
    marks = WatermarkSnapshot(7.0, {0: 1})
    script: list[WatermarkSnapshot | Exception] = [error, error, marks]
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
