"""Archives: topics of old articles, whose records have the time of publication as timestamp.

An archive is a topic of its own, so that old articles do not mix with live ones. Its retention is
unlimited, because a broker immediately removes records that are older than the retention.
"""

from kafka import KafkaAdminClient

from streams.errors import TopicMismatchError
from streams.kafka.connection import Connection
from streams.kafka.topic_differences import apply, compare
from streams.kafka.topics import TopicPlan
from streams.service.settings import Settings

_FOR_EVER = {"retention.ms": "-1"}


def topic_plan(topic: str, settings: Settings) -> TopicPlan:
    """Return the plan of an archive's topic."""
    return TopicPlan(
        topic, settings.partitions, settings.replication_factor, _FOR_EVER, "an archive of articles"
    )


def prepare(connection: Connection, topic: str, settings: Settings) -> None:
    """Create an archive's topic, or check that the existing one keeps its records.

    Raises:
        TopicMismatchError: the topic has a retention, or cannot be created.
        KafkaError: the broker does not answer.
    """
    admin = KafkaAdminClient(**connection.kafka_python())
    try:
        wanted = topic_plan(topic, settings)
        differences = compare(admin, [wanted])
        if any(one.kind == "config" for one in differences):
            raise TopicMismatchError(
                f"the topic {topic} does not keep records for ever, and the broker removes what is "
                f"older than its retention: set retention.ms=-1 on it, or name a topic that is not "
                f"there, which is then made so"
            )
        if any(one.kind == "missing" for one in differences):
            apply(admin, [wanted])
    finally:
        admin.close()
