"""The AsyncAPI 3.0 document: every topic, who writes it, and what a record of it looks like.

Owns the description of the topics. Must not know how they are made or filled: names, partitions
and retention come from `streams.topics`, values and headers from the schemas beside this module.
AsyncAPI's own schema dialect is JSON Schema draft 07 with extensions, so the 2020-12 schemas are
turned into it, with all structs under `components`. Servers are left out: every user has their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from processors.contracts import AlertKind, Analysis, Mention, Withdrawal
from streams import envelope
from streams.contracts import (
    ALERT_SCHEMA,
    ANALYSIS_SCHEMA,
    MENTION_SCHEMA,
    WITHDRAWAL_SCHEMA,
    examples,
    headers,
)
from streams.contracts.article_input import article_schema
from streams.contracts.dialect import COMPONENTS, hoist
from streams.contracts.schemas import VERSION, Schema, as_json, value_schemas
from streams.settings import Settings
from streams.topics import TopicNames, TopicPlan, plan

_BINDING_VERSION: Final = "0.5.0"
_INFO: Final = (
    "Tocsin reads news articles, says which leaders they name and how they speak of them, and"
    " rings when something happens around one. This document describes version 1 of its topics."
    "\n\n"
    "Within a version only optional fields, headers and alert kinds are added, so readers pass over"
    " what they do not know. Records arrive at least once: deduplicate alerts on `ce_id` (the same"
    " as `alert_id`) and mentions on `context.mention_id`. All times are RFC 3339 in UTC."
    "\n\n"
    "Names, partitions and retention are the defaults. A deployment may put a prefix before every"
    " topic's name, and a replay does."
)


@dataclass(frozen=True, slots=True)
class _Message:
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


@dataclass(frozen=True, slots=True)
class _Channel:
    """One topic, the messages on it, and what Tocsin does there."""

    name: str
    topic: str
    message: _Message
    action: str
    operation: str
    summary: str
    more: Schema = field(default_factory=dict)
    beside: tuple[_Message, ...] = ()

    @property
    def messages(self) -> tuple[_Message, ...]:
        return (self.message, *self.beside)


def document() -> Schema:
    """Make the AsyncAPI document, with the default settings' topics."""
    settings = Settings()
    names = TopicNames.of(settings)
    plans = {topic.name: topic for topic in plan(settings)}
    channels = _channels(names, settings.application_id)
    return {
        "asyncapi": "3.0.0",
        "id": f"urn:tocsin:asyncapi:{VERSION}",
        "info": {
            "title": "Tocsin",
            "version": f"{VERSION}.0.0",
            "description": _INFO,
            "license": {"name": "Apache-2.0"},
            "tags": [{"name": "news"}, {"name": "kafka"}, {"name": "alerts"}],
        },
        "defaultContentType": envelope.JSON_TYPE.decode(),
        "channels": {c.name: _channel(c, plans[c.topic]) for c in channels},
        "operations": {c.operation: _operation(c) for c in channels},
        "components": {
            "messages": {m.name: _message(m) for c in channels for m in c.messages},
            "schemas": _schemas(),
        },
    }


def _channels(names: TopicNames, application_id: str) -> list[_Channel]:
    group: Schema = {"groupId": {"type": "string", "enum": [application_id]}}
    read = {"bindings": {"kafka": {**group, "bindingVersion": _BINDING_VERSION}}}
    return [
        _Channel(
            *("articles", names.articles, _article(), "receive", "receiveArticles"),
            summary="Read the articles; a deployment may name its consumer group otherwise.",
            more=read,
        ),
        _Channel(
            *("analyses", names.analyses, _analysis(), "send", "sendAnalyses"),
            summary="Say what each article says.",
        ),
        _Channel(
            *("mentions", names.mentions, _mention(), "send", "sendMentions"),
            summary="Say of each leader in an article how it speaks of them.",
            beside=(_withdrawal(),),
        ),
        *(
            _Channel(
                name=f"{kind}Alerts",
                topic=topic,
                message=_alert(kind),
                action="send",
                operation=f"send{kind.capitalize()}Alerts",
                summary=f"Ring: alerts of kind {kind}.",
            )
            for kind, topic in names.alerts.items()
        ),
        _Channel(
            *("canaryAlerts", names.canary, _alert("canary"), "send", "sendCanaryAlerts"),
            summary="Ring for the articles of a canary, which test the way and tell no news.",
        ),
        _Channel(
            *("deadLetters", names.dead_letters, _dead_letter(), "send", "sendDeadLetters"),
            summary="Put aside what could not be read, and say why.",
        ),
    ]


