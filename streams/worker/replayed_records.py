"""Records that a replay wrote, in a topic that is read live.

Owns the decision to leave them alone: a replay's records are repetitions, and its mentions beside
the live ones would ring a second time. Must not know how a record got there. Each is counted, by
stage and reason.
"""

from dataclasses import dataclass
from typing import Any

from streams.kafka.envelope import REPLAY_ID_HEADER, Headers
from streams.service.metrics import Metrics
from streams.worker.messages import headers_of

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

    def skips(self, stage: str, message: Any) -> bool:
        """Say whether a Faust message is to be left alone; it is counted then."""
        if self.accepted or not message.headers:
            return False
        foreign = is_of_another_replay(headers_of(message), self.replay_id)
        if foreign:
            self.metrics.discarded.labels(stage, REPLAYED).inc()
        return foreign
