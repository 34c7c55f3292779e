"""Measures open transactions of producers, and logs which partitions they block and the remedy.

A reader of committed records cannot read records behind an open transaction. A producer that hangs
blocks a partition until its transaction times out.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from prometheus_client import Gauge

log = structlog.get_logger(__name__)

# Transactions of a few seconds are normal. Kafka Streams commits every tenth of a second, and other
# producers at every checkpoint.
WARNING_SECONDS = 10.0
REMEDY = (
    "records behind it are read when the producer commits, aborts or times out "
    "(transaction.timeout.ms); kafka-transactions.sh describe-producers names the producer, "
    "find-hanging and abort end a transaction whose producer is gone"
)


@dataclass(slots=True)
class _Open:
    offset: int
    since: float
    is_logged: bool = False


class OpenTransactions:
    """Tracks the partitions that an open transaction blocks.

    Args:
        gauge: Set to the seconds for which each partition is blocked, by topic and partition, or to
            0.
        clock: Unix seconds.
    """

    def __init__(self, gauge: Gauge, clock: Callable[[], float] = time.time) -> None:
        self._gauge, self._clock = gauge, clock
        self._open: dict[Any, _Open] = {}

    def observe(self, blocked_at: Mapping[Any, int | None]) -> None:
        """Record the last stable offset of each blocked partition, or None if it is not blocked."""
        now = self._clock()
        for tp, offset in blocked_at.items():
            known = self._open.get(tp)
            if known is not None and known.offset != offset:
                self._end(tp, known, now)
                known = None
            if known is None and offset is not None:
                known = self._open[tp] = _Open(offset, now)
            seconds = 0.0 if known is None else max(0.0, now - known.since)
            self._gauge.labels(tp.topic, str(tp.partition)).set(seconds)
            if known is not None and seconds >= WARNING_SECONDS and not known.is_logged:
                known.is_logged = True
                log.warning(
                    "transaction.open",
                    topic=tp.topic,
                    partition=tp.partition,
                    last_stable_offset=known.offset,
                    since=datetime.fromtimestamp(known.since, tz=UTC).isoformat(),
                    note=REMEDY,
                )

    def _end(self, tp: Any, known: _Open, now: float) -> None:
        del self._open[tp]
        if known.is_logged:
            log.info(
                "transaction.ended",
                topic=tp.topic,
                partition=tp.partition,
                seconds=round(now - known.since),
            )
