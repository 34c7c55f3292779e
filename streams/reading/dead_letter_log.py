"""Reads the topic of dead letters, and sends dead letters back to their topics.

`streams.reading.dead_letters` decides which can be requeued.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kafka import TopicPartition

from processors.errors import MisconfigurationError
from streams.kafka.envelope import Record
from streams.kafka.subscriber import Offsets, offsets_since, partitions_of, read
from streams.reading.dead_letters import (
    DeadLetter,
    NotRequeueableError,
    Place,
    dead_letter,
    is_restamped,
    original,
    refusal,
)

# After this many bytes, sends wait for their acknowledgement. Otherwise the values would fill the
# memory.
_MOST_UNACKNOWLEDGED = 200
_MOST_UNACKNOWLEDGED_BYTES = 32_000_000
_SEND_SECONDS = 60.0
_FIRST_STEP_RECORDS = 200

Wanted = Callable[[DeadLetter], bool]


@dataclass(frozen=True, slots=True)
class Selection:
    """Dead letters to requeue, in the order of the topic. `refused` counts the others by cause."""

    places: Sequence[Place]
    refused: Mapping[str, int]
    repeated: int


class DeadLetterLog:
    """The dead letters in the topic now. Later ones are not seen.

    Args:
        consumer: A kafka-python consumer without a group.
        topic: The dead letters' topic.

    Raises:
        TopicMismatchError: the topic is missing.
    """

    def __init__(self, consumer: Any, topic: str) -> None:
        self._consumer = consumer
        self._topic = topic
        partitions = partitions_of(consumer, [topic])
        self._ends: Offsets = consumer.end_offsets(partitions)
        self._starts: Offsets = consumer.beginning_offsets(partitions)

    def partition_counts(self, topics: Sequence[str]) -> Mapping[str, int]:
        """Return the number of partitions of other topics.

        Raises:
            TopicMismatchError: one is missing.
        """
        return Counter(tp.topic for tp in partitions_of(self._consumer, topics))

    def newest(self, wanted: Wanted, since: datetime | None, limit: int) -> list[DeadLetter]:
        """Return the newest wanted dead letters, the newest first, by the time of their records.

        The topic is read backwards in growing steps, so that a long topic is not read as a whole.
        """
        starts = self._since(since)
        found: list[DeadLetter] = []
        for tp, end in self._ends.items():
            found += self._newest_of(tp, starts[tp], end, wanted, limit)
        found.sort(key=lambda letter: (letter.timestamp_ms, letter.place), reverse=True)
        return found[:limit]

    def at(self, place: Place) -> Record:
        """Return one record.

        Raises:
            MisconfigurationError: there is none at that place.
        """
        tp = TopicPartition(self._topic, place.partition)
        start, end = self._starts.get(tp), self._ends.get(tp)
        if start is None or end is None:
            raise MisconfigurationError(
                f"there is no dead letter {place}: {self._topic} has the partitions 0 to "
                f"{len(self._ends) - 1}."
            )
        if start <= place.offset < end:
            for record in self._read({tp: place.offset}, {tp: place.offset + 1}):
                return record
        kept = f"holds the offsets {start} to {end - 1}" if start < end else "is empty"
        raise MisconfigurationError(
            f"there is no dead letter {place}: partition {place.partition} of {self._topic} {kept}."
        )

    def select(
        self, wanted: Wanted, since: datetime | None, partitions: Mapping[str, int]
    ) -> Selection:
        """Return the wanted dead letters that can be requeued, each record once.

        A record that was requeued and failed again is in the topic twice. Without deduplication,
        every requeue of all dead letters would double the number that the next one finds.
        """
        newest: dict[bytes, Place] = {}
        refused: Counter[str] = Counter()
        repeated = 0
        for record in self._read(self._since(since), self._ends):
            letter = dead_letter(record)
            if not wanted(letter):
                continue
            cause = refusal(letter, partitions)
            if cause is not None:
                refused[cause] += 1
                continue
            # The newest counts: it says how often the record was requeued.
            repeated += newest.pop(letter.fingerprint, None) is not None
            newest[letter.fingerprint] = letter.place
        return Selection(sorted(newest.values()), refused, repeated)

    def records(self, places: Iterable[Place]) -> Iterator[Record]:
        """Yield these records, by partition and offset. Records that were deleted are left out."""
        chosen: dict[int, list[int]] = {}
        for place in sorted(places):
            chosen.setdefault(place.partition, []).append(place.offset)
        for partition, offsets in chosen.items():
            tp = TopicPartition(self._topic, partition)
            asked = set(offsets)
            # Reading beyond the end would wait for records that do not exist.
            end = min(offsets[-1] + 1, self._ends.get(tp, 0))
            for record in self._read({tp: offsets[0]}, {tp: end}):
                if record.offset in asked:
                    yield record

    def _newest_of(
        self, tp: TopicPartition, start: int, end: int, wanted: Wanted, limit: int
    ) -> list[DeadLetter]:
        found: deque[DeadLetter] = deque()
        step = max(limit, _FIRST_STEP_RECORDS)
        while end > start and len(found) < limit:
            begin = max(start, end - step)
            # Values are released at once, because one may have 32 MB.
            letters = map(dead_letter, self._read({tp: begin}, {tp: end}))
            found.extendleft(reversed([letter for letter in letters if wanted(letter)]))
            end, step = begin, 2 * step
        return list(found)[-limit:]

    def _since(self, since: datetime | None) -> Offsets:
        if since is None:
            return self._starts
        return offsets_since(self._consumer, self._ends, since)

    def _read(self, starts: Offsets, ends: Offsets) -> Iterator[Record]:
        return read(self._consumer, starts, ends)


def put_back(
    producer: Any,
    records: Iterable[Record],
    partitions: Mapping[str, int],
    on_restamped: Callable[[], None] = lambda: None,
) -> int:
    """Send the records back to their topics, and return how many the broker has.

    Args:
        producer: A kafka-python producer.
        records: Dead letters.
        partitions: The topics that Tocsin reads, and how many partitions each has.
        on_restamped: Called for each record that gets a new timestamp.

    Raises:
        MisconfigurationError: a record cannot be requeued. Those before it were.
        KafkaError: the broker rejected a record. Earlier ones may be there.
    """
    count, waiting_bytes, sent = 0, 0, []
    for record in records:
        try:
            out = original(record, partitions)
        except NotRequeueableError as error:
            raise MisconfigurationError(
                f"the dead letter {record.partition}:{record.offset} cannot be put back: {error}."
            ) from error
        if is_restamped(dead_letter(record)):
            on_restamped()
        future = producer.send(
            out.topic,
            out.value,
            key=out.key,
            headers=list(out.headers),
            partition=out.partition,
            timestamp_ms=out.timestamp_ms,
        )
        sent.append(future)
        count += 1
        waiting_bytes += len(out.value or b"")
        if len(sent) >= _MOST_UNACKNOWLEDGED or waiting_bytes >= _MOST_UNACKNOWLEDGED_BYTES:
            _acknowledged(producer, sent)
            waiting_bytes = 0
    _acknowledged(producer, sent)
    return count


def _acknowledged(producer: Any, sent: list[Any]) -> None:
    producer.flush(timeout=_SEND_SECONDS)
    for future in sent:
        future.get(timeout=_SEND_SECONDS)
    sent.clear()
