"""A deployment follows from its settings; it reads its rules once, and only when needed."""

from pathlib import Path

import pytest

from processors.errors import BadRulesError, MisconfigurationError
from streams.kafka.acls import roles, worker_grants
from streams.kafka.connection import Connection
from streams.kafka.deployment import Deployment
from streams.kafka.topics import AlertTopics, TopicNames, plan
from streams.service.settings import Settings

OWN = """
extends = "builtin"
[[rule]]
id = "france"
version = 1
kind = "sentiment"
topic = "news.alerts.france"
"""
OWN_TOPICS = ("news.alerts.france",)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    file = tmp_path / "rules.toml"
    file.write_text(OWN, encoding="utf-8")
    return Settings(rules=str(file), topic_prefix="p.")


def test_everything_follows_from_settings_and_rules(settings: Settings) -> None:
    deployment = Deployment.of(settings)
    assert deployment.own_topics == OWN_TOPICS
    assert deployment.names == TopicNames.of(settings)
    assert deployment.alerts == AlertTopics.of(settings, OWN_TOPICS)
    assert "p.news.alerts.france" in deployment.alerts.news
    assert deployment.topic_plans() == plan(settings, OWN_TOPICS)
    assert deployment.roles() == roles(settings, OWN_TOPICS)
    assert deployment.worker_grants() == worker_grants(settings, OWN_TOPICS)


def test_rules_are_read_once_also_for_other_settings(settings: Settings) -> None:
    deployment = Deployment.of(settings)
    rules = deployment.rules
    Path(settings.rules).unlink()
    other = deployment.with_settings(Settings(topic_prefix="replay.", rules=settings.rules))
    assert other.rules is rules
    assert other.names.mentions == "replay.news.mentions"
    assert "replay.news.alerts.france" in other.alerts.news


def test_names_need_no_rules_and_a_wrong_file_is_reported_when_rules_are_needed(
    settings: Settings,
) -> None:
    Path(settings.rules).write_text("x = 1", encoding="utf-8")
    deployment = Deployment.of(settings)
    assert deployment.names.canary == "p.news.canary"
    with pytest.raises(BadRulesError, match="the file has no key x"):
        _ = deployment.alerts


def test_a_deployment_without_a_cluster_says_how_to_name_one(settings: Settings) -> None:
    with pytest.raises(MisconfigurationError, match="TOCSIN_BROKER"):
        _ = Deployment.of(settings).connection
    connection = Connection.plaintext("127.0.0.1:1")
    assert Deployment.of(settings, connection).connection is connection


def test_topics_with_a_kind_are_its_own_and_those_that_rules_name() -> None:
    alerts = AlertTopics.of(Settings(), OWN_TOPICS)
    assert alerts.with_kind("sentiment") == ("news.alerts.sentiment", *OWN_TOPICS)
    assert alerts.with_kind("canary") == ("news.canary", *OWN_TOPICS)
    assert alerts.with_kind(None) == alerts.news
