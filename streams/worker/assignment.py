"""The partitions that the group has assigned to a worker, and what happens when it revokes them."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping

import structlog

from streams.kafka.envelope import TopicPartition
from streams.kafka.lag import Lag
from streams.kafka.topics import TopicNames
from streams.service.metrics import Metrics
from streams.worker.batch_tracker import BatchTracker
from streams.worker.fetch_holds import FetchHolds
from streams.worker.replay_gate import ReplayGate

log = structlog.get_logger(__name__)

# How long a revoked partition waits for the batch in flight, so that the next worker does not
# repeat it, as a share of the time that the group waits for us.
REVOKE_WAIT_SHARE = 0.5


class Assignment:
    """The partitions of articles and of mentions that this worker has now.

    Args:
        names: The topics.
        metrics: Where partitions and rebalances are counted.
        session_timeout_seconds: How long the group waits for a member.
        tracker: Forgets the offsets of revoked partitions.
        holds: Stops holding partitions while they are being assigned.
        gate: Forgets revoked partitions. None without a replay.
        save: Writes the states that have changed.
    """

    def __init__(
        self,
        names: TopicNames,
        metrics: Metrics,
        session_timeout_seconds: float,
        tracker: BatchTracker,
        holds: FetchHolds,
        gate: ReplayGate | None,
        save: Callable[[], Awaitable[None]],
    ) -> None:
        self._names, self._metrics = names, metrics
        self._wait_seconds = session_timeout_seconds * REVOKE_WAIT_SHARE
        self._tracker, self._holds, self._gate = tracker, holds, gate
        self._save = save
        self._partitions: set[TopicPartition] = set()

    def __len__(self) -> int:
        """Return the number of partitions."""
        return len(self._partitions)

    async def on_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Record the partitions that the group has assigned."""
        self._tracker.reopen()
        ours = (self._names.articles, self._names.mentions)
        self._partitions = {tp for tp in assigned if tp.topic in ours}
        self._metrics.rebalances.inc()
        for topic in ours:
            count = sum(tp.topic == topic for tp in self._partitions)
            self._metrics.assigned_partitions.labels(topic).set(count)
        log.info("worker.assigned", partitions=len(self._partitions))

    async def on_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Let the batch in flight end before the partitions belong to another worker.

        This commits nothing, although Kafka would accept it: the embedded broker rejects a commit
        while its group rebalances, and the group then stops for the request's timeout. Whatever was
        finished since the last commit is repeated under the same ids.
        """
        try:
            async with asyncio.timeout(self._wait_seconds):
                is_idle = await self._tracker.idle(self._wait_seconds)
                # Without the states, the next worker would send the last alerts again.
                await self._save()
        except TimeoutError:
            is_idle = False
        if not is_idle:
            log.warning("worker.revoked_in_flight", note="the next worker repeats the batch")
        self._tracker.forget()
        self._holds.suspend()
        if self._gate is not None:
            self._gate.forget()
        self._partitions -= set(revoked)

    def skip_to(self, partition: int, offset: int) -> None:
        """Skip to an offset of the articles before which no record is left, if it is assigned."""
        tp = TopicPartition(self._names.articles, partition)
        if tp in self._partitions:
            self._tracker.skip_to(tp, offset)

    def holds(self) -> dict[int, list[str]]:
        """Return why each partition of articles that is here is not fetched."""
        return {
            tp.partition: [one.value for one in self._holds.reasons(tp)]
            for tp in self._partitions
            if tp.topic == self._names.articles
        }

    def waiting(self, lags: Mapping[TopicPartition, Lag] | None) -> int | None:
        """Return how many records wait in these partitions, as last measured."""
        if lags is None:
            return None
        return sum(lag.records for tp, lag in lags.items() if tp in self._partitions)
