"""The AsyncAPI 3.0 document: every topic, who writes it, and what a record of it looks like.

Names, partitions and retention come from `streams.kafka.topics`, values and headers from the
schemas beside this module. AsyncAPI's own schema dialect is JSON Schema draft 07 with extensions,
so the 2020-12 schemas are converted to it, with all structs under `components`. Servers are left
out: every user has their own.
"""

from dataclasses import dataclass, field
from typing import Final

from streams.contracts import ALERT_SCHEMA, ANALYSIS_SCHEMA, MENTION_SCHEMA, WITHDRAWAL_SCHEMA
from streams.kafka import envelope
from streams.kafka.topics import TopicNames, TopicPlan, plan
from streams.service.settings import Settings
from tools.contracts import messages
from tools.contracts.article_input import article_schema
from tools.contracts.dialect import hoist
from tools.contracts.messages import Message
from tools.contracts.schemas import VERSION, Schema, value_schemas

_BINDING_VERSION: Final = "0.5.0"
_INFO: Final = (
    "Tocsin reads news articles, says which leaders they name and how they speak of them, and"
    " publishes an alert when something happens around one."
    " This document describes version 1 of its topics."
    "\n\n"
    "Within a version only optional fields, headers and alert kinds are added, so readers pass over"
    " what they do not know. Records arrive at least once: deduplicate alerts on `ce_id` (the same"
    " as `alert_id`) and mentions on `context.mention_id`. All times are RFC 3339 in UTC."
    "\n\n"
    "Names, partitions and retention are the defaults. A deployment may put a prefix before every"
    " topic's name, and a replay does."
)


@dataclass(frozen=True, slots=True)
class _Channel:
    """One topic, the messages on it, and what Tocsin does there."""

    name: str
    topic: str
    message: Message
    action: str
    operation: str
    summary: str
    more: Schema = field(default_factory=dict)
    beside: tuple[Message, ...] = ()

    @property
    def messages(self) -> tuple[Message, ...]:
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
            *("articles", names.articles, messages.article(), "receive", "receiveArticles"),
            summary="Read the articles; a deployment may name its consumer group otherwise.",
            more=read,
        ),
        _Channel(
            *("analyses", names.analyses, messages.analysis(), "send", "sendAnalyses"),
            summary="Say what each article says.",
        ),
        _Channel(
            *("mentions", names.mentions, messages.mention(), "send", "sendMentions"),
            summary="Say of each leader in an article how it speaks of them.",
            beside=(messages.withdrawal(),),
        ),
        *(
            _Channel(
                name=f"{kind}Alerts",
                topic=topic,
                message=messages.alert(kind),
                action="send",
                operation=f"send{kind.capitalize()}Alerts",
                summary=f"Ring: alerts of kind {kind}.",
            )
            for kind, topic in names.alerts.items()
        ),
        _Channel(
            *("canaryAlerts", names.canary, messages.alert("canary"), "send", "sendCanaryAlerts"),
            summary="Ring for the articles of a canary, which test the way and tell no news.",
        ),
        _Channel(
            *("deadLetters", names.dead_letters, messages.dead_letter(), "send", "sendDeadLetters"),
            summary="Put aside what could not be read, and say why.",
        ),
    ]


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
                    key: _config_value(key, value) for key, value in topic.config.items()
                },
                "bindingVersion": _BINDING_VERSION,
            }
        },
    }


def _config_value(key: str, value: str) -> list[str] | int | str:
    if key == "cleanup.policy":
        return value.split(",")
    return int(value) if value.lstrip("-").isdigit() else value


def _operation(channel: _Channel) -> Schema:
    at = f"#/channels/{channel.name}"
    return {
        "action": channel.action,
        "channel": {"$ref": at},
        "summary": channel.summary,
        "messages": [{"$ref": f"{at}/messages/{one.name}"} for one in channel.messages],
        **channel.more,
    }


def _message(message: Message) -> Schema:
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
