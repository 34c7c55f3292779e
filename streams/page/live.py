"""Runs the page: the feed's records update the model, and the model's changes go to the browsers.

The model belongs to one event loop, that of the HTTP server. The feed's thread passes its records
to it and waits, so that it never reads faster than the model is updated.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from streams.kafka.envelope import Record
from streams.kafka.lag import Lag
from streams.page.condition import Condition, Pulse, waiting
from streams.page.feed import Feed, Listener, Subscription
from streams.page.model import PageModel
from streams.page.visitors import Visitors
from streams.service.health import Answer
from streams.service.metrics import PageMetrics

log = structlog.get_logger(__name__)

TICK_SECONDS = 0.5
RANKINGS_SECONDS = 3.0
CONDITION_SECONDS = 4.0
# How long the feed of a worker's page keeps reading without a visitor.
LINGER_SECONDS = 300.0
HAND_OVER_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class PageOptions:
    """Options of a page.

    An `is_eager` page reads from its start on, also without visitors. A worker's page is not eager:
    it costs no work until a visitor comes.
    """

    max_visitors: int
    quiet_after_seconds: float
    stuck_after_seconds: float
    is_eager: bool


class LivePage:
    """One page, with a feed that starts and stops with its visitors.

    Args:
        subscription: The topics that the page shows.
        options: The page's options.
        metrics: The page's metrics.
        lags: Returns the group's newest lag by partition, None where it is not known.
        on_failure: Called with an error that is a bug, in the feed's thread.
        clock: Returns Unix seconds.
    """

    def __init__(
        self,
        subscription: Subscription,
        options: PageOptions,
        metrics: PageMetrics,
        lags: Callable[[], Mapping[Any, Lag] | None],
        on_failure: Callable[[BaseException], None] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._subscription = subscription
        self._options = options
        self._metrics = metrics
        self._lags = lags
        self._on_failure = on_failure
        self._clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ticking: asyncio.Task[None] | None = None
        self._feed: Feed | None = None
        self._last_visit = clock()
        self._has_caught_up = False
        self._counted_unreadable = 0
        self.pulse = Pulse(since=clock())
        self.model = PageModel(subscription.mentions)
        self.visitors = Visitors(options.max_visitors, metrics)

    # In the port's event loop.

    async def start(self) -> None:
        """Start the page, and an eager page's feed."""
        self._loop = asyncio.get_running_loop()
        self._ticking = asyncio.create_task(self._tick())
        self._ticking.add_done_callback(self._ticked)
        if self._options.is_eager:
            self.visited()

    async def stop(self) -> None:
        """Stop the feed and disconnect the browsers."""
        if self._feed is not None:
            self._feed.stop()
        if self._ticking is not None:
            self._ticking.cancel()
            await asyncio.gather(self._ticking, return_exceptions=True)
        await self.visitors.close()

    def visited(self) -> None:
        """Record a visitor."""
        self._last_visit = self._clock()
        if self._feed is None:
            self.pulse = Pulse(since=self._clock())
            # A stopped feed may still read for a moment. It must not write to the new feed's state.
            listener = Listener(
                take=lambda records: self._hand_over(feed, lambda: self._take(records)),
                reset=lambda: self._hand_over(feed, self._reset),
                caught_up=lambda: self._hand_over(feed, self._caught_up),
                failed=self._failed,
            )
            feed = self._feed = Feed(self._subscription, listener, self.pulse, self._clock)
            feed.start()

    def condition(self) -> Condition:
        """Return the stream's condition."""
        now = self._clock()
        state, since = self.pulse.state_at(now)
        lags = self._lags()
        records, seconds = waiting(lags.values() if lags is not None else None)
        return Condition(
            now=now,
            state=state,
            since=since,
            newest_event_time=self.model.newest_event_time,
            newest_record_at=self.pulse.newest_record_at,
            newest_article_at=self.pulse.newest_article_at,
            waiting_records=records,
            waiting_seconds=seconds,
            quiet_after_seconds=self._options.quiet_after_seconds,
            stuck_after_seconds=self._options.stuck_after_seconds,
            unreadable_records=self.model.unreadable,
        )

    def ready(self) -> Answer:
        """Return whether the past is read and the broker answers."""
        state, _ = self.pulse.state_at(self._clock())
        return Answer(state == "live", f"the feed is {state}")

    def live(self) -> Answer:
        """Return whether the feed runs. A restart does not help against an unavailable broker."""
        state, _ = self.pulse.state_at(self._clock())
        return Answer(state != "failed", f"the feed is {state}")

    async def _tick(self) -> None:
        ranked = told = 0.0
        last_state = ""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            now = time.monotonic()
            if len(self.visitors):
                self._last_visit = self._clock()
                if self.model.rankings_changed and now - ranked >= RANKINGS_SECONDS:
                    self.visitors.send("rankings", self.model.rankings())
                    ranked = now
                condition = self.condition()
                if now - told >= CONDITION_SECONDS or condition.state != last_state:
                    self.visitors.send("condition", condition)
                    told, last_state = now, condition.state
            elif not self._options.is_eager:
                self._rest()

    def _rest(self) -> None:
        """Stop the feed after a while without visitors."""
        if self._feed is not None and self._clock() - self._last_visit > LINGER_SECONDS:
            log.info("page.feed_rests", note="no visitor; the feed starts again with the next one")
            self._feed.stop()
            self._feed = None
            self._reset()

    def _take(self, records: Sequence[Record]) -> None:
        now, canaries = self._clock(), self.model.canaries
        for record in records:
            alert = self.model.take(record, now)
            if alert is not None and self._has_caught_up:
                self.visitors.publish("alert", alert)
        if self._has_caught_up:
            self.pulse.canaries += self.model.canaries - canaries
        self._metrics.unreadable.inc(self.model.unreadable - self._counted_unreadable)
        self._counted_unreadable = self.model.unreadable

    def _reset(self) -> None:
        self.model = PageModel(self._subscription.mentions)
        self._counted_unreadable = 0
        self._has_caught_up = False
        self.visitors.reset()

    def _caught_up(self) -> None:
        self._has_caught_up = True
        self.visitors.reset()
        # Present visitors have an older model, or none.
        self.visitors.send("reset", None)
        log.info("page.caught_up", unreadable_records=self.model.unreadable)

    def _ticked(self, ticking: asyncio.Task[None]) -> None:
        """Report an error that ended the task: browsers would get no more rankings."""
        if not ticking.cancelled() and (error := ticking.exception()) is not None:
            self.pulse.entered("failed", self._clock())
            self._failed(error)

    # In the feed's thread.

    def _hand_over(self, feed: Feed, call: Callable[[], None]) -> None:
        loop = self._loop
        if loop is None or feed.is_stopping:
            return
        done = asyncio.run_coroutine_threadsafe(_called(call), loop)
        while not feed.is_stopping:
            with contextlib.suppress(TimeoutError):
                done.result(HAND_OVER_SECONDS)
                return

    def _failed(self, error: BaseException) -> None:
        log.error("page.failed", exc_info=error)
        if self._on_failure is not None:
            self._on_failure(error)


async def _called(call: Callable[[], None]) -> None:
    try:
        call()
    except Exception as error:
        # The feed handles some errors as the broker's. Every error that is raised here is a bug.
        raise RuntimeError("the page's picture cannot take what was read") from error
