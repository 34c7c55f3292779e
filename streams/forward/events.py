"""An alert's record as an HTTP request: a CloudEvent in binary or in structured mode.

Source: CloudEvents 1.0, its JSON format and its HTTP binding. Signatures are added by the sink.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import quote

import msgspec

from processors.contracts import Alert
from streams.errors import UndeliverableError, UndeliveredReason
from streams.kafka.envelope import CONTENT_TYPE, JSON_TYPE, Record, alert_record
from streams.reading.alerts import decode_alert

Mode = Literal["binary", "structured"]

STRUCTURED_TYPE: Final = "application/cloudevents+json"
_CE: Final = "ce_"
# Of a header's value, the HTTP binding encodes all but printable ASCII without space, " and %.
_PLAIN: Final = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')
# Our own ids are short. Servers reject headers that are too long.
_MAX_HEADER: Final = 1_024


@dataclass(frozen=True, slots=True)
class Event:
    """A request to send: `event_id` is the alert's id in the form of a header's value."""

    event_id: str
    headers: Mapping[str, str]
    body: bytes


def alert_of(record: Record) -> Alert:
    """Return the alert of a record.

    Raises:
        UndeliverableError: the record holds none. Any program may write to a topic.
    """
    alert = decode_alert(record.value)
    if alert is None or not alert.leaders or not alert.alert_id:
        raise _not_an_alert("the value is not an alert that this version can read")
    return alert


def event_of(record: Record, alert: Alert, mode: Mode) -> Event:
    """Return the request of an alert. Its data are the record's own bytes.

    Raises:
        UndeliverableError: an id in it is too long for a header.
    """
    attributes = {
        name.removeprefix(_CE): (value or b"").decode()
        for name, value in alert_record(record.topic, alert).headers
        if name.startswith(_CE)
    }
    encoded = {name: quote(text, safe=_PLAIN) for name, text in attributes.items()}
    for name, text in encoded.items():
        if len(text) > _MAX_HEADER:
            raise _not_an_alert(
                f"its {name} is longer than the {_MAX_HEADER} characters of a header"
            )
    value, data_type = record.value or b"", JSON_TYPE.decode()
    if mode == "binary":
        headers = {f"ce-{name}": text for name, text in encoded.items()}
        return Event(encoded["id"], {CONTENT_TYPE: data_type, **headers}, value)
    document = {**attributes, "datacontenttype": data_type, "data": msgspec.Raw(value)}
    return Event(encoded["id"], {CONTENT_TYPE: STRUCTURED_TYPE}, msgspec.json.encode(document))


def _not_an_alert(message: str) -> UndeliverableError:
    return UndeliverableError(UndeliveredReason.NOT_AN_ALERT, message)
