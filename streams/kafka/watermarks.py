"""Computes watermarks: up to which event time all articles are analysed and their mentions written.

A thread with its own kafka-python clients asks the broker. A worker that commits the offsets of
articles writes beside each the newest finished event time (`note`), in the offset's metadata. So
one request shows every worker the progress of all, regardless of which worker has which partition
or died.

A partition that is behind counts with its note minus the allowed lateness. A partition that has
been idle at its end for a short time no longer holds back the watermark, because its next records
will be later than the present ones. The mentions of committed articles stand before the ends of
their partitions, so those ends are asked for last.

The ends are last stable offsets. Records that an open transaction blocks are earlier than those
that other producers write meanwhile, so such a partition counts as behind. It does so no longer
than a healthy transaction takes, because one producer that hangs must not delay the alerts of all
partitions indefinitely.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kafka import KafkaAdminClient
from kafka.errors import StaleMetadata

from processors.ordering import WatermarkSnapshot
from streams.kafka.connection import Connection
from streams.kafka.ends import End, Ends
from streams.kafka.polled_client import PolledClient
from streams.service.polling import PollingThread

INTERVAL_SECONDS = 0.1
RETRY_SECONDS = 1.0
# A producer's record may be in flight for so long after one with a later timestamp was read.
IDLE_SECONDS = 0.2
# How long a partition waits for an open transaction. Records of a longer one arrive late.
OPEN_TRANSACTION_SECONDS = 2.0
NOTE = "event-time-ms="


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

    committed: int = -1
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
        lateness_ms: How much earlier than its predecessors an article of one partition may be.
    """

    def __init__(self, lateness_ms: int) -> None:
        self._lateness_ms = lateness_ms
        self._seen: dict[int, _Seen] = {}

    def watermark_ms(
        self,
        committed: Mapping[int, tuple[int, str | None]],
        firsts: Mapping[int, int],
        ends: Mapping[int, End],
        now: float,
    ) -> float | None:
        """Return the event time up to which all articles are finished.

        Args:
            committed: The committed offset and its metadata, for each partition of articles that
                has one.
            firsts: The first offset of each partition of articles, asked for after `committed`.
            ends: The end of each of them, also asked for after `committed`.
            now: Monotonic seconds.

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
            offset, metadata = committed.get(partition, (-1, None))
            newest_ms = read_note(metadata)
            if offset < seen.committed:
                # The group goes back: the known event time is that of records that will be read
                # again.
                seen.newest_ms = -math.inf
            if newest_ms is not None:
                seen.newest_ms = max(seen.newest_ms, newest_ms)
            is_read = offset >= end.stable or firsts[partition] >= end.stable
            is_drained = not seen.waits(end, now) and is_read
            if not is_drained or offset != seen.committed:
                seen.drained_since = None
            seen.committed = offset
            if is_drained and seen.drained_since is None:
                seen.drained_since = now
            if seen.drained_since is None or now - seen.drained_since < IDLE_SECONDS:
                lowest = min(lowest, seen.newest_ms - self._lateness_ms)
        return lowest


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

    def measure(self) -> WatermarkSnapshot:
        """Ask for committed offsets, then for the ends of articles, then for the ends of mentions.

        Raises:
            KafkaError: The broker does not answer, or does not name the partitions.
            KeyError: It does not answer for every partition.
        """
        of_group = self._admin.list_group_offsets(self._group).get(self._group, {})
        committed = {
            tp.partition: (known.offset, known.metadata)
            for tp, known in of_group.items()
            if tp.topic == self._articles
        }
        articles, mentions = (
            self._ends.partitions(topic) for topic in (self._articles, self._mentions)
        )
        now = self._clock()
        known = self._ends.ends([*articles, *mentions])
        if self._spans is None:
            firsts = {tp.partition: first for tp, first in self._ends.firsts(articles).items()}
            ends = {tp.partition: known[tp] for tp in articles}
        else:
            firsts = {partition: first for partition, (first, _) in self._spans.items()}
            ends = {partition: End(end, end) for partition, (_, end) in self._spans.items()}
        watermark_ms = self._watermarks.watermark_ms(committed, firsts, ends, now)
        if watermark_ms is None:
            raise StaleMetadata(f"the broker does not name all partitions of {self._articles}")
        return WatermarkSnapshot(watermark_ms, {tp.partition: known[tp].stable for tp in mentions})

    def close(self) -> None:
        """Close the clients."""
        self._ends.close()
        self._admin.close()


class WatermarkReporter:
    """Measures the watermark in a thread, as long as a caller waits for it.

    Attributes:
        watermark_ms: The newest watermark that was measured.
        is_awaited: Whether the last `take` asked for another measurement.
    """

    def __init__(self, make_meter: Callable[[], WatermarkMeter]) -> None:
        self._meter = PolledClient(make_meter, "watermarks.not_measured")
        self._newest: WatermarkSnapshot | None = None
        self.watermark_ms = -math.inf
        self.is_awaited = False
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

    def take(self, *, wanted: bool) -> WatermarkSnapshot | None:
        """Return the newest measurement once, and request another one if it is wanted.

        Raises:
            BaseException: The error that ended the thread.
        """
        self.check()
        self.is_awaited = wanted
        if wanted:
            self._thread.wake()
        newest, self._newest = self._newest, None
        return newest

    def want(self) -> None:
        """Request another measurement."""
        self._thread.wake()

    def _poll(self) -> float:
        # While the broker does not answer, mentions keep waiting and are not lost.
        answered = self._meter.use(self._measure)
        return INTERVAL_SECONDS if answered else INTERVAL_SECONDS + RETRY_SECONDS

    def _measure(self, meter: WatermarkMeter) -> None:
        self._newest = meter.measure()
        self.watermark_ms = self._newest.watermark_ms
