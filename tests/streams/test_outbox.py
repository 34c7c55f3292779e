"""Sending until the broker has every record, against a producer that fails by script."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    NotEnoughReplicasError,
    TopicAuthorizationFailedError,
)
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.default_records import DefaultRecordBatch

from streams.envelope import Outgoing
from streams.outbox import Outbox

ACKNOWLEDGED = "acknowledged"
BATCH_BYTES = 200


class ScriptedProducer:
    """Answers each try of a value by the next word of its script; at its end, acknowledges.

    A batch fails as its first record that fails does.

    An exception in `refused` is raised by `send` itself, one in `failed` by the future it gives.
    """

    def __init__(
        self,
        failed: dict[bytes, list[Exception | None]] | None = None,
        refused: dict[bytes, list[Exception]] | None = None,
    ) -> None:
        self._failed = failed or {}
        self._refused = refused or {}
        self.tries: dict[bytes, int] = defaultdict(int)
        self.given: list[tuple[str, bytes | None, dict[str, Any]]] = []
        self.batches: list[tuple[str, int, list[bytes]]] = []

    async def send(self, topic: str, value: bytes, **given: Any) -> asyncio.Future[str]:
        await asyncio.sleep(0)
        self.given.append((topic, value, given))
        return self._answer([value])

    def create_batch(self) -> BatchBuilder:
        return BatchBuilder(BATCH_BYTES, 0)

    async def send_batch(
        self, batch: BatchBuilder, topic: str, *, partition: int
    ) -> asyncio.Future[str]:
        await asyncio.sleep(0)
        assert batch.closed()
        values = [record.value for record in DefaultRecordBatch(bytearray(batch._build()))]  # noqa: SLF001
        self.batches.append((topic, partition, values))
        return self._answer(values)

    def _answer(self, values: Sequence[bytes]) -> asyncio.Future[str]:
        answers = []
        for value in values:
            self.tries[value] += 1
            refused = self._refused.get(value)
            if refused:
                raise refused.pop(0)
            failed = self._failed.get(value)
            answers.append(failed.pop(0) if failed else None)
        future = asyncio.get_running_loop().create_future()
        fault = next((answer for answer in answers if answer is not None), None)
        if fault is None:
            future.set_result(ACKNOWLEDGED)
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


def test_everything_is_sent_once_when_the_broker_is_well() -> None:
    producer = ScriptedProducer()
    assert send(producer, b"a", b"b") == []
    assert producer.tries == {b"a": 1, b"b": 1}


def test_a_record_goes_out_with_all_that_belongs_to_it() -> None:
    producer = ScriptedProducer()
    record = Outgoing("t", b"k", b"v", [("h", b"1")], timestamp_ms=7)
    asyncio.run(Outbox(lambda: producer, lambda _: None).send([record]))
    assert producer.given == [
        ("t", b"v", {"key": b"k", "partition": None, "timestamp_ms": 7, "headers": [("h", b"1")]})
    ]


@pytest.mark.parametrize("where", ["failed", "refused"])
@pytest.mark.parametrize("fault", [KafkaConnectionError, KafkaTimeoutError, NotEnoughReplicasError])
def test_a_passing_fault_is_retried_until_acknowledged_and_only_what_failed(
    fault: type[Exception], where: str
) -> None:
    producer = ScriptedProducer(**{where: {b"b": [fault(), fault(), fault()]}})
    assert send(producer, b"a", b"b", b"c") == [1, 1, 1]
    assert producer.tries == {b"a": 1, b"b": 4, b"c": 1}


def test_records_that_fail_at_different_times_are_each_sent_until_they_are_there() -> None:
    gone = KafkaConnectionError
    producer = ScriptedProducer(failed={b"a": [gone()], b"b": [gone(), gone()]})
    assert send(producer, b"a", b"b", b"c") == [2, 1]
    assert producer.tries == {b"a": 2, b"b": 3, b"c": 1}


@pytest.mark.parametrize("where", ["failed", "refused"])
@pytest.mark.parametrize("fault", [MessageSizeTooLargeError, TopicAuthorizationFailedError])
def test_a_record_that_the_broker_will_never_take_is_raised_at_once(
    fault: type[Exception], where: str
) -> None:
    producer = ScriptedProducer(**{where: {b"b": [fault()]}})
    with pytest.raises(fault):
        send(producer, b"a", b"b", b"c")
    assert producer.tries == {b"a": 1, b"b": 1, b"c": 1}


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

    monkeypatch.setattr("streams.outbox.asyncio.sleep", noted)
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
    assert producer.given == []


def test_a_full_batch_is_followed_by_another_and_a_huge_record_has_one_of_its_own() -> None:
    values = [b"a" * 50, b"b" * 50, b"c" * 50, b"d" * 500, b"e"]
    producer = in_batches(*(("t", 0, value) for value in values))
    assert [batch for *_, batch in producer.batches] == [
        values[:2],
        values[2:3],
        *([v] for v in values[3:]),
    ]
    assert producer.given == []


def test_a_batch_that_failed_is_sent_again_whole() -> None:
    producer = in_batches(
        ("t", 0, b"a"), ("t", 0, b"b"), ("t", 1, b"c"), failed={b"b": [KafkaConnectionError()]}
    )
    assert producer.tries == {b"a": 2, b"b": 2, b"c": 1}
    assert producer.batches[-1] == ("t", 0, [b"a", b"b"])
