"""The generated manifests are current, and Strimzi's resources are as Kubernetes reads them."""

from typing import Any

import pytest
import yaml

from streams.kafka.acls import Grant, Role, roles
from streams.kafka.strimzi import to_yaml, topic, user
from streams.kafka.topics import TopicPlan, plan
from streams.service.settings import Settings
from tools.manifests import COMPONENTS, manifests


@pytest.mark.parametrize("name", manifests())
def test_a_manifest_is_current(name: str) -> None:
    assert (COMPONENTS / name).read_text() == manifests()[name], "run `make manifests`"


def test_what_is_written_is_read_as_the_same() -> None:
    settings = Settings(topic_prefix="Yes_")
    resources = [topic(one, "on") for one in plan(settings)] + [
        user(one, "on") for one in roles(settings)
    ]
    assert list(yaml.safe_load_all(to_yaml(resources))) == resources


@pytest.mark.parametrize(
    ("name", "resource", "topic_name"),
    [
        ("news.articles", "news.articles", None),
        ("News_X.articles", "news-x.articles", "News_X.articles"),
    ],
)
def test_a_name_that_kubernetes_does_not_take_is_said_beside(
    name: str, resource: str, topic_name: str | None
) -> None:
    made = topic(TopicPlan(name, 3, 2, {"retention.ms": "10"}, "a purpose"), "kafka")
    assert made["metadata"]["name"] == resource
    assert made["spec"].get("topicName") == topic_name
    assert made["spec"]["config"] == {"retention.ms": 10}


def test_a_right_that_brings_describe_is_written_with_it() -> None:
    grants = (Grant("topic", "t", ("Read",)), Grant("group", "g", ("Describe",), "prefix"))
    acls: Any = user(Role("r", "u", "", grants), "kafka")["spec"]["authorization"]["acls"]
    assert [one["operations"] for one in acls] == [["Read", "Describe"], ["Describe"]]
    assert acls[1]["resource"] == {"type": "group", "name": "g", "patternType": "prefix"}
