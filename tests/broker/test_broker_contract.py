"""What Tocsin relies on in a broker, asked of both kinds in the same words."""

import asyncio
import contextlib
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import MessageSizeTooLargeError

from streams.demo.broker import Broker
from streams.kafka.connection import Connection
from streams.kafka.reachability import wait_until_reachable

MEGABYTE = 1 << 20
READ_LIMIT_SECONDS = 10.0


@pytest.fixture
def connection(broker: Broker) -> Connection:
    return Connection.plaintext(broker.bootstrap_servers)


@pytest.fixture
def admin(connection: Connection) -> Iterator[KafkaAdminClient]:
    with closing(KafkaAdminClient(**connection.kafka_python())) as client:
        yield client


def create_topic(
    admin: KafkaAdminClient,
    name: str,
    *,
    partitions: int = 1,
    configs: Mapping[str, str] | None = None,
) -> None:
    options = {"num_partitions": partitions, "replication_factor": 1, "configs": configs or {}}
    admin.create_topics({name: options}, wait_for_metadata=True)


def produce(connection: Connection, topic: str, values: list[bytes], **each: Any) -> None:
    with closing(KafkaProducer(**connection.kafka_python())) as producer:
        sent = [producer.send(topic, value, **each) for value in values]
        for future in sent:
            future.get(READ_LIMIT_SECONDS)


def read(connection: Connection, topic: str, count: int, **settings: Any) -> list[Any]:
    """The first records of a one-partition topic; fewer if no more come in time."""
    with closing(KafkaConsumer(**connection.kafka_python(), **settings)) as consumer:
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        consumer.seek_to_beginning(partition)
        records: list[Any] = []
        give_up_at = time.monotonic() + READ_LIMIT_SECONDS
        while len(records) < count and time.monotonic() < give_up_at:
            for batch in consumer.poll(timeout_ms=200).values():
                records += batch
        return records


def test_a_record_comes_back_with_key_value_headers_and_timestamp(
    connection: Connection, admin: KafkaAdminClient, topic_prefix: str
) -> None:
    topic = f"{topic_prefix}whole"
    create_topic(admin, topic, configs={"retention.ms": "-1"})
    headers = [("ce_id", b"1"), ("twice", b"a"), ("twice", b"b"), ("empty", b""), ("raw", b"\xff")]
    produce(
        connection,
        topic,
        [b"\x00\xff not UTF-8"],
        key=b"Q15031",
        headers=headers,
        timestamp_ms=1_700_000_000_123,
    )
    (record,) = read(connection, topic, 1)
    assert (record.key, record.value) == (b"Q15031", b"\x00\xff not UTF-8")
    assert [tuple(header) for header in record.headers] == headers
    assert record.timestamp == 1_700_000_000_123


@pytest.mark.parametrize(
    ("key", "value"), [(b"k", None), (None, b"v"), (b"", b""), (None, b"")], ids=repr
)
def test_null_and_empty_are_kept_apart(
    connection: Connection,
    admin: KafkaAdminClient,
    topic_prefix: str,
    key: bytes | None,
    value: bytes | None,
) -> None:
    topic = f"{topic_prefix}null"
    create_topic(admin, topic)
    with closing(KafkaProducer(**connection.kafka_python())) as producer:
        producer.send(topic, value, key=key).get(READ_LIMIT_SECONDS)
    (record,) = read(connection, topic, 1)
    assert (record.key, record.value) == (key, value)


def test_aiokafka_reads_in_order_what_it_wrote(
    connection: Connection, admin: KafkaAdminClient, topic_prefix: str
) -> None:
    topic = f"{topic_prefix}aio"
    create_topic(admin, topic)
    values = [str(number).encode() for number in range(500)]

    async def round_trip() -> list[tuple[bytes, tuple[Any, ...]]]:
        async with AIOKafkaProducer(**connection.aiokafka(), linger_ms=5) as producer:
            sent = [await producer.send(topic, v, headers=[("h", v)]) for v in values]
            await asyncio.gather(*sent)
        consumer = AIOKafkaConsumer(
            topic, **connection.aiokafka(), auto_offset_reset="earliest", group_id=None
        )
        async with consumer:
            return [(r.value, tuple(r.headers)) for r in [await consumer.getone() for _ in values]]

    came = asyncio.run(asyncio.wait_for(round_trip(), READ_LIMIT_SECONDS))
    assert came == [(value, (("h", value),)) for value in values]


def test_offsets_are_found_by_time(
    connection: Connection, admin: KafkaAdminClient, topic_prefix: str
) -> None:
    topic = f"{topic_prefix}times"
    # The records are of 1970: without this a broker may delete them before they are asked for.
    create_topic(admin, topic, configs={"retention.ms": "-1"})
    for timestamp in (1_000_000, 2_000_000, 3_000_000):
        produce(connection, topic, [b"x"], timestamp_ms=timestamp)
    partition = TopicPartition(topic, 0)
    expected = {0: 0, 1_000_000: 0, 1_000_001: 1, 2_000_000: 1, 2_999_999: 2, 3_000_001: None}
    with closing(KafkaConsumer(**connection.kafka_python())) as consumer:
        found = {}
        for timestamp in expected:
            answer = consumer.offsets_for_times({partition: timestamp})[partition]
            found[timestamp] = None if answer is None else answer.offset
    assert found == expected


