"""Limits the bytes that were passed to the outbox and are not acknowledged yet.

While a broker is slow, batches would otherwise pile up in memory, each with all outputs of its
articles.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

MAX_BYTES_IN_FLIGHT = 4_000_000


class BytesInFlight:
    """Starts tasks that send records when there is room for them.

    Args:
        max_bytes: The limit of all bytes in flight. A larger record is sent alone.
    """

    def __init__(self, max_bytes: int = MAX_BYTES_IN_FLIGHT) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._freed = asyncio.Event()

    async def start(
        self, size_bytes: int, sending: Coroutine[Any, Any, None]
    ) -> asyncio.Task[None]:
        """Wait for room, start the task that sends, and return it."""
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
