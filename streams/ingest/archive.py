"""Archives: topics of old articles, stamped as if they had come when they were published.

Owns what such a topic must be: its own, so that old articles do not come among live ones, and kept
indefinitely, because a broker removes at once what is older than the topic's retention.
"""

from kafka import KafkaAdminClient

from streams.errors import TopicMismatchError
from streams.kafka.connection import Connection
from streams.kafka.topics import TopicPlan, apply, compare
from streams.service.settings import Settings

_FOR_EVER = {"retention.ms": "-1"}


def topic_plan(topic: str, settings: Settings) -> TopicPlan:
    """Plan an archive's topic."""
    return TopicPlan(
        topic, settings.partitions, settings.replication_factor, _FOR_EVER, "an archive of articles"
    )


def prepare(connection: Connection, topic: str, settings: Settings) -> None:
    """Create an archive's topic, or see that the one that is there keeps what comes.

    Raises:
        TopicMismatchError: it has a retention, or cannot be created.
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
