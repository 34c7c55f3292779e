"""Record batches byte by byte, as no client's own producer writes them, and a way to send them."""

import asyncio
import gzip
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cramjam
import lz4.frame
import snappy
import zstandard
from aiokafka import AIOKafkaProducer
from aiokafka.record.util import calc_crc32c
from kafka.codec import snappy_encode

HEADER = struct.Struct(">qiibIhiqqqhii")
CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}
NOT_UTF8 = b"\xff\xfe"
PACK = {
    0: bytes,
    1: gzip.compress,
    2: snappy_encode,
    3: lz4.frame.compress,
    4: lambda data: zstandard.ZstdCompressor().compress(data),
}


def raw_snappy(data: bytes) -> bytes:
    """Compress as librdkafka does, in one block without Java's framing."""
    return bytes(snappy.compress(data))


def streamed_zstd(data: bytes) -> bytes:
    """Compress as Java does, without the size in the frame."""
    return bytes(cramjam.zstd.compress(data))


def varint(number: int) -> bytes:
    value = (number << 1) ^ (number >> 63)
    out = bytearray()
    while True:
        byte, value = value & 0x7F, value >> 7
        out.append(byte | (0x80 if value else 0))
        if not value:
            return bytes(out)


def nullable(data: bytes | None) -> bytes:
    return varint(-1) if data is None else varint(len(data)) + data


@dataclass
class Raw:
    """One record; `body` replaces its fields, and `length` what is said of their size."""

    value: bytes | None = b"v"
    key: bytes | None = b"k"
    headers: Sequence[tuple[bytes, bytes | None]] = ()
    delta_ms: int = 0
    body: bytes | None = None
    length: int | None = None
    delta: int | None = None

    def encoded(self, place: int) -> bytes:
        delta = place if self.delta is None else self.delta
        body = self.body
        if body is None:
            fields = [varint(self.delta_ms), varint(delta), nullable(self.key)]
            fields += [nullable(self.value), varint(len(self.headers))]
            for name, value in self.headers:
                fields += [nullable(name), nullable(value)]
            body = b"\0" + b"".join(fields)
        return varint(len(body) if self.length is None else self.length) + body


def batch(  # noqa: PLR0913 - each is a thing that can be wrong
    records: Sequence[Raw],
    codec: int = 0,
    *,
    base: int = 0,
    timestamp_ms: int = 1_779_268_500_250,
    count: int | None = None,
    last_delta: int | None = None,
    payload: bytes | None = None,
    attributes: int = 0,
    crc_ok: bool = True,
) -> bytes:
    """Build a batch; what is given replaces what would be right."""
    data = b"".join(record.encoded(place) for place, record in enumerate(records))
    packed = PACK[codec](data) if payload is None else payload
    count = len(records) if count is None else count
    last = len(records) - 1 if last_delta is None else last_delta
    tail = struct.pack(
        ">hiqqqhii", codec | attributes, last, timestamp_ms, timestamp_ms, -1, -1, -1, count
    )
    crc = calc_crc32c(tail + packed) ^ (0 if crc_ok else 1)
    rest = struct.pack(">ibI", -1, 2, crc) + tail + packed
    return struct.pack(">qi", base, len(rest)) + rest


class _Built:
    """What aiokafka's producer sends as it is."""

    def __init__(self, data: bytes, records: int) -> None:
        self._data, self._records = data, records

    def _build(self) -> bytearray:
        return bytearray(self._data)

    def size(self) -> int:
        return len(self._data)

    def record_count(self) -> int:
        return self._records

    def closed(self) -> bool:
        return True

    def close(self) -> None:
        return


def produce(
    arguments: dict[str, Any], topic: str, partition: int, *batches: tuple[bytes, int]
) -> list[int]:
    """Send batches as they are, each with its number of records; give their first offsets."""

    async def send() -> list[int]:
        offsets = []
        async with AIOKafkaProducer(**arguments, acks="all") as producer:
            for data, records in batches:
                built: Any = _Built(data, records)
                future = await producer.send_batch(built, topic, partition=partition)
                offsets.append((await future).offset)
        return offsets

    return asyncio.run(send())
