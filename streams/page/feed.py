"""Reads the page's topics: the past first, then every record as it arrives.

A thread has its own consumer, without a group and without commits, so that any number of pages can
run. When the broker goes away the feed begins again, and the listener clears its model.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from processors.errors import MisconfigurationError, TocsinError
from streams.kafka import subscriber
from streams.kafka.envelope import Record
from streams.kafka.polled_client import NOT_ANSWERED
from streams.page.condition import Pulse
from streams.service.polling import PollingThread

log = structlog.get_logger(__name__)

PAST_SECONDS = 86_400
# Per partition. Twice the number of alerts on the page, because some messages only change an alert.
PAST_ALERTS = 600
# A busy stream has millions of mentions a day, too many to read at the start. Leaders can only be
# ranked if all partitions are read from the same time on.
PAST_MENTIONS = 40_000
MENTIONS_SECONDS = (86_400, 43_200, 21_600, 10_800, 3_600, 900, 300, 60, 0)
BATCH_RECORDS = 500
ASK_SECONDS = 3.0
AGAIN_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Subscription:
    """The topics to read.

    `open_consumer` returns a kafka-python consumer without a group (see `streams.kafka.clients`).
    Articles are not read. The end of their topic shows whether any arrive.
    """

    open_consumer: Callable[[], AbstractContextManager[Any]]
    alerts: Sequence[str]
    mentions: str
    articles: str


@dataclass(frozen=True, slots=True)
class Listener:
    """Functions that the feed's thread calls: with records, at a restart, after the past is read.

    `failed` is called with an error that is a bug. The feed has then ended.
    """

    take: Callable[[Sequence[Record]], None]
    reset: Callable[[], None]
    caught_up: Callable[[], None]
    failed: Callable[[BaseException], None]


class Feed:
    """A thread that reads until it is stopped. It can be started once.

    Args:
        subscription: The topics to read.
        listener: Receives the records.
        pulse: Receives the feed's state.
        clock: Returns Unix seconds.
    """

    def __init__(
        self,
        subscription: Subscription,
        listener: Listener,
        pulse: Pulse,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._subscription = subscription
        self._listener = listener
        self._pulse = pulse
        self._clock = clock
        self._thread = PollingThread("page-feed", self._poll, on_failure=self._fail)

    def start(self) -> None:
        """Start the thread."""
        self._pulse.entered("starting", self._clock())
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end, without waiting for it."""
        self._thread.stop(join_seconds=0.0)

    @property
    def is_stopping(self) -> bool:
        """Return whether the feed was asked to stop."""
        return self._thread.is_stopping

    def _poll(self) -> float:
        """Read until the feed is stopped or the broker goes away. Return the pause after that."""
        try:
            with self._subscription.open_consumer() as consumer:
                self._read(consumer)
        except MisconfigurationError as error:
            # An operator may grant the right or create the topic meanwhile.
            self._pulse.entered("refused", self._clock())
            log.warning("page.feed_refused", error=str(error))
        except (TocsinError, *NOT_ANSWERED) as error:
            self._pulse.entered("away", self._clock())
            log.warning("page.feed_away", error=str(error) or type(error).__name__)
        return AGAIN_SECONDS

    def _fail(self, error: BaseException) -> None:
        self._pulse.entered("failed", self._clock())
        self._listener.failed(error)

    def _read(self, consumer: Any) -> None:
        wanted = self._subscription
        partitions = subscriber.partitions_of(consumer, [*wanted.alerts, wanted.mentions])
        articles = subscriber.partitions_of(consumer, [wanted.articles])
        ends = consumer.end_offsets(partitions)
        starts = self._starts(consumer, ends)
        self._pulse.entered("reading", self._clock())
        self._listener.reset()
        # Mentions first: they have the places of the leaders' names in an alert's sentences.
        is_mention = [tp for tp in partitions if tp.topic == wanted.mentions]
        others = [tp for tp in partitions if tp.topic != wanted.mentions]
        reached = {
            **self._read_past(consumer, {tp: (starts[tp], ends[tp]) for tp in is_mention}),
            **self._read_past(consumer, {tp: (starts[tp], ends[tp]) for tp in others}),
        }
        self._pulse.answered(_sum(consumer.end_offsets(articles)), self._clock())
        if self._thread.is_stopping:
            return
        self._pulse.entered("live", self._clock())
        self._listener.caught_up()
        self._follow(consumer, reached, articles)

    def _read_past(
        self, consumer: Any, bounds: Mapping[Any, tuple[int, int]]
    ) -> subscriber.Offsets:
        """Read from the starts to the ends, in any order, and give how far it came."""
        subscriber.place(consumer, {tp: start for tp, (start, _) in bounds.items()})
        left = {tp: end for tp, (start, end) in bounds.items() if start < end}
        while left and not self._thread.is_stopping:
            records = subscriber.newest(consumer, BATCH_RECORDS)
            if records:
                self._listener.take(records)
            # Unlike a record's offset, the position skips gaps (compaction, transactions).
            left = {tp: end for tp, end in left.items() if consumer.position(tp) < end}
        return {tp: consumer.position(tp) for tp in bounds}

    def _starts(self, consumer: Any, ends: subscriber.Offsets) -> subscriber.Offsets:
        """Begin a day ago, or later if the past would take more than seconds to read."""
        mentions = {tp: end for tp, end in ends.items() if tp.topic == self._subscription.mentions}
        alerts = {tp: end for tp, end in ends.items() if tp not in mentions}
        since = self._since(consumer, alerts, PAST_SECONDS)
        starts = {tp: max(since[tp], end - PAST_ALERTS) for tp, end in alerts.items()}
        for seconds in MENTIONS_SECONDS:
            since = self._since(consumer, mentions, seconds)
            if sum(mentions.values()) - sum(since.values()) <= PAST_MENTIONS:
                break
        return {**starts, **since}

    def _since(self, consumer: Any, ends: subscriber.Offsets, seconds: int) -> subscriber.Offsets:
        moment = datetime.fromtimestamp(self._clock() - seconds, tz=UTC)
        return subscriber.offsets_since(consumer, ends, moment)

    def _follow(self, consumer: Any, starts: subscriber.Offsets, articles: Sequence[Any]) -> None:
        subscriber.place(consumer, starts)
        asked = time.monotonic()
        while not self._thread.is_stopping:
            if records := subscriber.newest(consumer, BATCH_RECORDS):
                self._pulse.newest_record_at = self._pulse.answered_at = self._clock()
                self._listener.take(records)
            if time.monotonic() - asked >= ASK_SECONDS:
                # `poll` returns no record and raises no error while the broker is unavailable.
                self._pulse.answered(_sum(consumer.end_offsets(articles)), self._clock())
                asked = time.monotonic()


def _sum(offsets: subscriber.Offsets) -> int:
    return sum(offsets.values())
