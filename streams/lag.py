"""Lag: how far behind the consumer group is, asked of the broker and not of the consumer.

Owns a thread with clients of its own (kafka-python), so that the answer is right when the consumer
is stuck, which is when it is wanted. Must not know what the worker does. Every worker of a group
reports every partition: take the maximum over the workers.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from streams.connection import Connection
from streams.metrics import ForwardMetrics, Metrics

log = structlog.get_logger(__name__)

# Enough for the first record of each partition; the rest of a fetch is thrown away.
FETCH_BYTES = 65_536
OLDEST_WAIT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Lag:
    """How far behind the group is in one partition."""

    records: int
    seconds: float


class LagMeter:
    """Measures lag of a group on some topics.

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
        self._consumer = KafkaConsumer(
            **connection.kafka_python(),
            enable_auto_commit=False,
            max_partition_fetch_bytes=FETCH_BYTES,
            # Checked in pure Python, they would cost the agents a tenth of their time.
            check_crcs=False,
        )
        self._timestamps: dict[tuple[TopicPartition, int], float] = {}

    def measure(self) -> Mapping[TopicPartition, Lag]:
        """Ask the broker for every partition's committed and end offsets.

        Raises:
            KafkaError: the broker does not answer.
        """
        partitions = [
            TopicPartition(topic, partition)
            for topic in self._topics
            for partition in sorted(self._consumer.partitions_for_topic(topic) or ())
        ]
        ends = self._consumer.end_offsets(partitions)
        committed = self._admin.list_group_offsets(self._group).get(self._group, {})
        starts = self._consumer.beginning_offsets(partitions)
        waiting = {}
        for tp in partitions:
            known = committed.get(tp)
            # A group that has committed nothing, or less than is kept, reads from the beginning.
            position = max(known.offset, starts[tp]) if known else starts[tp]
            waiting[tp] = (position, max(0, ends[tp] - position))
        oldest = self._oldest({tp: position for tp, (position, n) in waiting.items() if n})
        now = self._clock()
        return {
            tp: Lag(records, max(0.0, now - oldest[tp]) if tp in oldest else 0.0)
            for tp, (_, records) in waiting.items()
        }

    def close(self) -> None:
        """Close both clients."""
        self._consumer.close()
        self._admin.close()

    def _oldest(self, positions: Mapping[TopicPartition, int]) -> dict[TopicPartition, float]:
        """Give the timestamps (Unix seconds) of the records at these positions.

        A position that has not moved since the last time is not read again.
        """
        found = {
            tp: self._timestamps[tp, position]
            for tp, position in positions.items()
            if (tp, position) in self._timestamps
        }
        wanted = {tp: position for tp, position in positions.items() if tp not in found}
        self._consumer.assign(list(wanted))
        for tp, position in wanted.items():
            self._consumer.seek(tp, position)
            # A partition that was assigned before keeps its pause.
            self._consumer.resume(tp)
        deadline = time.monotonic() + OLDEST_WAIT_SECONDS
        while len(found) < len(positions) and time.monotonic() < deadline:
            for tp, records in self._consumer.poll(timeout_ms=200).items():
                found.setdefault(tp, records[0].timestamp / 1000)
                self._consumer.pause(tp)
        self._timestamps = {(tp, positions[tp]): moment for tp, moment in found.items()}
        return found


class LagReporter:
    """A thread that measures lag again and again, and sets the gauges.

    `newest` is the last measurement; None before the first, and while the broker does not answer.
    """

    def __init__(
        self,
        make_meter: Callable[[], LagMeter],
        metrics: Metrics | ForwardMetrics,
        interval_seconds: float,
    ) -> None:
        self._make_meter = make_meter
        self._metrics = metrics
        self._interval_seconds = interval_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lag", daemon=True)
        self.newest: Mapping[Any, Lag] | None = None

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; it is a daemon, so nobody has to wait for a slow broker."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=1.0)

    def _run(self) -> None:
        meter: LagMeter | None = None
        while not self._stop.is_set():
            try:
                meter = meter or self._make_meter()
                self._report(meter.measure())
            except (KafkaError, OSError, KeyError) as error:
                # A KeyError is kafka-python's, for a partition that the broker did not answer for.
                # The gauges keep their values, and `tocsin_lag_measured…` says how old they are.
                log.warning("lag.not_measured", error=str(error) or type(error).__name__)
                self.newest = None
                if meter is not None:
                    meter.close()
                    meter = None
            self._stop.wait(self._interval_seconds)
        if meter is not None:
            meter.close()

    def _report(self, lags: Mapping[Any, Lag]) -> None:
        self.newest = lags
        for tp, lag in lags.items():
            self._metrics.lag_records.labels(tp.topic, str(tp.partition)).set(lag.records)
            self._metrics.lag_seconds.labels(tp.topic, str(tp.partition)).set(lag.seconds)
        self._metrics.lag_measured.set(time.time())
