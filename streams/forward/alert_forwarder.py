"""One record of an alert topic, taken to its end: delivered, left out, or dead-lettered.

Owns the outcomes, their counting, and the dead letters. Must not know where records come from, nor
how an alert is sent (`streams.forward.delivery`).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from streams.errors import ReceiverRefusesError, UndeliverableError, UndeliveredReason
from streams.forward.delivery import Delivery
from streams.forward.events import Mode, alert_of, event_of
from streams.forward.target import Target
from streams.kafka.dead_letters import send_dead_letter
from streams.kafka.envelope import Record, dead_letter_record
from streams.kafka.outbox import Outbox
from streams.kafka.unreadable import why_unreadable, without_mark
from streams.reading.alerts import AlertFilter, Seen
from streams.service.metrics import ForwardMetrics

log = structlog.get_logger(__name__)

STAGE: Final = "forward"
MOST_REFUSED_IN_A_ROW: Final = 20


@dataclass(frozen=True, slots=True)
class Job:
    """What is carried on, and where to.

    `since` is where a new group begins; None: with the next alert.
    """

    target: Target
    keys: Sequence[bytes]
    group: str
    topics: Sequence[str]
    wanted: AlertFilter
    mode: Mode
    since: datetime | None


class Carrier:
    """Takes records to their end.

    Args:
        job: What is carried on, and where to.
        delivery: Sends to the receiver.
        outbox: Writes dead letters.
        dead_letters: Their topic.
        metrics: Where outcomes are counted.
        unix_time: The time, in seconds.
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
            # An increase over a counter that was not there before misses the first.
            metrics.alerts.labels(str(outcome))
        self._unix_time = unix_time
        self._refused_in_a_row = 0
        # Of this process: it spares the receiver a requeue for another, or a worker's restart.
        self._delivered = Seen()

    async def carry(self, record: Record) -> None:
        """Return when the record is done with.

        Raises:
            ReceiverRefusesError: so many are refused in a row that the receiver is at fault.
            StoppedError: forwarding ends, and the record is not done.
            KafkaError: the broker will never take its dead letter.
        """
        why = why_unreadable(record.headers)
        if why is not None:
            error = UndeliverableError(UndeliveredReason.NOT_AN_ALERT, why)
            await self._put_aside(without_mark(record), error)
            return
        try:
            alert = alert_of(record)
            if not self._job.wanted.wants(alert):
                self._metrics.alerts.labels("not_wanted").inc()
                return
            if alert.alert_id in self._delivered:
                self._metrics.alerts.labels("repeated").inc()
                return
            await self._delivery.deliver(event_of(record, alert, self._job.mode))
        except UndeliverableError as error:
            await self._put_aside(record, error)
            return
        self._refused_in_a_row = 0
        self._delivered.add(alert.alert_id)
        self._metrics.alerts.labels("delivered").inc()
        self._metrics.latency.observe(max(0.0, self._unix_time() - record.timestamp_ms / 1000))

    async def _put_aside(self, record: Record, error: UndeliverableError) -> None:
        if error.reason is UndeliveredReason.DELIVERY_REFUSED:
            self._refused_in_a_row += 1
            if self._refused_in_a_row > MOST_REFUSED_IN_A_ROW:
                raise ReceiverRefusesError(
                    f"{self._job.target.origin} refused {MOST_REFUSED_IN_A_ROW} alerts in a row; "
                    f"then: {error.message}. Forwarding stops here, and the offset stays. Mend "
                    f"the address, the secret or the receiver, start again, and put back those "
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
