"""Commits: the offsets of finished records, and beside them how far event time is finished.

Owns how both are committed through Faust. Must not know when, nor what was done with the records.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from aiokafka.structs import OffsetAndMetadata

from streams.app import App
from streams.metrics import Metrics
from streams.watermarks import note

log = structlog.get_logger(__name__)


async def commit(app: App, metrics: Metrics) -> None:
    """Commit what is finished. A failed commit is made good by the next."""
    offsets = app.progress.committable()
    if not offsets or app.faust.rebalancing:
        return
    # Faust's own way to its consumer's thread and, if set, its transaction.
    done = await app.faust.consumer._commit_offsets(offsets)  # noqa: SLF001 - see above
    metrics.commits.labels("committed" if done else "failed").inc()
    if done:
        await _note(app, offsets)
        app.progress.committed(offsets)


async def _note(app: App, offsets: Mapping[Any, int]) -> None:
    """Write beside the articles' offsets up to which event time they are finished.

    Faust commits without metadata. The group may change between the two commits: then the next
    commit, by whoever has the partition, has the note.
    """
    notes = {
        TopicPartition(tp.topic, tp.partition): OffsetAndMetadata(offset, note(newest_ms))
        for tp, offset in offsets.items()
        if tp.topic == app.names.articles and (newest_ms := app.progress.newest_ms(tp)) is not None
    }
    if not notes:
        return
    thread = app.faust.consumer._thread  # noqa: SLF001 - Faust has no other way to metadata
    try:
        await thread.call_thread(thread._consumer.commit, notes)  # noqa: SLF001
    except (KafkaError, IllegalStateError) as error:
        log.warning("worker.watermark_not_noted", error=str(error) or type(error).__name__)
