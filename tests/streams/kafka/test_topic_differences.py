"""How a cluster is compared with the plan and changed, on a fake cluster.

`tests/broker/test_topics_and_dead_letters.py` does the same on brokers.
"""

from collections.abc import Sequence
from typing import Any

import pytest
from kafka.errors import (
    IncompatibleBrokerVersion,
    KafkaTimeoutError,
    RequestTimedOutError,
    TopicAuthorizationFailedError,
)

from streams.errors import TopicMismatchError
from streams.kafka.topic_differences import apply, compare, require
from streams.kafka.topics import AFTER_MAX, TopicPlan, plan
from streams.service.settings import Settings

OK, TIMED_OUT, DENIED, EXISTS, BAD_REPLICAS, INVALID_CONFIG = 0, 7, 29, 36, 38, 40


class Cluster:
    """Answers the requests of `streams.kafka.topic_differences` as Kafka does."""

    def __init__(self) -> None:
        self.topics: dict[str, tuple[int, dict[str, str]]] = {}
        self.describe_code = OK
        self.create_code = OK
        self.unknown_config = ""
        self.alter: Exception | str = "OK"
        self.waited_for: list[str] = []

    def describe_topics(self, names: Sequence[str]) -> list[dict[str, Any]]:
        unknown = 3
        return [
            {
                "name": name,
                "error_code": self.describe_code or (OK if name in self.topics else unknown),
                "partitions": [None] * self.topics.get(name, (0, {}))[0],
            }
            for name in names
        ]

    def describe_configs(self, resources: Sequence[Any], config_filter: str) -> dict[str, Any]:
        assert config_filter == "all"
        return {
            "topic": {
                one.name: {key: {"value": v} for key, v in self.topics[one.name][1].items()}
                for one in resources
            }
        }

    def create_topics(self, new: Sequence[Any], *, raise_errors: bool) -> dict[str, Any]:
        assert not raise_errors
        (one,) = new
        if self.unknown_config in one.topic_configs:
            refused = f"Unknown topic config name: {self.unknown_config}"
            outcome = {"error_code": INVALID_CONFIG, "error_message": refused}
            return {"topics": [{"name": one.name, **outcome}]}
        if self.create_code in (OK, EXISTS):
            self.topics[one.name] = (one.num_partitions, dict(one.topic_configs))
        outcome = {"error_code": self.create_code, "error_message": "because"}
        return {"topics": [{"name": one.name, **outcome}]}

    def wait_for_topics(self, names: Sequence[str]) -> None:
        assert set(names) <= self.topics.keys()
        self.waited_for += names

    def alter_configs(self, resources: Sequence[Any]) -> dict[str, Any]:
        (one,) = resources
        if isinstance(self.alter, Exception):
            raise self.alter
        if self.alter == "OK":
            self.topics[one.name][1].update(one.configs)
        return {"topic": {one.name: self.alter}}


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
def wanted() -> list[TopicPlan]:
    return plan(Settings(partitions=3, retention_articles_seconds=60))


def test_a_missing_topic_is_created_and_then_nothing_differs(
    cluster: Cluster, wanted: list[TopicPlan]
) -> None:
    done = apply(cluster, wanted)
    assert [(d.name, d.kind) for d in done] == [(w.name, "missing") for w in wanted]
    assert compare(cluster, wanted) == []
    assert apply(cluster, wanted) == []
    require(cluster, wanted)


def test_a_broker_that_does_not_know_the_bound_of_timestamps_gets_the_other_settings(
    cluster: Cluster, wanted: list[TopicPlan]
) -> None:
    # Kafka before 3.6.
    cluster.unknown_config = AFTER_MAX
    apply(cluster, wanted)
    _, config = cluster.topics["news.articles"]
    assert config["retention.ms"] == "60000"
    assert AFTER_MAX not in config
    assert compare(cluster, wanted) == []
    config["retention.ms"] = "5"
    (done,) = apply(cluster, wanted)
    assert done.message.endswith("retention.ms=5, the plan says 60000")
    assert (config["retention.ms"], AFTER_MAX in config) == ("60000", False)


def test_another_setting_that_a_broker_does_not_know_is_an_error(
    cluster: Cluster, wanted: list[TopicPlan]
) -> None:
    cluster.unknown_config = "retention.ms"
    with pytest.raises(TopicMismatchError, match="Unknown topic config name: retention"):
        apply(cluster, wanted)


def test_a_configuration_that_differs_is_altered_and_what_is_not_planned_stays(
    cluster: Cluster, wanted: list[TopicPlan]
) -> None:
    apply(cluster, wanted)
    cluster.topics["news.articles"][1].update({"retention.ms": "5", "segment.ms": "9"})
    require(cluster, wanted)
    (done,) = apply(cluster, wanted)
    assert (done.name, done.kind) == ("news.articles", "config")
    assert "retention.ms=5, the plan says 60000" in done.message
    assert compare(cluster, wanted) == []
    assert cluster.topics["news.articles"][1]["segment.ms"] == "9"


def test_other_partitions_are_for_a_person_and_nothing_is_changed(
    cluster: Cluster, wanted: list[TopicPlan]
) -> None:
    cluster.topics["news.mentions"] = (7, dict(wanted[2].config))
    with pytest.raises(TopicMismatchError, match="set TOCSIN_PARTITIONS=7"):
        apply(cluster, wanted)
    assert list(cluster.topics) == ["news.mentions"]


