"""Skips records that a replay wrote when it reads a live topic.

They repeat live records, and their mentions would trigger the same alerts a second time. Each
skipped record is counted by stage and reason.
"""

from dataclasses import dataclass

from streams.kafka.envelope import REPLAY_ID_HEADER, Headers, Record
from streams.service.metrics import Metrics

REPLAYED = "replayed"


def is_of_another_replay(headers: Headers, replay_id: str) -> bool:
    """Return whether another replay wrote a record. `replay_id` is empty for a live worker."""
    return any(
        name == REPLAY_ID_HEADER and (value or b"") != replay_id.encode() for name, value in headers
    )


@dataclass(frozen=True, slots=True)
class ReplayedRecordFilter:
    """Skips records of other replays than `replay_id`, which is empty for a live worker.

    With `accepted` it skips none: the operator wants them processed.
    """

    replay_id: str
    metrics: Metrics
    accepted: bool = False

    def skips(self, stage: str, record: Record) -> bool:
        """Return whether to skip a record, and count it then."""
        if self.accepted or not is_of_another_replay(record.headers, self.replay_id):
            return False
        self.metrics.discarded.labels(stage, REPLAYED).inc()
        return True
