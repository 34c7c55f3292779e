"""Partitions that are not fetched for now, and every reason why.

Owns how Faust is kept from fetching a partition without losing a record. Must not know what a
reason means. Faust's `pause_partitions` drops the records of a partition that were fetched already
and are not handed on yet, without a seek: they are lost when the next offset is committed. A
partition whose buffer is full (`on_buffer_full`) is not fetched either, and what was fetched still
comes in. Two parts of a worker hold partitions, and a partition is fetched when both let it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from faust.types import TP


class HoldReason(StrEnum):
    """Why a partition is not fetched."""

    INBOX_FULL = "inbox_full"
    AHEAD = "ahead_of_the_others"
    RANGE_ENDED = "range_ended"


@dataclass(slots=True)
class FetchHolds:
    """Holds partitions back from being fetched, in a Faust consumer.

    Args:
        consumer: Gives Faust's consumer, which is not there before the app starts.
    """

    consumer: Callable[[], Any]
    _reasons: dict[TP, set[HoldReason]] = field(default_factory=dict)
    # Until the first `renew`: partitions are assigned and sought first.
    _suspended: bool = True

    def hold(self, reason: HoldReason, tp: Any) -> None:
        """Fetch no more of a partition for this reason; what was fetched still comes in."""
        held = _faust_tp(tp)
        self._reasons.setdefault(held, set()).add(reason)
        if not self._suspended:
            self.consumer().on_buffer_full(held)

    def release(self, reason: HoldReason, tp: Any) -> None:
        """Fetch a partition again, as far as this reason goes."""
        held = _faust_tp(tp)
        reasons = self._reasons.get(held, set())
        reasons.discard(reason)
        if not reasons:
            known = self._reasons.pop(held, None) is not None
            if known and not self._suspended:
                self.consumer().on_buffer_drop(held)

    def replace(self, reason: HoldReason, tps: Iterable[Any]) -> None:
        """Hold exactly these partitions for this reason."""
        wanted = {_faust_tp(tp) for tp in tps}
        before = {tp for tp, reasons in self._reasons.items() if reason in reasons}
        for tp in wanted - before:
            self.hold(reason, tp)
        for tp in before - wanted:
            self.release(reason, tp)

    def reasons(self, tp: Any) -> list[HoldReason]:
        """List why a partition is not fetched; empty where it is."""
        return sorted(self._reasons.get(_faust_tp(tp), ()))

    def suspend(self) -> None:
        """Leave Faust alone: the partitions are being assigned, recovered and sought.

        A partition that is full or let go meanwhile would come in from before the seek.
        """
        self._suspended = True
        self.consumer()._buffered_partitions.clear()  # noqa: SLF001 - Faust does not clear it

    def renew(self) -> None:
        """Hold again what is to be held: after an assignment Faust fetches every partition."""
        self._suspended = False
        consumer = self.consumer()
        if self._reasons:
            assigned = consumer.assignment()
            for tp in self._reasons:
                if tp in assigned:
                    consumer.on_buffer_full(tp)


def _faust_tp(tp: Any) -> TP:
    # Faust keeps the partitions that it is given, and stops at any other type later on.
    return TP(tp.topic, tp.partition)
