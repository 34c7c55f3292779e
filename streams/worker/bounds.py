"""The bounds of a replay: which offsets of the articles its workers read.

A worker without bounds runs until it is stopped.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from streams.kafka.envelope import REPLAY_ID_HEADER, Headers
from streams.worker.timestamp_check import OffsetRanges


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a worker of a replay reads, and how fast.

    Attributes:
        replay_id: The id of the replay. It is in a header of every record that it writes.
        spans: The first offset and the end of every partition of the articles. The end is not read.
        pace_ms: How far in event time a partition may be read ahead of the others.
        rate: The maximum of articles a second that one worker reads; None without a limit.
        speed: The maximum of seconds of event time that it reads a second; None without a limit.
        latest_ms: The latest event time that is allowed.
        refused: Offsets of the records that a live worker refused for their timestamp.
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
        """Return whether a record is within the bounds."""
        start, end = self.spans.get(partition, (0, 0))
        return start <= offset < end

    def end(self, partition: int) -> int:
        """Return the offset after the last one of a partition."""
        return self.spans.get(partition, (0, 0))[1]

    def is_beyond(self, partition: int, offset: int) -> bool:
        """Return whether a partition ends before this offset."""
        return offset >= self.end(partition)
