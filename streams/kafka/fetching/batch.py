"""Reads one record batch (format 2): the quick way, and the careful one.

It knows the layout of a batch, bounds its decompressed size, and describes records that cannot be
read. It works for both clients.

The quick way is aiokafka's parser, in C. It takes a batch as a whole, and the first record that it
does not understand ends it. The careful way continues in Python and in pieces: each record whose
end is known is read by itself. If even that is unknown, the rest of the batch becomes one record
with a mark, at the batch's last offset. The consumer that finishes it continues behind the batch.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from aiokafka.record.default_records import DefaultRecordBatch

from streams.errors import UnreadableLogError
from streams.kafka.fetching import codecs
from streams.kafka.unreadable import marked

HEADER: Final = struct.Struct(">qiibIhiqqqhii")
MAGIC_AT: Final = 16
_ATTRIBUTES_LOW_AT: Final = 22
_CODEC_MASK: Final = 0x07
_LOG_APPEND_TIME: Final = 0x08
_TRANSACTIONAL: Final = 0x10
_CONTROL: Final = 0x20

# The maximum size of one decompressed batch, and of one record of it: a fixed size, or a multiple
# of the bytes received. Reading an article takes up to 20 times its bytes.
MIN_UNPACKED_BYTES: Final = 4_194_304
MAX_RATIO: Final = 8
# A larger record is kept whole up to this size, and beyond it only its beginning.
MAX_WHOLE_BYTES: Final = 41_943_040
KEPT_BYTES: Final = 524_288
_MAX_VARINT_BYTES: Final = 10
_NO_TIMESTAMP_MS: Final = -1
# No producer puts so many records into a batch. Such a number means damage.
_MAX_RECORDS: Final = 16_777_216


@dataclass(slots=True)
class Record:
    """One record, with all fields that either client reads."""

    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]
    size_in_bytes: int = 0
    checksum: None = None

    def validate_crc(self) -> bool:
        """Return True. The checksum is the batch's, which was checked before."""
        return True


