"""Reads whole topics, with the time of each record."""

import json
from collections.abc import Iterable
from typing import Any

from kafka import KafkaConsumer, TopicPartition


def timed_values(bootstrap: str, topics: Iterable[str]) -> list[tuple[float, dict[str, Any]]]:
    """Return the time in Unix seconds and the decoded value of every record of the topics."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap)
    partitions = [
        TopicPartition(topic, partition)
        for topic in topics
        for partition in consumer.partitions_for_topic(topic) or ()
    ]
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    ends = consumer.end_offsets(partitions)
    found = []
    while any(consumer.position(tp) < ends[tp] for tp in partitions):
        for batch in consumer.poll(500).values():
            found += [(one.timestamp / 1000, json.loads(one.value)) for one in batch]
    consumer.close()
    return found
