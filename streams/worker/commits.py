"""Commits the offsets of finished records, and beside them how far event time is finished."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from aiokafka.errors import CommitFailedError, IllegalStateError

from streams.kafka.envelope import TopicPartition
from streams.kafka.offset_tracker import CommittableOffset
from streams.kafka.watermarks import note
from streams.service.metrics import Metrics
from streams.worker.batch_tracker import BatchTracker
from streams.worker.consumer_group import Commit, ConsumerGroup

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Committer:
    """Commits what a tracker has finished.

    `articles` is the topic whose commits carry the event time.
    """

    group: ConsumerGroup
    tracker: BatchTracker
    articles: str
    metrics: Metrics

    async def commit(self) -> None:
        """Commit what is finished. The next commit makes up for one that the group rejects.

        Offset and event time are of one moment: what is finished while the broker answers is not in
        this commit.

        Raises:
            KafkaError: the broker does not allow it, or has another reason that does not pass.
        """
        done = self.tracker.committable()
        if not done or self.group.is_rebalancing:
            return
        try:
            await self.group.commit(
                {tp: Commit(one.offset, self._metadata(tp, one)) for tp, one in done.items()}
            )
        except (CommitFailedError, IllegalStateError) as error:
            # The group is rebalancing: the new owner of a partition reads from the last commit.
            log.info("worker.not_committed", error=str(error) or type(error).__name__)
            self.metrics.commits.labels("failed").inc()
            return
        self.metrics.commits.labels("committed").inc()
        self.tracker.committed(done)

    def _metadata(self, tp: TopicPartition, one: CommittableOffset) -> str:
        if tp.topic != self.articles:
            return ""
        if one.event_time_ms is None:
            # Only markers were skipped: the last note still holds.
            return self.group.committed_metadata(tp)
        return note(one.event_time_ms)


class CommitSchedule:
    """Commits again and again, one commit at a time.

    A commit runs in a task: while the broker is unavailable it waits, and its caller must not.

    Args:
        commit: Commits what is finished.
        clock: Monotonic seconds.
    """

    def __init__(
        self, commit: Callable[[], Awaitable[None]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._commit = commit
        self._clock = clock
        self._committed_at = clock()
        self._committing: asyncio.Future[None] | None = None

    def tick(self, interval_seconds: float) -> None:
        """Start a commit if the last one ended this long ago.

        Raises:
            Exception: the last commit failed with it.
        """
        if self._committing is not None and self._committing.done():
            self._committing.result()
            self._committing, self._committed_at = None, self._clock()
        is_due = self._clock() - self._committed_at >= interval_seconds
        if is_due and self._committing is None:
            self._committing = asyncio.ensure_future(self._commit())

    async def finish(self, timeout_seconds: float) -> None:
        """Wait for the commit that is under way.

        Raises:
            Exception: it failed with it.
        """
        if self._committing is None:
            return
        await asyncio.wait([self._committing], timeout=timeout_seconds)
        if self._committing.done():
            self._committing.result()
