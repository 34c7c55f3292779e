"""Warm start: a new deployment begins where a replay ended, with the replay's final state.

It writes the state first and then the offsets, so that an interrupted warm start can be repeated.
Clients are kafka-python's and come in as arguments.
"""

from typing import Any

from kafka import TopicPartition
from kafka.errors import NoError
from kafka.structs import OffsetAndMetadata

from streams.errors import ReplayBusyError, ReplayStateError
from streams.kafka import groups
from streams.kafka.deployment import Deployment
from streams.kafka.subscriber import partitions_of, read
from streams.kafka.topic_differences import require
from streams.replay.manifest import Manifest, deployment_of, require_complete
from streams.replay.manifests import SEND_SECONDS
from streams.service.settings import Settings

# Partition and leader key to the encoded state.
States = dict[tuple[int, bytes], bytes]


def check(admin: Any, consumer: Any, deployment: Deployment, manifest: Manifest) -> None:
    """Raise an error if an unfinished replay could not warm the deployment at its end.

    Raises:
        ReplayStateError: the replay does not cover what the deployment reads, or the deployment
            has begun already.
        ReplayBusyError: workers of the deployment are running.
        TopicMismatchError: its topics are not as planned.
    """
    _check(admin, deployment, manifest)
    if _begun(admin, deployment) or _newest(consumer, deployment.names.watch_changelog):
        raise _has_begun(deployment.settings)


def states_to_copy(
    admin: Any,
    consumer: Any,
    deployment: Deployment,
    manifest: Manifest,
    *,
    incomplete: bool = False,
) -> States:
    """Return the states that a new deployment would begin with, without writing anything.

    Raises:
        ReplayStateError: the replay is not finished, or does not cover what the deployment reads,
            or the deployment has begun already.
        ReplayIncompleteError: the replay is incomplete, and `incomplete` does not allow that.
        ReplayBusyError: workers of the deployment are running.
        TopicMismatchError: its topics are not as planned.
    """
    require_complete(manifest, incomplete=incomplete)
    _check(admin, deployment, manifest)
    states = _newest(consumer, deployment_of(manifest, deployment).names.watch_changelog)
    there = _newest(consumer, deployment.names.watch_changelog)
    if _begun(admin, deployment) or any(states.get(one) != value for one, value in there.items()):
        raise _has_begun(deployment.settings)
    return states


def warm(
    admin: Any, producer: Any, deployment: Deployment, manifest: Manifest, states: States
) -> None:
    """Write the states, and then the offsets at which the deployment begins.

    Raises:
        KafkaError: the broker rejects one. Repeating the call writes the rest.
    """
    live, group = deployment.names, deployment.settings.application_id
    sent = [
        producer.send(live.watch_changelog, value, key=key, partition=partition)
        for (partition, key), value in states.items()
    ]
    for one in sent:
        one.get(SEND_SECONDS)
    ends = {
        TopicPartition(live.articles, span.partition): OffsetAndMetadata(span.end, "", -1)
        for span in manifest.spans
    }
    for error in admin.alter_group_offsets(group, ends).values():
        if error is not NoError:
            raise error(f"setting the offsets of {group}")


def _check(admin: Any, deployment: Deployment, manifest: Manifest) -> None:
    settings = deployment.settings
    problem = _why_not(manifest, settings, deployment.names.articles)
    if problem:
        raise _cannot(manifest, problem)
    require(admin, deployment.topic_plans())
    if groups.members(admin, settings.application_id):
        raise ReplayBusyError(
            f"workers of {settings.application_id} are running: stop them. Only a deployment that "
            f"has not begun can be warmed"
        )


def _begun(admin: Any, deployment: Deployment) -> bool:
    group = deployment.settings.application_id
    return bool(groups.committed(admin, group, deployment.names.articles))


def _cannot(manifest: Manifest, problem: str) -> ReplayStateError:
    return ReplayStateError(
        f"the replay {manifest.replay_id} cannot warm this deployment: {problem}"
    )


def _has_begun(settings: Settings) -> ReplayStateError:
    return ReplayStateError(
        f"{settings.application_id} has begun already: only a deployment without state and offsets "
        f"can be warmed. Set another TOCSIN_APPLICATION_ID"
    )


def _why_not(manifest: Manifest, settings: Settings, articles: str) -> str:
    if manifest.selection:
        return "it selects only a part of the articles"
    if manifest.topic != articles:
        return f"it read {manifest.topic}, and the deployment reads {articles}"
    if manifest.partitions != settings.partitions:
        return f"it has {manifest.partitions} partitions, and TOCSIN_PARTITIONS is different"
    return ""


def _newest(consumer: Any, changelog: str) -> States:
    partitions = partitions_of(consumer, [changelog])
    ends = consumer.end_offsets(partitions)
    states: States = {}
    for record in read(consumer, consumer.beginning_offsets(partitions), ends):
        if record.key is not None and record.value is not None:
            states[record.partition, record.key] = record.value
        elif record.key is not None:
            states.pop((record.partition, record.key), None)
    return states
