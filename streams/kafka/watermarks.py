"""Watermarks: up to which event time every article is analysed and its mentions are in the log.

Owns a thread with clients of its own (kafka-python) that asks the broker. Must not know what waits
for the answer. A worker that commits the offsets of articles writes beside each the newest event
time that is finished (`note`), in the offset's metadata; so one request tells every worker how far
all of them are, whichever worker has which partition or died.

A partition that is behind counts with its note less the lateness allowed. One that has been read to
its end for a little while holds nobody up: what will come there is later than what is there. The
mentions of what is committed stand before the ends of their partitions, which are asked for last.

The ends are last stable offsets. What an open transaction holds back is earlier than what others
write meanwhile, so such a partition counts as behind, but not for longer than a transaction takes
that is in good health: one producer that hangs must not silence the alerts of all partitions.
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
# A producer's record may be under way for so long after one with a later timestamp was read.
IDLE_SECONDS = 0.2
# How long a partition waits for an open transaction. What a longer one brings comes late.
OPEN_TRANSACTION_SECONDS = 2.0
NOTE = "event-time-ms="


def note(newest_ms: int) -> str:
    """Write the newest finished event time as an offset's metadata."""
    return f"{NOTE}{newest_ms}"


def read_note(metadata: str | None) -> int | None:
    """Read what `note` wrote; None where there is nothing of ours."""
    written = (metadata or "").removeprefix(NOTE)
    is_ours = metadata is not None and metadata.startswith(NOTE)
    return int(written) if is_ours and written.lstrip("-").isdigit() else None


@dataclass(slots=True)
class _Seen:
    """One partition of articles as last asked: how far it is, and since when nothing is left.

    `blocked_at` is the last stable offset while a transaction is open, which it is since
    `blocked_since`.
    """

    committed: int = -1
    newest_ms: float = -math.inf
    drained_since: float | None = None
    blocked_at: int | None = None
    blocked_since: float = 0.0

    def waits(self, end: End, now: float) -> bool:
        """Take an end in, and say whether the partition waits for an open transaction."""
        blocked_at = end.stable if end.is_blocked else None
        if blocked_at != self.blocked_at:
            self.blocked_at, self.blocked_since = blocked_at, now
        return blocked_at is not None and now - self.blocked_since < OPEN_TRANSACTION_SECONDS


class Watermarks:
    """The arithmetic of watermarks, apart from any client.

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
        """Return the event time up to which everything is finished.

        Args:
            committed: Of each partition of articles that has one, the committed offset and its
                metadata.
            firsts: The first offset of each partition of articles, asked for after `committed`.
            ends: The end of each of them, asked for after `committed` too.
            now: Seconds of a clock that only goes forward.

        Returns:
            Unix milliseconds: negative infinity where a partition has not finished anything yet,
            infinity where nothing is to come. None: it is not known, because the broker did not
            name all partitions.
        """
        if not ends or not self._seen.keys() <= ends.keys() or not ends.keys() <= firsts.keys():
            return None
        lowest = math.inf
        for partition, end in ends.items():
            seen = self._seen.setdefault(partition, _Seen())
            offset, metadata = committed.get(partition, (-1, None))
            newest_ms = read_note(metadata)
            if offset < seen.committed:
                # The group goes back: what was known of event time is of records that come again.
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
    """Asks the broker for watermarks.

    Args:
        connection: How to reach the cluster.
        group: The consumer group.
        articles: The topic of articles.
        mentions: The topic of mentions.
        lateness_ms: See `Watermarks`.
        spans: What of each partition counts, as its first offset and its end; None: all.
        clock: Seconds that only go forward.
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
        """Ask for offsets committed, then ends of articles, then ends of mentions.

        Raises:
            KafkaError: The broker does not answer, or does not say which partitions there are.
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
        """Ask the thread to end."""
        self._thread.stop()

    def check(self) -> None:
        """Raise what ended the thread, if it has ended.

        Raises:
            BaseException: that error. Without it the mentions would wait indefinitely.
        """
        self._thread.check()

    def take(self, *, wanted: bool) -> WatermarkSnapshot | None:
        """Return the newest measurement, once, and ask for another one if it is wanted.

        Raises:
            BaseException: what ended the thread.
        """
        self.check()
        self.is_awaited = wanted
        if wanted:
            self._thread.wake()
        newest, self._newest = self._newest, None
        return newest

    def want(self) -> None:
        """Ask for another measurement."""
        self._thread.wake()

    def _poll(self) -> float:
        # Where the broker does not answer, mentions keep waiting. None is lost.
        answered = self._meter.use(self._measure)
        return INTERVAL_SECONDS if answered else INTERVAL_SECONDS + RETRY_SECONDS

    def _measure(self, meter: WatermarkMeter) -> None:
        self._newest = meter.measure()
        self.watermark_ms = self._newest.watermark_ms
