"""No client makes a topic by asking for it: what each of them would send."""

from functools import partial
from typing import Any

import aiokafka.client
from aiokafka.protocol.metadata import MetadataRequest_v4
from kafka.cluster import ClusterMetadata

from streams.kafka.connection import Connection
from streams.kafka.topic_creation import forbid_in_aiokafka


def test_kafka_python_asks_without_creating() -> None:
    Connection.plaintext("kafka:9092").kafka_python()
    cluster = ClusterMetadata(bootstrap_servers=["kafka:9092"])
    cluster.set_topics(["news.articles"])
    assert cluster.metadata_request().allow_auto_topic_creation is False


def test_aiokafka_asks_without_creating_however_often_it_is_forbidden() -> None:
    forbid_in_aiokafka()
    client: Any = aiokafka.client
    before = vars(client.AIOKafkaClient)["_metadata_update"]
    forbid_in_aiokafka()
    assert vars(client.AIOKafkaClient)["_metadata_update"] is before
    assert isinstance(client.MetadataRequest, partial)
    request = client.MetadataRequest(["news.articles"]).build(MetadataRequest_v4)
    assert request.allow_auto_topic_creation is False
