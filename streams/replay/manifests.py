"""Where manifests are kept: a compacted topic, keyed by the replay's id.

Owns the topic's name and the rule of who wins an id. Must not know what a replay does. Clients are
kafka-python's and come in as arguments.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from kafka import TopicPartition

from streams.errors import ReplayStateError
from streams.kafka.envelope import Record
from streams.kafka.subscriber import read
from streams.kafka.topics import TopicPlan, apply
from streams.replay.manifest import Manifest
from streams.service.settings import Settings

TOPIC = "replay.manifests"
SEND_SECONDS = 30.0
_decode = msgspec.json.Decoder(Manifest).decode
_encode = msgspec.json.Encoder().encode


def topic_plan(settings: Settings) -> TopicPlan:
    """Plan the topic of manifests: one partition, so that its records have one order."""
    return TopicPlan(
        settings.topic_prefix + TOPIC,
        1,
        settings.replication_factor,
        {"cleanup.policy": "compact"},
        "what each replay is",
    )


def newest(records: Iterable[Record]) -> dict[str, Manifest]:
    """Give the newest manifest of each replay that is there.

    Whoever writes first under an id has it, until it is deleted: records with another claim do not
    count.
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
                f"{record.topic} has at offset {record.offset} what is no manifest of this "
                f"version: {error}"
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
        """Give every replay, the oldest first."""
        if self._plan.name not in self._admin.list_topics():
            return {}
        tp = TopicPartition(self._plan.name, 0)
        # A topic that was made just now may not be known to this client yet.
        self._consumer.assign([tp])
        firsts, ends = (
            self._consumer.beginning_offsets([tp]),
            self._consumer.end_offsets([tp]),
        )
        found = newest(read(self._consumer, firsts, ends))
        return dict(sorted(found.items(), key=lambda item: item[1].created))

    def get(self, replay_id: str) -> Manifest:
        """Give one replay.

        Raises:
            ReplayStateError: there is none of that id.
        """
        manifest = self.all().get(replay_id)
        if manifest is None:
            raise ReplayStateError(
                f"there is no replay {replay_id!r}; `tocsin replay list` shows those that are there"
            )
        return manifest

    def claim(self, manifest: Manifest) -> None:
        """Write a new replay down.

        Raises:
            ReplayStateError: there is one of that id.
        """
        apply(self._admin, [self._plan])
        if manifest.replay_id not in self.all():
            self.write(manifest)
        if self.get(manifest.replay_id).claim != manifest.claim:
            raise ReplayStateError(
                f"there is a replay {manifest.replay_id!r} already: share its work with "
                f"`tocsin replay --join {manifest.replay_id}`, go on with --resume, remove it with "
                f"`tocsin replay delete {manifest.replay_id}`, or give another --id"
            )

    def write(self, manifest: Manifest) -> None:
        """Write a replay's newest state down, and return when the broker has it."""
        self._send(manifest.replay_id, _encode(manifest))

    def mark_deleted(self, replay_id: str) -> None:
        """Forget a replay."""
        self._send(replay_id, None)

    def _send(self, replay_id: str, value: bytes | None) -> None:
        sent = self._producer.send(self._plan.name, value, key=replay_id.encode(), partition=0)
        sent.get(SEND_SECONDS)
