"""Which article records are refused for their timestamp, and what is logged."""

import math
from typing import Any

import pytest
import structlog

from processors.errors import BadArticleError, DeadLetterReason
from streams.kafka.envelope import TopicPartition
from streams.worker import timestamp_check as module
from streams.worker.timestamp_check import TimestampCheck, latest_at, live_clock
from tests.streams.worker.records import ARTICLES, record

NOW_MS = 1_796_074_496_000


def reason(check: TimestampCheck, timestamp_ms: int) -> str | None:
    error = check.error_of(record(timestamp_ms=timestamp_ms))
    return None if error is None else error.reason.value


def test_a_worker_allows_twice_what_the_broker_does(monkeypatch: pytest.MonkeyPatch) -> None:
    # A worker whose clock is behind must not refuse what the broker let in.
    assert latest_at(NOW_MS / 1000, 300) == NOW_MS + 600_000
    monkeypatch.setattr(module.time, "time", lambda: NOW_MS / 1000)
    timestamps = TimestampCheck(live_clock(300))
    assert reason(timestamps, NOW_MS + 600_000) is None
    assert reason(timestamps, NOW_MS + 600_001) == "future_timestamp"


@pytest.mark.parametrize(
    ("timestamp_ms", "expected"),
    [(NOW_MS, NOW_MS), (0, None), (-1, None), (4_102_444_800_000, None)],
)
def test_a_refused_record_has_no_event_time(timestamp_ms: int, expected: int | None) -> None:
    timestamps = TimestampCheck(lambda: NOW_MS)
    assert timestamps.event_time_ms(record(timestamp_ms=timestamp_ms)) == expected


def test_a_replay_refuses_what_the_live_worker_refused_and_nothing_else() -> None:
    timestamps = TimestampCheck(lambda: math.inf, {1: [(3, 5), (9, 10)], 2: [(0, 1)]})
    refused = [
        (partition, offset)
        for partition in range(4)
        for offset in range(12)
        if timestamps.error_of(
            record(offset, tp=TopicPartition(ARTICLES, partition), timestamp_ms=NOW_MS)
        )
    ]
    assert refused == [(1, 3), (1, 4), (1, 9), (2, 0)]


def test_the_log_warns_once_a_minute_and_counts_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1_000.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    timestamps = TimestampCheck(lambda: NOW_MS)
    bad = timestamps.error_of(record(7))
    future = timestamps.error_of(record(8, timestamp_ms=NOW_MS + 1))
    assert bad is not None
    assert future is not None
    logged: list[Any]
    with structlog.testing.capture_logs() as logged:
        for _ in range(5):
            timestamps.warn(bad, record(7))
        timestamps.warn(future, record(8))
        timestamps.warn(BadArticleError(DeadLetterReason.EMPTY, "x"), record(9))
        now += 60
        timestamps.warn(bad, record(10))
    assert [(one["reason"], one["offset"], one["others_since_last_warning"]) for one in logged] == [
        ("invalid_timestamp", 7, 0),
        ("future_timestamp", 8, 0),
        ("invalid_timestamp", 10, 4),
    ]
    assert logged[0]["message"] == bad.message
