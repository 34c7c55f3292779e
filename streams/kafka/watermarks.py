"""Computes watermarks: up to which event time all articles are analysed and their mentions written.

`Watermarks` computes them from the progress of every partition of articles. A worker that has all
partitions knows it itself (`streams.worker.own_watermark`). Otherwise a thread with its own
kafka-python clients asks the broker. A worker that commits the offsets of articles writes beside
each the newest finished event time (`note`), in the offset's metadata. So one request shows every
worker the progress of all, regardless of which worker has which partition or died.

A partition that is behind counts with its newest event time minus the allowed lateness. One that is
read to its end counts with the present time minus the lateness, because records that are still to
come are newer than that. One that has been finished to its end for as long as the lateness no
longer holds back the watermark, whatever the clocks of its producers say. Articles that are being
analysed always hold it back. The mentions of finished articles stand before the ends of their
partitions, so those ends are asked for last.

The ends are last stable offsets. Records that an open transaction blocks are earlier than those
that other producers write meanwhile, so such a partition counts as behind. It does so no longer
than a healthy transaction takes, because one producer that hangs must not delay the alerts of all
partitions indefinitely.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from kafka import KafkaAdminClient, TopicPartition
from kafka.errors import StaleMetadata

from processors.ordering import WatermarkSnapshot
from streams.kafka.connection import Connection
from streams.kafka.ends import End, Ends
from streams.kafka.offset_tracker import PartitionProgress
from streams.kafka.polled_client import PolledClient
from streams.service.polling import PollingThread

INTERVAL_SECONDS = 0.05
# First offsets only say whether a partition without a commit is empty, and move slowly.
FIRSTS_AGE_SECONDS = 5.0
RETRY_SECONDS = 1.0
# How long a partition waits for an open transaction. Records of a longer one arrive late.
OPEN_TRANSACTION_SECONDS = 2.0
# A lateness of hours is for imports, whose partitions end without a successor.
MAX_IDLE_SECONDS = 0.2
NOTE = "event-time-ms="
_NO_PROGRESS = PartitionProgress(-1, -1, None)


def note(newest_ms: int) -> str:
    """Return the newest finished event time as an offset's metadata."""
    return f"{NOTE}{newest_ms}"


def read_note(metadata: str | None) -> int | None:
    """Return the event time that `note` wrote, or None if the metadata is not one of its notes."""
    written = (metadata or "").removeprefix(NOTE)
    is_ours = metadata is not None and metadata.startswith(NOTE)
    return int(written) if is_ours and written.lstrip("-").isdigit() else None


@dataclass(slots=True)
class _Seen:
    """One partition of articles at the last measurement: its progress, and since when it is idle.

    `blocked_at` is the last stable offset while a transaction is open, which it is since
    `blocked_since`.
    """

    offset: int = -1
    newest_ms: float = -math.inf
    drained_since: float | None = None
    blocked_at: int | None = None
    blocked_since: float = 0.0

    def waits(self, end: End, now: float) -> bool:
        """Record an end, and return whether the partition waits for an open transaction."""
        blocked_at = end.stable if end.is_blocked else None
        if blocked_at != self.blocked_at:
            self.blocked_at, self.blocked_since = blocked_at, now
        return blocked_at is not None and now - self.blocked_since < OPEN_TRANSACTION_SECONDS


class Watermarks:
    """Computes watermarks, without a client.

    Args:
        lateness_ms: How much earlier than its predecessors an article of one partition may be, and
            how long a producer's record may be in flight after a later one of another partition
            was read.
    """

    def __init__(self, lateness_ms: int) -> None:
        self._lateness_ms = lateness_ms
        self._idle_seconds = min(lateness_ms / 1000, MAX_IDLE_SECONDS)
        self._seen: dict[int, _Seen] = {}

    def watermark_ms(
        self,
        progress: Mapping[int, PartitionProgress],
        firsts: Mapping[int, int],
        ends: Mapping[int, End],
        now: float,
        now_ms: float = -math.inf,
    ) -> float | None:
        """Return the event time up to which all articles are finished.

        Args:
            progress: The progress of each partition of articles that has any.
            firsts: The first offset of each partition of articles, asked for after `progress`.
            ends: The end of each of them, also asked for after `progress`.
            now: Monotonic seconds.
            now_ms: The time when the ends were asked for, in Unix milliseconds. Leave it out if
                producers do not write event times of the present.

        Returns:
            Unix milliseconds: negative infinity if a partition has not finished any article yet,
            infinity if all articles are finished and no more are to come. None: the watermark is
            unknown, because the broker did not name all partitions.
        """
        if not ends or not self._seen.keys() <= ends.keys() or not ends.keys() <= firsts.keys():
            return None
        lowest = math.inf
        for partition, end in ends.items():
            seen = self._seen.setdefault(partition, _Seen())
            done = progress.get(partition, _NO_PROGRESS)
            if firsts[partition] >= end.stable:
                # No record is left, so that there may be no progress.
                done = replace(done, offset=end.stable, begun_to=end.stable)
            lowest = min(lowest, self._of_partition(seen, done, end, now, now_ms))
        return lowest

    def _of_partition(
        self,
        seen: _Seen,
        done: PartitionProgress,
        end: End,
        now: float,
        now_ms: float,
    ) -> float:
        """Return the event time up to which the articles of one partition are finished."""
        if done.offset < seen.offset:
            # The group goes back: the known event time is that of records that will be read again.
            seen.newest_ms = -math.inf
        if done.newest_ms is not None:
            seen.newest_ms = max(seen.newest_ms, done.newest_ms)
        waits = seen.waits(end, now)
        is_finished = not waits and done.offset >= end.stable
        if not is_finished or done.offset != seen.offset:
            seen.drained_since = None
        seen.offset = done.offset
        if is_finished and seen.drained_since is None:
            seen.drained_since = now
        if seen.drained_since is not None and now - seen.drained_since >= self._idle_seconds:
            return math.inf
        unread_ms = seen.newest_ms
        if not waits and done.begun_to >= end.stable:
            unread_ms = max(unread_ms, now_ms)
        unfinished_ms = done.oldest_unfinished_ms
        return min(
            unread_ms - self._lateness_ms, math.inf if unfinished_ms is None else unfinished_ms - 1
        )


