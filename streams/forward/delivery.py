"""One alert, sent until it is taken, refused, or given up.

Owns the tries and the pauses between them. Must not know Kafka, nor what becomes of an alert that
is not taken. Time, sleep and chance are arguments.

A pause doubles with every try and is drawn between half and all of that, so that a receiver that
comes back is not met by everything at once. What it asks for in `Retry-After` holds for all alerts:
it speaks of the receiver's load, not of one alert.
"""

import asyncio
import math
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from streams.errors import UndeliverableError, UndeliveredReason
from streams.forward.events import Event
from streams.forward.signing import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, signatures
from streams.forward.target import Answer, Post

log = structlog.get_logger(__name__)

FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 60.0
LONGEST_RETRY_AFTER_SECONDS: Final = 3_600.0


class StoppedError(Exception):
    """The alert was not sent, because forwarding ends: it is read again after the next start."""


@dataclass(frozen=True, slots=True)
class Timing:
    """The clocks and the chance that a delivery goes by.

    `clock` gives monotonic seconds, `unix_time` those of the signature; `chance` numbers from 0 up
    to 1.
    """

    clock: Callable[[], float] = time.monotonic
    unix_time: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random


def pause_seconds(attempt: int, chance: float) -> float:
    """Give the pause after a try that failed; tries count from 0, chance is from 0 up to 1."""
    # Two to the sixth is beyond the longest already, and two to the thousandth beyond any float.
    doubled = FIRST_PAUSE_SECONDS * math.ldexp(1.0, min(attempt, 16))
    return min(doubled, LONGEST_PAUSE_SECONDS) * (1 + chance) / 2


class Delivery:
    """Sends alerts to one receiver, several at a time.

    Args:
        post: Sends one request.
        keys: The keys to sign with, the newest first.
        give_up_seconds: After a try that failed so long after the first, an alert is given up.
        requests: Most requests at a time.
        on_answer: Called with every answer, and how long it took in seconds.
        timing: Clocks and chance.
    """

    def __init__(
        self,
        post: Post,
        keys: Sequence[bytes],
        give_up_seconds: float,
        requests: int,
        on_answer: Callable[[Answer, float], None] = lambda _answer, _seconds: None,
        timing: Timing | None = None,
    ) -> None:
        self._post = post
        self._keys = keys
        self._give_up_seconds = give_up_seconds
        self._slots = asyncio.Semaphore(requests)
        self._on_answer = on_answer
        self._timing = timing or Timing()
        self._stop = asyncio.Event()
        self._held_until = 0.0
        self._failing = False

    def stop(self) -> None:
        """Begin no further try; those that run go on to their end."""
        self._stop.set()

    async def deliver(self, event: Event) -> None:
        """Send an alert until the receiver takes it.

        Raises:
            UndeliverableError: it is refused, or given up.
            StoppedError: forwarding ends; whether the alert was taken is not known.
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
                    f"given up after {attempt} tries in {waited_seconds:.0f} s: {answer.said}",
                )
            await self._pause(pause_seconds(attempt - 1, self._timing.chance()))

    async def _try(self, event: Event) -> tuple[Answer, float]:
        """Wait for a place, send once, and give the answer and when it began."""
        while True:
            async with self._slots:
                held_seconds = self._held_until - self._timing.clock()
                if self._stop.is_set():
                    raise StoppedError
                if held_seconds <= 0:
                    return await self._once(event)
            # Without the place: others may be for the end of the hold too.
            await self._pause(held_seconds)

    async def _once(self, event: Event) -> tuple[Answer, float]:
        began = self._timing.clock()
        timestamp = int(self._timing.unix_time())
        headers = {
            **event.headers,
            ID_HEADER: event.event_id,
            TIMESTAMP_HEADER: str(timestamp),
            SIGNATURE_HEADER: signatures(self._keys, event.event_id, timestamp, event.body),
        }
        answer = await self._post(headers, event.body)
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
        asked_seconds = min(answer.retry_after_seconds or 0.0, LONGEST_RETRY_AFTER_SECONDS)
        if asked_seconds:
            self._held_until = max(self._held_until, self._timing.clock() + asked_seconds)
        if not self._failing:
            # Once, not for every alert and try: the metrics count those.
            log.warning("forward.receiver_failing", said=answer.said, note="tried again, in order")
        self._failing = True

    def _recovered(self) -> None:
        if self._failing:
            log.info("forward.receiver_back")
        self._failing = False