def test_the_configuration_of_a_topic_can_be_read_back(
    admin: KafkaAdminClient, topic_prefix: str
) -> None:
    topic = f"{topic_prefix}compacted"
    wanted = {"cleanup.policy": "compact", "max.message.bytes": "2097152"}
    create_topic(admin, topic, configs=wanted)
    answer = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    described = answer["topic"][topic]
    assert {name: described[name]["value"] for name in wanted} == wanted


def test_committed_offsets_are_read_back_by_consumer_and_admin(
    connection: Connection, admin: KafkaAdminClient, topic_prefix: str
) -> None:
    topic, group = f"{topic_prefix}commits", f"{topic_prefix}group"
    create_topic(admin, topic, partitions=2)
    first, second = TopicPartition(topic, 0), TopicPartition(topic, 1)
    consumer = KafkaConsumer(**connection.kafka_python(), group_id=group, enable_auto_commit=False)
    with closing(consumer):
        consumer.assign([first, second])
        consumer.commit({first: OffsetAndMetadata(7, "a note", -1)})
        assert consumer.committed(first) == 7
        assert consumer.committed(second) is None
    offsets = admin.list_group_offsets([group])[group]
    assert offsets[first].offset == 7
    assert offsets[first].metadata == "a note"


def test_a_group_is_joined_within_three_seconds_and_divides_the_partitions(
    connection: Connection, admin: KafkaAdminClient, topic_prefix: str
) -> None:
    topic, group = f"{topic_prefix}joined", f"{topic_prefix}group"
    create_topic(admin, topic, partitions=4)

    async def join() -> tuple[float, list[set[int]]]:
        async with contextlib.AsyncExitStack() as members:

            async def member() -> AIOKafkaConsumer:
                consumer = AIOKafkaConsumer(
                    topic, **connection.aiokafka(), group_id=group, enable_auto_commit=False
                )
                return await members.enter_async_context(consumer)

            started = time.monotonic()
            consumers = [await member()]
            while len(consumers[0].assignment()) != 4:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.02)
            first_seconds = time.monotonic() - started
            consumers.append(await member())
            while any(len(c.assignment()) != 2 for c in consumers):  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.05)
            return first_seconds, [{p.partition for p in c.assignment()} for c in consumers]

    first_seconds, shares = asyncio.run(asyncio.wait_for(join(), 20))
    assert first_seconds < 3.0
    assert set.union(*shares) == {0, 1, 2, 3}


def test_a_record_of_twenty_megabytes_passes_where_the_topic_allows_it(
    connection: Connection, admin: KafkaAdminClient, topic_prefix: str
) -> None:
    topic = f"{topic_prefix}large"
    create_topic(admin, topic, configs={"max.message.bytes": str(25 * MEGABYTE)})
    value = bytes(range(256)) * (20 * MEGABYTE // 256)
    limit = 25 * MEGABYTE

    async def round_trip() -> bytes | None:
        async with AIOKafkaProducer(**connection.aiokafka(), max_request_size=limit) as producer:
            await producer.send_and_wait(topic, value)
        consumer = AIOKafkaConsumer(
            topic,
            **connection.aiokafka(),
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=limit,
        )
        async with consumer:
            received: bytes | None = (await consumer.getone()).value
            return received

    # aiokafka, because kafka-python computes checksums in Python: seconds for this record.
    assert asyncio.run(asyncio.wait_for(round_trip(), 20)) == value


def test_a_record_larger_than_the_topic_allows_is_refused(
    connection: Connection, admin: KafkaAdminClient, topic_prefix: str
) -> None:
    topic = f"{topic_prefix}small"
    create_topic(admin, topic, configs={"max.message.bytes": "10000"})
    with (
        closing(KafkaProducer(**connection.kafka_python())) as producer,
        pytest.raises(MessageSizeTooLargeError),
    ):
        producer.send(topic, b"x" * 20_000).get(READ_LIMIT_SECONDS)


def test_what_was_acknowledged_is_there_after_a_stop_and_a_kill(
    restartable_broker: Broker, topic_prefix: str
) -> None:
    topic, group = f"{topic_prefix}kept", f"{topic_prefix}group"
    address = restartable_broker.bootstrap_servers
    connection = Connection.plaintext(address)
    with closing(KafkaAdminClient(**connection.kafka_python())) as admin:
        create_topic(admin, topic)
    produce(connection, topic, [b"before the stop"])
    consumer = KafkaConsumer(**connection.kafka_python(), group_id=group, enable_auto_commit=False)
    with closing(consumer):
        consumer.assign([TopicPartition(topic, 0)])
        consumer.commit({TopicPartition(topic, 0): OffsetAndMetadata(1, "", -1)})
    restartable_broker.stop()
    restartable_broker.start()
    produce(connection, topic, [b"before the kill"])
    # The embedded broker writes its records to the disk about once a second.
    time.sleep(2.5)
    restartable_broker.kill()
    restartable_broker.restart()
    assert restartable_broker.bootstrap_servers == address
    wait_until_reachable(connection, give_up_after_seconds=5)
    assert [r.value for r in read(connection, topic, 2)] == [b"before the stop", b"before the kill"]
    with closing(KafkaAdminClient(**connection.kafka_python())) as admin:
        assert admin.list_group_offsets([group])[group][TopicPartition(topic, 0)].offset == 1
