"""Finds the batches in the bytes of one partition's fetch.

It finds where each batch begins and ends, and chooses how it is read. It works for both clients.
"""

import struct
from collections.abc import Iterator
from typing import Any, Final

from aiokafka.record.legacy_records import LegacyRecordBatch

from streams.errors import UnreadableLogError
from streams.kafka.fetching import codecs
from streams.kafka.fetching.batch import (
    HEADER,
    MAGIC_AT,
    MAX_RATIO,
    MIN_UNPACKED_BYTES,
    Batch,
    Record,
)
from streams.kafka.unreadable import marked

# Maximum bytes of one partition's records that are returned at once. The rest stays compressed
# until it is asked for.
HANDED_ON_BYTES: Final = 2_097_152
# After an immediate answer without records, the next fetch waits. This is the first pause.
FIRST_REST_SECONDS: Final = 0.005
# The longest pause, and so the longest delay of the first article after a quiet time. 22 fetches a
# second take 2 % of a core.
MAX_REST_SECONDS: Final = 0.045
_OFFSET_AND_LENGTH: Final = struct.Struct(">qi")
_OFFSET: Final = struct.Struct(">q")
_LENGTH: Final = struct.Struct(">i")
# Behind offset and length: checksum, magic, attributes, and the lengths of key and value.
_MIN_BYTES: Final = 14
_FORMAT_2: Final = 2
_OLD_ATTRIBUTES_AT: Final = 17
_OLD_KEY_AT: Final = 18
_OLD_TIMESTAMP_BYTES: Final = 8


class FetchedRecords:
    """The batches of one fetch, as both clients expect them.

    The client's guard sets `where` (topic and partition), which it learns later.
    """

    marks_large = True

    def __init__(self, data: bytes | memoryview | None) -> None:
        self._data = memoryview(data or b"")
        self._at = 0
        self.where = "a partition"

    def again(self) -> "FetchedRecords":
        """Return the same batches, from the first on."""
        same = FetchedRecords(self._data)
        same.where = self.where
        return same

    def size_in_bytes(self) -> int:
        """Return the size of the whole fetch."""
        return len(self._data)

    def has_next(self) -> bool:
        """Return whether a whole batch is left. The last one may be incomplete."""
        return self._end() is not None

    def next_batch(self) -> Any:
        """Return the next batch, or None if there is none.

        Raises:
            UnreadableLogError: The bytes are no batch, and their end is unknown.
        """
        end = self._end()
        if end is None:
            return None
        data = self._data[self._at : end]
        (first,) = _OFFSET.unpack_from(data)
        magic = data[MAGIC_AT] if len(data) > MAGIC_AT else None
        least = HEADER.size if magic == _FORMAT_2 else _OFFSET_AND_LENGTH.size + _MIN_BYTES
        if magic is None or magic > _FORMAT_2 or len(data) < least:
            raise UnreadableLogError(self.where, first, f"its {len(data)} bytes are not a batch")
        self._at = end
        if magic == _FORMAT_2:
            return Batch(data, self.where, self._first_behind(), marks_large=self.marks_large)
        return OldBatch(data, magic)

    def _end(self) -> int | None:
        left = len(self._data) - self._at
        if left < _OFFSET_AND_LENGTH.size:
            return None
        _, length = _OFFSET_AND_LENGTH.unpack_from(self._data, self._at)
        end = self._at + _OFFSET_AND_LENGTH.size + max(length, 0)
        return int(end) if end <= len(self._data) else None

    def _first_behind(self) -> int | None:
        if len(self._data) - self._at < _OFFSET.size:
            return None
        (first,) = _OFFSET.unpack_from(self._data, self._at)
        return int(first)


class OldBatch:
    """A message set of format 0 or 1, which brokers before Kafka 4 kept. Iterating returns records.

    It is read whole or not at all. A set with any damage is one record with a mark.
    """

    is_control_batch = False
    is_transactional = False
    producer_id = None
    leader_epoch = -1

    def __init__(self, data: memoryview, magic: int) -> None:
        self._data = data
        self._parser = LegacyRecordBatch(data, magic)
        self.magic = magic
        (self.base_offset,) = _OFFSET.unpack_from(data)
        self.last_offset = self.base_offset
        self.next_offset = self.base_offset + 1
        self._is_sound = True

    def has_producer_id(self) -> bool:
        """Return False. Such sets have no producer id."""
        return False

    def validate_crc(self) -> bool:
        """Check the checksum. A wrong one does not stop reading."""
        self._is_sound = bool(self._parser.validate_crc())
        return True

    def __iter__(self) -> Iterator[Any]:
        """Return the records, or one with a mark."""
        at = -1
        try:
            if not self._is_sound:
                raise ValueError("its checksum is wrong")  # noqa: TRY301 - one way out
            self._check_size()
            for record in self._parser:
                at = record.offset
                yield record
        except Exception as error:  # noqa: BLE001 - whatever it is, the set is left
            if at < self.base_offset:
                why = f"the messages up to offset {self.base_offset} cannot be read: {error}"
                yield Record(self.base_offset, -1, 0, None, None, marked([], why))

    def _check_size(self) -> None:
        codec = self._data[_OLD_ATTRIBUTES_AT] & 0x07
        if codec == codecs.NONE:
            return
        at = _OLD_KEY_AT + _OLD_TIMESTAMP_BYTES * self.magic
        (key_bytes,) = _LENGTH.unpack_from(self._data, at)
        at += _LENGTH.size + max(0, key_bytes) + _LENGTH.size
        bound = max(MIN_UNPACKED_BYTES, MAX_RATIO * len(self._data))
        if codecs.unpacked(codec, self._data[at:], bound) is None:
            raise ValueError(f"they become more than {bound} bytes")
