"""Leaders' states as they were last written, decoded.

Owns how many are kept: those that were written last, up to a size. A decoded state takes some
fifteen times its bytes, and a worker has hundreds of leaders. Must not know what is in a state.
"""

from processors.watch import HeldState

MAX_DECODED_BYTES = 2_000_000
"""Of the states as they are encoded; decoded they take some 30 MB."""


class DecodedStates:
    """States by leader; the one that was written longest ago goes first.

    Args:
        max_bytes: Of all of them, encoded.
    """

    def __init__(self, max_bytes: int = MAX_DECODED_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._states: dict[bytes, tuple[bytes, HeldState]] = {}

    def __len__(self) -> int:
        return len(self._states)

    def look(self, key: bytes) -> HeldState | None:
        """Return a leader's state if it is here; for another thread, too."""
        known = self._states.get(key)
        return None if known is None else known[1]

    def take(self, key: bytes, encoded: bytes | None) -> HeldState | None:
        """Take a leader's state out if it is here, and is what `encoded` says."""
        known = self._states.pop(key, None)
        if known is None:
            return None
        self._bytes -= len(known[0])
        return known[1] if known[0] is encoded else None

    def put(self, key: bytes, encoded: bytes, state: HeldState) -> None:
        """Keep a leader's state as it was just written."""
        self.take(key, None)
        self._states[key] = (encoded, state)
        self._bytes += len(encoded)
        while self._bytes > self._max_bytes:
            oldest = next(iter(self._states))
            self.take(oldest, None)

    def clear(self) -> None:
        """Keep none: the partitions are being reassigned."""
        self._states.clear()
        self._bytes = 0
