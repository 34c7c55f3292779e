"""Feeds fetched once, or again and again: when each is asked, and what a failure costs.

Owns the schedule, the pauses after failures and the validators of each feed. Must not know HTTP,
feed formats or Kafka: fetching, delivering and sleeping are functions that it is given.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from streams.ingest.fetch import FeedError, Fetch, Fetched, Validators

TRIES: Final = 3
AT_ONCE: Final = 8

_FIRST_PAUSE_SECONDS: Final = 2.0
_LONGEST_PAUSE_SECONDS: Final = 900.0
# A server may send us away for an hour; when fetching once, nobody waits longer than a minute.
_LONGEST_OBEYED_SECONDS: Final = 3600.0
_LONGEST_OBEYED_ONCE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Tools:
    """What the schedule works with.

    Attributes:
        fetch: Gets a feed, or None where it has not changed; raises `FeedError`.
        deliver: Reads what was fetched and sends it; a `FeedError` means that it cannot be read,
            every other error ends the whole.
        sleep: Waits so many seconds.
        failed: Told of each failure, and in how many seconds the feed is tried again; None: not.
        succeeded: Told of each feed that was read, or has not changed.
    """

    fetch: Fetch
    deliver: Callable[[str, Fetched], Awaitable[None]]
    sleep: Callable[[float], Awaitable[None]]
    failed: Callable[[str, FeedError, float | None], None]
    succeeded: Callable[[str], None]


async def follow_all(
    urls: Sequence[str], tools: Tools, poll_seconds: float | None, stop: asyncio.Event
) -> None:
    """Follow feeds beside each other until each is done, or until told to stop.

    Args:
        urls: The feeds.
        tools: What it works with.
        poll_seconds: The pause between two looks at a feed; None: one look at each.
        stop: Set it, and everything under way is given up.

    Raises:
        Exception: Whatever `deliver` raises beside `FeedError`.
    """
    slots = asyncio.Semaphore(AT_ONCE)
    feeds = {asyncio.create_task(follow(url, tools, poll_seconds, slots)) for url in urls}
    stopper = asyncio.create_task(stop.wait())
    pending = set(feeds)
    try:
        while pending and not stopper.done():
            done, _ = await asyncio.wait({stopper, *pending}, return_when=asyncio.FIRST_COMPLETED)
            for task in done & pending:
                task.result()
            pending -= done
    finally:
        for task in (stopper, *pending):
            task.cancel()
        await asyncio.gather(stopper, *pending, return_exceptions=True)


async def follow(
    url: str, tools: Tools, poll_seconds: float | None, slots: asyncio.Semaphore
) -> None:
    """Follow one feed; returns only when fetching once."""
    validators = Validators()
    failures = 0
    while True:
        pause: float | None = poll_seconds
        try:
            async with slots:
                fetched = await tools.fetch(url, validators)
                if fetched is not None:
                    await tools.deliver(url, fetched)
                    # Only now: a feed that could not be read must come again.
                    validators = fetched.validators
        except FeedError as error:
            failures += 1
            pause = pause_seconds(error, failures, poll_seconds)
            tools.failed(url, error, pause)
        else:
            failures = 0
            tools.succeeded(url)
        if pause is None:
            return
        await tools.sleep(pause)


def pause_seconds(error: FeedError, failures: int, poll_seconds: float | None) -> float | None:
    """Say when to try a feed again after a failure.

    Args:
        error: The failure.
        failures: How many there were in a row, this one included.
        poll_seconds: The pause between two looks; None when fetching once.

    Returns:
        Seconds: 2, doubled with each failure up to 15 minutes or the pause between two looks; at
        least that pause where the failure will last, and at least as long as the server asks, up
        to an hour. None: not again (fetching once, after a lasting failure, three tries, or a
        server that asks for more than a minute).
    """
    asked = error.retry_after_seconds or 0.0
    pause = _FIRST_PAUSE_SECONDS * 2.0 ** min(failures - 1, 16)
    if poll_seconds is None:
        if error.lasting or failures >= TRIES or asked > _LONGEST_OBEYED_ONCE_SECONDS:
            return None
        return max(pause, asked)
    pause = min(pause, max(poll_seconds, _LONGEST_PAUSE_SECONDS))
    if error.lasting:
        pause = max(pause, poll_seconds)
    return max(pause, min(asked, _LONGEST_OBEYED_SECONDS))
