"""Aborted transactions that ended before the offset asked for, and those that did not."""

import struct

import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from streams.kafka.fetching.aborted import current
from streams.kafka.fetching.batch import HEADER
from streams.kafka.fetching.layout import FetchedRecords

ABORT, COMMIT = 0, 1
CONTROL = 0x20
ATTRIBUTES_AT = 21


def built(offset: int, producer: int, key: bytes | None, *, is_control: bool = False) -> bytes:
    builder = DefaultRecordBatchBuilder(
        2, 0, is_transactional=1, producer_id=producer, producer_epoch=0, base_sequence=0,
        batch_size=1_000,
    )  # fmt: skip
    builder.append(0, timestamp=1, key=key, value=b"value", headers=[])
    data = bytearray(builder.build())
    struct.pack_into(">q", data, 0, offset)
    (attributes,) = struct.unpack_from(">h", data, ATTRIBUTES_AT)
    struct.pack_into(">h", data, ATTRIBUTES_AT, attributes | (CONTROL if is_control else 0))
    return bytes(data)


def record(offset: int, producer: int = 7) -> bytes:
    return built(offset, producer, b"key")


def marker(offset: int, kind: int, producer: int = 7) -> bytes:
    return built(offset, producer, struct.pack(">hh", 0, kind), is_control=True)


def kept(aborted: list[tuple[int, int]], at: int, *batches: bytes) -> list[tuple[int, int]]:
    records = FetchedRecords(b"".join(batches))
    found = current(aborted, at, records, lambda one: one)
    # What was fetched is as before: the client reads it next.
    assert records.has_next() == bool(batches)
    return found


def test_a_transaction_that_begins_at_or_behind_the_offset_counts() -> None:
    assert kept([(7, 4), (7, 8)], 4, record(4), marker(5, ABORT)) == [(7, 4), (7, 8)]


def test_one_that_reaches_the_offset_counts() -> None:
    assert kept([(7, 3)], 4, record(4), marker(5, ABORT)) == [(7, 3)]


def test_one_whose_end_is_not_in_sight_counts() -> None:
    assert kept([(7, 3)], 4, record(4)) == [(7, 3)]
    assert kept([(7, 3)], 4, record(4, producer=8), marker(5, COMMIT, producer=8)) == [(7, 3)]


def test_one_that_ended_before_a_commit_does_not_count() -> None:
    assert kept([(7, 0), (8, 3)], 4, record(4), marker(5, COMMIT)) == [(8, 3)]


def test_one_that_ended_before_the_next_abort_does_not_count() -> None:
    assert kept([(7, 0), (7, 4)], 4, record(4), marker(5, ABORT)) == [(7, 4)]


def test_of_several_of_a_producer_only_the_last_can_reach_the_offset() -> None:
    assert kept([(7, 3), (7, 0)], 4, record(4), marker(5, ABORT)) == [(7, 3)]


def test_a_marker_before_the_offset_says_nothing() -> None:
    assert kept([(7, 3)], 4, marker(2, COMMIT), record(4), marker(5, ABORT)) == [(7, 3)]


# The length of the record is more than there is.
DAMAGED_MARKER = marker(5, COMMIT)[: HEADER.size] + b"\x7f" + marker(5, COMMIT)[HEADER.size + 1 :]


@pytest.mark.parametrize(
    "tail",
    [
        b"",
        b"\0" * 80,
        built(5, 7, b"", is_control=True),
        built(5, 7, None, is_control=True),
        DAMAGED_MARKER,
    ],
    ids=["nothing", "zeros", "a marker of another layout", "one without a key", "a damaged one"],
)
def test_what_cannot_be_read_ends_the_search(tail: bytes) -> None:
    assert kept([(7, 3)], 4, record(4), tail) == [(7, 3)]
