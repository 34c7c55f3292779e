"""Runs the feeds of one ingestion: schedule, fetching, reading, sending, and state.

A look's state is saved only after the broker has acknowledged its articles, so that no article is
lost.
"""

import asyncio
import os
import time

import msgspec

from streams.http_client.fetch import FeedError, Fetch, Fetched, Validators
from streams.ingest.feed_messages import FeedTask
from streams.ingest.feeds import Tools, follow_all
from streams.ingest.job import Job, Surroundings
from streams.ingest.lists import Feed
from streams.ingest.lists.feed import shown_url
from streams.ingest.looking import Found as FoundFeed
from streams.ingest.looking import Looker
from streams.ingest.parsing import ReadFeed, read_apart
from streams.ingest.polite import PoliteFetch
from streams.ingest.records import Found
from streams.ingest.reports import FeedCounts
from streams.ingest.state import FeedStates
from streams.service.health import Answer
from streams.service.lifecycle import Part

_TICK_SECONDS = 1.0
_LIVE_SECONDS = 60.0
_GONE = 410


async def run_feeds(job: Job, around: Surroundings, states: FeedStates) -> None:
    """Follow the job's feeds, until they are done or a stop is asked for.

    Raises:
        PassingFaultError: the broker does not accept the records.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wake() -> None:
        loop.call_soon_threadsafe(stop.set)

    async with around.open_fetch() as fetch:
        run = _FeedRun(job, around, states, fetch)
        with around.interruption.telling(wake), around.serve(run) as server:
            ticking = asyncio.create_task(run.tick(server))
            # Only the ticks report that the server has ended.
            ticking.add_done_callback(lambda _: stop.set())
            try:
                await follow_all(job.feeds, run.tools(), job.poll_seconds, stop)
                if ticking.done():
                    ticking.result()
            finally:
                ticking.cancel()


class _FeedRun:
    def __init__(self, job: Job, around: Surroundings, states: FeedStates, fetch: Fetch) -> None:
        self._job = job
        self._around = around
        self._states = states
        polite = PoliteFetch(
            fetch,
            time.monotonic,
            asyncio.sleep,
            job.max_requests,
            is_polling=job.poll_seconds is not None,
        )
        self._fetch: Fetch = polite
        # One at a time, and in a thread: a slow broker must not look like slow feeds.
        self._turn = asyncio.Lock()
        # Each read starts a process.
        self._readers = asyncio.Semaphore(max(2, os.cpu_count() or 1))
        self._last_tick = time.monotonic()
        self._read_one = False

    def tools(self) -> Tools:
        return Tools(
            look=self.look,
            sleep=asyncio.sleep,
            first_wait=self._first_wait,
            planned=self._planned,
            failed=self._failed,
            succeeded=self._succeeded,
        )

    async def look(self, feed: Feed) -> None:
        state = self._states.load(feed.url)
        task = FeedTask(
            url=shown_url(feed.url),
            base=shown_url(feed.url),
            source=feed.source,
            name="" if feed.name == shown_url(feed.url) else feed.name,
            language=feed.language,
            country=feed.country,
            max_entries=self._job.max_entries,
            received=self._around.now(),
        )
        found = await Looker.at(feed, task, self._counted(feed), self._read).look(state)
        for note in found.notes:
            self._around.say(f"{feed.name}: {note}")
        if self._around.reports.moved(feed, found.moved_to):
            self._around.say(
                f"{feed.name}: moved for good to {found.moved_to}; put that into your list"
            )
        async with self._turn:
            await asyncio.to_thread(self._deliver, feed, found)

    async def _read(self, body: bytes, task: FeedTask) -> ReadFeed:
        async with self._readers:
            return await read_apart(body, task)

    def _counted(self, feed: Feed) -> Fetch:
        reports = self._around.reports

        async def fetch(url: str, validators: Validators, named_by: str = "") -> Fetched | None:
            try:
                fetched = await self._fetch(url, validators, named_by)
            except FeedError as error:
                reports.answered(feed, error.status)
                raise
            reports.answered(feed, 304 if fetched is None else 200)
            return fetched

        return fetch

    def _deliver(self, feed: Feed, found: FoundFeed) -> None:
        counts = FeedCounts()
        look = self._states.look(feed.url)
        now = self._around.now()
        for document in found.documents:
            counts.describe(document.header, self._job.max_entries)
            for index, value in enumerate(document.documents):
                taken = self._around.intake.take(Found(f"{feed.name}[{index}]", value), look)
                if taken.article is None:
                    counts.refuse(taken.reason)
                else:
                    published = taken.article.published
                    no_alert = self._job.window.excludes(published, now)
                    counts.take(taken.article, is_new=taken.outcome == "good", no_alert=no_alert)
        self._around.flush()
        look.commit(msgspec.structs.replace(found.state, last_success=now.timestamp()))
        if found.documents:
            self._around.reports.read(feed, counts)
        self._around.on_bytes(0)

    def _first_wait(self, feed: Feed) -> float:
        # After the clock was set back, a feed would otherwise wait for years.
        planned = self._states.load(feed.url).next_look - self._around.now().timestamp()
        return min(planned, feed.interval_seconds or self._job.poll_seconds or 0.0)

    def _planned(self, feed: Feed, seconds: float) -> None:
        state = self._states.load(feed.url)
        moment = self._around.now().timestamp() + seconds
        self._states.save(feed.url, msgspec.structs.replace(state, next_look=moment))

    def _succeeded(self, feed: Feed) -> None:
        self._read_one = True
        self._around.reports.succeeded(feed)
        self._around.tally.recover(feed.name)

    def _failed(self, feed: Feed, error: FeedError, pause_seconds: float | None) -> None:
        is_gone = error.status == _GONE
        then = "" if pause_seconds is None else f"; next try in {pause_seconds:g} s"
        if is_gone:
            then = "; the feed is gone for good and not asked again: take it off your list"
        self._around.tally.fail(feed.name, str(error))
        self._around.reports.failed(feed, error.reason, str(error), is_gone=is_gone)
        self._around.say(f"{feed.name}: {error}{then}")

    async def tick(self, server: Part | None) -> None:
        while True:
            self._last_tick = time.monotonic()
            if server is not None:
                server.check()
            await asyncio.sleep(_TICK_SECONDS)

    def live(self) -> Answer:
        since = time.monotonic() - self._last_tick
        if since > _LIVE_SECONDS:
            return Answer(ok=False, reason=f"the event loop has not turned for {since:.0f} s")
        return Answer(ok=True, reason="progress")

    def ready(self) -> Answer:
        if not self._read_one:
            return Answer(ok=False, reason="no feed was read yet")
        return Answer(ok=True, reason=f"{len(self._job.feeds)} feeds are followed")
