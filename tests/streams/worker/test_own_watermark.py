"""Where a worker takes the watermark from: its own progress, or the measurement."""

import math
import time
from dataclasses import dataclass, field

import pytest

from processors.ordering import WatermarkSnapshot
from streams.kafka.ends import End
from streams.kafka.offset_tracker import PartitionProgress
from streams.kafka.watermarks import Measurement
from streams.worker.consumer_group import FetchedEnd
from streams.worker.own_watermark import (
    MAX_FETCH_AGE_SECONDS,
    MAX_UNASKED_SECONDS,
    OwnProgress,
    OwnWatermarks,
)

LATENESS_MS = 100
MEASURED = WatermarkSnapshot(5_000, {0: 40, 1: 50})


@dataclass
class Measured:
    """Returns what the test puts in, and counts the requests."""

    next: Measurement | None = None
    requests: int = 0

    def request(self) -> None:
        self.requests += 1

    def take(self) -> Measurement | None:
        taken, self.next = self.next, None
        return taken


@dataclass
class Worker:
    """A worker with two partitions of articles, whose progress the test sets."""

    spans: dict[int, tuple[int, int]] | None = None
    now: float = 100.0
    generation: int = 1
    is_assigned: bool = True
    known: set[int] = field(default_factory=lambda: {0, 1})
    assigned: set[int] = field(default_factory=lambda: {0, 1})
    progress: dict[int, PartitionProgress] = field(default_factory=dict)
    ends: dict[int, int] = field(default_factory=lambda: {0: 20, 1: 20})
    age_seconds: float = 0.1
    unasked_seconds: float = 0.0
    written: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.measured = Measured()
        own = OwnProgress(
            generation=lambda: self.generation,
            is_assigned=lambda: self.is_assigned,
            known=lambda: self.known,
            assigned=lambda: self.assigned,
            progress=lambda: self.progress,
            fetched_ends=lambda: {
                partition: FetchedEnd(End(end, end), self.age_seconds, self.unasked_seconds)
                for partition, end in self.ends.items()
            },
            written_ends=lambda: self.written,
        )
        self.watermarks = OwnWatermarks(
            self.measured, own, LATENESS_MS, self.spans, clock=lambda: self.now
        )

    def measure(self, began: float | None = None) -> None:
        progress = {n: PartitionProgress(10, 10, 2_000) for n in (0, 1)}
        began = self.now if began is None else began
        self.measured.next = Measurement(MEASURED, progress, {0: 0, 1: 0}, began)

    def begun(self, partition: int, newest_ms: int, oldest_ms: int | None = None) -> None:
        """Read a partition to offset 15 of 20, finished to 12."""
        self.progress[partition] = PartitionProgress(12, 15, newest_ms, oldest_ms)

    def take(self) -> WatermarkSnapshot | None:
        return self.watermarks.take(wanted=True)


def ready(**fields: object) -> Worker:
    """A worker that has the measurement of its assignment."""
    worker = Worker(**fields)  # type: ignore[arg-type]
    worker.take()
    worker.measure()
    worker.take()
    return worker


def test_the_watermark_is_that_of_the_slowest_partition_of_the_worker() -> None:
    worker = ready()
    worker.begun(0, newest_ms=9_000)
    worker.begun(1, newest_ms=7_000)
    snapshot = worker.take()
    assert snapshot is not None
    assert snapshot.watermark_ms == 7_000 - LATENESS_MS
    worker.begun(1, newest_ms=7_000, oldest_ms=6_500)
    # A later watermark may be earlier: what was released stays released.
    snapshot = worker.take()
    assert snapshot is not None
    assert snapshot.watermark_ms == 6_499
    assert worker.watermarks.watermark_ms == 6_499
    assert not worker.watermarks.is_shared


def test_a_partition_that_was_not_read_yet_counts_with_its_commit() -> None:
    worker = ready()
    worker.begun(0, newest_ms=9_000)
    snapshot = worker.take()
    assert snapshot is not None
    assert snapshot.watermark_ms == 2_000 - LATENESS_MS


def test_a_partition_where_only_markers_were_read_keeps_its_event_time() -> None:
    worker = ready()
    worker.begun(0, newest_ms=9_000)
    worker.progress[1] = PartitionProgress(12, 12, None)
    snapshot = worker.take()
    assert snapshot is not None
    assert snapshot.watermark_ms == 2_000 - LATENESS_MS


