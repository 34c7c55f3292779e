"""The gate of a run that ends: which articles come in, and which partitions wait for the others.

Owns the decision which partitions of articles are read on. Must not know what becomes of an
article. Partitions are read at different speeds, and mentions wait in memory until every partition
has come as far. So a partition that is too far ahead of the watermark pauses until the others have
come after. The slowest never pauses: when what it has read is committed, it is the watermark.
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
    """Lets articles in that are within the bounds, and paces their partitions.

    `event_time_ms` returns the event time of a record; None: it has none, and moves no partition.
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
        """Hold the partitions that are too far ahead or at their end, and let the others continue.

        Args:
            watermark_ms: Up to which event time everything is finished; negative infinity where
                that is not known. Then each partition counts from its own first article.
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
        """Drop everything: the partitions are being reassigned."""
        for one in (self._first_ms, self._newest_ms, self._ended, self._ahead):
            one.clear()
        for reason in (HoldReason.AHEAD, HoldReason.RANGE_ENDED):
            self.holds.replace(reason, ())

    def _since(self, tp: TopicPartition, watermark_ms: float) -> float:
        return self._first_ms[tp] if watermark_ms == -math.inf else watermark_ms
