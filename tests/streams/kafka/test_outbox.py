"""Sending until the broker has every record, against a producer that fails by script."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
import structlog
from aiokafka.errors import (
    CorruptRecordException,
    InvalidTimestampError,
    KafkaConnectionError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    NotEnoughReplicasError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
    UnsupportedForMessageFormatError,
    for_code,
)
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.default_records import DefaultRecordBatch
from aiokafka.structs import RecordMetadata, TopicPartition

from streams.errors import RecordsRefusedError
from streams.kafka.envelope import Outgoing, partition_of
from streams.kafka.outbox import MAX_COMPRESSED_BYTES, Outbox

BATCH_BYTES = 200
PARTITIONS = 4


def metadata(topic: str = "topic", partition: int = 0, offset: int = 0) -> RecordMetadata:
    tp = TopicPartition(topic, partition)
    return RecordMetadata(topic, partition, tp, offset, None, 0, 0)


class ScriptedProducer:
    """Answers each try of a value by the next word of its script; at its end, acknowledges.

    A batch fails as its first record that fails does.

    An exception in `refused` is raised by `send` itself, one in `failed` by the future it gives.
    """

    def __init__(
        self,
        failed: dict[bytes, list[Exception | None]] | None = None,
        refused: dict[bytes, list[Exception]] | None = None,
        *,
        silent: bool = False,
    ) -> None:
        self.silent = silent
        self._failed = failed or {}
        self._refused = refused or {}
        self.tries: dict[bytes, int] = defaultdict(int)
        self.away: list[Exception] = []
        self.records: list[Any] = []
        self.taken: list[bytes] = []
        self.futures: list[asyncio.Future[RecordMetadata]] = []
        self.under_way: list[int] = []
        self.batches: list[tuple[str, int, list[bytes]]] = []
        self._ends: dict[tuple[str, int], int] = defaultdict(int)

    def _acknowledged(self, topic: str, partition: int, count: int) -> RecordMetadata:
        offset = self._ends[topic, partition]
        self._ends[topic, partition] += count
        return metadata(topic, partition, offset)

    async def partitions_for(self, topic: str) -> set[int]:
        await asyncio.sleep(0)
        assert topic
        if self.away:
            raise self.away.pop(0)
        return set(range(PARTITIONS))

    def create_batch(self) -> BatchBuilder:
        return BatchBuilder(BATCH_BYTES, 0)

    async def send_batch(
        self, batch: BatchBuilder, topic: str, *, partition: int
    ) -> asyncio.Future[RecordMetadata]:
        await asyncio.sleep(0)
        assert batch.closed()
        built = bytearray(batch._build())  # noqa: SLF001
        records = list(DefaultRecordBatch(built))
        values = [record.value for record in records]
        self.batches.append((topic, partition, values))
        self.records += records
        self.under_way.append(len(built))
        return self._answer(topic, partition, values)

    def _answer(
        self, topic: str, partition: int, values: Sequence[bytes]
    ) -> asyncio.Future[RecordMetadata]:
        answers = []
        for value in values:
            self.tries[value] += 1
            refused = self._refused.get(value)
            if refused:
                raise refused.pop(0)
            failed = self._failed.get(value)
            answers.append(failed.pop(0) if failed else None)
        future = asyncio.get_running_loop().create_future()
        if self.silent:
            self.futures.append(future)
            return future
        fault = next((answer for answer in answers if answer is not None), None)
        if fault is None:
            future.set_result(self._acknowledged(topic, partition, len(values)))
            self.taken += values
        else:
            future.set_exception(fault)
        return future


def send(producer: ScriptedProducer, *values: bytes) -> list[int]:
    """Send, and give how many records each retry was about."""
    retried: list[int] = []
    outbox = Outbox(lambda: producer, retried.append, retry_seconds=(0.0,))
    records = [Outgoing("topic", b"key", value) for value in values]
    asyncio.run(outbox.send(records))
    return retried


def send_apart(producer: ScriptedProducer, *values: bytes) -> list[int]:
    """Send each to a partition of its own."""
    retried: list[int] = []
    outbox = Outbox(lambda: producer, retried.append, retry_seconds=(0.0,))
    records = [Outgoing("topic", b"key", value, partition=n) for n, value in enumerate(values)]
    asyncio.run(outbox.send(records))
    return retried


def acknowledged(producer: ScriptedProducer) -> list[bytes]:
    """Give the values that were acknowledged, in their order."""
    return [value for value in producer.taken if value is not None]


def test_it_says_where_the_acknowledged_records_of_each_partition_end() -> None:
    refused = {b"a2": [KafkaTimeoutError()]}
    producer = ScriptedProducer(failed=refused)
    outbox = Outbox(lambda: producer, lambda _: None, retry_seconds=(0.0,))

    def send(*records: tuple[str, int, bytes]) -> None:
        sent = [Outgoing(topic, b"k", value, partition=at) for topic, at, value in records]
        asyncio.run(outbox.send(sent))

    assert outbox.written_ends("a") == {}
    send(("a", 0, b"a0"), ("a", 0, b"a1"), ("b", 3, b"b0"))
    assert (outbox.written_ends("a"), outbox.written_ends("b")) == ({0: 2}, {3: 1})
    send(("a", 0, b"a2"), ("a", 1, b"a3"))
    assert outbox.written_ends("a") == {0: 3, 1: 1}


def test_everything_is_sent_once_when_the_broker_is_well() -> None:
    producer = ScriptedProducer()
    assert send(producer, b"a", b"b") == []
    assert producer.tries == {b"a": 1, b"b": 1}


def test_a_record_goes_out_with_all_that_belongs_to_it() -> None:
    producer = ScriptedProducer()
    record = Outgoing("t", b"k", b"v", [("h", b"1"), ("n", None)], timestamp_ms=7)
    asyncio.run(Outbox(lambda: producer, lambda _: None).send([record]))
    assert producer.batches == [("t", partition_of(b"k", PARTITIONS), [b"v"])]
    (sent,) = producer.records
    assert (sent.key, sent.timestamp, list(sent.headers)) == (b"k", 7, [("h", b"1"), ("n", None)])


def test_a_record_without_key_and_value_goes_out_and_those_without_key_are_spread() -> None:
    producer = ScriptedProducer()
    records = [Outgoing("t", None, None) for _ in range(PARTITIONS)]
    asyncio.run(Outbox(lambda: producer, lambda _: None).send(records))
    assert {partition for _, partition, _ in producer.batches} == set(range(PARTITIONS))


def test_a_topic_that_is_not_known_yet_is_waited_for() -> None:
    producer = ScriptedProducer()
    producer.away = [KafkaConnectionError(), UnknownTopicOrPartitionError()]
    assert send(producer, b"a") == []
    assert producer.tries == {b"a": 1}


@pytest.mark.parametrize("where", ["failed", "refused"])
@pytest.mark.parametrize("fault", [KafkaConnectionError, KafkaTimeoutError, NotEnoughReplicasError])
def test_a_passing_fault_is_retried_until_acknowledged_and_only_what_failed(
    fault: type[Exception], where: str
) -> None:
    producer = ScriptedProducer(**{where: {b"b": [fault(), fault(), fault()]}})
    assert send_apart(producer, b"a", b"b", b"c") == [1, 1, 1]
    assert producer.tries == {b"a": 1, b"b": 4, b"c": 1}


def test_records_that_fail_at_different_times_are_each_sent_until_they_are_there() -> None:
    gone = KafkaConnectionError
    producer = ScriptedProducer(failed={b"a": [gone()], b"b": [gone(), gone()]})
    assert send_apart(producer, b"a", b"b", b"c") == [2, 1]
    assert producer.tries == {b"a": 2, b"b": 3, b"c": 1}


@pytest.mark.parametrize("where", ["failed", "refused"])
def test_a_missing_right_is_raised_at_once(where: str) -> None:
    producer = ScriptedProducer(**{where: {b"b": [TopicAuthorizationFailedError()]}})
    with pytest.raises(TopicAuthorizationFailedError):
        send_apart(producer, b"a", b"b", b"c")
    assert producer.tries == {b"a": 1, b"b": 1, b"c": 1}


REFUSALS = [
    MessageSizeTooLargeError,
    InvalidTimestampError,
    CorruptRecordException,
    UnsupportedForMessageFormatError,
    for_code(87),
]


@pytest.mark.parametrize("fault", REFUSALS)
@pytest.mark.parametrize("where", ["failed", "refused"])
def test_only_the_record_that_the_broker_refuses_is_not_sent(
    where: str, fault: type[Exception]
) -> None:
    values = [bytes([n]) for n in range(9)]
    producer = ScriptedProducer(**{where: {values[6]: [fault() for _ in range(20)]}})
    with pytest.raises(RecordsRefusedError, match="1 record") as raised:
        send(producer, *values)
    ((index, topic),) = [(one.index, one.topic) for one in raised.value.refused]
    assert (index, topic) == (6, "topic")
    assert acknowledged(producer) == [v for v in values if v != values[6]]


def test_several_refused_records_are_each_found_and_the_rest_is_sent() -> None:
    values = [bytes([n]) for n in range(16)]
    bad = {values[n] for n in (0, 7, 8, 15)}
    faults = {value: [MessageSizeTooLargeError() for _ in range(20)] for value in bad}
    producer = ScriptedProducer(failed=faults)
    with pytest.raises(RecordsRefusedError, match="4 record") as raised:
        send(producer, *values)
    assert [one.index for one in raised.value.refused] == [0, 7, 8, 15]
    assert sorted(acknowledged(producer)) == [value for value in values if value not in bad]


def test_a_batch_that_is_too_large_as_a_whole_is_parted_and_nothing_is_refused() -> None:
    class Narrow(ScriptedProducer):
        def _answer(
            self, topic: str, partition: int, values: Sequence[bytes]
        ) -> asyncio.Future[RecordMetadata]:
            future = super()._answer(topic, partition, values)
            if len(values) > 2:
                future = asyncio.get_running_loop().create_future()
                future.set_exception(MessageSizeTooLargeError())
            return future

    producer = Narrow()
    assert send(producer, b"a", b"b", b"c", b"d", b"e") == []
    assert [values for *_, values in producer.batches if len(values) <= 2] == [
        [b"a", b"b"],
        [b"c"],
        [b"d", b"e"],
    ]


def test_what_is_no_fault_of_kafka_is_a_bug_and_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        send(ScriptedProducer(failed={b"a": [ZeroDivisionError()]}), b"a")
    with pytest.raises(ZeroDivisionError):
        send(ScriptedProducer(refused={b"a": [ZeroDivisionError()]}), b"a")


def test_a_null_result_counts_as_acknowledged_and_nothing_to_send_asks_nobody() -> None:
    producer = ScriptedProducer()

    def no_producer() -> None:
        raise AssertionError("nothing to send, and yet the producer was asked for")

    asyncio.run(Outbox(no_producer, lambda _: None).send([]))
    assert send(producer, b"a") == []


def test_waits_grow_by_the_list_and_stay_at_its_last(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    sleep = asyncio.sleep

    async def noted(seconds: float) -> None:
        if seconds:
            waits.append(seconds)
        await sleep(0)

    monkeypatch.setattr("streams.kafka.outbox.asyncio.sleep", noted)
    producer = ScriptedProducer(failed={b"a": [KafkaConnectionError() for _ in range(4)]})
    waits_wanted: Sequence[float] = (0.1, 0.5)
    outbox = Outbox(lambda: producer, lambda _: None, retry_seconds=waits_wanted)
    asyncio.run(outbox.send([Outgoing("t", None, b"a")]))
    assert waits == [0.1, 0.5, 0.5, 0.5]


def in_batches(*records: tuple[str, int, bytes], **script: Any) -> ScriptedProducer:
    producer = ScriptedProducer(**script)
    outbox = Outbox(lambda: producer, lambda _: None, retry_seconds=(0.0,))
    sent = [Outgoing(topic, b"key", value, partition=p) for topic, p, value in records]
    asyncio.run(outbox.send(sent))
    return producer


def test_records_whose_partition_is_known_go_out_in_batches_that_keep_their_order() -> None:
    producer = in_batches(("t", 0, b"a"), ("t", 1, b"b"), ("u", 0, b"c"), ("t", 0, b"d"))
    assert producer.batches == [("t", 0, [b"a", b"d"]), ("t", 1, [b"b"]), ("u", 0, [b"c"])]


def test_a_full_batch_is_followed_by_another_and_a_huge_record_has_one_of_its_own() -> None:
    values = [b"a" * 50, b"b" * 50, b"c" * 50, b"d" * 500, b"e"]
    producer = in_batches(*(("t", 0, value) for value in values))
    assert [batch for *_, batch in producer.batches] == [
        values[:2],
        values[2:3],
        *([v] for v in values[3:]),
    ]


def test_a_batch_that_failed_is_sent_again_whole() -> None:
    producer = in_batches(
        ("t", 0, b"a"), ("t", 0, b"b"), ("t", 1, b"c"), failed={b"b": [KafkaConnectionError()]}
    )
    assert producer.tries == {b"a": 2, b"b": 2, b"c": 1}
    assert producer.batches[-1] == ("t", 0, [b"a", b"b"])


def test_headers_of_the_run_are_put_beside_those_of_every_record_once() -> None:
    producer = ScriptedProducer()
    mark = ("run", b"one")
    records = [Outgoing("t", b"k", b"v", [("h", b"1")]), Outgoing("t", b"k", b"w", [mark])]
    asyncio.run(Outbox(lambda: producer, lambda _: None, headers=[mark]).send(records))
    assert [list(record.headers) for record in producer.records] == [[("h", b"1"), mark], [mark]]


def test_no_more_is_under_way_than_the_bound_or_one_batch_alone() -> None:
    """Waiting callers are served in the order of asking, once earlier batches are acknowledged."""
    producer = ScriptedProducer(silent=True)

    async def run() -> list[list[bytes]]:
        outbox = Outbox(lambda: producer, lambda _: None, in_flight_bytes=1_000)
        values = [b"a" * 300, b"b" * 300, b"c" * 300, b"d" * 5_000, b"e" * 300]
        tasks = []
        for value in values:
            tasks.append(
                asyncio.create_task(outbox.send([Outgoing("t", b"k", value, partition=0)]))
            )
            await asyncio.sleep(0)
        seen = []
        while len(producer.batches) < len(values) or producer.futures:
            for _ in range(20):
                await asyncio.sleep(0)
            seen.append([value[:1] for *_, (value,) in producer.batches])
            producer.futures.pop(0).set_result(metadata())
        await asyncio.gather(*tasks)
        return seen

    assert asyncio.run(run()) == [
        [b"a", b"b"],
        [b"a", b"b", b"c"],
        [b"a", b"b", b"c"],
        [b"a", b"b", b"c", b"d"],
        [b"a", b"b", b"c", b"d", b"e"],
    ]


def test_what_is_not_acknowledged_for_long_is_in_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("streams.kafka.outbox.STALLED_SECONDS", 0.01)
    producer = ScriptedProducer(silent=True)

    async def said(event: str) -> None:
        for _ in range(1_000):
            if any(entry["event"] == event for entry in logged):
                return
            await asyncio.sleep(0.01)
        raise AssertionError(logged)

    async def run() -> None:
        outbox = Outbox(lambda: producer, lambda _: None, in_flight_bytes=100)
        records = [Outgoing("t", b"k", b"v", partition=n) for n in range(2)]
        sending = asyncio.create_task(outbox.send(records))
        await said("outbox.stalled")
        producer.futures.pop(0).set_result(metadata())
        await said("outbox.not_acknowledged")
        producer.futures.pop(0).set_result(metadata())
        await sending

    with structlog.testing.capture_logs() as logged:
        asyncio.run(run())
    (late, *_) = [entry for entry in logged if entry["event"] == "outbox.not_acknowledged"]
    assert (late["records"], late["topics"]) == (1, ["t"])


def test_what_the_client_sends_again_by_itself_is_counted() -> None:
    class Accumulator:
        def __init__(self) -> None:
            self.again: list[Any] = []

        def reenqueue(self, batch: Any) -> None:
            self.again.append(batch)

    producer = ScriptedProducer()
    accumulator = producer._message_accumulator = Accumulator()  # noqa: SLF001 - as aiokafka's
    retried: list[int] = []
    outbox = Outbox(lambda: producer, retried.append)
    for _ in range(2):
        asyncio.run(outbox.send([Outgoing("t", b"k", b"v")]))
    batch = SimpleNamespace(record_count=3)
    accumulator.reenqueue(batch)
    assert (retried, accumulator.again) == ([3], [batch])


def test_topics_for_other_peoples_clients_are_not_compressed() -> None:
    class Packing(ScriptedProducer):
        codecs: ClassVar[dict[str, int]] = {}

        def create_batch(self) -> BatchBuilder:
            return BatchBuilder(BATCH_BYTES, DefaultRecordBatch.CODEC_ZSTD)

        async def send_batch(
            self, batch: BatchBuilder, topic: str, *, partition: int
        ) -> asyncio.Future[RecordMetadata]:
            self.codecs[topic] = DefaultRecordBatch(bytearray(batch._build())).compression_type  # noqa: SLF001
            return await super().send_batch(batch, topic, partition=partition)

    producer = Packing()
    outbox = Outbox(lambda: producer, lambda _: None, plain_topics={"alerts"})
    value = b"the same again and again " * 50
    asyncio.run(outbox.send([Outgoing(topic, b"k", value) for topic in ("alerts", "other")]))
    assert producer.codecs == {"alerts": 0, "other": DefaultRecordBatch.CODEC_ZSTD}
    # What becomes very small, readers may take for a bomb.
    asyncio.run(outbox.send([Outgoing("large", b"k", b"x" * (MAX_COMPRESSED_BYTES + 1))]))
    assert producer.codecs["large"] == 0
