"""Measures the lag of the consumer group at the broker.

A thread with its own kafka-python clients measures it, so the figure is also right when the
consumer is stuck, which is when you need it. Every worker of a group reports every partition: take
the maximum over the workers. Only readable records count. Records behind an open transaction do not
wait yet. Markers and aborted records never count.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kafka import KafkaAdminClient, TopicPartition

from streams.kafka.connection import Connection
from streams.kafka.ends import Ends
from streams.kafka.polled_client import PolledClient
from streams.kafka.transactions import OpenTransactions
from streams.service.metrics import ForwardMetrics, Metrics
from streams.service.polling import PollingThread

# Enough for the first record of each partition. The rest of a fetch is thrown away.
FETCH_BYTES = 65_536
OLDEST_WAIT_SECONDS = 2.0
POLL_MS = 200


@dataclass(frozen=True, slots=True)
class Lag:
    """How far behind the group is in one partition.

    Attributes:
        records: The number of readable records that are not finished.
        seconds: The age of the oldest of them, or 0 without one.
        blocked_at: The last stable offset if an open transaction blocks the records behind it, else
            None.
    """

    records: int
    seconds: float
    blocked_at: int | None = None


class LagMeter:
    """Measures the lag of a group on some topics.

    Args:
        connection: How to reach the cluster.
        group: The consumer group.
        topics: The topics to measure.
        clock: Unix seconds.
    """

    def __init__(
        self,
        connection: Connection,
        group: str,
        topics: Sequence[str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._group = group
        self._topics = topics
        self._clock = clock
        self._admin = KafkaAdminClient(**connection.kafka_python())
        # Checking checksums in pure Python would take a tenth of the agents' time.
        self._ends = Ends(connection, max_partition_fetch_bytes=FETCH_BYTES, check_crcs=False)
        self._consumer = self._ends.consumer
        self._timestamps: dict[tuple[TopicPartition, int], float] = {}

    def measure(self) -> Mapping[TopicPartition, Lag]:
        """Return the lag of every partition, from its committed and end offsets at the broker.

        Raises:
            KafkaError: The broker does not answer, or does not name the partitions.
            KeyError: It does not answer for every partition.
        """
        partitions = [tp for topic in self._topics for tp in self._ends.partitions(topic)]
        ends = self._ends.ends(partitions)
        committed = self._admin.list_group_offsets(self._group).get(self._group, {})
        starts = self._ends.firsts(partitions)
        positions: dict[TopicPartition, int] = {}
        for tp in partitions:
            known = committed.get(tp)
            # A group without a committed offset, or with one that is no longer kept, reads from the
            # beginning.
            positions[tp] = max(known.offset, starts[tp]) if known else starts[tp]
        waiting = {tp: at for tp, at in positions.items() if at < ends[tp].stable}
        oldest = self._oldest(waiting, {tp: ends[tp].stable for tp in waiting})
        now = self._clock()
        lags = {}
        for tp in partitions:
            moment = oldest.get(tp)
            lags[tp] = Lag(
                ends[tp].stable - positions[tp] if tp in oldest else 0,
                0.0 if moment is None else max(0.0, now - moment),
                ends[tp].stable if ends[tp].is_blocked else None,
            )
        return lags

    def close(self) -> None:
        """Close the clients."""
        self._ends.close()
        self._admin.close()

    def _oldest(
        self, positions: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
    ) -> dict[TopicPartition, float | None]:
        """Return the timestamps (Unix seconds) of the oldest records at or after these positions.

        A partition is left out if only markers and aborted records stand before its end. A
        partition that did not answer in time has None. A position that has not moved since the last
        time is not read again.
        """
        found = {
            tp: self._timestamps[tp, position]
            for tp, position in positions.items()
            if (tp, position) in self._timestamps
        }
        unread = {tp: position for tp, position in positions.items() if tp not in found}
        self._consumer.assign(list(unread))
        for tp, position in unread.items():
            self._consumer.seek(tp, position)
            # A partition that was assigned before is still paused.
            self._consumer.resume(tp)
        deadline = time.monotonic() + OLDEST_WAIT_SECONDS
        while unread and time.monotonic() < deadline:
            for tp, records in self._consumer.poll(timeout_ms=POLL_MS).items():
                found.setdefault(tp, records[0].timestamp / 1000)
                self._consumer.pause(tp)
            unread = {
                tp: position
                for tp, position in unread.items()
                if tp not in found and self._consumer.position(tp) < ends[tp]
            }
        self._timestamps = {(tp, positions[tp]): moment for tp, moment in found.items()}
        return {**dict.fromkeys(unread), **found}


class LagReporter:
    """Measures lag regularly in a thread, and sets the gauges.

    `newest` is the last measurement. It is None before the first one, and while the broker does not
    answer.
    """

    def __init__(
        self,
        make_meter: Callable[[], LagMeter],
        metrics: Metrics | ForwardMetrics,
        interval_seconds: float,
    ) -> None:
        self._metrics = metrics.lag
        self._interval_seconds = interval_seconds
        self._transactions = OpenTransactions(metrics.lag.open_transaction)
        self._meter = PolledClient(make_meter, "lag.not_measured")
        self._thread = PollingThread("lag", self._poll, close=self._meter.close)
        self.newest: Mapping[Any, Lag] | None = None

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to stop."""
        self._thread.stop()

    def check(self) -> None:
        """Raise the thread's error if the thread has ended.

        Raises:
            BaseException: That error. Without it the process would look healthy with old figures.
        """
        self._thread.check()

    def _poll(self) -> float:
        measured = False
        try:
            measured = self._meter.use(lambda meter: self._report(meter.measure()))
        finally:
            # The gauges keep their values, and `tocsin_lag_measured…` says how old they are.
            if not measured:
                self.newest = None
        return self._interval_seconds

    def _report(self, lags: Mapping[Any, Lag]) -> None:
        self.newest = lags
        self._transactions.observe({tp: lag.blocked_at for tp, lag in lags.items()})
        for tp, lag in lags.items():
            self._metrics.records.labels(tp.topic, str(tp.partition)).set(lag.records)
            self._metrics.seconds.labels(tp.topic, str(tp.partition)).set(lag.seconds)
        self._metrics.measured.set(time.time())
