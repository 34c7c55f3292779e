"""The headers of every record, as schemas of an object from header name to UTF-8 text.

It describes the headers. Names and fixed values come from `streams.kafka.envelope`, and tests
compare the two. More headers may be there than are named.
"""

from typing import Any, Final

from processors.contracts import Alert, AlertKind
from processors.errors import DeadLetterReason
from streams.errors import UndeliveredReason
from streams.kafka import envelope
from tools.contracts.schemas import DIALECT, Schema, schema_id

_DIGITS: Final = "^[0-9]+$"
_EXAMPLE_ERROR: Final = {
    "stage": "decode",
    "reason": DeadLetterReason.INVALID_JSON.value,
    "message": "not JSON: Expecting value at character 24 of 53",
    "topic": "news.articles",
    "partition": "3",
    "offset": "1207",
    "timestamp": "1715851872250",
}


def json_headers() -> Schema:
    """Make the schema of the headers of mentions and withdrawals."""
    attributes = {envelope.CONTENT_TYPE: _content_type(), **_replay()}
    return _headers(attributes, [envelope.CONTENT_TYPE])


def analysis_headers() -> Schema:
    """Make the schema of an analysis's headers."""
    attributes = {
        envelope.CONTENT_TYPE: _content_type(),
        envelope.SOURCE_HEADER: _text(
            "Topic, partition and offset of the article's record, such as news.articles:3:1207.",
            pattern="^[^:]+:[0-9]+:[0-9]+$",
        ),
    }
    return _headers({**attributes, **_replay()}, list(attributes))


def article_headers() -> Schema:
    """Make the schema of an article's headers: none is needed, CloudEvents are understood."""
    attributes: dict[str, Schema] = {
        envelope.CONTENT_TYPE: _text(
            "application/json, or application/cloudevents+json for structured CloudEvents."
        ),
        "ce_specversion": _text(
            "Marks a CloudEvent in binary mode, and then needs ce_id, ce_source and ce_type.",
            const=envelope.CE_SPECVERSION.decode(),
        ),
        "ce_id": _text("Id of the event, not of the article.", minLength=1),
        "ce_source": _text("Where the event comes from.", minLength=1),
        "ce_type": _text("What kind of event it is; any is read.", minLength=1),
        envelope.REQUEUED_HEADER: _text("Set on an article that was taken from the dead letters."),
    }
    return {
        **_headers(attributes, []),
        "dependencies": {"ce_specversion": ["ce_id", "ce_source", "ce_type"]},
    }


def alert_headers(kind: AlertKind) -> Schema:
    """Make the schema of an alert's headers: CloudEvents 1.0 in binary mode."""
    attributes = {
        envelope.CONTENT_TYPE: _content_type(),
        "ce_specversion": _text("Version of CloudEvents.", const=envelope.CE_SPECVERSION.decode()),
        "ce_id": _text("The alert's id: deduplicate on it.", minLength=1),
        "ce_type": _text("Kind and major version of the alert.", const=envelope.ce_type(kind)),
        "ce_source": _text(
            "The same in the live run and in a replay, so that a repeated alert is a duplicate.",
            const=envelope.CE_SOURCE,
        ),
        "ce_subject": _text("Id of the first leader, as in the record's key.", minLength=1),
        "ce_time": _text("The alert's event time in UTC.", format="date-time"),
    }
    return _headers({**attributes, **_replay()}, list(attributes))


def alert_headers_example(alert: Alert) -> dict[str, str]:
    """Make the headers that an alert is sent with."""
    headers = envelope.alert_record("", alert).headers
    return {name: (value or b"").decode() for name, value in headers}


def dead_letter_headers() -> Schema:
    """Make the schema of the headers that a dead letter has beside the record's own."""
    named = {
        "stage": _text("The step that could not use the record.", minLength=1),
        "reason": _text(
            "Why, from a fixed set: no value is ever renamed, and only a release adds one.",
            enum=[reason.value for reason in (*DeadLetterReason, *UndeliveredReason)],
        ),
        "message": _text("What was wrong and where, for people."),
        "topic": _text("The topic that the record was read from.", minLength=1),
        "partition": _text("Its partition there, in digits.", pattern=_DIGITS),
        "offset": _text("Its offset there, in digits.", pattern=_DIGITS),
        "timestamp": _text(
            "Its timestamp there, in milliseconds since 1970.", pattern="^-?[0-9]+$"
        ),
    }
    attributes = {envelope.ERROR_PREFIX + name: schema for name, schema in named.items()}
    return _headers({**attributes, **_replay()}, list(attributes))


def dead_letter_headers_example() -> dict[str, str]:
    """Make the headers of a dead letter that had none before."""
    return {envelope.ERROR_PREFIX + name: value for name, value in _EXAMPLE_ERROR.items()}


def dead_letter_headers_schema() -> Schema:
    """Make the stand-alone schema of a dead letter's headers."""
    return {
        "$schema": DIALECT,
        "$id": schema_id("dead-letter.headers"),
        "title": "DeadLetterHeaders",
        "description": "Headers of a record that could not be used, from name to UTF-8 text. The"
        " record's own headers are there too; its key, value and timestamp are as they were.",
        **dead_letter_headers(),
        "examples": [dead_letter_headers_example()],
    }


def _headers(properties: dict[str, Schema], required: list[str]) -> Schema:
    schema: Schema = {"type": "object", "properties": properties}
    return {**schema, "required": required} if required else schema


def _replay() -> dict[str, Schema]:
    return {envelope.REPLAY_ID_HEADER: _text("The replay that made it; absent in the live run.")}


def _content_type() -> Schema:
    return _text("Media type of the value.", const=envelope.JSON_TYPE.decode())


def _text(description: str, **schema: Any) -> Schema:
    return {"description": description, "type": "string", **schema}