def _article() -> _Message:
    return _Message(
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


def _analysis() -> _Message:
    return _Message(
        name="analysis",
        title="Analysis",
        summary="What one article says: its sentiment and its mentions.",
        key="Id of the article.",
        headers=headers.json_headers(),
        payload=_ref("Analysis"),
        examples={"analysis": _example(examples.analysis())},
        correlation=("The article's id.", "$message.payload#/article_id"),
    )


def _mention() -> _Message:
    return _Message(
        name="mention",
        title="Mention",
        summary="One leader in one article, with what must be known of the article.",
        key="Id of the leader.",
        headers=headers.json_headers(),
        payload=_ref("Mention"),
        examples={"mention": _example(examples.mention())},
        correlation=("The mention's id.", "$message.payload#/context/mention_id"),
    )


def _withdrawal() -> _Message:
    return _Message(
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


def _alert(kind: AlertKind) -> _Message:
    example = examples.alerts()[kind]
    return _Message(
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


def _dead_letter() -> _Message:
    return _Message(
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


def _example(value: Analysis | Mention | Withdrawal) -> Schema:
    media_type = envelope.JSON_TYPE.decode()
    return {"headers": {envelope.CONTENT_TYPE: media_type}, "payload": as_json(value)}


def _channel(channel: _Channel, topic: TopicPlan) -> Schema:
    purpose = topic.purpose[0].upper() + topic.purpose[1:]
    return {
        "address": topic.name,
        "description": f"{purpose}. The number of partitions is a setting of the deployment, and"
        " the same for all topics.",
        "messages": {
            message.name: {"$ref": f"#/components/messages/{message.name}"}
            for message in channel.messages
        },
        "bindings": {
            "kafka": {
                "partitions": topic.partitions,
                "topicConfiguration": {
                    key: value.split(",") if key == "cleanup.policy" else int(value)
                    for key, value in topic.config.items()
                },
                "bindingVersion": _BINDING_VERSION,
            }
        },
    }


def _operation(channel: _Channel) -> Schema:
    at = f"#/channels/{channel.name}"
    return {
        "action": channel.action,
        "channel": {"$ref": at},
        "summary": channel.summary,
        "messages": [{"$ref": f"{at}/messages/{one.name}"} for one in channel.messages],
        **channel.more,
    }


def _message(message: _Message) -> Schema:
    made: Schema = {
        "name": message.name,
        "title": message.title,
        "summary": message.summary,
        "contentType": message.content_type,
        "headers": message.headers,
        "payload": message.payload,
        "bindings": {
            "kafka": {
                "key": {"description": message.key, "type": message.key_type},
                "bindingVersion": _BINDING_VERSION,
            }
        },
        "examples": [{"name": name, **example} for name, example in message.examples.items()],
    }
    if message.correlation:
        description, location = message.correlation
        made["correlationId"] = {"description": description, "location": location}
    return made


def _schemas() -> dict[str, Schema]:
    article = article_schema()
    parts = {name: f"Article{name}" for name in article["$defs"]}
    values = value_schemas()
    return {
        **hoist(article, parts),
        # The mentions inside an analysis have no context, so they are a schema of their own.
        **hoist(values[ANALYSIS_SCHEMA], {"Mention": "MentionInAnalysis"}),
        **hoist(values[MENTION_SCHEMA], {}),
        **hoist(values[WITHDRAWAL_SCHEMA], {}),
        **hoist(values[ALERT_SCHEMA], {}),
    }


def _ref(name: str) -> Schema:
    return {"$ref": COMPONENTS + name}
