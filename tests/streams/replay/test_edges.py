"""The records at the two ends of a range, whatever offsets hold none."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from kafka import TopicPartition

from streams.replay.edges import start_of_last, times
from streams.replay.range import Span
from tests.streams.conftest import Log, LogRecord

TOPIC = "news.articles"
OF_0, OF_1 = TopicPartition(TOPIC, 0), TopicPartition(TOPIC, 1)
NOON_MS = 1_795_000_000_000


def moment(timestamp_ms: int) -> datetime:
    return datetime.fromtimestamp(timestamp_ms / 1000, UTC)


@given(st.integers(0, 5), st.sets(st.integers(5, 400), max_size=60), st.integers(1, 80))
def test_the_newest_so_many_records_are_found_between_offsets_without_one(
    first: int, offsets: set[int], count: int
) -> None:
    records = [LogRecord(TOPIC, 0, offset, 0) for offset in sorted(offsets)]
    log = Log(records, {TOPIC: 1}, ends={OF_0: 401}, most_a_poll=500)
    start = start_of_last(log, OF_0, first, 401, count)
    newest = sorted(offsets)[-count:]
    assert sorted(one for one in offsets if one >= start) == newest
    if len(newest) < count:
        assert start == first


def test_a_range_that_ends_in_markers_has_the_times_of_its_records() -> None:
    records = [LogRecord(TOPIC, 0, n, NOON_MS + n) for n in range(3, 6)]
    records += [LogRecord(TOPIC, 1, n, NOON_MS + 100 + n) for n in range(2)]
    log = Log(records, {TOPIC: 2}, ends={OF_0: 900, OF_1: 3})
    spans = [Span(0, 0, 900), Span(1, 0, 3)]
    # After the end of the range comes a record that is not of it.
    assert times(log, TOPIC, spans, NOON_MS * 2) == (moment(NOON_MS + 3), moment(NOON_MS + 102))
    assert times(log, TOPIC, [Span(0, 0, 5), Span(1, 1, 1)], NOON_MS * 2) == (
        moment(NOON_MS + 3),
        moment(NOON_MS + 5),
    )
    assert times(log, TOPIC, [Span(0, 6, 900)], NOON_MS * 2) == (None, None)


def test_records_whose_time_cannot_be_are_no_edge() -> None:
    stamps = [0, 1_795_000_000, NOON_MS + 1, NOON_MS + 2, 10 * NOON_MS, 10**18]
    records = [LogRecord(TOPIC, 0, n, one) for n, one in enumerate(stamps)]
    log = Log(records, {TOPIC: 1})
    found = times(log, TOPIC, [Span(0, 0, len(stamps))], NOON_MS + 1_000)
    assert found == (moment(NOON_MS + 1), moment(NOON_MS + 3))
