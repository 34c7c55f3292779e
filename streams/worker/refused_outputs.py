"""Finds the articles whose outputs the broker refuses for good."""

from collections.abc import Sequence

import structlog

from processors.errors import BadArticleError, DeadLetterReason
from streams.errors import RecordsRefusedError, RefusedRecord
from streams.kafka.envelope import Record

log = structlog.get_logger(__name__)


def refused_articles(
    error: RecordsRefusedError, sources: Sequence[Record]
) -> list[tuple[Record, BadArticleError]]:
    """Return the articles whose outputs are refused, each once, with the reason.

    Args:
        error: The error of the outbox.
        sources: The article of each record of that call.
    """
    first: dict[int, tuple[Record, RefusedRecord]] = {}
    for one in error.refused:
        record = sources[one.index]
        first.setdefault(id(record), (record, one))
    return [(record, _why(record, one)) for record, one in first.values()]


def _why(record: Record, one: RefusedRecord) -> BadArticleError:
    why = BadArticleError(
        DeadLetterReason.OUTPUT_REFUSED,
        f"the broker refuses a record of {one.value_bytes} bytes for {one.topic} made from it: "
        f"{one.reason}",
    )
    log.warning(
        "analyse.output_refused",
        error=why.message,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
    )
    return why
