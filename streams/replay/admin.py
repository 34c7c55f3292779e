"""Creates, prepares and deletes a replay: its topics, consumer group and manifest at the broker.

The order of the steps makes an interrupted one repeatable. Clients are kafka-python's.
"""

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import msgspec
import structlog
from kafka.errors import for_code

from processors.contracts import Versions
from streams.analysis.reader import EVERYTHING
from streams.analysis.selection import Selection
from streams.errors import ReplayBusyError, TopicMismatchError
from streams.kafka import groups
from streams.kafka.clients import admin_client, consumer_client, producer_client
from streams.kafka.deployment import Deployment
from streams.kafka.envelope import Outgoing
from streams.kafka.topic_differences import apply
from streams.kafka.topics import TopicPlan
from streams.replay import edges, positions
from streams.replay import warm_start as warming
from streams.replay.manifest import (
    Manifest,
    application_id,
    check_id,
    deployment_of,
    pace_ms,
    topic_prefix,
)
from streams.replay.manifests import SEND_SECONDS, Manifests
from streams.replay.progress import ReplayProgress, measure
from streams.replay.range import RangeRequest, held_back, resolve
from streams.replay.rejected import rejected_live
from streams.replay.warm_start import States
from streams.worker.timestamp_check import latest_at

T = TypeVar("T")
log = structlog.get_logger(__name__)

POLL_SECONDS = 0.5
_GONE = 3  # UNKNOWN_TOPIC_OR_PARTITION


@dataclass(frozen=True, slots=True)
class SystemVersion:
    """The versions and rules of the system that creates a replay."""

    versions: Versions
    rules: str


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """A request for a new replay: its range, also as it was written, and how to read it."""

    range: RangeRequest
    range_text: str = ""
    allow_truncated: bool = False
    rate: float | None = None
    speed: float | None = None
    selection: Selection = EVERYTHING


