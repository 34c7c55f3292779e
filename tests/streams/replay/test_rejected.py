"""A replay rejects the records that live workers rejected for their timestamp, and no others."""

import msgspec
import pytest

from processors.errors import BadArticleError, DeadLetterReason
from streams.errors import ReplayRangeError
from streams.kafka.envelope import Record, dead_letter_record
from streams.replay import rejected as module
from streams.replay.manifest import Manifest
from streams.replay.range import Span
from streams.replay.rejected import rejected_live
from streams.worker.timestamp_check import TimestampCheck
from tests.streams.conftest import Log, LogRecord

SPANS = [Span(0, 10, 20), Span(1, 0, 5), Span(2, 0, 100)]


def letters(*places: tuple[int, int], reason: str = "future_timestamp") -> list[LogRecord]:
    """Dead letters as a worker writes them."""
    records = []
    for number, (partition, offset) in enumerate(places):
        failed = Record("articles", partition, offset, 4_102_444_800_000, b"k", b"v", [])
        error = BadArticleError(DeadLetterReason(reason), "x")
        out = dead_letter_record("dead", failed, "decode", error)
        headers = [(name, value or b"") for name, value in out.headers]
        records.append(LogRecord("dead", 0, number, 1, out.key, out.value, headers))
    return records


def test_the_places_of_a_range_are_found_whatever_their_order_and_number() -> None:
    log = Log(
        letters((0, 9), (0, 12), (0, 10), (0, 11), (0, 10), (0, 19), (0, 20), (1, 4)), {"dead": 1}
    )
    assert rejected_live(log, "dead", "articles", SPANS) == {0: [(10, 13), (19, 20)], 1: [(4, 5)]}


def test_other_reasons_and_other_topics_are_none() -> None:
    log = Log(letters((0, 12), reason="invalid_timestamp"), {"dead": 1})
    assert rejected_live(log, "dead", "articles", SPANS) == {}
    assert rejected_live(Log(letters((0, 12)), {"dead": 1}), "dead", "others", SPANS) == {}
    odd = LogRecord("dead", 0, 0, 1, None, None, [("tocsin.error.reason", b"future_timestamp")])
    assert rejected_live(Log([odd], {"dead": 1}), "dead", "articles", SPANS) == {}


def test_a_cluster_without_dead_letters_rejected_nothing() -> None:
    assert rejected_live(Log([], {}), "dead", "articles", SPANS) == {}


def test_too_many_places_for_one_manifest_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_RANGES", 2)
    log = Log(letters((2, 1), (2, 3), (2, 5)), {"dead": 1})
    with pytest.raises(
        ReplayRangeError, match="in 3 places of this range, and a replay can skip at most 2"
    ):
        rejected_live(log, "dead", "articles", SPANS)


def test_a_manifest_carries_the_decision_to_its_workers(manifest: type[Manifest]) -> None:
    made = manifest(latest_ms=5e12, rejected={1: [(4, 6)]})
    bounds = msgspec.json.decode(msgspec.json.encode(made), type=Manifest).bounds
    timestamps = TimestampCheck(lambda: bounds.latest_ms, bounds.refused)

    def is_refused(partition: int, offset: int, timestamp_ms: int = 1_796_074_496_000) -> bool:
        record = Record("articles", partition, offset, timestamp_ms, None, b"", [])
        return timestamps.error_of(record) is not None

    assert [is_refused(1, offset) for offset in range(3, 7)] == [False, True, True, False]
    assert not is_refused(0, 4)
    assert is_refused(0, 4, 5_000_000_000_001)
