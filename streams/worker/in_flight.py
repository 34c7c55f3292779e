"""Bounds what was handed to the outbox and is not acknowledged yet.

Owns the count of those bytes. Must not know what is sent. While a broker is slow, batches would
otherwise pile up in memory, each with everything that became of its articles.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

MAX_BYTES_IN_FLIGHT = 4_000_000


class BytesInFlight:
    """Starts what sends records when there is room for them.

    Args:
        max_bytes: Of all that is under way; one that is larger is sent alone.
    """

    def __init__(self, max_bytes: int = MAX_BYTES_IN_FLIGHT) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._freed = asyncio.Event()

    async def start(
        self, size_bytes: int, sending: Coroutine[Any, Any, None]
    ) -> asyncio.Task[None]:
        """Wait for room, and return the task that sends."""
        try:
            while self._bytes and self._bytes + size_bytes > self._max_bytes:
                self._freed.clear()
                await self._freed.wait()
        except asyncio.CancelledError:
            sending.close()
            raise
        self._bytes += size_bytes
        task = asyncio.create_task(sending)
        task.add_done_callback(lambda _: self._free(size_bytes))
        return task

    def _free(self, size_bytes: int) -> None:
        self._bytes -= size_bytes
        self._freed.set()
