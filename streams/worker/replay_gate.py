"""The gate of a replay: which articles it admits, and which partitions wait for the others.

Partitions are read at different speeds, and mentions wait in memory until every partition has been
read as far. So a partition that is too far ahead of the watermark pauses until the others have
caught up. The slowest partition never pauses: once its records are committed, it is the watermark.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from streams.kafka.envelope import Record, TopicPartition
from streams.kafka.offset_tracker import EventTime, timestamp_of
from streams.worker.bounds import Bounds
from streams.worker.fetch_holds import FetchHolds, HoldReason


@dataclass(slots=True)
class ReplayGate:
    """Admits articles that are within the bounds, and pauses partitions that are ahead.

    `event_time_ms` returns the event time of a record. A record without one moves no partition.
    """

    bounds: Bounds
    holds: FetchHolds
    event_time_ms: EventTime = timestamp_of
    _first_ms: dict[TopicPartition, int] = field(default_factory=dict)
    _newest_ms: dict[TopicPartition, int] = field(default_factory=dict)
    _ended: set[TopicPartition] = field(default_factory=set)
    _ahead: set[TopicPartition] = field(default_factory=set)

    def admit(self, records: Sequence[Record]) -> Sequence[Record]:
        """Return those of the records that are within the bounds."""
        admitted = []
        for record in records:
            if self.bounds.is_beyond(record.partition, record.offset):
                self._ended.add(record.tp)
            elif self.bounds.has(record.partition, record.offset):
                event_time_ms = self.event_time_ms(record)
                if event_time_ms is not None:
                    self._first_ms.setdefault(record.tp, event_time_ms)
                    newest_ms = self._newest_ms.get(record.tp, event_time_ms)
                    self._newest_ms[record.tp] = max(event_time_ms, newest_ms)
                admitted.append(record)
        return admitted

    def pause_partitions_ahead(self, watermark_ms: float) -> None:
        """Hold the partitions that are too far ahead or at their end, and release the others.

        Args:
            watermark_ms: The event time up to which all articles are finished. While it is not
                known it is negative infinity, and each partition counts from its first article.
        """
        self._ahead = {
            tp
            for tp, newest_ms in self._newest_ms.items()
            if newest_ms - self._since(tp, watermark_ms) > self.bounds.pace_ms
        }
        self.holds.replace(HoldReason.AHEAD, self._ahead)
        self.holds.replace(HoldReason.RANGE_ENDED, self._ended)

    @property
    def is_waiting(self) -> bool:
        """Whether a partition waits for the others."""
        return bool(self._ahead - self._ended)

    def forget(self) -> None:
        """Forget all partitions: they are being assigned again."""
        for one in (self._first_ms, self._newest_ms, self._ended, self._ahead):
            one.clear()
        for reason in (HoldReason.AHEAD, HoldReason.RANGE_ENDED):
            self.holds.replace(reason, ())

    def _since(self, tp: TopicPartition, watermark_ms: float) -> float:
        return self._first_ms[tp] if watermark_ms == -math.inf else watermark_ms
