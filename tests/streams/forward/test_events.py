"""An alert's record becomes a CloudEvent over HTTP, in either mode, and is not changed."""

import json
from typing import Any

import msgspec
import pytest

from processors.contracts import LeaderRef
from streams.errors import UndeliverableError
from streams.forward.events import Mode, alert_of, event_of
from streams.kafka.envelope import Record
from tools.contracts.examples import alerts

ALERT = alerts()["encounter"]


def incoming(value: bytes | None) -> Record:
    return Record("news.alerts.encounter", 2, 17, 1_715_851_872_430, b"Q15031", value, [])


def record(**changes: Any) -> Record:
    return incoming(msgspec.json.encode(msgspec.structs.replace(ALERT, **changes)))


def event(of: Record, mode: Mode = "binary") -> Any:
    return event_of(of, alert_of(of), mode)


def test_in_binary_mode_the_body_is_the_records_value_and_the_headers_are_the_event() -> None:
    sent = event(record())
    assert sent.body == record().value
    assert dict(sent.headers) == {
        "content-type": "application/json",
        "ce-specversion": "1.0",
        "ce-id": ALERT.alert_id,
        "ce-type": "tocsin.alert.encounter.v1",
        "ce-source": "/tocsin",
        "ce-subject": "Q15031",
        "ce-time": "2024-05-16T09:31:12.250000Z",
    }
    assert sent.event_id == ALERT.alert_id


def test_in_structured_mode_the_body_is_the_whole_event() -> None:
    sent = event(record(), "structured")
    assert dict(sent.headers) == {"content-type": "application/cloudevents+json"}
    assert json.loads(sent.body) == {
        "specversion": "1.0",
        "id": ALERT.alert_id,
        "type": "tocsin.alert.encounter.v1",
        "source": "/tocsin",
        "subject": "Q15031",
        "time": "2024-05-16T09:31:12.250000Z",
        "datacontenttype": "application/json",
        "data": json.loads(record().value or b""),
    }


@pytest.mark.parametrize("mode", ["binary", "structured"])
def test_a_field_that_this_version_does_not_know_goes_along(mode: Mode) -> None:
    value = json.loads(record().value or b"") | {"later": 1}
    body = json.loads(event(incoming(json.dumps(value).encode()), mode).body)
    assert (body if mode == "binary" else body["data"])["later"] == 1


def test_what_an_id_may_hold_cannot_end_a_header() -> None:
    hostile = 'a\r\nX-Evil: 1 "é%'
    leader = LeaderRef(leader_id="x-Kö nig", leader_name="König")
    sent = event(record(alert_id=hostile, leaders=[leader]))
    assert sent.headers["ce-id"] == "a%0D%0AX-Evil:%201%20%22%C3%A9%25"
    assert sent.headers["ce-subject"] == "x-K%C3%B6%20nig"
    assert sent.event_id == sent.headers["ce-id"]
    structured = event(record(alert_id=hostile, leaders=[leader]), "structured")
    assert json.loads(structured.body)["id"] == hostile


@pytest.mark.parametrize(
    "bad",
    [
        incoming(None),
        incoming(b""),
        incoming(b"\xff"),
        incoming(b'{"alert_id": "a"}'),
        record(leaders=[]),
        record(alert_id=""),
        record(alert_id="a" * 2_000),
    ],
)
def test_what_is_no_alert_is_not_sent(bad: Record) -> None:
    with pytest.raises(UndeliverableError) as refused:
        event(bad)
    assert refused.value.reason == "not_an_alert"
