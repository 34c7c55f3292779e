"""Finds articles of a range that the live worker rejected for a timestamp in the future.

Whether a timestamp is too far ahead depends on the clock at that moment, so a replay cannot decide
it again. It reads the decisions from the live dead letters. The manifest has the result, so that
all workers of a replay agree.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from processors.errors import DeadLetterReason
from streams.errors import ReplayRangeError, TopicMismatchError
from streams.kafka.envelope import ERROR_PREFIX, Record
from streams.kafka.subscriber import partitions_of, read
from streams.replay.range import Span
from streams.worker.timestamp_check import OffsetRanges

# A manifest is one record of at most a megabyte.
MAX_RANGES = 30_000


def rejected_live(
    consumer: Any, dead_letters: str, topic: str, spans: Sequence[Span]
) -> OffsetRanges:
    """Read from the dead letters which records of these spans were rejected.

    Raises:
        ReplayRangeError: they form too many ranges for one manifest.
    """
    try:
        partitions = partitions_of(consumer, [dead_letters])
    except TopicMismatchError:
        return {}
    starts, ends = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
    places = _places(read(consumer, starts, ends), topic)
    found = {
        span.partition: _ranges(
            one for one in places.get(span.partition, ()) if span.start <= one < span.end
        )
        for span in spans
    }
    count = sum(map(len, found.values()))
    if count > MAX_RANGES:
        raise ReplayRangeError(
            f"live workers rejected records with future timestamps in {count} places of this "
            f"range, and a replay can skip at most {MAX_RANGES}: replay a shorter range"
        )
    return {partition: ranges for partition, ranges in found.items() if ranges}


def _places(letters: Iterable[Record], topic: str) -> Mapping[int, set[int]]:
    places: dict[int, set[int]] = defaultdict(set)
    for letter in letters:
        said = {
            name.removeprefix(ERROR_PREFIX): (value or b"").decode("utf-8", "replace")
            for name, value in letter.headers
            if name.startswith(ERROR_PREFIX)
        }
        is_ours = said.get("reason") == DeadLetterReason.FUTURE_TIMESTAMP
        place = said.get("partition", ""), said.get("offset", "")
        if is_ours and said.get("topic") == topic and all(one.isdecimal() for one in place):
            places[int(place[0])].add(int(place[1]))
    return places


def _ranges(offsets: Iterable[int]) -> list[tuple[int, int]]:
    """Return offsets as half-open ranges, in order."""
    ranges: list[tuple[int, int]] = []
    for offset in sorted(offsets):
        if ranges and ranges[-1][1] == offset:
            ranges[-1] = ranges[-1][0], offset + 1
        else:
            ranges.append((offset, offset + 1))
    return ranges
