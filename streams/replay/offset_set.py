"""A set of offsets of one span, one bit each: a million records are 125 kB."""

import re
from collections.abc import Iterator

_NOT_FULL = re.compile(rb"[^\xff]+", re.DOTALL)


class OffsetSet:
    """Offsets from `start` to before `end`.

    Args:
        start: The first offset of the span.
        end: The offset after the last one.
    """

    def __init__(self, start: int, end: int) -> None:
        self.start, self.end = start, max(start, end)
        self._bits = bytearray((self.end - start + 7) // 8)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, offset: int) -> bool:
        if not self.start <= offset < self.end:
            return False
        place = offset - self.start
        return bool(self._bits[place >> 3] >> (place & 7) & 1)

    def add(self, offset: int) -> bool:
        """Add an offset. Return False if it was in the set, or is outside the span."""
        if not self.start <= offset < self.end or offset in self:
            return False
        place = offset - self.start
        self._bits[place >> 3] |= 1 << (place & 7)
        self._count += 1
        return True

    def absent(self) -> Iterator[tuple[int, int]]:
        """Yield the offsets that are not in the set, as half-open ranges in order."""
        begun: int | None = None
        after = self.start
        for some in _NOT_FULL.finditer(self._bits):
            first = self.start + 8 * some.start()
            last = min(self.start + 8 * some.end(), self.end)
            if begun is not None and first > after:
                # Full bytes lie between: the range before them has ended.
                yield begun, after
                begun = None
            for offset in range(first, last):
                if offset in self:
                    if begun is not None:
                        yield begun, offset
                    begun = None
                elif begun is None:
                    begun = offset
            after = last
        if begun is not None:
            yield begun, after
