"""Watermarks: how far all partitions of articles are."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.errors import KafkaConnectionError

from processors.ordering import WatermarkSnapshot
from streams.kafka.ends import End
from streams.kafka.offset_tracker import PartitionProgress
from streams.kafka.watermarks import (
    MAX_IDLE_SECONDS,
    OPEN_TRANSACTION_SECONDS,
    Measurement,
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


IDLE_MS = 100
IDLE_SECONDS = IDLE_MS / 1000


def committed_at(offset: int, newest_ms: int | None) -> PartitionProgress:
    return PartitionProgress(offset, offset, newest_ms)


def measured(watermarks: Watermarks, now: float, *partitions: tuple[int, int | None, int]) -> float:
    """Ask with each partition's committed offset, noted time and end."""
    committed = {n: committed_at(offset, noted) for n, (offset, noted, _) in enumerate(partitions)}
    ends = {n: End(end, end) for n, (_, _, end) in enumerate(partitions)}
    watermark_ms = watermarks.watermark_ms(committed, dict.fromkeys(ends, 0), ends, now)
    assert watermark_ms is not None
    return watermark_ms


def blocked(watermarks: Watermarks, now: float, stable: int, high: int, noted: int) -> float | None:
    """Ask where partition 0 is read to its last stable offset, and partition 1 is at 1,000."""
    committed = {0: committed_at(stable, noted), 1: committed_at(5, 1_000)}
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
    known = watermarks.watermark_ms({0: committed_at(5, 900)}, {0: 0, 1: 0}, ends, 0.0)
    assert known == -math.inf


def test_a_finished_partition_no_longer_holds_back_the_watermark_when_it_is_idle() -> None:
    watermarks = Watermarks(IDLE_MS)
    assert measured(watermarks, 10.0, (9, 900, 9), (5, 1_000, 9)) == 800
    assert measured(watermarks, 10.0 + 2 * IDLE_SECONDS, (9, 900, 9), (5, 1_000, 9)) == 900
    assert measured(watermarks, 11.0, (9, 900, 9), (9, 1_200, 9)) == 1_100
    assert measured(watermarks, 12.0, (9, 900, 9), (9, 1_200, 9)) == math.inf
    # A new record came, so the partition counts again.
    assert measured(watermarks, 13.0, (9, 900, 10), (9, 1_200, 9)) == 800


def test_an_empty_partition_holds_nobody_up() -> None:
    watermarks = Watermarks(lateness_ms=0)
    ends = {0: End(7, 7)}
    watermarks.watermark_ms({}, {0: 7}, ends, 0.0)
    assert watermarks.watermark_ms({}, {0: 7}, ends, 1.0) == math.inf


def test_progress_without_an_event_time_keeps_the_known_one() -> None:
    watermarks = Watermarks(lateness_ms=0)
    measured(watermarks, 0.0, (5, 900, 9))
    progress = {0: committed_at(6, None)}
    assert watermarks.watermark_ms(progress, {0: 0}, {0: End(9, 9)}, 0.1) == 900


def of_one(
    done: PartitionProgress, end: End, now_ms: float, watermarks: Watermarks | None = None
) -> float | None:
    """Return the watermark of a single partition, with a lateness of 100 ms."""
    known = watermarks or Watermarks(lateness_ms=100)
    return known.watermark_ms({0: done}, {0: 0}, {0: end}, 50.0, now_ms)


def test_a_partition_that_is_read_to_its_end_counts_with_the_present_time() -> None:
    assert of_one(committed_at(9, 1_000), End(9, 9), now_ms=5_000) == 4_900
    assert of_one(committed_at(8, 1_000), End(9, 9), now_ms=5_000) == 900
    # A producer's clock is ahead.
    assert of_one(committed_at(9, 7_000), End(9, 9), now_ms=5_000) == 6_900


def test_articles_that_are_being_analysed_hold_the_watermark_back() -> None:
    begun = PartitionProgress(offset=7, begun_to=9, newest_ms=4_000, oldest_unfinished_ms=3_500)
    assert of_one(begun, End(9, 9), now_ms=5_000) == 3_499
    # Newer ones are known, and their event times are not.
    assert of_one(begun, End(12, 12), now_ms=5_000) == 3_499
    early = PartitionProgress(offset=7, begun_to=9, newest_ms=4_000, oldest_unfinished_ms=3_990)
    assert of_one(early, End(12, 12), now_ms=5_000) == 3_900


def test_an_open_transaction_hides_records_of_the_past() -> None:
    watermarks = Watermarks(lateness_ms=100)
    assert of_one(committed_at(9, 1_000), End(9, 12), 5_000, watermarks) == 900


