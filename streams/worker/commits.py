"""Commits the offsets of finished records, and beside them how far event time is finished."""

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
