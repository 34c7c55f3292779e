"""Batches that a client's parser cannot read, or that become gigabytes, record by record."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

import lz4.frame
import pytest
import structlog
import zstandard
from raw_batches import (
    CODECS,
    NOT_UTF8,
    PACK,
    Raw,
    batch,
    nullable,
    raw_snappy,
    streamed_zstd,
    varint,
)

from streams.errors import UnreadableLogError
from streams.kafka import subscriber
from streams.kafka.fetching.batch import KEPT_BYTES, MAX_WHOLE_BYTES, MIN_UNPACKED_BYTES
from streams.kafka.fetching.kafka_python_guard import GuardedRecords
from streams.kafka.fetching.layout import FetchedRecords
from streams.kafka.unreadable import Mark, why_unreadable

STAMP_MS = 1_779_268_500_250


def read(data: bytes, kind: type[FetchedRecords] = FetchedRecords) -> list[Any]:
    fetched = kind(data)
    records: list[Any] = []
    while fetched.has_next():
        one = fetched.next_batch()
        assert one.validate_crc()
        records += one
    return records


def seen(data: bytes, kind: type[FetchedRecords] = FetchedRecords) -> list[tuple[int, Any, bool]]:
    """Give offset, value and whether there is a mark."""
    return [(one.offset, one.value, marked(one) is not None) for one in read(data, kind)]


def marked(record: Any) -> str | None:
    return why_unreadable(list(record.headers))


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
@pytest.mark.parametrize("kind", [FetchedRecords, GuardedRecords])
def test_every_codec_is_read(codec: int, kind: type[FetchedRecords]) -> None:
    raw = [Raw(b"v%d" % n, None, [(b"h", None), ("ü".encode(), b"1")], n) for n in range(300)]
    records = read(batch(raw, codec, base=70), kind)
    assert [(r.offset, r.value, r.key, r.timestamp) for r in records] == [
        (70 + n, b"v%d" % n, None, STAMP_MS + n) for n in range(300)
    ]
    assert {tuple(r.headers) for r in records} == {(("h", None), ("ü", b"1"))}


def concatenated(pack: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda data: pack(data[:7]) + pack(data[7:])


@pytest.mark.parametrize(
    ("codec", "pack"),
    [
        (1, concatenated(gzip.compress)),
        (2, raw_snappy),
        (2, lambda data: _other_version(PACK[2](data))),
        (3, concatenated(lz4.frame.compress)),
        (4, concatenated(lambda data: zstandard.ZstdCompressor().compress(data))),
        (4, streamed_zstd),
    ],
)
def test_every_framing_of_a_codec_is_read(codec: int, pack: Callable[[bytes], bytes]) -> None:
    data = b"".join(Raw(b"v%d" % n).encoded(n) for n in range(50))
    found = read(batch([Raw()] * 50, codec, payload=pack(data)))
    assert [one.value for one in found] == [b"v%d" % n for n in range(50)]


def _other_version(framed: bytes) -> bytes:
    # Some producers write the version in another byte order.
    return framed[:8] + bytes((1, 0, 0, 0, 1, 0, 0, 0)) + framed[16:]


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
@pytest.mark.parametrize("kind", [FetchedRecords, GuardedRecords])
def test_a_header_name_that_is_not_utf_8_is_said_of_its_record_alone(
    codec: int, kind: type[FetchedRecords]
) -> None:
    raw = [Raw(b"a"), Raw(b"b", headers=[(b"ok", b"1"), (NOT_UTF8, b"2")]), Raw(b"c")]
    first, bad, last = read(batch(raw, codec, base=5), kind)
    assert [(one.offset, one.value) for one in (first, bad, last)] == [
        (5, b"a"),
        (6, b"b"),
        (7, b"c"),
    ]
    assert marked(first) is marked(last) is None
    assert list(bad.headers)[:2] == [("ok", b"1"), ("\ufffd\ufffd", b"2")]
    assert "header 1" in (marked(bad) or "")
    assert "not UTF-8" in (marked(bad) or "")
    assert (bad.key, bad.timestamp) == (b"k", STAMP_MS)


@pytest.mark.parametrize("codec", [5, 6, 7])
def test_an_unknown_codec_is_one_record_at_the_last_offset(codec: int) -> None:
    data = batch([Raw()] * 4, codec, base=10, payload=b"whatever")
    (record,) = read(data + batch([Raw(b"behind")], base=14))[:-1]
    assert (record.offset, record.value) == (13, None)
    assert f"offsets 10 to 13 cannot be read: the codec {codec} is unknown" in marked(record)
    assert record.timestamp == STAMP_MS


@pytest.mark.parametrize("codec", [1, 2, 3, 4])
@pytest.mark.parametrize("damage", [b"", b"\x82SNAPPY\0", b"x" * 50, None])
def test_data_that_its_codec_cannot_read_is_one_record(codec: int, damage: bytes | None) -> None:
    whole = PACK[codec](b"".join(Raw(b"%d" % n * 9_000).encoded(n) for n in range(40)))
    payload = whole[: len(whole) // 2] if damage is None else damage
    found = seen(batch([Raw()] * 40, codec, base=0, payload=payload))
    *good, rest = found
    assert rest == (39, None, True)
    # What stands before the damage is read.
    assert good == [(n, b"%d" % n * 9_000, False) for n in range(len(good))]
    assert len(good) < 39


@pytest.mark.parametrize(
    "bad",
    [
        Raw(body=b"\0" + b"\xff" * 11),  # a number without an end
        Raw(body=b"\0" + varint(0) + varint(1) + varint(50) + b"k"),  # a key beyond its record
        Raw(body=b"\0" + varint(0) + varint(1) + nullable(b"k") + nullable(b"v") + varint(-3)),
        Raw(body=b"\0" + varint(0) + varint(1) + nullable(b"k") + nullable(b"v") + varint(9)),
        Raw(body=b"\0" + varint(0) + varint(1) + nullable(b"k") + nullable(b"v") + b"\0more"),
        Raw(delta=900),  # an offset of another batch
        Raw(delta=-900),
        Raw(body=b""),
        Raw(headers=[(None, b"1")]),  # type: ignore[list-item]
    ],
)
@pytest.mark.parametrize("codec", [0, 4])
def test_a_damaged_record_is_marked_and_those_beside_it_are_read(bad: Raw, codec: int) -> None:
    found = seen(batch([Raw(b"a"), bad, Raw(b"c"), Raw(b"d")], codec))
    assert [(offset, is_bad) for offset, _, is_bad in found] == [
        (0, False),
        (1, True),
        (2, False),
        (3, False),
    ]
    assert [value for _, value, is_bad in found if not is_bad] == [b"a", b"c", b"d"]


@pytest.mark.parametrize("length", [-1, 1 << 40, 1_000])
def test_where_a_records_end_is_not_known_the_rest_of_its_batch_is_marked(length: int) -> None:
    damaged = batch([Raw(b"a"), Raw(b"b", length=length), Raw(b"c")])
    found = seen(damaged + batch([Raw(b"d")], base=3))
    assert [(offset, is_bad) for offset, _, is_bad in found] == [(0, False), (2, True), (3, False)]


@pytest.mark.parametrize(
    ("count", "last_delta", "wanted"),
    [
        (2, 2, [(0, False), (1, False), (2, False)]),  # fewer than there are
        (9, 2, [(0, False), (1, False), (2, False)]),  # more than there are
        (9, 8, [(0, False), (1, False), (2, False), (8, True)]),
        (3, 8, [(0, False), (1, False), (2, False)]),  # a compacted batch
        (0, 2, [(0, False), (1, False), (2, False)]),
    ],
)
def test_a_wrong_number_of_records_loses_none(
    count: int, last_delta: int, wanted: list[tuple[int, bool]]
) -> None:
    data = batch([Raw(b"a"), Raw(b"b"), Raw(b"c")], count=count, last_delta=last_delta)
    assert [(offset, is_bad) for offset, _, is_bad in seen(data)] == wanted


def test_a_wrong_checksum_is_said_of_every_record_with_its_value() -> None:
    found = seen(batch([Raw(b"a"), Raw(b"b")], crc_ok=False) + batch([Raw(b"c")], base=2))
    assert found == [(0, b"a", True), (1, b"b", True), (2, b"c", False)]


@pytest.mark.parametrize(
    "damaged",
    [
        batch([Raw()], last_delta=-5),
        batch([Raw()], last_delta=1 << 30),
        batch([Raw()], count=50, crc_ok=False),
        batch([Raw()], last_delta=9, crc_ok=False) + batch([Raw()], base=5),
        batch([Raw()], attributes=0x20, crc_ok=False),
        b"\0" * 11 + b"\x03" + b"\0" * 60,
        b"\0" * 16 + b"\x09" + b"\0" * 60,
    ],
)
def test_a_batch_whose_end_is_not_known_is_an_error_with_its_offset(damaged: bytes) -> None:
    fetched = FetchedRecords(damaged)
    fetched.where = "news.articles partition 3"
    with pytest.raises(
        UnreadableLogError, match=r"news.articles partition 3 .* offset 0: .*delete"
    ):
        list(_with_checksum(fetched.next_batch()))


def _with_checksum(one: Any) -> Any:
    one.validate_crc()
    return one


def bomb(codec: int, records: int = 400, size: int = 1_000_000) -> bytes:
    """Pack records of spaces, in pieces: the test may not need what the reader must not."""
    pieces = (Raw(b" " * size).encoded(n) for n in range(records))
    if codec == 1:
        packer = zlib.compressobj(wbits=31)
        payload = b"".join(packer.compress(piece) for piece in pieces) + packer.flush()
    elif codec == 3:
        with lz4.frame.LZ4FrameCompressor() as frame:
            payload = frame.begin() + b"".join(frame.compress(one) for one in pieces)
            payload += frame.flush()
    else:
        zstd = zstandard.ZstdCompressor().compressobj()
        payload = b"".join(zstd.compress(piece) for piece in pieces) + zstd.flush()
    return batch([Raw()] * records, codec, payload=payload)


@pytest.mark.parametrize("codec", [1, 3, 4])
def test_a_batch_that_becomes_400_mb_is_read_record_by_record_in_little_memory(codec: int) -> None:
    data = bomb(codec)
    assert len(data) < 3_000_000
    fetched = FetchedRecords(data)
    tracemalloc.start()
    try:
        offsets = []
        for record in fetched.next_batch():
            assert len(record.value) == 1_000_000
            offsets.append(record.offset)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert offsets == list(range(400))
    assert peak < 100_000_000


def test_snappy_that_says_it_becomes_too_much_is_not_begun() -> None:
    (record,) = read(batch([Raw()], 2, payload=b"\xff\xff\xff\xff\x0f" + b"\0" * 20))
    assert (record.offset, record.value) == (0, None)
    assert "snappy block of 25 bytes" in (marked(record) or "")


@pytest.mark.parametrize("codec", [1, 3, 4])
def test_a_record_that_becomes_too_large_keeps_its_beginning_and_those_behind_it_are_read(
    codec: int,
) -> None:
    huge = MAX_WHOLE_BYTES + 1
    first, bad, last = read(batch([Raw(b"a"), Raw(b"x" * huge), Raw(b"c")], codec))
    assert (first.value, last.value) == (b"a", b"c")
    assert (bad.offset, bad.key) == (1, b"k")
    assert KEPT_BYTES - 100 < len(bad.value) <= KEPT_BYTES
    assert str(huge)[:3] in (marked(bad) or "")
    assert "its beginning is kept" in (marked(bad) or "")


@pytest.mark.parametrize("codec", [1, 3, 4])
def test_a_record_that_is_large_for_its_batch_is_whole_and_not_for_analysis(codec: int) -> None:
    large = b"x" * (2 * MIN_UNPACKED_BYTES)
    data = batch([Raw(b"a"), Raw(large), Raw(b"c")], codec)
    assert seen(data) == [(0, b"a", False), (1, large, True), (2, b"c", False)]
    # Commands and the page only show it.
    assert seen(data, GuardedRecords) == [(0, b"a", False), (1, large, False), (2, b"c", False)]


def test_a_producer_cannot_write_the_mark() -> None:
    (record,) = read(batch([Raw(headers=[(b"tocsin.unreadable", b"because")])]))
    assert marked(record) is None
    assert not any(isinstance(value, Mark) for _, value in record.headers)


def test_readers_go_on_without_what_cannot_be_read_and_say_so() -> None:
    data = batch([Raw(b"a", headers=[(NOT_UTF8, b"1")]), Raw(b"b")])
    with structlog.testing.capture_logs() as logged:
        found = [
            subscriber.readable_record(SimpleNamespace(topic="t", partition=3, **asdict(record)))
            for record in read(data, GuardedRecords)
        ]
    assert [(one.value, one.headers) for one in found] == [
        (b"a", [("\ufffd\ufffd", b"1")]),
        (b"b", []),
    ]
    assert [(one["event"], one["partition"], one["offset"]) for one in logged] == [
        ("reading.unreadable_record", 3, 0)
    ]
