"""The progress of a replay: how much of its range is committed, and whether it is finished.

Every worker, and `tocsin replay show`, ask the broker for the same figures. A replay is finished
when every partition of articles is committed to its end, and every mention in the log is committed
too: mentions are written before their articles are committed, and alerts before their mentions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from streams.errors import ReplayRangeError
from streams.kafka.deployment import Deployment
from streams.kafka.groups import group_offsets, members
from streams.kafka.topics import TopicNames
from streams.kafka.watermarks import read_note
from streams.replay.manifest import Manifest
from streams.replay.positions import is_empty, sizes
from streams.replay.range import Span


@dataclass(frozen=True, slots=True)
class ReplayProgress:
    """A replay at one moment. Articles and mentions are counted in offsets, with gaps.

    Attributes:
        articles: Articles in the range.
        left: The part of each partition that is not committed, without finished partitions.
        mentions_left: Mentions in the log that are not committed.
        newest_ms: The newest event time that is finished, in Unix time, or None.
        alerts: Records in the alert topics.
    """

    articles: int
    left: tuple[Span, ...]
    mentions_left: int
    newest_ms: int | None
    alerts: int

    @property
    def articles_done(self) -> int:
        """Return the number of committed articles."""
        return self.articles - sum(span.offsets for span in self.left)

    @property
    def is_finished(self) -> bool:
        """Return whether all articles and mentions are committed."""
        return not self.left and not self.mentions_left


def left_of(spans: Sequence[Span], committed: Mapping[int, int]) -> tuple[Span, ...]:
    """Return the part of each span that is not committed: all of it without a position."""
    left = (
        Span(one.partition, max(one.start, committed.get(one.partition, one.start)), one.end)
        for one in spans
    )
    return tuple(one for one in left if one.start < one.end)


class ReplayProgressMeter:
    """Measures the progress of a replay, through clients of its own.

    Args:
        deployment: The deployment of the replay.
        manifest: The replay.
    """

    def __init__(self, deployment: Deployment, manifest: Manifest) -> None:
        self._manifest, self._names = manifest, deployment.names
        self._alerts = deployment.alerts.news
        connection = deployment.connection
        self._admin = KafkaAdminClient(**connection.kafka_python())
        self._consumer = KafkaConsumer(
            **connection.kafka_python(),
            enable_auto_commit=False,
            # Aborted records do not belong to the range.
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
        )

    def measure(self) -> ReplayProgress:
        """Return the progress; see `measure`."""
        progress = measure(self._admin, self._consumer, self._manifest, self._names, self._alerts)
        check_kept(self._consumer, self._names.articles, progress.left)
        return progress

    def empty(self, left: Sequence[Span]) -> list[Span]:
        """Return the spans that have no record."""
        return [one for one in left if is_empty(self._consumer, self._names.articles, one)]

    def members(self) -> int:
        """Return the number of workers that the replay has now."""
        return members(self._admin, self._manifest.application_id)

    def sizes(self, topics: Sequence[str]) -> Mapping[str, int]:
        """Return the number of records of each topic."""
        return sizes(self._consumer, topics)

    def close(self) -> None:
        """Close both clients."""
        self._consumer.close()
        self._admin.close()


def measure(
    admin: Any, consumer: Any, manifest: Manifest, names: TopicNames, alerts: Sequence[str]
) -> ReplayProgress:
    """Ask for the committed offsets, and then for the ends of the mentions.

    Args:
        admin: A kafka-python `KafkaAdminClient`.
        consumer: A consumer without a group.
        manifest: The replay.
        names: Its topics.
        alerts: Its topics of alerts.

    Raises:
        KafkaError: the broker does not answer.
    """
    known = group_offsets(admin, manifest.application_id)
    articles = {tp.partition: at for tp, at in known.items() if tp.topic == names.articles}
    mentions = [TopicPartition(names.mentions, p) for p in range(manifest.partitions)]
    ends = consumer.end_offsets(mentions)
    done = {tp: known[tp].offset if tp in known else 0 for tp in mentions}
    notes = [note for at in articles.values() if (note := read_note(at.metadata)) is not None]
    return ReplayProgress(
        articles=manifest.offsets,
        left=left_of(manifest.spans, {p: at.offset for p, at in articles.items()}),
        mentions_left=sum(max(0, ends[tp] - done[tp]) for tp in mentions),
        newest_ms=max(notes, default=None),
        alerts=sum(sizes(consumer, alerts).values()),
    )


def check_kept(consumer: Any, topic: str, left: Sequence[Span]) -> None:
    """Raise an error if retention has removed articles that are not read yet.

    Raises:
        ReplayRangeError: articles of the range are gone.
    """
    tps = {TopicPartition(topic, one.partition): one for one in left}
    for tp, first in consumer.beginning_offsets(list(tps)).items():
        if first > tps[tp].start:
            raise ReplayRangeError(
                f"retention has removed articles of the range before they were read: partition "
                f"{tp.partition} of {topic} begins at offset {first}, and the replay is at "
                f"{tps[tp].start}. Raise the topic's retention, delete this replay, and create a "
                f"new one"
            )
