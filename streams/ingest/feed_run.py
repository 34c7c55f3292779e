"""The feeds of one ingestion: schedule, fetching, reading and sending put together.

Owns how they are joined. Must not know what any of them does.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from streams.ingest.entries import FeedTask
from streams.ingest.feeds import Tools, follow_all
from streams.ingest.fetch import FeedError, Fetched, shown_url
from streams.ingest.job import Job, Surroundings
from streams.ingest.parsing import read_apart
from streams.ingest.records import Found


async def run_feeds(job: Job, around: Surroundings) -> None:
    """Follow the job's feeds, until they are done or a stop is asked for.

    Raises:
        PassingFaultError: The broker does not take what is sent.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wake() -> None:
        loop.call_soon_threadsafe(stop.set)

    async with around.open_fetch() as fetch:
        tools = Tools(
            fetch=fetch,
            deliver=_delivery(job, around),
            sleep=asyncio.sleep,
            failed=_failure_notice(around),
            succeeded=lambda url: around.tally.recover(shown_url(url)),
        )
        with around.interruption.telling(wake):
            await follow_all(job.feeds, tools, job.poll_seconds, stop)


def _delivery(job: Job, around: Surroundings) -> Callable[[str, Fetched], Awaitable[None]]:
    # One at a time, and in a thread: a broker that is slow must not look like feeds that are.
    turn = asyncio.Lock()

    def take(name: str, documents: Sequence[bytes]) -> None:
        for index, document in enumerate(documents):
            around.intake.take(Found(f"{name}[{index}]", document), from_feed=True)
        around.flush()
        around.on_bytes(0)

    async def deliver(url: str, fetched: Fetched) -> None:
        name = shown_url(url)
        task = FeedTask(
            url=name,
            base=shown_url(fetched.url),
            content_type=fetched.content_type,
            source=job.source,
            language=job.language,
        )
        documents = (await read_apart(fetched.body, task)).documents
        async with turn:
            await asyncio.to_thread(take, name, documents)

    return deliver


def _failure_notice(around: Surroundings) -> Callable[[str, FeedError, float | None], None]:
    def failed(url: str, error: FeedError, pause_seconds: float | None) -> None:
        name = shown_url(url)
        around.tally.fail(name, str(error))
        then = "" if pause_seconds is None else f"; next try in {pause_seconds:g} s"
        around.say(f"{name}: {error}{then}")

    return failed
