"""The AsyncAPI document holds together, and has the topics of the plan and no others."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft7Validator

from processors.canary import CANARY_KIND
from processors.contracts import AlertKind
from streams.contracts import ASYNCAPI, published
from streams.kafka import envelope
from streams.kafka.topics import ALERT_KINDS, AlertTopics, TopicNames, plan
from streams.service.settings import Settings
from tools.contracts import examples
from tools.contracts.schemas import refs

DOCUMENT: dict[str, Any] = json.loads(published(ASYNCAPI))
CHANNELS: dict[str, dict[str, Any]] = DOCUMENT["channels"]
MESSAGES: dict[str, dict[str, Any]] = DOCUMENT["components"]["messages"]
SCHEMAS: dict[str, dict[str, Any]] = DOCUMENT["components"]["schemas"]
SETTINGS = Settings()
NAMES = TopicNames.of(SETTINGS)
# Faust's own topic: nobody else may read or write it, so it is no contract.
INTERNAL = {NAMES.watch_changelog}


def resolve(pointer: str) -> Any:
    found: Any = DOCUMENT
    for step in pointer.removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def validator(schema: dict[str, Any]) -> Draft7Validator:
    # References in it are to the document's components.
    return Draft7Validator({**schema, "components": DOCUMENT["components"]})


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from objects(item)


def channel_at(address: str) -> dict[str, Any]:
    (channel,) = [c for c in CHANNELS.values() if c["address"] == address]
    return channel


def test_every_reference_resolves() -> None:
    found = refs(DOCUMENT)
    assert found
    for pointer in found:
        assert pointer.startswith("#/"), pointer
        assert resolve(pointer), pointer


def test_every_component_is_used() -> None:
    used = set(refs(DOCUMENT))
    for kind, components in DOCUMENT["components"].items():
        for name in components:
            assert f"#/components/{kind}/{name}" in used


def test_the_channels_are_the_topics_of_the_plan() -> None:
    planned = {topic.name for topic in plan(SETTINGS)} - INTERNAL
    assert sorted(c["address"] for c in CHANNELS.values()) == sorted(planned)


@pytest.mark.parametrize("topic", plan(SETTINGS), ids=lambda topic: topic.name)
def test_partitions_and_configuration_of_a_channel_are_the_plans(topic: Any) -> None:
    if topic.name in INTERNAL:
        assert topic.name not in published(ASYNCAPI).decode()
        return
    kafka = channel_at(topic.name)["bindings"]["kafka"]
    assert kafka["partitions"] == topic.partitions
    found = kafka["topicConfiguration"]
    policy = ",".join(found.pop("cleanup.policy"))
    assert {"cleanup.policy": policy, **{k: str(v) for k, v in found.items()}} == topic.config


def test_tocsin_receives_articles_and_sends_everything_else() -> None:
    actions = {
        resolve(operation["channel"]["$ref"])["address"]: operation["action"]
        for operation in DOCUMENT["operations"].values()
    }
    everything = {channel["address"] for channel in CHANNELS.values()}
    assert actions == {**dict.fromkeys(everything, "send"), NAMES.articles: "receive"}


def test_every_operation_is_on_the_messages_of_its_own_channel() -> None:
    for operation in DOCUMENT["operations"].values():
        messages = resolve(operation["channel"]["$ref"])["messages"]
        assert [resolve(m["$ref"]) for m in operation["messages"]] == list(messages.values())


@pytest.mark.parametrize("kind", [*ALERT_KINDS, CANARY_KIND])
def test_every_kind_of_alert_has_its_channel_and_its_type(kind: AlertKind) -> None:
    channel = channel_at(AlertTopics.of(SETTINGS).of_alert(kind, ""))
    (message,) = [resolve(m["$ref"]) for m in channel["messages"].values()]
    ce_type = message["headers"]["properties"]["ce_type"]
    assert ce_type["const"] == envelope.ce_type(kind)
    other = examples.alerts()["encounter" if kind == "sentiment" else "sentiment"]
    assert not validator(message["payload"]).is_valid(json.loads(_encoded(other)))


@pytest.mark.parametrize("name", MESSAGES)
def test_the_examples_of_a_message_are_valid(name: str) -> None:
    message = MESSAGES[name]
    assert message["examples"]
    for example in message["examples"]:
        validator(message["payload"]).validate(example["payload"])
        validator(message["headers"]).validate(example.get("headers", {}))


@pytest.mark.parametrize("name", MESSAGES)
def test_what_a_message_is_correlated_by_is_in_its_examples(name: str) -> None:
    message = MESSAGES[name]
    if "correlationId" not in message:
        # An article names itself in one of several ways; a dead letter may have no name at all.
        assert name in ("article", "deadLetter")
        return
    place, path = message["correlationId"]["location"].split("#/")
    part = {"$message.header": "headers", "$message.payload": "payload"}[place]
    for example in message["examples"]:
        found = example[part]
        for step in path.split("/"):
            found = found[step]
        assert isinstance(found, str)


def test_every_message_says_what_its_key_and_its_content_are() -> None:
    for message in MESSAGES.values():
        assert message["bindings"]["kafka"]["key"]["description"]
        assert "/" in message["contentType"]


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_in_the_dialect_of_asyncapi(name: str) -> None:
    Draft7Validator.check_schema(SCHEMAS[name])
    for found in objects(SCHEMAS[name]):
        assert found.keys().isdisjoint({"$defs", "$id", "$schema", "prefixItems"})
        assert "$ref" not in found or list(found) == ["$ref"]


def test_a_scored_word_is_a_word_and_a_weight_in_this_dialect_too() -> None:
    words = validator(SCHEMAS["Evidence"]["properties"]["words"])
    assert words.is_valid([["war", -0.6], ["peace", 0.5]])
    for wrong in ([["war"]], [["war", "bad"]], [["war", -0.6, 1]]):
        assert not words.is_valid(wrong)


def test_the_document_names_its_version_and_no_server() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert DOCUMENT["info"]["version"].startswith("1.")
    assert "servers" not in DOCUMENT


def _encoded(alert: Any) -> bytes:
    value = envelope.alert_record("t", alert).value
    assert value is not None
    return value
