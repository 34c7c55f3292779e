"""The messages of the AsyncAPI document: each kind of record, its key, headers, value and examples.

Owns their description. Values and headers come from the schemas beside this module.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from processors.contracts import AlertKind, Analysis, Mention, Withdrawal
from streams.kafka import envelope
from tools.contracts import examples, headers
from tools.contracts.dialect import COMPONENTS
from tools.contracts.schemas import Schema, as_json

_SOURCE: Mapping[str, str] = {envelope.SOURCE_HEADER: "news.articles:3:1207"}
_NONE: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Message:
    """One kind of record: what AsyncAPI calls a message."""

    name: str
    title: str
    summary: str
    key: str
    headers: Schema
    payload: Schema
    examples: Mapping[str, Mapping[str, Any]]
    key_type: str | list[str] = "string"
    content_type: str = envelope.JSON_TYPE.decode()
    correlation: tuple[str, str] | None = None


def article() -> Message:
    """Describe what may be sent to be read."""
    return Message(
        name="article",
        title="Article",
        summary="An article as it may be sent: flat JSON, ninjs, or a CloudEvent around either.",
        key="URI of the article. All versions of an article must have the same key.",
        headers=headers.article_headers(),
        payload=_ref("Article"),
        examples={
            "flat": {"payload": examples.flat_article()},
            "ninjs": {"payload": examples.ninjs_article()},
            "cloudEvent": {
                "headers": {envelope.CONTENT_TYPE: "application/cloudevents+json"},
                "payload": examples.cloudevent_article(),
            },
        },
    )


def analysis() -> Message:
    """Describe what is said of an article."""
    return Message(
        name="analysis",
        title="Analysis",
        summary="What one article says: its sentiment and its mentions.",
        key="Id of the article.",
        headers=headers.analysis_headers(),
        payload=_ref("Analysis"),
        examples={"analysis": _example(examples.analysis(), _SOURCE)},
        correlation=("The article's id.", "$message.payload#/article_id"),
    )


def mention() -> Message:
    """Describe what is said of a leader in an article."""
    return Message(
        name="mention",
        title="Mention",
        summary="One leader in one article, with what must be known of the article.",
        key="Id of the leader.",
        headers=headers.json_headers(),
        payload=_ref("Mention"),
        examples={"mention": _example(examples.mention())},
        correlation=("The mention's id.", "$message.payload#/context/mention_id"),
    )


def withdrawal() -> Message:
    """Describe what is said when an article is withdrawn."""
    return Message(
        name="withdrawal",
        title="Withdrawal",
        summary="An article that its publisher took back: one record in every partition, beside the"
        " mentions. A reader tells it by its first field, `withdrawn`.",
        key="Id of the article.",
        headers=headers.json_headers(),
        payload=_ref("Withdrawal"),
        examples={"withdrawal": _example(examples.withdrawal())},
        correlation=("The article's id.", "$message.payload#/withdrawn/article_id"),
    )


def alert(kind: AlertKind) -> Message:
    """Describe the alerts of one kind."""
    example = examples.alerts()[kind]
    return Message(
        name=f"{kind}Alert",
        title=f"Alert of kind {kind}",
        summary="Something happened around a leader, and why we say so, as a CloudEvent in binary"
        " mode.",
        key="Id of the first leader.",
        headers=headers.alert_headers(kind),
        payload={"allOf": [_ref("Alert"), {"properties": {"kind": {"const": kind}}}]},
        examples={
            kind: {
                "headers": headers.alert_headers_example(example),
                "payload": as_json(example),
            }
        },
        correlation=(
            "The alert's id: the same alert always has the same.",
            "$message.header#/ce_id",
        ),
    )


def dead_letter() -> Message:
    """Describe what could not be read."""
    return Message(
        name="deadLetter",
        title="Dead letter",
        summary="A record that could not be used: key, value, timestamp and headers as they were,"
        " and headers that say why.",
        key="The record's own key, in whatever form it had; null where it had none.",
        headers=headers.dead_letter_headers(),
        payload={
            "description": "The record's own bytes, whatever they are; null where it had none.",
            "type": ["string", "null"],
            "format": "binary",
        },
        key_type=["string", "null"],
        examples={
            "invalidJson": {
                "headers": headers.dead_letter_headers_example(),
                "payload": '{"id": "a-17", "title": Xi and Putin meet in Beijing}',
            }
        },
        content_type="application/octet-stream",
    )


def _example(value: Analysis | Mention | Withdrawal, more: Mapping[str, str] = _NONE) -> Schema:
    media_type = envelope.JSON_TYPE.decode()
    return {"headers": {envelope.CONTENT_TYPE: media_type, **more}, "payload": as_json(value)}


def _ref(name: str) -> Schema:
    return {"$ref": COMPONENTS + name}
