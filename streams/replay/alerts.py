"""Reads the alerts of a range from the topics: those of a replay, and those that were sent live.

A live alert belongs to a range by its event time. A record with a replay's header is not live,
even in a live topic.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from processors.contracts import Alert
from streams.kafka.deployment import Deployment
from streams.kafka.envelope import REPLAY_ID_HEADER, Outgoing, Record
from streams.kafka.subscriber import offsets_since, partitions_of, read
from streams.reading.alerts import decode_alert
from streams.replay.manifest import Manifest, deployment_of
from streams.service.settings import Settings

# Kafka itself accepts timestamps up to an hour ahead.
CLOCK_AHEAD = timedelta(hours=1)


def replay_alerts(consumer: Any, deployment: Deployment, manifest: Manifest) -> Iterator[Alert]:
    """Yield the alerts of a replay.

    Raises:
        TopicMismatchError: its topics do not exist.
    """
    topics = deployment_of(manifest, deployment).alerts.news
    yield from (alert for _, alert in _alerts(consumer, topics, None))


def live_alerts(consumer: Any, deployment: Deployment, manifest: Manifest) -> Iterator[Alert]:
    """Yield the alerts that were sent live for the range of a replay.

    Raises:
        TopicMismatchError: a topic of live alerts is missing.
    """
    for record, alert in _alerts(consumer, deployment.alerts.news, manifest):
        if any(name == REPLAY_ID_HEADER for name, _ in record.headers):
            continue
        if manifest.since is not None and alert.event_time < manifest.since:
            continue
        if manifest.until is not None and alert.event_time >= manifest.until:
            continue
        yield alert


def unpublished_records(consumer: Any, deployment: Deployment, manifest: Manifest) -> list[Record]:
    """Return the records of a replay's alerts whose ids the live topics do not have.

    Raises:
        TopicMismatchError: topics of the replay or of live alerts do not exist.
    """
    known = {alert.alert_id for _, alert in _alerts(consumer, deployment.alerts.news, manifest)}
    topics = deployment_of(manifest, deployment).alerts.news
    new = []
    for record, alert in _alerts(consumer, topics, None):
        if alert.alert_id not in known:
            known.add(alert.alert_id)
            new.append(record)
    return new


def for_live_topic(record: Record, settings: Settings, manifest: Manifest) -> Outgoing:
    """Return an alert's record for the live topic of its kind. It keeps the replay's header."""
    topic = settings.topic_prefix + record.topic.removeprefix(manifest.topic_prefix)
    return Outgoing(topic, record.key, record.value, record.headers)


def _alerts(
    consumer: Any, topics: Sequence[str], since: Manifest | None
) -> Iterator[tuple[Record, Alert]]:
    partitions = partitions_of(consumer, topics)
    ends = consumer.end_offsets(partitions)
    starts = consumer.beginning_offsets(partitions)
    if since is not None and since.since is not None:
        # An alert is written after its event time, apart from how far a clock may be ahead.
        starts = offsets_since(consumer, ends, since.since - CLOCK_AHEAD)
    for record in read(consumer, starts, ends):
        alert = decode_alert(record.value)
        if alert is not None:
            yield record, alert
