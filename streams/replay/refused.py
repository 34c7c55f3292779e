"""Articles of a range that the live worker refused for a timestamp of the future.

Owns how a replay comes to the same decision. Whether a timestamp is too far ahead depends on the
clock of the moment, so it cannot be decided again: the live dead letters say what was decided. The
manifest holds the answer, so that all workers of a replay have one.
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


def refused_live(
    consumer: Any, dead_letters: str, topic: str, spans: Sequence[Span]
) -> OffsetRanges:
    """Read from the dead letters which records of these spans were refused.

    Raises:
        ReplayRangeError: they are too many, and lie too far apart, for one manifest.
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
            f"live workers refused records with future timestamps in {count} places of this range; "
            f"a replay can leave out at most {MAX_RANGES}: replay a shorter range"
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
