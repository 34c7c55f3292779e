"""Keeps the connected browsers: the events that each must receive, and those that it missed.

Everything runs in one event loop. A browser that does not read is dropped. The queues and the
number of browsers are bounded.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from streams.service.metrics import PageMetrics

QUEUED_FRAMES = 128
KEPT_FRAMES = 512
CLOSE_SECONDS = 1.0
KEEP_ALIVE = b": still here\n\n"

_encode = msgspec.json.Encoder().encode


def frame(event: str, value: object, event_id: str = "") -> bytes:
    """Return a server-sent event as bytes. JSON has no line break that would end it early."""
    head = f"id: {event_id}\n" if event_id else ""
    return f"{head}event: {event}\ndata: ".encode() + _encode(value) + b"\n\n"


@dataclass(slots=True, eq=False)
class Visitor:
    """One browser. `task` writes to it."""

    task: "asyncio.Task[object] | None" = None
    queue: asyncio.Queue[bytes] = field(
        default_factory=lambda: asyncio.Queue(maxsize=QUEUED_FRAMES)
    )


class Visitors:
    """All connected browsers.

    Args:
        most: Maximum number of browsers.
        metrics: Counts visitors and dropped ones.
    """

    def __init__(self, most: int, metrics: PageMetrics) -> None:
        self._most = most
        self._metrics = metrics
        self._here: set[Visitor] = set()
        self.reset()

    def __len__(self) -> int:
        return len(self._here)

    @property
    def newest_id(self) -> str:
        """Return the id of the newest event, which a new browser already has."""
        return f"{self._epoch}-{self._number}"

    def reset(self) -> None:
        """Forget the events sent so far. Their ids become unknown."""
        self._epoch = secrets.token_hex(4)
        self._number = 0
        self._kept: deque[tuple[int, bytes]] = deque(maxlen=KEPT_FRAMES)

    def enter(self) -> Visitor | None:
        """Add a browser, or return None if there are too many."""
        if len(self._here) >= self._most:
            self._metrics.dropped.labels("too_many").inc()
            return None
        visitor = Visitor(asyncio.current_task())
        self._here.add(visitor)
        self._metrics.visitors.set(len(self._here))
        return visitor

    def leave(self, visitor: Visitor) -> None:
        """Forget a browser."""
        self._here.discard(visitor)
        self._metrics.visitors.set(len(self._here))

    def send(self, event: str, value: object) -> None:
        """Send every browser what it need not get after a reconnection, such as a condition."""
        if self._here:
            self._to_all(frame(event, value))

    def publish(self, event: str, value: object) -> None:
        """Send an event to every browser, and keep it for browsers that reconnect."""
        self._number += 1
        encoded = frame(event, value, self.newest_id)
        self._kept.append((self._number, encoded))
        self._to_all(encoded)

    def missed(self, last_id: str) -> list[bytes] | None:
        """Return the events after an id, or None if the id is unknown."""
        epoch, _, number = last_id.partition("-")
        if epoch != self._epoch or not (number.isascii() and number.isdigit()):
            return None
        if len(number) > len(str(self._number)) or int(number) > self._number:
            return None
        after = [encoded for kept, encoded in self._kept if kept > int(number)]
        return after if len(after) == self._number - int(number) else None

    async def close(self) -> None:
        """Disconnect all browsers, and wait for their tasks."""
        tasks = [visitor.task for visitor in self._here if visitor.task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=CLOSE_SECONDS)

    def _to_all(self, encoded: bytes) -> None:
        for visitor in list(self._fell_behind(encoded)):
            self._metrics.dropped.labels("too_slow").inc()
            self.leave(visitor)
            if visitor.task is not None:
                visitor.task.cancel()

    def _fell_behind(self, encoded: bytes) -> Iterator[Visitor]:
        for visitor in self._here:
            try:
                visitor.queue.put_nowait(encoded)
            except asyncio.QueueFull:
                yield visitor
