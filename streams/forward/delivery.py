"""Sends one alert until the receiver accepts or rejects it, or until it is given up.

Attempts and the pauses between them are the same for every sink. Clock, sleep and random numbers
are arguments.

A pause doubles with every attempt and is drawn between half and all of that, so that a receiver
that recovers does not get everything at once. A pause that the receiver asks for (`Retry-After`)
holds for all alerts: it is about the receiver's load, not about one alert.
"""

import asyncio
import math
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from streams.errors import UndeliverableError, UndeliveredReason
from streams.forward.events import Event
from streams.forward.sinks.sink import Answer, Send

log = structlog.get_logger(__name__)

FIRST_PAUSE_SECONDS: Final = 1.0
MAX_PAUSE_SECONDS: Final = 60.0
MAX_RETRY_AFTER_SECONDS: Final = 3_600.0


class StoppedError(Exception):
    """Forwarding ends before the alert was sent. It is read again after the next start."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Clock, sleep and random numbers of a delivery.

    `clock` returns monotonic seconds, `chance` a number from 0 up to 1.
    """

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random


def pause_seconds(attempt: int, chance: float) -> float:
    """Return the pause after a failed attempt; attempts count from 0."""
    # Two to the sixth is beyond the longest already, and two to the thousandth beyond any float.
    doubled = FIRST_PAUSE_SECONDS * math.ldexp(1.0, min(attempt, 16))
    return min(doubled, MAX_PAUSE_SECONDS) * (1 + chance) / 2


class Delivery:
    """Sends alerts to one receiver, several at a time.

    Args:
        send: Sends an alert once.
        give_up_seconds: An alert is given up after an attempt that fails so long after the first.
        requests: Maximum number of attempts at a time.
        on_answer: Called with every answer, and the seconds that it took.
        timing: Clock, sleep and random numbers.
    """

    def __init__(
        self,
        send: Send,
        give_up_seconds: float,
        requests: int,
        on_answer: Callable[[Answer, float], None] = lambda _answer, _seconds: None,
        timing: Timing | None = None,
    ) -> None:
        self._send = send
        self._give_up_seconds = give_up_seconds
        self._slots = asyncio.Semaphore(requests)
        self._on_answer = on_answer
        self._timing = timing or Timing()
        self._stop = asyncio.Event()
        self._held_until = 0.0
        self._failing = False

    def stop(self) -> None:
        """Begin no further attempt. Attempts in flight run to their end."""
        self._stop.set()

    async def deliver(self, event: Event) -> None:
        """Send an alert until the receiver accepts it.

        Raises:
            UndeliverableError: it is refused, or given up.
            StoppedError: forwarding ends. Whether the receiver accepted the alert is not known.
        """
        clock = self._timing.clock
        started: float | None = None
        attempt = 0
        while True:
            answer, began = await self._try(event)
            started = began if started is None else started
            attempt += 1
            if answer.verdict == "delivered":
                self._recovered()
                return
            if answer.verdict == "refused":
                raise UndeliverableError(UndeliveredReason.DELIVERY_REFUSED, answer.said)
            self._failed(answer)
            waited_seconds = clock() - started
            if waited_seconds >= self._give_up_seconds:
                raise UndeliverableError(
                    UndeliveredReason.DELIVERY_GIVEN_UP,
                    f"given up after {attempt} attempts in {waited_seconds:.0f} s: {answer.said}",
                )
            await self._pause(pause_seconds(attempt - 1, self._timing.chance()))

    async def _try(self, event: Event) -> tuple[Answer, float]:
        """Wait for a free slot, send once, and return the answer and when the attempt began."""
        while True:
            async with self._slots:
                held_seconds = self._held_until - self._timing.clock()
                if self._stop.is_set():
                    raise StoppedError
                if held_seconds <= 0:
                    return await self._once(event)
            # Without the slot: others may wait for the same moment.
            await self._pause(held_seconds)

    async def _once(self, event: Event) -> tuple[Answer, float]:
        began = self._timing.clock()
        answer = await self._send(event)
        self._on_answer(answer, self._timing.clock() - began)
        return answer, began

    async def _pause(self, seconds: float) -> None:
        sleeping = asyncio.ensure_future(self._timing.sleep(seconds))
        stopping = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait([sleeping, stopping], return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            stopping.cancel()
        if self._stop.is_set():
            raise StoppedError

    def _failed(self, answer: Answer) -> None:
        asked_seconds = min(answer.retry_after_seconds or 0.0, MAX_RETRY_AFTER_SECONDS)
        if asked_seconds:
            self._held_until = max(self._held_until, self._timing.clock() + asked_seconds)
        if not self._failing:
            # Once, not for every alert and attempt: the metrics count those.
            log.warning("forward.receiver_failing", said=answer.said, note="retried, in order")
        self._failing = True

    def _recovered(self) -> None:
        if self._failing:
            log.info("forward.receiver_recovered")
        self._failing = False
