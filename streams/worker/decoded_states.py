"""Keeps leaders' states decoded, as they were last written, up to a size.

A decoded state takes some fifteen times its bytes, and a worker has hundreds of leaders.
"""

from processors.watch import HeldState

MAX_DECODED_BYTES = 2_000_000
"""The size of the states as they are encoded. Decoded they take some 30 MB."""


class DecodedStates:
    """Decoded states by leader. The one that was written longest ago is evicted first.

    Args:
        max_bytes: The size of all of them, encoded.
    """

    def __init__(self, max_bytes: int = MAX_DECODED_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._states: dict[bytes, tuple[bytes, HeldState]] = {}

    def __len__(self) -> int:
        return len(self._states)

    def peek(self, key: bytes) -> HeldState | None:
        """Return a leader's state if it is kept. Any thread may call this."""
        known = self._states.get(key)
        return None if known is None else known[1]

    def take(self, key: bytes, encoded: bytes | None) -> HeldState | None:
        """Remove a leader's state, and return it if it is kept and its bytes are `encoded`."""
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
        """Remove all states: the partitions are being reassigned."""
        self._states.clear()
        self._bytes = 0
