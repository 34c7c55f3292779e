"""Mentions that wait for the watermark: decoded, or packed into compressed bytes.

A decoded mention takes several times its record, and a backlog makes tens of thousands wait. So all
but the first few hundred are packed, and decoded again when they are released.
"""

import zlib

from msgspec import Struct

from streams.kafka.envelope import TopicPartition
from streams.worker.mention_reading import ReadMention, decode_mention

MAX_DECODED = 500
"""Mentions that wait decoded. A live stream has no more of them, and packs none."""
# The size of a decoded mention relative to its record, and of the objects around a packed one;
# measured.
_DECODED_SHARE = 4
_OVERHEAD_BYTES = 600
_FASTEST = 1


class PackedMention(Struct, frozen=True, gc=False):
    """A record of the mentions that was read once, compressed."""

    tp: TopicPartition
    key: bytes
    event_time_ms: int
    name: str
    value: bytes

    def unpacked(self) -> ReadMention:
        """Decode it again."""
        value = decode_mention(zlib.decompress(self.value))
        return ReadMention(self.tp, self.key, self.event_time_ms, self.name, value)


class HeldMention(Struct, frozen=True, gc=False):
    """A mention that waits, and the memory that it takes."""

    mention: ReadMention | PackedMention
    size_bytes: int


class HeldMentions:
    """Packs mentions that wait, and counts their bytes.

    Args:
        max_decoded: How many are kept decoded.
    """

    def __init__(self, max_decoded: int = MAX_DECODED) -> None:
        self._max_decoded = max_decoded
        self._decoded = 0
        self.held_bytes = 0

    def hold(self, mention: ReadMention, value: bytes) -> HeldMention:
        """Count a mention, and return it in the form in which it waits."""
        if self._decoded < self._max_decoded:
            self._decoded += 1
            held = HeldMention(mention, _OVERHEAD_BYTES + len(value) * (1 + _DECODED_SHARE))
        else:
            packed = PackedMention(
                mention.tp,
                mention.key,
                mention.event_time_ms,
                mention.name,
                zlib.compress(value, _FASTEST),
            )
            held = HeldMention(packed, _OVERHEAD_BYTES + len(packed.value))
        self.held_bytes += held.size_bytes
        return held

    def release(self, held: HeldMention) -> ReadMention:
        """Return a mention that is to be processed now."""
        self.drop(held)
        mention = held.mention
        return mention.unpacked() if isinstance(mention, PackedMention) else mention

    def drop(self, held: HeldMention) -> None:
        """Drop a mention that is not to be processed."""
        self.held_bytes -= held.size_bytes
        self._decoded -= isinstance(held.mention, ReadMention)

    def forget(self) -> None:
        """Reset the counts, because all mentions were dropped."""
        self._decoded = self.held_bytes = 0
