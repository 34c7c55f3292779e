"""Skips records written by a replay when reading a live topic.

A replay's records are repetitions, and its mentions beside the live ones would trigger alerts a
second time. Each is counted, by stage and reason.
"""

from dataclasses import dataclass

from streams.kafka.envelope import REPLAY_ID_HEADER, Headers, Record
from streams.service.metrics import Metrics

REPLAYED = "replayed"


def is_of_another_replay(headers: Headers, replay_id: str) -> bool:
    """Return whether another replay wrote a record; `replay_id` is empty for a live worker."""
    return any(
        name == REPLAY_ID_HEADER and (value or b"") != replay_id.encode() for name, value in headers
    )


@dataclass(frozen=True, slots=True)
class ReplayedRecordFilter:
    """Tells the records of other replays than `replay_id`, which is empty for a live worker.

    With `accepted` there are none: the operator wants them worked on.
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
