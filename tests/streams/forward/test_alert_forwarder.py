"""What becomes of a record, how it is counted, and when the receiver is at fault."""

import asyncio
from typing import Any

import msgspec
import pytest

from processors.contracts import Alert
from streams.errors import ReceiverRefusesError, UndeliverableError, UndeliveredReason
from streams.forward.alert_forwarder import MAX_REFUSED_IN_A_ROW, AlertForwarder, Job
from streams.forward.delivery import StoppedError
from streams.forward.events import Event
from streams.forward.sinks.http_target import Target
from streams.forward.sinks.webhook import WebhookSink
from streams.kafka.envelope import Outgoing, Record, alert_record
from streams.reading.alerts import AlertFilter
from streams.service.metrics import ForwardMetrics
from tools.contracts.examples import alerts

ALERT = alerts()["encounter"]
TARGET = Target("https://hooks.example/T0KEN", "https://hooks.example", "", 443, False)
SINK = WebhookSink(TARGET, (), "binary", 15.0)
REFUSED = UndeliverableError(UndeliveredReason.DELIVERY_REFUSED, "the receiver answers 422")
GIVEN_UP = UndeliverableError(UndeliveredReason.DELIVERY_GIVEN_UP, "given up after 3 tries")


def record(value: bytes | None = None) -> Record:
    out = alert_record("news.alerts.encounter", ALERT)
    value = out.value if value is None else value
    return Record(out.topic, 2, 17, 1_000_000, out.key, value, out.headers)


def other(alert_id: str) -> Alert:
    return msgspec.structs.replace(ALERT, alert_id=alert_id)


class Receiver:
    """A receiver with its results in a row; the last one repeats."""

    def __init__(self, *does: BaseException | None, severity: Any = "low") -> None:
        self._does = list(does)
        self.delivered: list[Event] = []
        self.letters: list[Outgoing] = []
        self.metrics = ForwardMetrics()
        job = Job(SINK, "g", (), AlertFilter(severity), None)
        self.forwarder = AlertForwarder(
            job,
            self,  # type: ignore[arg-type]
            self,  # type: ignore[arg-type]
            "news.dead-letters",
            self.metrics,
            lambda: 1_002.5,
        )

    async def deliver(self, event: Event) -> None:
        does = self._does.pop(0) if len(self._does) > 1 else self._does[0]
        if does is not None:
            raise does
        self.delivered.append(event)

    async def send(self, records: list[Outgoing]) -> None:
        self.letters += records

    def forward(self, *records: Record) -> None:
        for one in records:
            asyncio.run(self.forwarder.forward(one))

    def count(self, outcome: str) -> float | None:
        return self.metrics.registry.get_sample_value(
            "tocsin_forward_alerts_total", {"outcome": outcome}
        )


def test_a_delivered_alert_is_counted_with_its_latency() -> None:
    receiver = Receiver(None)
    receiver.forward(record())
    assert [event.event_id for event in receiver.delivered] == [ALERT.alert_id]
    assert receiver.letters == []
    assert receiver.count("delivered") == 1
    latency = receiver.metrics.registry.get_sample_value("tocsin_forward_latency_seconds_sum")
    assert latency == 2.5


def test_a_repeated_alert_is_delivered_once_and_one_that_was_not_taken_again() -> None:
    receiver = Receiver(GIVEN_UP, None)
    receiver.forward(record(), record(), record())
    assert len(receiver.delivered) == 1
    assert (receiver.count("delivery_given_up"), receiver.count("delivered")) == (1, 1)
    assert receiver.count("repeated") == 1


def test_what_is_not_wanted_is_passed_over_and_counted() -> None:
    receiver = Receiver(None, severity="high")
    receiver.forward(record())
    assert (receiver.delivered, receiver.letters, receiver.count("not_wanted")) == ([], [], 1)


@pytest.mark.parametrize("error", [REFUSED, GIVEN_UP])
def test_what_is_not_taken_is_put_aside_whole_with_what_was_said(error: UndeliverableError) -> None:
    receiver = Receiver(error)
    receiver.forward(record())
    [letter] = receiver.letters
    headers = {name: (value or b"").decode() for name, value in letter.headers}
    assert (letter.topic, letter.key, letter.value) == (
        "news.dead-letters",
        record().key,
        record().value,
    )
    assert letter.timestamp_ms == 1_000_000
    assert headers["ce_id"] == ALERT.alert_id
    assert headers["tocsin.error.stage"] == "forward"
    assert headers["tocsin.error.reason"] == error.reason
    assert headers["tocsin.error.message"] == error.message
    assert headers["tocsin.error.topic"] == "news.alerts.encounter"
    assert receiver.count(error.reason) == 1


def test_a_record_that_is_no_alert_is_not_sent_and_put_aside() -> None:
    receiver = Receiver(None)
    receiver.forward(record(b"{"))
    assert receiver.delivered == []
    assert receiver.count("not_an_alert") == 1
    assert [letter.value for letter in receiver.letters] == [b"{"]


def test_an_alert_that_was_not_sent_because_of_the_end_is_not_done_with() -> None:
    receiver = Receiver(StoppedError())
    with pytest.raises(StoppedError):
        receiver.forward(record())
    assert receiver.letters == []


def test_refusals_in_a_row_end_it_before_one_more_is_put_aside() -> None:
    receiver = Receiver(REFUSED)
    receiver.forward(*[record()] * MAX_REFUSED_IN_A_ROW)
    with pytest.raises(ReceiverRefusesError, match="answers 422") as ended:
        receiver.forward(record())
    assert len(receiver.letters) == MAX_REFUSED_IN_A_ROW
    assert "https://hooks.example refused 20 alerts in a row" in str(ended.value)
    assert "T0KEN" not in str(ended.value)


def test_one_that_is_taken_ends_the_row_and_others_do_not_count() -> None:
    row = [REFUSED] * MAX_REFUSED_IN_A_ROW
    receiver = Receiver(*row, None, *row)
    receiver.forward(
        *(record(msgspec.json.encode(other(f"a-{n}"))) for n in range(2 * len(row) + 1))
    )
    assert len(receiver.delivered) == 1
    receiver = Receiver(GIVEN_UP)
    receiver.forward(*[record()] * (MAX_REFUSED_IN_A_ROW + 1))
    receiver.forward(*[record(msgspec.json.encode({}))] * (MAX_REFUSED_IN_A_ROW + 1))
    assert len(receiver.letters) == 2 * (MAX_REFUSED_IN_A_ROW + 1)
