"""The gate of a run that ends: which articles come in, and which partitions wait for the others.

Owns the decision which partitions of articles are read on. Must not know what becomes of an
article. Partitions are read at different speeds, and mentions wait in memory until every partition
has come as far. So a partition that is too far ahead of the watermark pauses until the others have
come after. The slowest never pauses: when what it has read is committed, it is the watermark.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from streams.worker.bounds import Bounds
from streams.worker.fetch_holds import FetchHolds, HoldReason
from streams.worker.messages import timestamp_ms


@dataclass(slots=True)
class ReplayGate:
    """Lets articles in that are within the bounds, and paces their partitions.

    `moment_ms` gives the event time of a Faust message; None: it has none, and moves no partition.
    """

    bounds: Bounds
    holds: FetchHolds
    moment_ms: Callable[[Any], int | None] = timestamp_ms
    _first_ms: dict[Any, int] = field(default_factory=dict)
    _newest_ms: dict[Any, int] = field(default_factory=dict)
    _ended: set[Any] = field(default_factory=set)
    _ahead: set[Any] = field(default_factory=set)

    def admit(self, events: Sequence[Any]) -> Sequence[Any]:
        """Give those of the events that are within the bounds."""
        admitted = []
        for event in events:
            message = event.message
            if self.bounds.is_beyond(message.partition, message.offset):
                self._ended.add(message.tp)
            elif self.bounds.has(message.partition, message.offset):
                moment_ms = self.moment_ms(message)
                if moment_ms is not None:
                    self._first_ms.setdefault(message.tp, moment_ms)
                    self._newest_ms[message.tp] = max(
                        moment_ms, self._newest_ms.get(message.tp, moment_ms)
                    )
                admitted.append(event)
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
        """Drop everything: the partitions are being assigned anew."""
        for one in (self._first_ms, self._newest_ms, self._ended, self._ahead):
            one.clear()
        for reason in (HoldReason.AHEAD, HoldReason.RANGE_ENDED):
            self.holds.replace(reason, ())

    def _since(self, tp: Any, watermark_ms: float) -> float:
        return self._first_ms[tp] if watermark_ms == -math.inf else watermark_ms
