"""The partitions that the group has given to a worker, and what happens when it takes them away.

Owns which they are. Must not know why the group changes, nor what is done with the records.
"""

from collections.abc import Mapping
from typing import Any

import structlog

from streams.kafka.lag import Lag
from streams.kafka.topics import TopicNames
from streams.service.metrics import Metrics
from streams.worker.faust_app import App

log = structlog.get_logger(__name__)

# How long a partition that is taken away waits for the batch in flight, so that the next worker
# does not do it again; within the time that the group waits for us.
REVOKE_WAIT_SHARE = 0.5


class Assignment:
    """The partitions of articles and of mentions that this worker has now.

    Args:
        names: The topics.
        metrics: Where partitions and rebalances are counted.
        session_timeout_seconds: How long the group waits for a member.
    """

    def __init__(self, names: TopicNames, metrics: Metrics, session_timeout_seconds: float) -> None:
        self._names, self._metrics = names, metrics
        self._wait_seconds = session_timeout_seconds * REVOKE_WAIT_SHARE
        self._partitions: set[Any] = set()

    def __len__(self) -> int:
        """How many there are."""
        return len(self._partitions)

    def on_assigned(self, app: App, assigned: Any) -> None:
        """Take note of what the group has given."""
        app.offsets.reopen()
        ours = (self._names.articles, self._names.mentions)
        self._partitions = {tp for tp in assigned if tp.topic in ours}
        self._metrics.rebalances.inc()
        for topic in ours:
            count = sum(tp.topic == topic for tp in self._partitions)
            self._metrics.assigned_partitions.labels(topic).set(count)
        log.info("worker.assigned", partitions=len(self._partitions))

    async def on_revoked(self, app: App, revoked: Any) -> None:
        """Let the batch in flight end before the partitions are another's.

        Nothing is committed here, though Kafka would take it: the embedded broker refuses a commit
        while its group rebalances, and the group then stands still for the request's timeout. What
        was finished since the last commit is done again, under the same ids.
        """
        if not await app.offsets.idle(self._wait_seconds):
            log.warning("worker.revoked_in_flight", note="the next worker does the batch again")
        app.offsets.forget()
        app.holds.suspend()
        if app.gate is not None:
            app.gate.forget()
        self._partitions -= set(revoked)

    def pass_over(self, app: App, partition: int, offset: int) -> None:
        """Say that a partition of articles has no record left before an offset, if it is here."""
        if app.faust.rebalancing or app.faust.in_recovery:
            return
        for tp in self._partitions:
            if tp.topic == self._names.articles and tp.partition == partition:
                app.offsets.pass_over(tp, offset)

    def holds(self, app: App) -> dict[int, list[str]]:
        """Return why each partition of articles that is here is not fetched; empty where it is."""
        return {
            tp.partition: [one.value for one in app.holds.reasons(tp)]
            for tp in self._partitions
            if tp.topic == self._names.articles
        }

    def waiting(self, lags: Mapping[Any, Lag] | None) -> int | None:
        """Give the records that wait in these partitions, as last measured."""
        if lags is None:
            return None
        ours = {(tp.topic, tp.partition) for tp in self._partitions}
        return sum(lag.records for tp, lag in lags.items() if (tp.topic, tp.partition) in ours)
