"""Stores manifests in a compacted topic, keyed by the replay's id.

The first manifest of an id wins. Clients are kafka-python's and come in as arguments.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from kafka import TopicPartition

from streams.errors import ReplayStateError
from streams.kafka.envelope import Record
from streams.kafka.subscriber import read
from streams.kafka.topic_differences import apply
from streams.kafka.topics import TopicPlan
from streams.replay.manifest import Manifest
from streams.service.settings import Settings

TOPIC = "replay.manifests"
SEND_SECONDS = 30.0
_decode = msgspec.json.Decoder(Manifest).decode
_encode = msgspec.json.Encoder().encode


def topic_plan(settings: Settings) -> TopicPlan:
    """Return the plan of the topic: one partition, so that its records have one order."""
    return TopicPlan(
        settings.topic_prefix + TOPIC,
        1,
        settings.replication_factor,
        {"cleanup.policy": "compact"},
        "what each replay is",
    )


def newest(records: Iterable[Record]) -> dict[str, Manifest]:
    """Return the newest manifest of each replay that exists.

    The first claim on an id holds until the replay is deleted. Records with another claim are
    ignored.
    """
    found: dict[str, Manifest] = {}
    for record in records:
        replay_id = (record.key or b"").decode("utf-8", "replace")
        if record.value is None:
            found.pop(replay_id, None)
            continue
        try:
            manifest = _decode(record.value)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ReplayStateError(
                f"the record at offset {record.offset} of {record.topic} is not a manifest of "
                f"this version: {error}"
            ) from error
        first = found.get(replay_id)
        if first is None or first.claim == manifest.claim:
            found[replay_id] = manifest
    return found


class Manifests:
    """The manifests of a cluster.

    Args:
        settings: The live settings.
        admin: A kafka-python `KafkaAdminClient`.
        consumer: A consumer without a group.
        producer: A producer.
    """

    def __init__(self, settings: Settings, admin: Any, consumer: Any, producer: Any) -> None:
        self._plan = topic_plan(settings)
        self._admin, self._consumer, self._producer = admin, consumer, producer

    def all(self) -> Mapping[str, Manifest]:
        """Return every replay by its id, the oldest first."""
        if self._plan.name not in self._admin.list_topics():
            return {}
        tp = TopicPartition(self._plan.name, 0)
        # This client may not know a new topic yet.
        self._consumer.assign([tp])
        firsts, ends = (
            self._consumer.beginning_offsets([tp]),
            self._consumer.end_offsets([tp]),
        )
        found = newest(read(self._consumer, firsts, ends))
        return dict(sorted(found.items(), key=lambda item: item[1].created))

    def get(self, replay_id: str) -> Manifest:
        """Return one replay.

        Raises:
            ReplayStateError: no replay has that id.
        """
        manifest = self.all().get(replay_id)
        if manifest is None:
            raise ReplayStateError(
                f"there is no replay {replay_id!r}: `tocsin replay list` shows the existing ones"
            )
        return manifest

    def claim(self, manifest: Manifest) -> None:
        """Write the manifest of a new replay.

        Raises:
            ReplayStateError: a replay of that id exists.
        """
        apply(self._admin, [self._plan])
        if manifest.replay_id not in self.all():
            self.write(manifest)
        if self.get(manifest.replay_id).claim != manifest.claim:
            raise ReplayStateError(
                f"there is a replay {manifest.replay_id!r} already: share its work with "
                f"`tocsin replay --join {manifest.replay_id}`, continue it with --resume, delete "
                f"it with `tocsin replay delete {manifest.replay_id}`, or give another --id"
            )

    def write(self, manifest: Manifest) -> None:
        """Write a replay's newest state, and wait until the broker has acknowledged it."""
        self._send(manifest.replay_id, _encode(manifest))

    def mark_deleted(self, replay_id: str) -> None:
        """Write a tombstone for a replay."""
        self._send(replay_id, None)

    def _send(self, replay_id: str, value: bytes | None) -> None:
        sent = self._producer.send(self._plan.name, value, key=replay_id.encode(), partition=0)
        sent.get(SEND_SECONDS)
