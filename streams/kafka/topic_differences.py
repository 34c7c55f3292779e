"""Compares the topics of a cluster with their plan, and applies the plan.

The functions take an admin client of kafka-python as an argument.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from kafka.admin import ConfigResource, ConfigResourceType, NewTopic
from kafka.errors import (
    AuthorizationError,
    NoError,
    TopicAlreadyExistsError,
    UnknownTopicOrPartitionError,
    UnsupportedVersionError,
    for_code,
)

from streams.errors import TopicMismatchError
from streams.kafka.topics import AFTER_MAX, TopicPlan

_ALTERED = "OK"
_OPTIONAL = frozenset({AFTER_MAX})
_INVALID_CONFIG = 40


@dataclass(frozen=True, slots=True)
class TopicDifference:
    """How one topic of the cluster differs from the plan.

    Tocsin can create a topic that is `missing`, and alter its `config`. You must fix `partitions`
    yourself, because moving keys to other partitions separates a leader from its state.
    `other_partitions` differ from the plan, and Tocsin works with them.
    """

    name: str
    kind: Literal["missing", "partitions", "other_partitions", "config"]
    message: str


def compare(admin: Any, wanted: Sequence[TopicPlan]) -> list[TopicDifference]:
    """Return how the cluster differs from the plan.

    Args:
        admin: A kafka-python `KafkaAdminClient`.
        wanted: The plan.

    Raises:
        KafkaError: The broker does not answer, or does not allow the question. A topic that may not
            be described does not count as missing.
    """
    there = _partitions(admin, wanted)
    differences = []
    for want in wanted:
        differences += _shape_differences(want, there.get(want.name))
        if want.name in there:
            differences += _config_differences(admin, want)
    return differences


def apply(admin: Any, wanted: Sequence[TopicPlan]) -> list[TopicDifference]:
    """Create missing topics, alter configurations that differ, and return the changes.

    Raises:
        TopicMismatchError: A topic has partitions that Tocsin cannot work with, and no change was
            made. Or the broker refuses a topic or a configuration, and the message gives its
            reason.
        KafkaError: The broker does not answer.
    """
    differences = [d for d in compare(admin, wanted) if d.kind != "other_partitions"]
    wrong = [d.message for d in differences if d.kind == "partitions"]
    if wrong:
        raise TopicMismatchError(_listed("Nothing was changed", wrong))
    by_name = {w.name: w for w in wanted}
    for name in dict.fromkeys(d.name for d in differences):
        want = by_name[name]
        if any(d.kind == "missing" for d in differences if d.name == name):
            _create(admin, want)
        else:
            _alter(admin, want)
    return differences


def require(admin: Any, wanted: Sequence[TopicPlan]) -> list[TopicDifference]:
    """Raise if a topic is missing or has partitions that Tocsin cannot work with.

    Configurations are not asked for, so a worker needs no right to read them.

    Returns:
        The topics that have other partitions than the plan, with which Tocsin works.

    Raises:
        TopicMismatchError: The message names every such topic, and what to do.
        KafkaError: As for `compare`.
    """
    there = _partitions(admin, wanted)
    differences = [d for want in wanted for d in _shape_differences(want, there.get(want.name))]
    wrong = [d.message for d in differences if d.kind != "other_partitions"]
    if wrong:
        head = "The topics are not as planned (`tocsin topics apply` creates what is missing)"
        raise TopicMismatchError(_listed(head, wrong))
    return differences


def _partitions(admin: Any, wanted: Sequence[TopicPlan]) -> dict[str, int]:
    """Return the number of partitions of those topics that exist."""
    there = {}
    for topic in admin.describe_topics([w.name for w in wanted]):
        error = for_code(topic.get("error_code") or 0)
        if error is NoError:
            there[topic["name"]] = len(topic["partitions"])
        elif error is not UnknownTopicOrPartitionError:
            raise error(f"describing {topic['name']}")
    return there


def _shape_differences(want: TopicPlan, partitions: int | None) -> list[TopicDifference]:
    if partitions is None:
        message = f"{want.name} is missing ({want.partitions} partitions: {want.purpose})"
        return [TopicDifference(want.name, "missing", message)]
    if partitions == want.partitions:
        return []
    found = f"{want.name} has {partitions} partitions, the plan says {want.partitions}"
    if want.takes(partitions):
        note = (
            "all of them are read"
            if want.partition_rule == "any"
            else f"the first {want.partitions} are written"
        )
        return [TopicDifference(want.name, "other_partitions", f"{found}: {note}")]
    message = f"{found}: set TOCSIN_PARTITIONS={partitions}, or delete and create the topic again"
    return [TopicDifference(want.name, "partitions", message)]


def _listed(head: str, messages: Sequence[str]) -> str:
    return f"{head}:" + "".join(f"\n  - {message}" for message in messages)


def _create(admin: Any, want: TopicPlan) -> None:
    new = NewTopic(
        want.name,
        num_partitions=want.partitions,
        replication_factor=want.replication_factor,
        topic_configs=dict(want.config),
    )
    # Raised errors hold the whole request and answer. The broker's own sentence is in the answer.
    answer = admin.create_topics([new], raise_errors=False)
    (outcome,) = answer["topics"]
    if outcome["error_code"] == _INVALID_CONFIG and _OPTIONAL & want.config.keys():
        _create(admin, _without_optional(want))
        return
    error = for_code(outcome["error_code"])
    # The topic exists: another worker was quicker. `require` checks that worker's topic.
    if error not in {NoError, TopicAlreadyExistsError}:
        why = outcome.get("error_message") or error.description or error.__name__
        if issubclass(error, AuthorizationError):
            why += " `tocsin topics acls --role operator` prints the rights that it takes"
        if error.retriable:
            raise error(f"creating {want.name}: {why}")
        raise TopicMismatchError(f"{want.name} cannot be created: {why}")
    # This also waits for another worker's topic, which the broker may know before its metadata
    # shows it.
    admin.wait_for_topics([want.name])


def _alter(admin: Any, want: TopicPlan) -> None:
    """Set the plan's configuration, and keep the topic's other settings."""
    optional = _OPTIONAL & want.config.keys()
    if optional - _found(admin, want).keys():
        want = _without_optional(want)
    resource = ConfigResource(ConfigResourceType.TOPIC, want.name, configs=dict(want.config))
    try:
        # The client returns a broker's refusal as text, and raises only errors that it finds
        # itself.
        outcome = admin.alter_configs([resource])["topic"][want.name]
    except (UnsupportedVersionError, ValueError) as error:
        outcome = str(error) or type(error).__name__
    if outcome != _ALTERED:
        settings = ", ".join(f"{key}={value}" for key, value in want.config.items())
        raise TopicMismatchError(
            f"the broker does not alter the configuration of {want.name}: {outcome}. "
            f"Set {settings} by the broker's own means"
        )


def _without_optional(want: TopicPlan) -> TopicPlan:
    config = {key: value for key, value in want.config.items() if key not in _OPTIONAL}
    return replace(want, config=config)


def _found(admin: Any, want: TopicPlan) -> dict[str, str]:
    """Return those settings of the plan that the broker knows, with the topic's values."""
    asked = dict.fromkeys(want.config, "")
    resource = ConfigResource(ConfigResourceType.TOPIC, want.name, configs=asked)
    answer = admin.describe_configs([resource], config_filter="all")
    return {key: entry["value"] for key, entry in answer["topic"].get(want.name, {}).items()}


def _config_differences(admin: Any, want: TopicPlan) -> list[TopicDifference]:
    found = _found(admin, want)
    return [
        TopicDifference(
            want.name, "config", f"{want.name} has {key}={found.get(key)}, the plan says {value}"
        )
        for key, value in want.config.items()
        if found.get(key) != value and (key in found or key not in _OPTIONAL)
    ]