class Batch:
    """A batch as both clients expect it. Iterating returns its records.

    Args:
        data: The bytes of the batch.
        where: Topic and partition, for messages.
        before: The first offset of the batch behind it, or None if it is unknown.
        marks_large: Whether a record that becomes too large for an analysis is marked, though it is
            complete.
    """

    def __init__(
        self,
        data: memoryview,
        where: str,
        before: int | None = None,
        *,
        marks_large: bool = True,
    ) -> None:
        self._data = data
        self._marks_large = marks_large
        self._where = where
        self._before = before
        head = HEADER.unpack_from(data)
        self.base_offset: int = head[0]
        self.leader_epoch: int = head[2]
        self.magic: int = head[3]
        self.attributes: int = head[5]
        self.last_offset: int = head[0] + head[6]
        self.next_offset: int = self.last_offset + 1
        self.first_timestamp: int = head[7]
        self.max_timestamp: int = head[8]
        self.producer_id: int = head[9]
        self.records_count: int = head[12]
        self.is_transactional = bool(self.attributes & _TRANSACTIONAL)
        self.is_control_batch = bool(self.attributes & _CONTROL)
        self.timestamp_type = int(bool(self.attributes & _LOG_APPEND_TIME))
        self._codec = self.attributes & _CODEC_MASK
        self._parser = DefaultRecordBatch(data)
        self._is_sound = True
        self._check_offsets()

    def has_producer_id(self) -> bool:
        """Return whether a producer with an id wrote the batch."""
        return self.producer_id >= 0

    def validate_crc(self) -> bool:
        """Check the checksum. A wrong one is noted on every record, and does not stop reading."""
        self._is_sound = bool(self._parser.validate_crc())
        if not self._is_sound:
            self._check_damage()
        return True

    def __iter__(self) -> Iterator[Any]:
        """Return the records, with a mark on those that cannot be read."""
        at = self.base_offset
        why = "the batch's checksum is wrong"
        if self._is_sound:
            try:
                for record in self._quickly():
                    if not at <= record.offset <= self.last_offset:
                        raise ValueError(f"an offset is {record.offset}")  # noqa: TRY301 - one way out
                    at = record.offset + 1
                    yield record
            except Exception as error:  # noqa: BLE001 - whatever it is, a part of the batch is left
                why = f"{type(error).__name__}: {error}"
            else:
                return
        yield from self._carefully(at, why)

    def __next__(self) -> Any:
        """Return the record of a control batch.

        Raises:
            UnreadableLogError: It has no readable record.
        """
        try:
            return next(self._parser)
        except Exception as error:
            raise self._hopeless(f"its control record cannot be read ({error})") from error

    def _quickly(self) -> Iterator[Any]:
        if self._codec == codecs.NONE:
            return iter(self._parser)
        packed = self._data[HEADER.size :]
        data = codecs.unpacked(self._codec, packed, self._max_unpacked_bytes)
        if data is None:
            raise codecs.CodecError(f"it becomes more than {self._max_unpacked_bytes} bytes")
        head = bytearray(self._data[: HEADER.size])
        head[_ATTRIBUTES_LOW_AT] &= ~_CODEC_MASK
        return iter(DefaultRecordBatch(b"".join((head, data))))

    @property
    def _max_unpacked_bytes(self) -> int:
        return max(MIN_UNPACKED_BYTES, MAX_RATIO * len(self._data))

    def _carefully(self, at: int, why: str) -> Iterator[Record]:
        """Return the records from an offset on, one by one."""
        packed = self._data[HEADER.size :]
        if self._codec == codecs.NONE:
            stream = _Stream(iter((bytes(packed),)))
            max_bytes = len(packed)
        else:
            stream = _Stream(codecs.pieces(self._codec, packed))
            max_bytes = self._max_unpacked_bytes
        try:
            while (length := stream.length()) is not None:
                record = self._record(stream, length, max_bytes, at)
                if record.offset >= at:
                    at = record.offset + 1
                    yield record
            if at > self.last_offset or self.records_count <= 0:
                return
            why = f"its data ends before its last offset; {why}"
        except ValueError as error:
            why = str(error)
        if at <= self.last_offset:
            yield self._rest(at, why)

    def _record(self, stream: "_Stream", length: int, max_bytes: int, at: int) -> Record:
        kept = length if length <= max(max_bytes, MAX_WHOLE_BYTES) else KEPT_BYTES
        body = stream.take(kept)
        record, why = _fields(self, body, at)
        record.size_in_bytes = length
        too_large = f"it has {length} bytes, more than this compressed batch allows ({max_bytes})"
        if kept < length:
            stream.skip(length - kept)
            why = f"{too_large}; its beginning is kept"
        elif length > max_bytes and self._marks_large:
            why = why or too_large
        elif not self._is_sound:
            why = why or "the checksum of its batch is wrong"
        if why is not None:
            record.headers = marked(record.headers, f"the record cannot be read: {why}")
        return record

    def _rest(self, first: int, why: str) -> Record:
        """Return one record for the whole rest of the batch, at the batch's last offset."""
        which = (
            f"the record at offset {first}"
            if first == self.last_offset
            else f"the records at offsets {first} to {self.last_offset}"
        )
        timestamp = self.max_timestamp if self._is_sound else _NO_TIMESTAMP_MS
        headers = marked([], f"{which} cannot be read: {why}")
        return Record(self.last_offset, timestamp, self.timestamp_type, None, None, headers)

    def _check_offsets(self) -> None:
        if not 0 <= self.last_offset - self.base_offset < _MAX_RECORDS:
            raise self._hopeless("its last offset is impossible")

    def _check_damage(self) -> None:
        """Raise if the checksum is wrong and the next offset is unknown too."""
        too_many = self.records_count > self.next_offset - self.base_offset
        beyond = self._before is not None and self.next_offset > self._before
        if too_many or beyond or self.is_control_batch:
            raise self._hopeless("its checksum is wrong, and so are its header fields")

    def _hopeless(self, why: str) -> UnreadableLogError:
        return UnreadableLogError(self._where, self.base_offset, why)


