"""The manifests that follow from code and rules. `--write` writes the files anew."""

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.kafka.acls import Grant, Role, roles
from streams.kafka.strimzi import to_yaml, topic, user
from streams.kafka.topics import TopicPlan, plan
from streams.service.settings import Settings
from streams.service.settings_loading import FILE_SUFFIX, load

MANIFESTS = Path(__file__).parents[3] / "deploy/kubernetes"
COMPONENTS = MANIFESTS / "components"
RULES = MANIFESTS.parent / "prometheus/rules"
CLUSTER = "kafka"
HEAD = "# Written by `make manifests`.\n"


def settings_of_the_base() -> Settings:
    """Read the settings of the base, without the secrets that are files in a pod."""
    read = yaml.safe_load((MANIFESTS / "base/kustomization.yaml").read_text())
    (generated,) = read["configMapGenerator"]
    given = dict(literal.split("=", 1) for literal in generated["literals"])
    return load({k: v for k, v in given.items() if not k.endswith(FILE_SUFFIX)}).settings


def written() -> dict[str, str]:
    settings = settings_of_the_base()
    return {
        "strimzi/topics.yaml": HEAD + to_yaml([topic(one, CLUSTER) for one in plan(settings)]),
        "strimzi/users.yaml": HEAD + to_yaml([user(one, CLUSTER) for one in roles(settings)]),
        "prometheusrule/rules.yaml": HEAD + yaml.safe_dump(rules(), sort_keys=False, width=100),
    }


def rules() -> dict[str, Any]:
    """Give all groups of rules as one resource of the Prometheus operator."""
    files = sorted(RULES.glob("*.yml"))
    assert files
    groups = [group for file in files for group in yaml.safe_load(file.read_text())["groups"]]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "tocsin", "labels": {"app.kubernetes.io/part-of": "tocsin"}},
        "spec": {"groups": groups},
    }


@pytest.mark.parametrize("name", written())
def test_the_files_are_as_the_code_says(name: str) -> None:
    assert (COMPONENTS / name).read_text() == written()[name], "`make manifests` writes them anew"


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
    made = topic(TopicPlan(name, 3, 2, {"retention.ms": "10"}, "a purpose"), CLUSTER)
    assert made["metadata"]["name"] == resource
    assert made["spec"].get("topicName") == topic_name
    assert made["spec"]["config"] == {"retention.ms": 10}


def test_a_right_that_brings_describe_is_written_with_it() -> None:
    grants = (Grant("topic", "t", ("Read",)), Grant("group", "g", ("Describe",), "prefix"))
    acls: Any = user(Role("r", "u", "", grants), CLUSTER)["spec"]["authorization"]["acls"]
    assert [one["operations"] for one in acls] == [["Read", "Describe"], ["Describe"]]
    assert acls[1]["resource"] == {"type": "group", "name": "g", "patternType": "prefix"}


if __name__ == "__main__" and "--write" in sys.argv:
    for file, text in written().items():
        (COMPONENTS / file).write_text(text)
