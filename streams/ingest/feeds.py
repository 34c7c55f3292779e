"""Feeds looked at once, or again and again: when each is asked, and what a failure costs.

Owns the schedule and the pauses after failures. Must not know HTTP, feed formats or Kafka: looking
and sleeping are functions that it is given.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from streams.http_client.fetch import FeedError
from streams.ingest.lists import Feed
from streams.ingest.polite import TRIES

_FIRST_PAUSE_SECONDS: Final = 2.0
_LONGEST_PAUSE_SECONDS: Final = 900.0
# A server may send us away for an hour; when fetching once, nobody waits longer than a minute.
_LONGEST_OBEYED_SECONDS: Final = 3600.0
_LONGEST_OBEYED_ONCE_SECONDS: Final = 60.0
_GONE: Final = 410


@dataclass(frozen=True, slots=True)
class Tools:
    """What the schedule works with.

    Attributes:
        look: Looks at a feed; a `FeedError` means that this failed, every other error ends all.
        sleep: Waits so many seconds.
        first_wait: How long a feed is left alone before the first look.
        planned: Called with the seconds until a feed is looked at again.
        failed: Called with each failure, and in how many seconds the feed is tried again; None:
            not.
        succeeded: Called with each feed that was read, or has not changed.
    """

    look: Callable[[Feed], Awaitable[None]]
    sleep: Callable[[float], Awaitable[None]]
    first_wait: Callable[[Feed], float]
    planned: Callable[[Feed, float], None]
    failed: Callable[[Feed, FeedError, float | None], None]
    succeeded: Callable[[Feed], None]


async def follow_all(
    feeds: Sequence[Feed], tools: Tools, poll_seconds: float | None, stop: asyncio.Event
) -> None:
    """Follow feeds beside each other until each is done, or until asked to stop.

    Args:
        feeds: The feeds.
        tools: What it works with.
        poll_seconds: The pause between two looks at a feed that has none of its own; None: one
            look at each.
        stop: Set it, and everything under way is given up.

    Raises:
        Exception: Whatever `look` raises beside `FeedError`.
    """
    tasks = {asyncio.create_task(follow(feed, tools, poll_seconds)) for feed in feeds}
    stopper = asyncio.create_task(stop.wait())
    pending = set(tasks)
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


async def follow(feed: Feed, tools: Tools, poll_seconds: float | None) -> None:
    """Follow one feed; returns when looking once, or when the feed is gone for good."""
    interval = None if poll_seconds is None else feed.interval_seconds or poll_seconds
    failures = 0
    if interval is not None and (wait := tools.first_wait(feed)) > 0:
        await tools.sleep(wait)
    while True:
        pause = interval
        try:
            await tools.look(feed)
        except FeedError as error:
            failures += 1
            pause = pause_seconds(error, failures, interval)
            tools.failed(feed, error, pause)
        else:
            failures = 0
            tools.succeeded(feed)
        if pause is None:
            return
        tools.planned(feed, pause)
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
        to an hour. None: not again (the server says that the feed is gone; or fetching once, after
        a lasting failure, three tries, or a server that asks for more than a minute).
    """
    if error.status == _GONE:
        return None
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
