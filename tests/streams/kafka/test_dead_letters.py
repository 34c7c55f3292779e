"""The limit on the share of dead letters, and a letter that the topic does not take whole."""

import asyncio
from collections.abc import Callable, Sequence

import pytest
from aiokafka.errors import (
    InvalidTimestampError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordTooLargeError,
    for_code,
)
from msgspec import structs

from streams.errors import DeadLetterLimitError, RecordsRefusedError, RefusedRecord
from streams.kafka.dead_letters import TRUNCATED_BYTES, DeadLetterLimit, send_dead_letter
from streams.kafka.envelope import Outgoing


@pytest.mark.parametrize(
    ("share", "records", "counted", "stops"),
    [
        (0.5, 4, "xxx", False),  # fewer than four: nothing is decided
        (0.5, 4, "xx..", False),  # half is allowed
        (0.5, 4, "xxx.", True),
        (0.5, 4, "xxxx..", False),  # only the newest four count
        (0.5, 4, "....xxx", True),
        (0.0, 2, "..", False),
        (0.0, 2, ".x", True),
        (1.0, 3, "xxxxxx", False),  # 1 never stops it
        (0.5, 1, "x", True),
        (0.5, 1, "x.", False),
    ],
)
def test_the_worker_stops_above_the_share_of_the_newest(
    share: float,
    records: int,
    counted: str,
    stops: bool,  # noqa: FBT001 - a table's column
) -> None:
    limit = DeadLetterLimit(share, records)
    for one in counted:
        limit.count(dead=one == "x")
    if not stops:
        limit.check()
        return
    with pytest.raises(DeadLetterLimitError, match="TOCSIN_DEAD_LETTER_LIMIT_SHARE"):
        limit.check()


def test_the_limit_names_its_numbers_and_the_way_out() -> None:
    limit = DeadLetterLimit(0.25, 4)
    for dead in (False, True, True, True):
        limit.count(dead=dead)
    with pytest.raises(DeadLetterLimitError) as stopped:
        limit.check()
    message = str(stopped.value)
    assert "3 of the newest 4 articles" in message
    assert "the share of 0.25" in message
    assert "tocsin dead-letters list" in message


class NarrowOutbox:
    """Takes values up to a size, as a topic does, and keeps what it took."""

    def __init__(self, max_bytes: int, error: type[KafkaError]) -> None:
        self._max_bytes = max_bytes
        self._error = error
        self.taken: list[Outgoing] = []

    async def send(self, records: Sequence[Outgoing]) -> None:
        for record in records:
            if len(record.value or b"") > self._max_bytes:
                raise RecordsRefusedError([RefusedRecord(0, record.topic, 0, self._error())])
            self.taken.append(record)


def letter(size: int) -> Outgoing:
    return Outgoing("dead", b"k", b"x" * size, [("a", b"1")], timestamp_ms=5)


@pytest.mark.parametrize("error", [MessageSizeTooLargeError, RecordTooLargeError])
def test_a_letter_that_is_too_large_is_cut_and_says_so(error: type[KafkaError]) -> None:
    outbox = NarrowOutbox(TRUNCATED_BYTES, error)
    asyncio.run(send_dead_letter(outbox, letter(TRUNCATED_BYTES + 1)))
    (sent,) = outbox.taken
    assert sent.value == b"x" * TRUNCATED_BYTES
    assert (sent.topic, sent.key, sent.timestamp_ms) == ("dead", b"k", 5)
    assert sent.headers == [
        ("a", b"1"),
        ("tocsin.error.truncated-from-bytes", str(TRUNCATED_BYTES + 1).encode()),
    ]


def test_a_letter_that_fits_stays_whole() -> None:
    outbox = NarrowOutbox(10, MessageSizeTooLargeError)
    whole = letter(10)
    asyncio.run(send_dead_letter(outbox, whole))
    assert outbox.taken == [whole]


def test_a_topic_that_does_not_take_even_the_reason_alone_is_a_fault() -> None:
    outbox = NarrowOutbox(10, MessageSizeTooLargeError)
    with pytest.raises(RecordsRefusedError, match=r"max\.message\.bytes"):
        asyncio.run(send_dead_letter(outbox, letter(11 + TRUNCATED_BYTES)))
    assert outbox.taken == []


class ParticularOutbox:
    """Refuses for one reason what it does not accept, as a topic with a configuration does."""

    def __init__(self, error: type[KafkaError], accepts: Callable[[Outgoing], bool]) -> None:
        self._error, self._accepts = error, accepts
        self.taken: list[Outgoing] = []

    async def send(self, records: Sequence[Outgoing]) -> None:
        (record,) = records
        if not self._accepts(record):
            raise RecordsRefusedError([RefusedRecord(0, record.topic, 0, self._error())])
        self.taken.append(record)


REASON = ("tocsin.error.reason", b"invalid_json")


def whole(key: bytes | None = b"k") -> Outgoing:
    own = [("own", b"x" * 3_000_000), REASON]
    return Outgoing("dead", key, b"{broken" * 1_000, own, timestamp_ms=4_102_444_800_000)


def test_a_time_that_the_topic_does_not_take_is_left_out_and_all_else_is_kept() -> None:
    outbox = ParticularOutbox(InvalidTimestampError, lambda one: one.timestamp_ms is None)
    asyncio.run(send_dead_letter(outbox, whole()))
    assert outbox.taken == [structs.replace(whole(), timestamp_ms=None)]


@pytest.mark.parametrize(
    ("error", "accepts"),
    [
        (MessageSizeTooLargeError, lambda one: sum(len(v or b"") for _, v in one.headers) < 10_000),
        (for_code(87), lambda one: one.key is not None),
        (for_code(87), lambda one: not any(name == "own" for name, _ in one.headers)),
    ],
)
def test_what_is_refused_for_another_reason_is_reduced_to_why_and_a_beginning(
    error: type[KafkaError], accepts: Callable[[Outgoing], bool]
) -> None:
    outbox = ParticularOutbox(error, accepts)
    asyncio.run(send_dead_letter(outbox, whole(None)))
    (sent,) = outbox.taken
    assert sent.key
    assert sent.value == (b"{broken" * 1_000)[:1_024]
    assert sent.headers == [REASON, ("tocsin.error.truncated-from-bytes", b"7000")]
    assert sent.timestamp_ms is None