def test_a_worker_requires_topics_and_partitions_and_is_told_what_to_do(
    cluster: Cluster, wanted: list[TopicPlan]
) -> None:
    cluster.topics["news.mentions"] = (7, dict(wanted[2].config))
    with pytest.raises(TopicMismatchError) as caught:
        require(cluster, wanted)
    message = str(caught.value)
    assert "`tocsin topics apply`" in message
    assert message.count("is missing") == 10 + 1  # ten topics, and the heading
    assert "news.mentions has 7 partitions" in message


@pytest.mark.parametrize(
    ("topic", "partitions", "note"),
    [
        ("news.articles", 7, "has 7 partitions, the plan says 3: all of them are read"),
        ("news.articles", 1, "has 1 partitions, the plan says 3: all of them are read"),
        ("news.analyses", 4, "has 4 partitions, the plan says 3: the first 3 are written"),
        ("news.alerts.surge", 4, "has 4 partitions, the plan says 3: the first 3 are written"),
    ],
)
def test_other_partitions_are_named_where_they_move_no_leader(
    cluster: Cluster, wanted: list[TopicPlan], topic: str, partitions: int, note: str
) -> None:
    apply(cluster, wanted)
    cluster.topics[topic] = (partitions, {"retention.ms": "5"})
    (other,) = require(cluster, wanted)
    assert (other.kind, other.message) == ("other_partitions", f"{topic} {note}")
    # Its configuration is altered as of any other.
    assert {done.kind for done in apply(cluster, wanted)} == {"config"}
    assert compare(cluster, wanted) == [other]


@pytest.mark.parametrize("topic", ["news.mentions", "tocsin-watch-changelog", "news.alerts.surge"])
@pytest.mark.parametrize("partitions", [2, 4])
def test_partitions_that_move_a_leader_or_are_missing_are_refused(
    cluster: Cluster, wanted: list[TopicPlan], topic: str, partitions: int
) -> None:
    apply(cluster, wanted)
    cluster.topics[topic] = (partitions, cluster.topics[topic][1])
    if topic == "news.alerts.surge" and partitions > 3:
        assert [one.name for one in require(cluster, wanted)] == [topic]
        return
    with pytest.raises(TopicMismatchError, match=f"{topic} has {partitions} partitions"):
        require(cluster, wanted)


def test_a_topic_that_another_worker_made_meanwhile_is_no_error(
    cluster: Cluster, wanted: list[TopicPlan]
) -> None:
    cluster.create_code = EXISTS
    apply(cluster, wanted)
    # The broker may refuse a topic as existing before its metadata shows it.
    assert cluster.waited_for == [one.name for one in wanted]
    require(cluster, wanted)


def test_a_topic_that_the_broker_refuses_is_an_error_with_the_brokers_own_words(
    cluster: Cluster, wanted: list[TopicPlan]
) -> None:
    cluster.create_code = BAD_REPLICAS
    with pytest.raises(TopicMismatchError, match=r"news\.articles cannot be created: because"):
        apply(cluster, wanted)


def test_a_user_without_the_right_is_told_where_the_rights_are_listed(
    cluster: Cluster, wanted: list[TopicPlan]
) -> None:
    cluster.create_code = DENIED
    with pytest.raises(TopicMismatchError, match="`tocsin topics acls --role operator`"):
        apply(cluster, wanted)


def test_a_broker_that_was_too_slow_to_create_a_topic_may_be_asked_again(
    cluster: Cluster, wanted: list[TopicPlan]
) -> None:
    cluster.create_code = TIMED_OUT
    with pytest.raises(RequestTimedOutError):
        apply(cluster, wanted)


def test_a_topic_that_may_not_be_described_is_not_taken_for_missing(
    cluster: Cluster, wanted: list[TopicPlan]
) -> None:
    cluster.describe_code = DENIED
    with pytest.raises(TopicAuthorizationFailedError):
        compare(cluster, wanted)


@pytest.mark.parametrize(
    "refusal",
    [
        "[Error 40] InvalidConfigurationError: no",
        IncompatibleBrokerVersion("no such request"),
        ValueError("Unrecognized configs: {'retention.ms'}"),
    ],
    ids=["refused", "no such request", "unknown"],
)
def test_a_configuration_that_the_broker_does_not_alter_is_an_error_that_says_what_to_set(
    cluster: Cluster, wanted: list[TopicPlan], refusal: Exception | str
) -> None:
    apply(cluster, wanted)
    cluster.topics["news.articles"][1]["retention.ms"] = "5"
    cluster.alter = refusal
    with pytest.raises(
        TopicMismatchError, match=r"retention\.ms=60000.* by the broker's own means"
    ):
        apply(cluster, wanted)


def test_a_broker_that_goes_away_while_a_configuration_is_altered_is_a_passing_fault(
    cluster: Cluster, wanted: list[TopicPlan]
) -> None:
    apply(cluster, wanted)
    cluster.topics["news.articles"][1]["retention.ms"] = "5"
    cluster.alter = KafkaTimeoutError("away")
    with pytest.raises(KafkaTimeoutError):
        apply(cluster, wanted)
