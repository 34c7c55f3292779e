"""Commits: the offsets of finished records, and beside them how far event time is finished.

Owns how both are committed, in one request. Must not know when, nor what was done with the records.
"""

import structlog
from aiokafka.errors import CommitFailedError, IllegalStateError
from aiokafka.structs import OffsetAndMetadata

from streams.kafka.watermarks import note
from streams.service.metrics import Metrics
from streams.worker.faust_app import App

log = structlog.get_logger(__name__)


async def commit(app: App, metrics: Metrics) -> None:
    """Commit what is finished. A commit that the group refuses is made good by the next.

    Offset and event time are of one moment: what is finished while the broker answers is not in it.

    Raises:
        KafkaError: the broker does not allow it, or has another reason that does not pass.
    """
    done = app.offsets.committable()
    if not done or app.faust.rebalancing:
        return
    consumer = app.faust.consumer
    offsets = {}
    for tp, one in done.items():
        metadata = ""
        if tp.topic == app.names.articles:
            # Where markers alone were passed, the last note still holds.
            known = consumer.notes.get(tp, "")
            metadata = known if one.newest_ms is None else note(one.newest_ms)
        offsets[tp] = OffsetAndMetadata(one.offset, metadata)
    try:
        await consumer.commit_noted(offsets)
    except (CommitFailedError, IllegalStateError) as error:
        # The group is changing: the new owner of the partitions then reads from the last commit.
        log.info("worker.not_committed", error=str(error) or type(error).__name__)
        metrics.commits.labels("failed").inc()
        return
    metrics.commits.labels("committed").inc()
    app.offsets.committed(done)