class ReplayAdmin:
    """The replays of a cluster, with the clients to work on them.

    Args:
        deployment: The live deployment.
        admin: A kafka-python `KafkaAdminClient`.
        consumer: A consumer without a group.
        producer: A producer.
    """

    def __init__(self, deployment: Deployment, admin: Any, consumer: Any, producer: Any) -> None:
        self._deployment = deployment
        settings = self._settings = deployment.settings
        self._admin, self._consumer, self._producer = admin, consumer, producer
        self.manifests = Manifests(settings, admin, consumer, producer)

    def plan(
        self,
        replay_id: str,
        request: ReplayRequest,
        system: SystemVersion,
        now: datetime,
    ) -> Manifest:
        """Plan a replay, without writing anything.

        Raises:
            TopicMismatchError: the topic of articles does not exist.
            ReplayRangeError: the range cannot be replayed.
            ReplayStateError: the id is not valid.
        """
        settings = self._settings
        check_id(replay_id)
        wanted = request.range
        topic = self._deployment.names.articles
        latest_ms = latest_at(now.timestamp(), settings.max_ahead_seconds)
        known = positions.logs(self._admin, self._consumer, topic, wanted, latest_ms)
        spans = resolve(wanted, known, allow_truncated=request.allow_truncated)
        first, last = edges.times(self._consumer, topic, spans, latest_ms)
        is_by_time = wanted.offsets is None and wanted.last is None
        since, until = (wanted.since, wanted.until or now) if is_by_time else (first, last)
        offsets = sum(span.offsets for span in spans)
        return Manifest(
            replay_id=replay_id,
            claim=secrets.token_hex(8),
            created=now,
            range_text=request.range_text,
            topic=topic,
            spans=spans,
            held_back=held_back(wanted, known),
            rate=request.rate,
            speed=request.speed,
            selection=request.selection,
            since=since,
            until=until,
            topic_prefix=topic_prefix(settings, replay_id),
            application_id=application_id(settings, replay_id),
            versions=system.versions,
            rules=system.rules,
            lateness_seconds=settings.lateness_seconds,
            pace_ms=pace_ms(offsets, first, last, settings.lateness_seconds),
            latest_ms=latest_ms,
            rejected=rejected_live(
                self._consumer, self._deployment.names.dead_letters, topic, spans
            ),
        )

    def prepare(self, manifest: Manifest) -> Manifest:
        """Create a replay's topics and set its group to the start, as far as that is to be done.

        Raises:
            TopicMismatchError: the broker rejects a topic.
            ReplayBusyError: another worker is preparing the replay.
        """
        if manifest.prepared:
            return manifest
        apply(self._admin, own_plans(manifest, self._deployment))
        positions.set_starts(self._admin, manifest.application_id, manifest.topic, manifest.spans)
        prepared = msgspec.structs.replace(manifest, prepared=True)
        self.manifests.write(prepared)
        return prepared

    def wait_until_alone(self, manifest: Manifest) -> None:
        """Wait until the group has no worker.

        A killed worker stays a member until its session ends, and indefinitely at the embedded
        broker. A member that commits nothing for that time is removed. A live one joins again at
        once.

        Raises:
            ReplayBusyError: a worker runs.
        """
        group, seconds = manifest.application_id, self._settings.session_timeout_seconds
        before = groups.committed(self._admin, group, manifest.topic)
        deadline = time.monotonic() + seconds + POLL_SECONDS
        while groups.members(self._admin, group) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            if groups.committed(self._admin, group, manifest.topic) != before:
                raise self._busy(manifest)
        if not groups.members(self._admin, group):
            return
        groups.remove_members(self._admin, group)
        # A heartbeat is a quarter of the session.
        deadline = time.monotonic() + seconds / 2
        while time.monotonic() < deadline:
            if groups.members(self._admin, group):
                raise self._busy(manifest)
            time.sleep(POLL_SECONDS)

    def _busy(self, manifest: Manifest) -> ReplayBusyError:
        count = self.members(manifest)
        return ReplayBusyError(
            f"the replay {manifest.replay_id} has {count} running worker"
            f"{'' if count == 1 else 's'}: share the work with `tocsin replay --join "
            f"{manifest.replay_id}`, or stop the workers and try again"
        )

    def delete(self, manifest: Manifest) -> list[str]:
        """Delete a replay's topics, its group, and last its manifest. Return the topics.

        Raises:
            ReplayBusyError: the replay has running workers.
            TopicMismatchError: the broker does not delete a topic.
        """
        self.wait_until_alone(manifest)
        topics = self.topics_of(manifest)
        if topics:
            for outcome in self._admin.delete_topics(topics, raise_errors=False)["topics"]:
                if outcome["error_code"] not in {0, _GONE}:
                    error = for_code(outcome["error_code"])
                    why = outcome.get("error_message") or error.description
                    raise TopicMismatchError(f"the broker does not delete {outcome['name']}: {why}")
        groups.delete_group(self._admin, manifest.application_id)
        self.manifests.mark_deleted(manifest.replay_id)
        return topics

    def topics_of(self, manifest: Manifest) -> list[str]:
        """Return the existing topics of a replay."""
        changelog = deployment_of(manifest, self._deployment).names.watch_changelog
        return sorted(
            name
            for name in self._admin.list_topics()
            if name.startswith(manifest.topic_prefix) or name == changelog
        )

    def with_consumer(self, work: Callable[[Any], T]) -> T:
        """Call `work` with a consumer without a group, and return its result."""
        return work(self._consumer)

    def send(self, records: Sequence[Outgoing]) -> None:
        """Send records and wait until the broker has acknowledged all of them.

        Raises:
            KafkaError: the broker rejects a record. Others may have been sent.
        """
        sent = [
            self._producer.send(one.topic, one.value, key=one.key, headers=list(one.headers))
            for one in records
        ]
        for one in sent:
            one.get(SEND_SECONDS)

    def check_can_be_warmed(self, manifest: Manifest) -> None:
        """Raise an error if a warm start would fail at the end; see `streams.replay.warm_start`."""
        warming.check(self._admin, self._consumer, self._deployment, manifest)

    def states_to_copy(self, manifest: Manifest, *, incomplete: bool = False) -> States:
        """Return the states that a new deployment begins with; see `streams.replay.warm_start`."""
        clients = (self._admin, self._consumer)
        return warming.states_to_copy(*clients, self._deployment, manifest, incomplete=incomplete)

    def warm(self, manifest: Manifest, states: States) -> None:
        """Write these states and offsets: a new deployment begins where the replay ended."""
        warming.warm(self._admin, self._producer, self._deployment, manifest, states)

    def progress(self, manifest: Manifest) -> ReplayProgress | None:
        """Return the progress of a replay, or None if its topics do not exist."""
        names = deployment_of(manifest, self._deployment).names
        if names.mentions not in self.topics_of(manifest):
            return None
        return measure(self._admin, self._consumer, manifest, names, list(names.alerts.values()))

    def members(self, manifest: Manifest) -> int:
        """Return the number of workers that a replay has now."""
        return groups.members(self._admin, manifest.application_id)


@contextmanager
def open_replay_admin(deployment: Deployment) -> Iterator[ReplayAdmin]:
    """Open the clients.

    Raises:
        BrokerUnavailableError: no broker answers in time, or the connection is lost.
        MisconfigurationError: the broker rejects a request.
    """
    connection, settings = deployment.connection, deployment.settings
    with (
        admin_client(connection, settings) as admin,
        consumer_client(connection, settings) as consumer,
        producer_client(connection, settings, of_alerts=True) as producer,
    ):
        yield ReplayAdmin(deployment, admin, consumer, producer)


def own_plans(manifest: Manifest, live: Deployment) -> Sequence[TopicPlan]:
    """Return the plans of a replay's output topics: those of a worker without the articles."""
    planned = deployment_of(manifest, live).topic_plans()
    return [one for one in planned if one.name != manifest.topic]