def test_partitions_that_are_read_to_their_ends_count_with_the_present_time() -> None:
    worker = ready()
    worker.progress = {n: PartitionProgress(20, 20, 2_000) for n in (0, 1)}
    before_ms = time.time() * 1000
    snapshot = worker.take()
    assert snapshot is not None
    assert before_ms - LATENESS_MS <= snapshot.watermark_ms <= time.time() * 1000 - LATENESS_MS


def test_mentions_end_where_the_measurement_saw_them_or_where_this_worker_wrote_them() -> None:
    worker = ready(written={0: 45, 1: 30, 2: 7})
    worker.begun(0, newest_ms=9_000)
    snapshot = worker.take()
    assert snapshot is not None
    assert snapshot.ends == {0: 45, 1: 50, 2: 7}


def test_one_measurement_is_enough_for_an_assignment() -> None:
    worker = ready()
    requests = worker.measured.requests
    for _ in range(3):
        assert worker.take() is not None
    assert worker.measured.requests == requests


def test_a_measurement_from_before_the_assignment_is_not_enough() -> None:
    worker = Worker()
    assert worker.take() is None
    worker.measure(began=worker.now - 1)
    assert worker.take() is MEASURED
    assert worker.take() is None
    worker.generation += 1
    worker.now += 10
    worker.measure(began=worker.now - 5)
    assert worker.take() is MEASURED
    requests = worker.measured.requests
    assert worker.take() is None
    assert worker.measured.requests == requests + 1
    worker.measure()
    own = worker.take()
    assert own is not None
    assert own is not MEASURED


@pytest.mark.parametrize(
    "change",
    [{"assigned": {0}}, {"is_assigned": False}, {"ends": {0: 20}}, {"known": {0, 1, 2}}],
    ids=["another worker has one", "being assigned", "not fetched yet", "a new partition"],
)
def test_a_worker_that_does_not_see_all_articles_takes_the_measurement(
    change: dict[str, object],
) -> None:
    worker = ready(**change)
    requests = worker.measured.requests
    assert worker.take() is None
    assert worker.watermarks.is_shared
    worker.measure()
    assert worker.take() is MEASURED
    assert worker.watermarks.watermark_ms == MEASURED.watermark_ms
    assert worker.measured.requests == requests + 2


@pytest.mark.parametrize(
    "change",
    [
        {"age_seconds": MAX_FETCH_AGE_SECONDS + 1},
        {"unasked_seconds": MAX_UNASKED_SECONDS + 0.1},
    ],
    ids=["no answer", "not asked for"],
)
def test_an_end_that_may_be_old_is_measured(change: dict[str, object]) -> None:
    worker = ready(**change)
    worker.begun(0, newest_ms=9_000)
    worker.begun(1, newest_ms=7_000)
    # Both partitions are known to be behind, whatever their ends are by now.
    assert worker.take() is not None
    worker.progress[1] = PartitionProgress(20, 20, 7_000)
    assert worker.take() is None
    assert worker.watermarks.is_shared


def test_a_replay_counts_to_the_ends_of_its_range_and_not_with_the_present_time() -> None:
    worker = ready(spans={0: (0, 12), 1: (0, 30)}, ends={}, age_seconds=99.0)
    worker.progress = {0: PartitionProgress(12, 12, 3_000), 1: PartitionProgress(20, 20, 4_000)}
    snapshot = worker.take()
    assert snapshot is not None
    assert snapshot.watermark_ms == 3_000 - LATENESS_MS
    worker.now += 1
    snapshot = worker.take()
    assert snapshot is not None
    assert snapshot.watermark_ms == 4_000 - LATENESS_MS
    worker.progress[1] = PartitionProgress(30, 30, 5_000)
    worker.take()
    worker.now += 1
    snapshot = worker.take()
    assert snapshot is not None
    assert snapshot.watermark_ms == math.inf


def test_without_a_waiting_mention_only_the_measurement_of_the_assignment_is_asked_for() -> None:
    worker = Worker()
    assert worker.watermarks.take(wanted=False) is None
    worker.measure()
    worker.watermarks.take(wanted=False)
    requests = worker.measured.requests
    assert worker.watermarks.take(wanted=False) is None
    assert worker.measured.requests == requests
    worker.watermarks.want()
    assert worker.watermarks.take(wanted=False) is not None
    assert worker.watermarks.take(wanted=False) is None
