"""A topic of articles that Kafka really compacts: its gaps are no losses."""

import json
from contextlib import closing
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType

PARTITIONS = 2
COMPACTED_AT_ONCE = {
    "cleanup.policy": "compact",
    "segment.ms": "100",
    "min.cleanable.dirty.ratio": "0.01",
    "max.compaction.lag.ms": "200",
}


def publish(cluster: Any, articles: range) -> None:
    with closing(KafkaProducer(**cluster.connection.kafka_python(), acks="all")) as producer:
        for number in articles:
            value = b'{"id":"c%d","title":"Storm %d hits coast"}' % (number, number)
            partition = number % PARTITIONS
            producer.send(
                cluster.names.articles, value, key=b"c%d" % number, partition=partition
            ).get(30)


def kept(cluster: Any) -> dict[int, list[int]]:
    """Return the offsets that are left, by partition."""
    found: dict[int, list[int]] = {partition: [] for partition in range(PARTITIONS)}
    for record in cluster.read(cluster.names.articles):
        found[record.partition].append(record.offset)
    return found


# Only Apache Kafka compacts.
@pytest.mark.parametrize("broker", ["apache"], indirect=True)
@pytest.mark.parametrize("cluster", [PARTITIONS], indirect=True)
def test_a_range_that_begins_and_ends_in_gaps_has_each_record_that_is_left(
    cluster: Any,
) -> None:
    topic = cluster.names.articles
    with closing(KafkaAdminClient(**cluster.connection.kafka_python())) as admin:
        compacted = ConfigResource(ConfigResourceType.TOPIC, topic, configs=COMPACTED_AT_ONCE)
        assert admin.alter_configs([compacted])["topic"][topic] == "OK"
        # Otherwise the broker looks every 15 s for what it can compact.
        often = ConfigResource(
            ConfigResourceType.BROKER, "1", configs={"log.cleaner.backoff.ms": "500"}
        )
        assert admin.alter_configs([often])["broker"]["1"] == "OK"
    # The even ones of each partition (0, 1, 4, 5 …) are replaced later; others stay in between.
    publish(cluster, range(12))
    for number in (0, 1, 4, 5, 8, 9):
        publish(cluster, range(number, number + 1))
    # A segment is closed, and then compacted, when a record comes behind it.
    ends = range(12, 12 + PARTITIONS)

    def is_compacted() -> bool:
        publish(cluster, ends)
        return all(offsets[:3] == [1, 3, 5] for offsets in kept(cluster).values())

    cluster.until(is_compacted, "the topic to be compacted")
    # From offset 0, which is gone, to offset 4, which is gone: c2 and c6; c3 and c7.
    ranges = ("--offsets", "0:0-5", "--offsets", "1:0-5")
    proof = json.loads(cluster.run("replay", *ranges, "--id", "gaps", "--json"))["proof"]
    assert (proof["complete"], proof["records"], proof["without_record"]) == (True, 4, 6)
    replayed = cluster.read(cluster.replay("gaps").analyses)
    inside = {"c2", "c6", "c3", "c7"}
    assert {json.loads(one.value)["article_id"] for one in replayed} == inside