@given(
    partitions=st.lists(
        st.tuples(
            st.integers(0, 5),
            st.integers(0, 5),
            st.lists(st.integers(0, 2_000), min_size=5, max_size=5),
        ),
        min_size=1,
        max_size=4,
    ),
    now_ms=st.integers(2_050, 4_000),
)
def test_no_unfinished_article_is_older_than_the_watermark(
    partitions: list[tuple[int, int, list[int]]], now_ms: int
) -> None:
    """Each partition: offsets finished and begun, and event times within the lateness of order."""
    lateness_ms = 50
    progress, unfinished = {}, []
    for number, (one, other, jumps) in enumerate(partitions):
        finished_to, begun_to = sorted((one, other))
        # At most 50 ms behind the newest before it, and read when it is at most 50 ms old.
        times = [
            max(sorted(jumps)[: at + 1]) - (jump % lateness_ms) for at, jump in enumerate(jumps)
        ]
        unfinished += times[finished_to:]
        progress[number] = PartitionProgress(
            finished_to,
            begun_to,
            max(times[:begun_to], default=None),
            min(times[finished_to:begun_to], default=None),
        )
    ends = dict.fromkeys(progress, End(5, 5))
    known = Watermarks(lateness_ms).watermark_ms(
        progress, dict.fromkeys(progress, 0), ends, 10.0, now_ms
    )
    assert known is not None
    assert known < min(unfinished, default=math.inf)


def test_a_lateness_of_hours_makes_no_partition_idle_for_hours() -> None:
    watermarks = Watermarks(lateness_ms=3_600_000)
    measured(watermarks, 10.0, (9, 900, 9))
    assert measured(watermarks, 10.0 + 2 * MAX_IDLE_SECONDS, (9, 900, 9)) == math.inf


def test_a_group_that_goes_back_takes_its_event_time_back() -> None:
    watermarks = Watermarks(lateness_ms=0)
    assert measured(watermarks, 0.0, (5, 900, 9)) == 900
    assert measured(watermarks, 0.1, (3, 400, 9)) == 400


def test_no_partition_at_all_is_not_known_and_releases_nothing() -> None:
    watermarks = Watermarks(lateness_ms=0)
    assert watermarks.watermark_ms({}, {}, {}, 0.0) is None
    assert measured(watermarks, 0.0, (5, 900, 9)) == 900
    assert watermarks.watermark_ms({0: committed_at(5, 900)}, {}, {}, 1.0) is None


@pytest.mark.parametrize(("firsts", "ends"), [({0, 1}, {0}), ({0}, {0, 1})])
def test_a_partition_that_is_missing_from_an_answer_is_not_known(
    firsts: set[int], ends: set[int]
) -> None:
    watermarks = Watermarks(lateness_ms=0)
    measured(watermarks, 0.0, (9, 900, 9), (3, 400, 9))
    known = watermarks.watermark_ms(
        {0: committed_at(9, 900), 1: committed_at(3, 400)},
        dict.fromkeys(firsts, 0),
        dict.fromkeys(ends, End(9, 9)),
        1.0,
    )
    assert known is None


def test_a_partition_whose_commit_is_missing_releases_nothing() -> None:
    watermarks = Watermarks(lateness_ms=0)
    measured(watermarks, 0.0, (9, 900, 9), (9, 1_000, 9))
    ends = dict.fromkeys((0, 1), End(9, 9))
    known = watermarks.watermark_ms({1: committed_at(9, 1_000)}, {0: 0, 1: 0}, ends, 5.0)
    assert known == -math.inf


def test_a_partition_waits_for_an_open_transaction_and_not_for_one_that_hangs() -> None:
    watermarks = Watermarks(IDLE_MS)
    assert blocked(watermarks, 10.0, 7, 8, noted=900) == 800
    just_before = 10.0 + OPEN_TRANSACTION_SECONDS - 0.1
    assert blocked(watermarks, just_before, 7, 12, noted=900) == 800
    long_after = 10.0 + OPEN_TRANSACTION_SECONDS
    assert blocked(watermarks, long_after, 7, 12, noted=900) == 800
    assert blocked(watermarks, long_after + 2 * IDLE_SECONDS, 7, 12, noted=900) == 900


def test_the_next_transaction_is_waited_for_again() -> None:
    watermarks = Watermarks(IDLE_MS)
    blocked(watermarks, 10.0, 7, 8, noted=900)
    blocked(watermarks, 20.0, 7, 8, noted=900)
    assert blocked(watermarks, 21.0, 7, 8, noted=900) == 900
    assert blocked(watermarks, 22.0, 9, 10, noted=950) == 850


def test_a_transaction_that_ends_no_longer_holds_back_the_watermark() -> None:
    watermarks = Watermarks(IDLE_MS)
    blocked(watermarks, 10.0, 7, 8, noted=900)
    assert blocked(watermarks, 10.1, 9, 9, noted=950) == 850
    assert blocked(watermarks, 10.1 + 2 * IDLE_SECONDS, 9, 9, noted=950) == 900


class ScriptedMeter:
    """Gives or raises what its script says; every meter made goes on with the same script."""

    def __init__(self, script: list[Measurement | Exception]) -> None:
        self._script = script

    def measure(self) -> Measurement:
        said = self._script.pop(0)
        if isinstance(said, Exception):
            raise said
        return said

    def close(self) -> None:
        """Nothing is open."""


def taken(reporter: WatermarkReporter) -> Measurement:
    def ask() -> Measurement | None:
        reporter.request()
        return reporter.take()

    marks = wait_until(ask, "a measurement", seconds=10)
    assert marks is not None
    return marks


@pytest.mark.parametrize("error", [KafkaConnectionError("away"), OSError("away"), KeyError("p")])
def test_a_broker_that_does_not_answer_is_asked_again(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.kafka.watermarks.RETRY_SECONDS", 0.01)
    marks = Measurement(WatermarkSnapshot(7.0, {0: 1}), {}, {}, 0.0)
    script: list[Measurement | Exception] = [error, error, marks]
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