@dataclass(frozen=True, slots=True)
class Measurement:
    """The answers of the broker to one measurement.

    Attributes:
        snapshot: The watermark, and the ends of the mentions.
        progress: What is committed of each partition of articles.
        firsts: The first offset of every partition of articles.
        began: When the measurement began, in monotonic seconds.
    """

    snapshot: WatermarkSnapshot
    progress: Mapping[int, PartitionProgress]
    firsts: Mapping[int, int]
    began: float


class WatermarkMeter:
    """Measures watermarks at the broker.

    Args:
        connection: How to reach the cluster.
        group: The consumer group.
        articles: The topic of articles.
        mentions: The topic of mentions.
        lateness_ms: See `Watermarks`.
        spans: The part of each partition that counts, as its first offset and its end. None: all.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        connection: Connection,
        group: str,
        articles: str,
        mentions: str,
        lateness_ms: int,
        spans: Mapping[int, tuple[int, int]] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._group, self._articles, self._mentions = group, articles, mentions
        self._clock = clock
        self._spans = spans
        self._watermarks = Watermarks(lateness_ms)
        self._admin = KafkaAdminClient(**connection.kafka_python())
        self._ends = Ends(connection)
        self._firsts: Mapping[int, int] = {}
        self._firsts_asked_at = -math.inf

    def measure(self) -> Measurement:
        """Ask for committed offsets, then for the ends of articles, then for the ends of mentions.

        Raises:
            KafkaError: The broker does not answer, or does not name the partitions.
            KeyError: It does not answer for every partition.
        """
        began = self._clock()
        of_group = self._admin.list_group_offsets(self._group).get(self._group, {})
        progress = {
            tp.partition: PartitionProgress(known.offset, known.offset, read_note(known.metadata))
            for tp, known in of_group.items()
            if tp.topic == self._articles
        }
        articles, mentions = (
            self._ends.partitions(topic) for topic in (self._articles, self._mentions)
        )
        now, now_ms = self._clock(), time.time() * 1000
        known = self._ends.ends([*articles, *mentions])
        if self._spans is None:
            firsts = self._firsts_of(articles, now)
            ends = {tp.partition: known[tp] for tp in articles}
        else:
            firsts = {partition: first for partition, (first, _) in self._spans.items()}
            ends = {partition: End(end, end) for partition, (_, end) in self._spans.items()}
            now_ms = -math.inf
        watermark_ms = self._watermarks.watermark_ms(progress, firsts, ends, now, now_ms)
        if watermark_ms is None:
            raise StaleMetadata(f"the broker does not name all partitions of {self._articles}")
        snapshot = WatermarkSnapshot(
            watermark_ms, {tp.partition: known[tp].stable for tp in mentions}
        )
        return Measurement(snapshot, progress, firsts, began)

    def _firsts_of(self, articles: Sequence[TopicPartition], now: float) -> Mapping[int, int]:
        is_known = self._firsts.keys() == {tp.partition for tp in articles}
        if not is_known or now - self._firsts_asked_at > FIRSTS_AGE_SECONDS:
            self._firsts_asked_at = now
            self._firsts = {tp.partition: at for tp, at in self._ends.firsts(articles).items()}
        return self._firsts

    def close(self) -> None:
        """Close the clients."""
        self._ends.close()
        self._admin.close()


class WatermarkReporter:
    """Measures the watermark in a thread, once for each request."""

    def __init__(self, make_meter: Callable[[], WatermarkMeter]) -> None:
        self._meter = PolledClient(make_meter, "watermarks.not_measured")
        self._newest: Measurement | None = None
        self._thread = PollingThread(
            "watermarks", self._poll, close=self._meter.close, only_when_woken=True
        )

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to stop."""
        self._thread.stop()

    def check(self) -> None:
        """Raise the thread's error if the thread has ended.

        Raises:
            BaseException: That error. Without it the mentions would wait indefinitely.
        """
        self._thread.check()

    def request(self) -> None:
        """Request another measurement."""
        self._thread.wake()

    def take(self) -> Measurement | None:
        """Return the newest measurement once.

        Raises:
            BaseException: The error that ended the thread.
        """
        self.check()
        newest, self._newest = self._newest, None
        return newest

    def _poll(self) -> float:
        # While the broker does not answer, mentions keep waiting and are not lost.
        answered = self._meter.use(self._measure)
        return INTERVAL_SECONDS if answered else INTERVAL_SECONDS + RETRY_SECONDS

    def _measure(self, meter: WatermarkMeter) -> None:
        self._newest = meter.measure()
