"""What `TOCSIN_PRODUCER_COMPRESSION` means for each kind of record."""

import pytest
from aiokafka.producer.producer import AIOKafkaProducer
from kafka import codec as codecs_of_kafka_python

from streams.kafka.compression import Compression
from streams.kafka.topics import AlertTopics
from streams.service.settings import Settings

ALERTS = AlertTopics.of(Settings(), ["news.own"])


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_a_codec_that_is_named_is_that_of_every_record(codec: str) -> None:
    compression = Compression.of(Settings(producer_compression=codec))
    assert compression == Compression(codec, codec)
    assert not compression.plain_topics(ALERTS)


def test_none_is_for_every_record_too() -> None:
    compression = Compression.of(Settings(producer_compression="none"))
    assert compression == Compression(None, None)
    assert not compression.plain_topics(ALERTS)


def test_by_default_alerts_alone_are_not_compressed() -> None:
    compression = Compression.of(Settings())
    assert compression == Compression("zstd", None)
    assert set(compression.plain_topics(ALERTS)) == {
        *ALERTS.kinds.values(),
        "news.own",
        "news.canary",
    }


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_both_clients_have_every_codec_without_an_extra(codec: str) -> None:
    available, _ = AIOKafkaProducer._COMPRESSORS[codec]  # noqa: SLF001 - aiokafka's own check
    assert available()
    assert getattr(codecs_of_kafka_python, f"has_{codec}")()
