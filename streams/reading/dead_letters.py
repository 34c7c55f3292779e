"""Dead letters as they are read back: what each says of itself, and the record it was made from.

Owns the reading of `tocsin.error.*` headers, the places that a person names dead letters by, and
the rules for putting one back. Must not know a broker or a terminal. Any program may write into the
topic, so no header is taken for granted.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from processors.errors import DeadLetterReason
from streams.kafka.envelope import (
    ERROR_PREFIX,
    REQUEUED_HEADER,
    RESTAMPED,
    TRUNCATED_HEADER,
    Outgoing,
    Record,
)

_PLACE = re.compile(r"([0-9]{1,6}):([0-9]{1,18})", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,9}", re.ASCII)
_CUT = (
    "it was cut short when it was stored ({kept} of {whole} bytes are here): take the whole from "
    "its source"
)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a dead letter is: what `show` and `requeue` take."""

    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.partition}:{self.offset}"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A dead letter without its value.

    `entered` is when the record entered the log that it came from; None if that is no date.
    `origin` is `topic partition:offset`. `value_bytes` is None for a null value, `whole_bytes` None
    unless the value was cut short. `fingerprint` is the same for records that are the same.
    """

    place: Place
    timestamp_ms: int
    key: bytes | None
    value_bytes: int | None
    whole_bytes: int | None
    stage: str
    reason: str
    message: str
    topic: str
    origin: str
    requeued: int
    fingerprint: bytes

    @property
    def entered(self) -> datetime | None:
        """When the record entered the log that it came from, in aware UTC."""
        try:
            return datetime.fromtimestamp(self.timestamp_ms / 1000, tz=UTC)
        except (ValueError, OverflowError, OSError):
            return None


class NotRequeueableError(ValueError):
    """This dead letter cannot be put back; the message says why, without naming the letter."""


def place_of(text: str) -> Place:
    """Read PARTITION:OFFSET.

    Raises:
        ValueError: it is not of that form.
    """
    match = _PLACE.fullmatch(text.strip())
    if match is None:
        raise ValueError(
            f"{text!r} is not of the form PARTITION:OFFSET, such as 0:17; "
            f"`tocsin dead-letters list` shows them"
        )
    return Place(int(match[1]), int(match[2]))


def dead_letter(record: Record) -> DeadLetter:
    """Read what a dead letter says of itself."""
    headers = _texts(record)
    said = {
        name.removeprefix(ERROR_PREFIX): text
        for name, text in headers.items()
        if name.startswith(ERROR_PREFIX)
    }
    topic = said.get("topic", "")
    return DeadLetter(
        place=Place(record.partition, record.offset),
        timestamp_ms=record.timestamp_ms,
        key=record.key,
        value_bytes=None if record.value is None else len(record.value),
        whole_bytes=_count(headers.get(TRUNCATED_HEADER), otherwise=None),
        stage=said.get("stage", ""),
        reason=said.get("reason", ""),
        message=said.get("message", ""),
        topic=topic,
        origin=f"{topic} {said.get('partition', '?')}:{said.get('offset', '?')}" if topic else "",
        requeued=_count(headers.get(REQUEUED_HEADER), otherwise=0) or 0,
        fingerprint=_fingerprint(record, topic, said),
    )


def is_restamped(letter: DeadLetter) -> bool:
    """Report whether a record gets a new timestamp when it is put back.

    Its own is the reason why it is here: with it, the record would come back again and again.
    """
    return letter.reason in RESTAMPED or letter.timestamp_ms < 0


def refusal(letter: DeadLetter, partitions: Mapping[str, int]) -> str | None:
    """Say why a dead letter cannot be put back; None if it can be.

    Args:
        letter: The dead letter.
        partitions: The topics that Tocsin reads, and how many partitions each has.
    """
    if letter.whole_bytes is not None:
        kept = letter.value_bytes or 0
        return _CUT.format(kept=kept, whole=letter.whole_bytes)
    if letter.reason == DeadLetterReason.UNREADABLE_RECORD and letter.value_bytes is None:
        return "nothing of the record could be read: its producer has to send it again"
    if not letter.topic:
        return f"it has no header {ERROR_PREFIX}topic, so its topic is unknown"
    if letter.topic not in partitions:
        return (
            f"it came from {letter.topic!r}, which Tocsin does not read "
            f"(it reads {', '.join(partitions)})"
        )
    return None


def original(record: Record, partitions: Mapping[str, int]) -> Outgoing:
    """Build the record as it was, for the topic and, if it is still there, the partition it was in.

    The partition matters: the versions of an article stay in order only within one, and a producer
    of another library may choose partitions by another rule than ours. The timestamp is kept too:
    it is the event time, on which all windows rest. Where it is what was wrong with the record, the
    broker or the producer stamps the record again.

    Raises:
        NotRequeueableError: it cannot be put back.
    """
    letter = dead_letter(record)
    why_not = refusal(letter, partitions)
    if why_not is not None:
        raise NotRequeueableError(why_not)
    headers = [
        # A header may be null in Kafka, but not in kafka-python's producer; empty is the nearest.
        (name, value or b"")
        for name, value in record.headers
        if not name.startswith(ERROR_PREFIX) and name != REQUEUED_HEADER
    ]
    headers.append((REQUEUED_HEADER, str(letter.requeued + 1).encode()))
    came_from = _count(_texts(record).get(ERROR_PREFIX + "partition"), otherwise=None)
    there = came_from is not None and came_from < partitions[letter.topic]
    return Outgoing(
        topic=letter.topic,
        key=record.key,
        value=record.value,
        headers=headers,
        timestamp_ms=None if is_restamped(letter) else record.timestamp_ms,
        partition=came_from if there else None,
    )


def wanted_by(reason: str | None, since: datetime | None) -> Callable[[DeadLetter], bool]:
    """Make the filter of `list` and `requeue`."""
    since_ms = None if since is None else since.timestamp() * 1000

    def wanted(letter: DeadLetter) -> bool:
        if reason is not None and letter.reason != reason:
            return False
        # Requeued records keep their time, so the topic is not in its order.
        return since_ms is None or letter.timestamp_ms >= since_ms

    return wanted


def _texts(record: Record) -> dict[str, str]:
    """Give the headers as texts; of a name that comes twice the last counts."""
    return {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers}


def _count(text: str | None, *, otherwise: int | None) -> int | None:
    return int(text) if text is not None and _COUNT.fullmatch(text) else otherwise


def _fingerprint(record: Record, topic: str, said: Mapping[str, str]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    is_of_now = said.get("reason") in RESTAMPED
    timestamp = said.get("timestamp", "") if is_of_now else str(record.timestamp_ms)
    for part in (topic.encode(), record.key, record.value, timestamp.encode()):
        # A length before each part, and none for null: no two records run into one.
        digest.update(b"-" if part is None else b"%d:" % len(part) + part)
    return digest.digest()
