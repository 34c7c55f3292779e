"""Schedules looks at feeds, once or repeatedly, with pauses after failures.

Looking and sleeping are arguments.
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
# A server may ask for a pause of an hour. A single fetch waits for a minute at most.
_LONGEST_OBEYED_SECONDS: Final = 3600.0
_LONGEST_OBEYED_ONCE_SECONDS: Final = 60.0
_GONE: Final = 410


@dataclass(frozen=True, slots=True)
class Tools:
    """The functions that the schedule uses.

    Attributes:
        look: Looks at a feed. A `FeedError` is a failed look. Every other error ends the run.
        sleep: Sleeps for a number of seconds.
        first_wait: Returns the seconds before the first look at a feed.
        planned: Called with the seconds until the next look at a feed.
        failed: Called with each failure, and the seconds until the next try, None without one.
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
    """Follow feeds concurrently until each is done, or until asked to stop.

    Args:
        feeds: The feeds.
        tools: The functions that the schedule uses.
        poll_seconds: The default pause between two looks at a feed. None: one look at each.
        stop: Set it to cancel all looks in flight.

    Raises:
        Exception: an error of `look` other than `FeedError`.
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
    """Follow one feed. Return after a single look, or when the feed is gone permanently."""
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
    """Return the seconds until a feed is tried again after a failure, or None for no further try.

    The pause is 2 seconds, doubled with each failure up to 15 minutes or the pause between two
    looks. It is at least that pause after a permanent failure, and at least as long as the server
    asks, up to an hour. There is no further try if the server says that the feed is gone. A single
    fetch also ends after a permanent failure, after three tries, or if the server asks for more
    than a minute.

    Args:
        error: The failure.
        failures: The number of failures in a row, with this one.
        poll_seconds: The pause between two looks. None for a single fetch.
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
