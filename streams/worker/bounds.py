"""The bounds of a run that ends: which offsets of the articles are its own.

Owns the value that a replay hands to the worker. Must not know how a range is asked for, nor who
ends the run. A worker without bounds runs until it is stopped.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from streams.kafka.envelope import REPLAY_ID_HEADER, Headers
from streams.worker.timestamp_check import OffsetRanges


@dataclass(frozen=True, slots=True)
class Bounds:
    """Partition to its first offset and to the one after its last; and whose run it is.

    Attributes:
        replay_id: In the header of every record written.
        spans: Half-open, for every partition of the articles.
        rate: Articles a second of one worker at most; None: as many as there are.
        speed: Seconds of event time that go by in a second; None: as many as there are.
        pace_ms: How far in event time a partition may be read ahead of the others.
        latest_ms: The latest event time that is allowed.
        refused: Records that a live worker refused for their timestamp.
    """

    replay_id: str
    spans: Mapping[int, tuple[int, int]]
    pace_ms: int
    rate: float | None = None
    speed: float | None = None
    latest_ms: float = math.inf
    refused: OffsetRanges = field(default_factory=dict)

    @property
    def headers(self) -> Headers:
        """The headers of every record written."""
        return [(REPLAY_ID_HEADER, self.replay_id.encode())]

    def has(self, partition: int, offset: int) -> bool:
        """Say whether a record is within them."""
        start, end = self.spans.get(partition, (0, 0))
        return start <= offset < end

    def end(self, partition: int) -> int:
        """Return the offset after the last of a partition."""
        return self.spans.get(partition, (0, 0))[1]

    def is_beyond(self, partition: int, offset: int) -> bool:
        """Say whether nothing from this offset on is within them."""
        return offset >= self.end(partition)