class _Stream:
    """Decompressed bytes. It holds no more of them than a caller asks for."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = bytearray()
        self._at = 0

    def length(self) -> int | None:
        """Read a record's length, or return None at the end.

        Raises:
            ValueError: The bytes are not a valid length.
        """
        if not self._fill(1):
            return None
        self._fill(_MAX_VARINT_BYTES)
        try:
            value, self._at = _varint(self._held, self._at)
        except IndexError:
            raise ValueError("a record's length ends too early") from None
        if value < 0:
            raise ValueError(f"a record's length is {value}")
        return value

    def take(self, count: int) -> bytes:
        """Read so many bytes.

        Raises:
            ValueError: Fewer are left.
        """
        if not self._fill(count):
            there = len(self._held) - self._at
            raise ValueError(f"a record of {count} bytes has only {there}")
        taken = bytes(memoryview(self._held)[self._at : self._at + count])
        # Released at once, because a record may be large.
        del self._held[: self._at + count]
        self._at = 0
        return taken

    def skip(self, count: int) -> None:
        """Skip so many bytes.

        Raises:
            ValueError: Fewer are left.
        """
        while count:
            if not self._fill(1):
                raise ValueError(f"a record ends {count} bytes too early")
            step = min(count, len(self._held) - self._at)
            self._at += step
            count -= step

    def _fill(self, count: int) -> bool:
        while len(self._held) - self._at < count:
            piece = next(self._pieces, None)
            if piece is None:
                return False
            del self._held[: self._at]
            self._at = 0
            self._held += piece
        return True


def _varint(data: bytes | bytearray, at: int) -> tuple[int, int]:
    """Return a zigzag number and the place behind it.

    Raises:
        IndexError: The data ends before.
        ValueError: It has too many bytes.
    """
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return (value >> 1) ^ -(value & 1), at
        shift += 7
        if shift >= 7 * _MAX_VARINT_BYTES:
            raise ValueError("a number has too many bytes")


def _bytes(data: bytes, at: int) -> tuple[bytes | None, int]:
    """Return nullable bytes, or the remaining ones if the data ends before."""
    length, at = _varint(data, at)
    if length < 0:
        return None, at
    return data[at : at + length], at + length


def _fields(batch: Batch, body: bytes, at: int) -> tuple[Record, str | None]:
    """Return a record with all fields that can be read, and a problem or None."""
    record = Record(at, batch.max_timestamp, batch.timestamp_type, None, None, [])
    try:
        delta_ms, place = _varint(body, 1)
        if not batch.timestamp_type:
            record.timestamp = batch.first_timestamp + delta_ms
        delta, place = _varint(body, place)
        offset = batch.base_offset + delta
        if not batch.base_offset <= offset <= batch.last_offset:
            return record, f"its offset is {offset}, beyond its batch"
        record.offset = offset
        record.key, place = _bytes(body, place)
        record.value, place = _bytes(body, place)
        why = _read_headers(record, body, place)
    except (IndexError, ValueError) as error:
        return record, f"its fields are damaged ({error})"
    return record, why


def _read_headers(record: Record, body: bytes, at: int) -> str | None:
    why: str | None = None
    number, at = _varint(body, at)
    if number < 0:
        return f"it has {number} headers"
    for n in range(number):
        name, at = _bytes(body, at)
        value, at = _bytes(body, at)
        if name is None:
            return f"the name of its header {n} is null"
        text = name.decode("utf-8", "replace")
        if why is None and text.encode() != name:
            why = f"the name of its header {n}, {name[:100]!r}, is not UTF-8"
        record.headers.append((text, value))
    if at != len(body):
        return f"its fields take {at} bytes of {len(body)}"
    return why
