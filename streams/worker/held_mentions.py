"""What a mention is while it waits for its turn: as it was read, or packed.

Owns the form and the count of what waits. A decoded mention takes several times its record, and a
backlog makes tens of thousands wait, so that all but the first few hundred are kept as compressed
bytes and decoded again when their turn comes. Must not know when that is.
"""

import zlib
from typing import Any

from msgspec import Struct

from streams.worker.watch_agent import Read, decode_again

MAX_DECODED = 500
"""Mentions that wait as they were read: a live stream has no more, and packs none."""
# What a decoded mention is beside its record, and the objects around a packed one; measured.
_DECODED_SHARE = 4
_OVERHEAD_BYTES = 600
_FASTEST = 1


class Packed(Struct, frozen=True, gc=False):
    """A record of `news.mentions` that was understood once, in few bytes."""

    tp: Any
    key: bytes
    partition: int
    moment_ms: int
    name: str
    value: bytes

    def unpacked(self) -> Read:
        """Understand it again."""
        value = decode_again(zlib.decompress(self.value))
        return Read(self.tp, self.key, self.partition, self.moment_ms, self.name, value)


class Held:
    """Packs what waits, and counts the bytes that it takes.

    Args:
        max_decoded: So many are kept as they were read.
    """

    def __init__(self, max_decoded: int = MAX_DECODED) -> None:
        self._max_decoded = max_decoded
        self._decoded = 0
        self.held_bytes = 0

    def take(self, read: Read, value: bytes) -> "Waiting":
        """Take a mention in, and return it in the form in which it waits."""
        record: Read | Packed = read
        if self._decoded < self._max_decoded:
            self._decoded += 1
            size_bytes = _OVERHEAD_BYTES + len(value) * (1 + _DECODED_SHARE)
        else:
            packed = zlib.compress(value, _FASTEST)
            record = Packed(read.tp, read.key, read.partition, read.moment_ms, read.name, packed)
            size_bytes = _OVERHEAD_BYTES + len(packed)
        self.held_bytes += size_bytes
        return Waiting(record, size_bytes)

    def give(self, waiting: "Waiting") -> Read:
        """Return a mention whose turn has come."""
        self.drop(waiting)
        record = waiting.record
        return record.unpacked() if isinstance(record, Packed) else record

    def drop(self, waiting: "Waiting") -> None:
        """Let a mention go that is not to be worked on."""
        self.held_bytes -= waiting.size_bytes
        self._decoded -= isinstance(waiting.record, Read)

    def forget(self) -> None:
        """Count nothing any more: everything that waited was dropped."""
        self._decoded = self.held_bytes = 0


class Waiting(Struct, frozen=True, gc=False):
    """A mention in the form in which it waits, and the bytes that it takes."""

    record: Read | Packed
    size_bytes: int
