"""Prevents the clients of this process from creating topics by asking for them.

If the broker creates topics automatically, a request for metadata would create a deleted topic
again, with one partition. aiokafka has no option against it, and kafka-python 3.0.12 does not pass
its option on. This module patches both clients, and imports neither until it is asked to.
"""

import asyncio
from functools import partial
from typing import Any

# aiokafka asks again at once while a topic is missing, thousands of times a second.
MISSING_PAUSE_SECONDS = 1.0


def forbid_in_kafka_python() -> None:
    """Make kafka-python's clients of this process ask for metadata without creating topics."""
    from kafka.cluster import ClusterMetadata  # noqa: PLC0415 - half a second to load

    ClusterMetadata.DEFAULT_CONFIG["allow_auto_create_topics"] = False


def forbid_in_aiokafka() -> None:
    """Make aiokafka's clients of this process do the same, and pause while a topic is missing."""
    import aiokafka.client  # noqa: PLC0415 - half a second to load
    from aiokafka.protocol.metadata import MetadataRequest  # noqa: PLC0415

    client: Any = aiokafka.client
    if isinstance(client.MetadataRequest, partial):
        return
    client.MetadataRequest = partial(MetadataRequest, allow_auto_topic_creation=False)
    update = client.AIOKafkaClient._metadata_update  # noqa: SLF001 - no other place for it

    async def patient_update(self: Any, cluster: Any, topics: Any) -> Any:
        done = await update(self, cluster, topics)
        if any(cluster.partitions_for_topic(topic) is None for topic in topics or ()):
            await asyncio.sleep(MISSING_PAUSE_SECONDS)
        return done

    client.AIOKafkaClient._metadata_update = patient_update  # noqa: SLF001 - see above
