"""The plan of the topics."""

from typing import get_args

import pytest

from processors.contracts import AlertKind
from streams.kafka.topics import AFTER_MAX, ALERT_KINDS, AlertTopics, TopicNames, TopicPlan, plan
from streams.service.settings import Settings

OK, TIMED_OUT, DENIED, EXISTS, BAD_REPLICAS, INVALID_CONFIG = 0, 7, 29, 36, 38, 40


@pytest.fixture
def wanted() -> list[TopicPlan]:
    return plan(Settings(partitions=3, retention_articles_seconds=60))


def test_every_kind_of_alert_in_the_contract_has_a_topic() -> None:
    assert set(get_args(AlertKind)) == {*ALERT_KINDS, "canary"}
    assert TopicNames.of(Settings()).alerts["encounter"] == "news.alerts.encounter"


def test_a_canarys_alerts_are_apart_from_the_news_and_are_soon_gone() -> None:
    names = TopicNames.of(Settings(topic_prefix="p."))
    alerts = AlertTopics.of(Settings(topic_prefix="p."), ["news.alerts.own"])
    assert alerts.of_alert("canary", "news.alerts.own") == names.canary == "p.news.canary"
    assert names.canary not in alerts.news
    kept = {
        seconds: {t.name: t.config for t in plan(Settings(retention_alerts_seconds=seconds))}
        for seconds in (60, 2_592_000)
    }
    assert kept[2_592_000]["news.canary"]["retention.ms"] == "86400000"
    assert kept[60]["news.canary"]["retention.ms"] == "60000"


def test_the_prefix_is_before_every_name_but_the_changelogs_which_has_the_application_id() -> None:
    settings = Settings(topic_prefix="staging.", application_id="bell")
    names = [topic.name for topic in plan(settings)]
    assert len(set(names)) == 11
    assert [name for name in names if not name.startswith("staging.")] == ["bell-watch-changelog"]


def test_the_plan_follows_the_settings() -> None:
    settings = Settings(
        partitions=3,
        replication_factor=2,
        retention_articles_seconds=60,
        retention_alerts_seconds=90,
        max_message_bytes=100_000,
    )
    planned = {topic.name: topic for topic in plan(settings)}
    assert {(t.partitions, t.replication_factor) for t in planned.values()} == {(3, 2)}
    assert planned["news.articles"].config["retention.ms"] == "60000"
    assert planned["news.articles"].config["max.message.bytes"] == "100000"
    assert planned["news.alerts.sentiment"].config["retention.ms"] == "90000"
    assert planned["tocsin-watch-changelog"].config == {
        "cleanup.policy": "compact",
        "compression.type": "producer",
        "segment.bytes": "16777216",
        "segment.ms": "3600000",
        "min.cleanable.dirty.ratio": "0.2",
    }


def test_every_topic_keeps_the_codec_that_its_producer_chose() -> None:
    assert {topic.config["compression.type"] for topic in plan(Settings())} == {"producer"}
    # A topic that is named may be an archive of somebody else's: nothing of it is planned.
    archive = plan(Settings(articles_topic="archive"))[0]
    assert "compression.type" not in archive.config


def test_a_dead_letters_topic_takes_what_the_articles_topic_takes_and_its_headers() -> None:
    planned = {topic.name: topic for topic in plan(Settings())}
    largest = {
        name: int(planned[name].config["max.message.bytes"])
        for name in ("news.articles", "news.dead-letters")
    }
    assert largest["news.dead-letters"] >= largest["news.articles"] + 65_536


def test_the_articles_are_bounded_by_the_brokers_clock_and_no_other_topic_is() -> None:
    bounded = {
        topic.name: topic.config[AFTER_MAX]
        for topic in plan(Settings(max_ahead_seconds=90.5))
        if AFTER_MAX in topic.config
    }
    assert bounded == {"news.articles": "90500"}
    named = {topic.name: topic for topic in plan(Settings(articles_topic="theirs"))}
    assert named["theirs"].config == {}
