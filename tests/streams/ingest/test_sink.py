"""The sink: acknowledgements, records that are too large, and a broker that goes away."""

from typing import Any

import pytest
from kafka.errors import (
    InvalidTimestampError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
)
from kafka.future import Future

from streams.errors import PassingFaultError
from streams.ingest.sink import KafkaSink
from streams.ingest.tally import Tally
from streams.kafka.envelope import Outgoing


class Answer(Future):  # type: ignore[misc]  # kafka-python has no types
    """kafka-python's future, which a test completes; waiting for it completes it."""

    def get(self) -> None:
        if not self.is_done:
            self.success(None)
        if self.exception is not None:
            raise self.exception


class Producer:
    """Answers by value: an error to raise, an error to fail with later, or nothing yet."""

    def __init__(self) -> None:
        self.at_once: dict[bytes, KafkaError] = {}
        self.later: dict[bytes, KafkaError] = {}
        self.sent: list[tuple[Answer, dict[str, Any]]] = []
        self.closed = 0

    def send(self, topic: str, value: bytes, **rest: Any) -> Answer:
        if value in self.at_once:
            raise self.at_once[value]
        answer = Answer()
        if value in self.later:
            answer.failure(self.later[value])
        self.sent.append((answer, {"topic": topic, "value": value, **rest}))
        return answer

    def close(self, timeout: float) -> None:
        assert timeout >= 0
        self.closed += 1
        for answer, _ in self.sent:
            if not answer.is_done:
                answer.failure(KafkaTimeoutError("closed"))


def send(sink: KafkaSink, *values: bytes) -> None:
    for number, value in enumerate(values, start=1):
        sink.send(Outgoing("news.articles", b"key", value), f"f:{number}")


def test_a_record_counts_as_sent_when_it_is_acknowledged_and_not_before() -> None:
    producer, tally = Producer(), Tally()
    sink = KafkaSink(producer, tally)
    send(sink, b"1", b"2")
    assert tally.sent == 0
    sink.flush()
    assert tally.sent == 2
    assert producer.sent[0][1]["key"] == b"key"


@pytest.mark.parametrize("when", ["at_once", "later"])
def test_a_record_that_is_too_large_for_the_broker_is_refused_and_the_others_go_on(
    when: str,
) -> None:
    producer, tally = Producer(), Tally()
    getattr(producer, when)[b"big"] = MessageSizeTooLargeError("10 > 1")
    sink = KafkaSink(producer, tally)
    send(sink, b"1", b"big", b"3")
    sink.flush()
    summary = tally.summary(dry_run=False, interrupted=False)
    assert summary.sent == 2
    assert summary.refused["too_large"].examples[0].where == "f:2"


class Broker(Producer):
    """Refuses a batch of three whole, if one of its timestamps is of the future."""

    def __init__(self) -> None:
        super().__init__()
        self.batch: list[tuple[Answer, int]] = []
        self.taken: list[bytes] = []

    def send(self, topic: str, value: bytes, **rest: Any) -> Answer:
        answer = super().send(topic, value, **rest)
        answer.get = lambda: self._wait(answer)
        self.batch.append((answer, rest["timestamp_ms"]))
        if len(self.batch) == 3:
            self.flush()
        return answer

    def flush(self) -> None:
        for answer, _ in self.batch:
            if any(timestamp_ms > 1_000 for _, timestamp_ms in self.batch):
                answer.failure(InvalidTimestampError("of the future"))
            else:
                self.taken += [one["value"] for sent, one in self.sent if sent is answer]
                answer.success(None)
        self.batch = []

    def _wait(self, answer: Answer) -> None:
        if not answer.is_done:
            self.flush()
        if answer.exception is not None:
            raise answer.exception


def test_a_record_whose_time_the_broker_refuses_is_named_and_its_batch_goes_on() -> None:
    broker, tally = Broker(), Tally()
    sink = KafkaSink(broker, tally)
    for number, timestamp_ms in enumerate([1, 2, 3, 4, 9_000, 6, 7, 8], start=1):
        record = Outgoing("archive", b"key", b"%d" % number, timestamp_ms=timestamp_ms)
        sink.send(record, f"f:{number}")
    sink.flush()
    assert sorted(broker.taken) == [b"1", b"2", b"3", b"4", b"6", b"7", b"8"]
    summary = tally.summary(dry_run=False, interrupted=False)
    assert summary.sent == 7
    (refused,) = summary.refused["invalid_date"].examples
    assert refused.where == "f:5"
    assert "of the future" in refused.message


def test_a_broker_whose_clock_refuses_now_is_no_fault_of_a_record() -> None:
    producer, tally = Producer(), Tally()
    producer.later[b"1"] = InvalidTimestampError("of the future")
    sink = KafkaSink(producer, tally)
    with pytest.raises(PassingFaultError, match=r"f:1 .*of the future"):
        send(sink, b"1")


def test_a_delivery_error_says_how_many_were_acknowledged_and_ends_it() -> None:
    producer, tally = Producer(), Tally()
    producer.later[b"2"] = KafkaTimeoutError("120 s are over")
    sink = KafkaSink(producer, tally)
    send(sink, b"1", b"2", b"3", b"4")
    producer.sent[2][0].success(None)
    with pytest.raises(PassingFaultError, match=r"f:2 .*120 s are over.*: 2 of 4 articles"):
        sink.flush()
    assert tally.sent == 2
    assert producer.closed == 1
    with pytest.raises(PassingFaultError):
        send(sink, b"5")
    with pytest.raises(PassingFaultError):
        sink.flush()


def test_only_so_much_is_under_way_at_a_time() -> None:
    producer, tally = Producer(), Tally()
    sink = KafkaSink(producer, tally)
    send(sink, *[b"x"] * 10_100)
    assert tally.sent == 100
    large = Producer()
    sink = KafkaSink(large, tally := Tally())
    send(sink, *[b"x" * 30_000_000] * 4)
    assert tally.sent == 2
