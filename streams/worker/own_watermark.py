"""The watermark of a worker: from its own offsets if it has every partition of articles.

The offsets that this worker has finished, and the ends of the partitions that its consumer has
fetched, say as much as a measurement at the broker, without waiting for a commit and for the
broker's answers. A worker that shares the articles with others takes the measurement.

One measurement is needed after each assignment. It tells how far the articles were finished, and
where the mentions end that were written before.
"""

import math
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from processors.ordering import WatermarkSnapshot
from streams.kafka.ends import End
from streams.kafka.offset_tracker import PartitionProgress
from streams.kafka.watermarks import Measurement, Watermarks
from streams.worker.consumer_group import FetchedEnd

# The broker answers a fetch after 1.5 seconds at the latest, also without a record.
MAX_FETCH_AGE_SECONDS = 3.0
# Between two requests. aiokafka leaves a partition out of a request while its records wait to be
# read. The other partitions of its broker may then keep that request in flight for 1.5 seconds.
MAX_UNASKED_SECONDS = 0.1


class MeasuredWatermarks(Protocol):
    """Measures watermarks at the broker: `streams.kafka.watermarks.WatermarkReporter`."""

    def request(self) -> None:
        """Request another measurement."""

    def take(self) -> Measurement | None:
        """Return the newest measurement once."""


@dataclass(frozen=True, slots=True)
class OwnProgress:
    """Functions that return what this worker knows itself.

    Attributes:
        generation: The consumer group's generation now.
        is_assigned: Whether the partitions of this generation are assigned and recovered.
        known: The partitions of articles in the newest metadata, of all workers.
        assigned: The partitions of articles that this worker has.
        progress: How far those that it has read from are read and finished.
        fetched_ends: The ends of those that it has fetched.
        written_ends: The offset after the last mention that this worker wrote, by partition.
    """

    generation: Callable[[], int]
    is_assigned: Callable[[], bool]
    known: Callable[[], Collection[int]]
    assigned: Callable[[], Collection[int]]
    progress: Callable[[], Mapping[int, PartitionProgress]]
    fetched_ends: Callable[[], Mapping[int, FetchedEnd]]
    written_ends: Callable[[], Mapping[int, int]]


class OwnWatermarks:
    """Takes the watermark from this worker's own progress, or else from the measurement.

    Args:
        measured: Measures watermarks at the broker.
        own: Returns what this worker knows itself.
        lateness_ms: See `streams.kafka.watermarks.Watermarks`.
        spans: See `streams.kafka.watermarks.WatermarkMeter`.
        clock: Monotonic seconds.

    Attributes:
        watermark_ms: The newest watermark.
        is_shared: Whether watermarks are measured, so that they wait for the workers' commits.
    """

    def __init__(
        self,
        measured: MeasuredWatermarks,
        own: OwnProgress,
        lateness_ms: int,
        spans: Mapping[int, tuple[int, int]] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._measured, self._own = measured, own
        self._lateness_ms, self._spans = lateness_ms, spans
        self._clock = clock
        self._generation = -1
        self._began = -math.inf
        self._base: Measurement | None = None
        self._watermarks = Watermarks(lateness_ms)
        self._is_wanted = False
        self.watermark_ms = -math.inf
        self.is_shared = False

    def want(self) -> None:
        """Compute the watermark at the next `take`, also if no mention waits for it."""
        self._is_wanted = True

    def take(self, *, wanted: bool) -> WatermarkSnapshot | None:
        """Return the watermark now, or the newest measurement once.

        Args:
            wanted: Whether mentions wait for it.

        Raises:
            BaseException: The error that ended the measuring thread.
        """
        self._begin_generation()
        wanted, self._is_wanted = wanted or self._is_wanted, False
        measurement = self._measured.take()
        if self._base is None and measurement is not None and measurement.began >= self._began:
            self._base = measurement
        has_all = self._has_all_articles()
        own = self._own_snapshot() if wanted and has_all else None
        newest = own if own is not None else measurement.snapshot if measurement else None
        must_measure = wanted and own is None
        if self._base is None or must_measure:
            self._measured.request()
        self.is_shared = must_measure or not has_all
        if newest is not None:
            self.watermark_ms = newest.watermark_ms
        return newest

    def _begin_generation(self) -> None:
        generation = self._own.generation()
        if generation != self._generation:
            self._generation, self._began = generation, self._clock()
            self._base = None
            self._watermarks = Watermarks(self._lateness_ms)

    def _own_snapshot(self) -> WatermarkSnapshot | None:
        """Return the watermark of this worker's own progress, or None if that is not enough."""
        base = self._base
        if base is None or not self._own.is_assigned():
            return None
        progress = dict(base.progress)
        for partition, done in self._own.progress().items():
            newest_ms = done.newest_ms
            if newest_ms is None and partition in base.progress:
                # Only offsets without a record were skipped: the known event time still holds.
                newest_ms = base.progress[partition].newest_ms
            progress[partition] = replace(done, newest_ms=newest_ms)
        ends = self._ends(base, progress)
        if ends is None:
            return None
        now_ms = time.time() * 1000 if self._spans is None else -math.inf
        watermark_ms = self._watermarks.watermark_ms(
            progress, base.firsts, ends, self._clock(), now_ms
        )
        if watermark_ms is None:
            return None
        written = self._own.written_ends()
        mentions = {**base.snapshot.ends}
        for partition, end in written.items():
            mentions[partition] = max(end, mentions.get(partition, 0))
        return WatermarkSnapshot(watermark_ms, mentions)

    def _ends(
        self, base: Measurement, progress: Mapping[int, PartitionProgress]
    ) -> Mapping[int, End] | None:
        """Return the end of every partition of articles, or None if one is unknown or too old."""
        if self._spans is not None:
            return {partition: End(end, end) for partition, (_, end) in self._spans.items()}
        fetched = self._own.fetched_ends()
        if not fetched.keys() >= base.firsts.keys():
            return None
        for partition, known in fetched.items():
            done = progress.get(partition)
            is_read = done is None or done.offset >= known.end.stable
            is_current = (
                known.age_seconds <= MAX_FETCH_AGE_SECONDS
                and known.unasked_seconds <= MAX_UNASKED_SECONDS
            )
            if is_read and not is_current:
                # The partition may have newer records that its broker has not sent.
                return None
        return {partition: known.end for partition, known in fetched.items()}

    def _has_all_articles(self) -> bool:
        base = self._base
        return base is not None and {*base.firsts, *self._own.known()} <= set(self._own.assigned())
