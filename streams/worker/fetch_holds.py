"""Partitions that are not fetched for now, and every reason why.

Two parts of a worker hold partitions. A partition is fetched when neither holds it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from streams.kafka.envelope import TopicPartition
from streams.worker.consumer_group import ConsumerGroup


class HoldReason(StrEnum):
    """Why a partition is not fetched."""

    INBOX_FULL = "inbox_full"
    AHEAD = "ahead_of_the_others"
    RANGE_ENDED = "range_ended"


@dataclass(slots=True)
class FetchHolds:
    """Holds partitions back from being fetched."""

    group: ConsumerGroup
    _reasons: dict[TopicPartition, set[HoldReason]] = field(default_factory=dict)
    # Until the first `renew`: partitions are assigned and sought first.
    _suspended: bool = True

    def hold(self, reason: HoldReason, tp: TopicPartition) -> None:
        """Stop fetching a partition for this reason. What was fetched already still arrives."""
        self._reasons.setdefault(tp, set()).add(reason)
        if not self._suspended:
            self.group.stop_fetching(tp)

    def release(self, reason: HoldReason, tp: TopicPartition) -> None:
        """Remove this reason, and fetch the partition again if it was the last."""
        reasons = self._reasons.get(tp, set())
        reasons.discard(reason)
        if not reasons:
            was_held = self._reasons.pop(tp, None) is not None
            if was_held and not self._suspended:
                self.group.resume_fetching(tp)

    def replace(self, reason: HoldReason, tps: Iterable[TopicPartition]) -> None:
        """Hold exactly these partitions for this reason."""
        wanted = set(tps)
        before = {tp for tp, reasons in self._reasons.items() if reason in reasons}
        for tp in wanted - before:
            self.hold(reason, tp)
        for tp in before - wanted:
            self.release(reason, tp)

    def reasons(self, tp: TopicPartition) -> list[HoldReason]:
        """Return why a partition is not fetched. The list is empty if it is fetched."""
        return sorted(self._reasons.get(tp, ()))

    def suspend(self) -> None:
        """Hold nothing while the partitions are being assigned, recovered and sought.

        A partition that is held or released meanwhile would deliver records from before the seek.
        """
        self._suspended = True
        self.group.reset_fetching()

    def renew(self) -> None:
        """Hold again what is to be held. After an assignment every partition is fetched."""
        self._suspended = False
        if self._reasons:
            assigned = self.group.assignment()
            for tp in self._reasons:
                if tp in assigned:
                    self.group.stop_fetching(tp)
