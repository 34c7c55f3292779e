"""Which article records are refused for their timestamp, and what is said of it."""

import math
from dataclasses import dataclass
from typing import Any

import pytest
import structlog

from processors.errors import BadArticleError, DeadLetterReason
from streams.worker import entry as module
from streams.worker.entry import Entry, latest_at, live_clock

NOW_MS = 1_796_074_496_000


@dataclass(frozen=True)
class Message:
    timestamp: float | None
    partition: int = 0
    offset: int = 0


def reason(fault: BadArticleError | None) -> str | None:
    return None if fault is None else fault.reason.value


def test_a_worker_allows_twice_what_the_broker_does(monkeypatch: pytest.MonkeyPatch) -> None:
    # A worker whose clock is behind must not refuse what the broker let in.
    assert latest_at(NOW_MS / 1000, 300) == NOW_MS + 600_000
    monkeypatch.setattr(module.time, "time", lambda: NOW_MS / 1000)
    entry = Entry(live_clock(300))
    assert entry.fault(0, 0, NOW_MS + 600_000) is None
    assert reason(entry.fault(0, 0, NOW_MS + 600_001)) == "future_timestamp"


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [(NOW_MS / 1000, NOW_MS), (0.0, None), (None, None), (-0.001, None), (4_102_444_800.0, None)],
)
def test_a_refused_record_has_no_event_time(timestamp: float | None, expected: int | None) -> None:
    entry = Entry(lambda: NOW_MS)
    assert entry.moment_ms(Message(timestamp)) == expected


def test_a_replay_refuses_what_the_live_worker_refused_and_nothing_else() -> None:
    entry = Entry(lambda: math.inf, {1: [(3, 5), (9, 10)], 2: [(0, 1)]})
    refused = [
        (partition, offset)
        for partition in range(4)
        for offset in range(12)
        if entry.fault(partition, offset, NOW_MS) is not None
    ]
    assert refused == [(1, 3), (1, 4), (1, 9), (2, 0)]


def test_the_log_warns_once_a_minute_and_counts_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1_000.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    entry = Entry(lambda: NOW_MS)
    bad = entry.fault(0, 7, 0)
    future = entry.fault(0, 8, NOW_MS + 1)
    assert bad is not None
    assert future is not None
    said: list[Any]
    with structlog.testing.capture_logs() as said:
        for _ in range(5):
            entry.warn(bad, "news.articles", 0, 7)
        entry.warn(future, "news.articles", 0, 8)
        entry.warn(BadArticleError(DeadLetterReason.EMPTY, "x"), "news.articles", 0, 9)
        now += 60
        entry.warn(bad, "news.articles", 0, 10)
    assert [(one["reason"], one["offset"], one["others_since_last_warning"]) for one in said] == [
        ("invalid_timestamp", 7, 0),
        ("future_timestamp", 8, 0),
        ("invalid_timestamp", 10, 4),
    ]
    assert said[0]["message"] == bad.message
