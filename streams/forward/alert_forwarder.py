"""Forwards one record of an alert topic: it is delivered, skipped, or dead-lettered.

It counts the outcomes and writes the dead letters. `streams.forward.delivery` sends.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from streams.errors import ReceiverRefusesError, UndeliverableError, UndeliveredReason
from streams.forward.delivery import Delivery
from streams.forward.events import alert_of, event_of
from streams.forward.sinks.sink import Sink
from streams.kafka.dead_letters import send_dead_letter
from streams.kafka.envelope import Record, dead_letter_record
from streams.kafka.outbox import Outbox
from streams.kafka.unreadable import why_unreadable, without_mark
from streams.reading.alerts import AlertFilter, Seen
from streams.service.metrics import ForwardMetrics

log = structlog.get_logger(__name__)

STAGE: Final = "forward"
MAX_REFUSED_IN_A_ROW: Final = 20


@dataclass(frozen=True, slots=True)
class Job:
    """What is forwarded, and where to.

    Attributes:
        sink: The receiver.
        group: The consumer group.
        topics: The topics of alerts.
        wanted: Which alerts.
        since: Where a new group begins. None: with the next alert.
    """

    sink: Sink
    group: str
    topics: Sequence[str]
    wanted: AlertFilter
    since: datetime | None


class AlertForwarder:
    """Forwards records, one at a time for each key.

    Args:
        job: What is forwarded, and where to.
        delivery: Sends to the receiver.
        outbox: Writes dead letters.
        dead_letters: Their topic.
        metrics: Where outcomes are counted.
        unix_time: Returns the time, in seconds.
    """

    def __init__(
        self,
        job: Job,
        delivery: Delivery,
        outbox: Outbox,
        dead_letters: str,
        metrics: ForwardMetrics,
        unix_time: Callable[[], float] = time.time,
    ) -> None:
        self._job = job
        self._delivery = delivery
        self._outbox = outbox
        self._dead_letters = dead_letters
        self._metrics = metrics
        for outcome in ("delivered", "repeated", "not_wanted", *UndeliveredReason):
            # Prometheus misses the first increase of a counter that did not exist before.
            metrics.alerts.labels(str(outcome))
        self._unix_time = unix_time
        self._refused_in_a_row = 0
        # Per process: the receiver does not get repetitions by a requeue or by a worker's restart.
        self._delivered = Seen()

    async def forward(self, record: Record) -> None:
        """Return when the record is delivered, skipped or dead-lettered.

        Raises:
            ReceiverRefusesError: too many in a row are rejected, so the receiver is at fault.
            StoppedError: forwarding ends, and the record is not done.
            KafkaError: the broker will never take its dead letter.
        """
        why = why_unreadable(record.headers)
        if why is not None:
            error = UndeliverableError(UndeliveredReason.NOT_AN_ALERT, why)
            await self._dead_letter(without_mark(record), error)
            return
        try:
            alert = alert_of(record)
            if not self._job.wanted.wants(alert):
                self._metrics.alerts.labels("not_wanted").inc()
                return
            if alert.alert_id in self._delivered:
                self._metrics.alerts.labels("repeated").inc()
                return
            await self._delivery.deliver(event_of(record, alert, self._job.sink.mode))
        except UndeliverableError as error:
            await self._dead_letter(record, error)
            return
        self._refused_in_a_row = 0
        self._delivered.add(alert.alert_id)
        self._metrics.alerts.labels("delivered").inc()
        self._metrics.latency.observe(max(0.0, self._unix_time() - record.timestamp_ms / 1000))

    async def _dead_letter(self, record: Record, error: UndeliverableError) -> None:
        if error.reason is UndeliveredReason.DELIVERY_REFUSED:
            self._refused_in_a_row += 1
            if self._refused_in_a_row > MAX_REFUSED_IN_A_ROW:
                raise ReceiverRefusesError(
                    f"{self._job.sink.address} refused {MAX_REFUSED_IN_A_ROW} alerts in a row; "
                    f"then: {error.message}. Forwarding stops here, and the offset stays. Fix "
                    f"the address, the secret or the receiver, start again, and requeue those "
                    f"that were refused: `tocsin dead-letters requeue --all --reason "
                    f"{error.reason}`."
                )
        await send_dead_letter(
            self._outbox, dead_letter_record(self._dead_letters, record, STAGE, error)
        )
        self._metrics.alerts.labels(error.reason.value).inc()
        log.error(
            "forward.dead_letter",
            reason=error.reason.value,
            said=error.message,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
        )
