"""Reads dead letters: their `tocsin.error.*` headers, and the record that each was made from.

It also has the rules for requeuing one. Any program may write to the topic, so every header may be
missing or wrong.
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
    """The place of a dead letter, as `show` and `requeue` take it."""

    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.partition}:{self.offset}"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A dead letter without its value.

    `entered` is when the record entered its first topic, None if that is no date. `origin` is
    `topic partition:offset`. `value_bytes` is None for a null value. `whole_bytes` is None unless
    the value was truncated. Equal records have the same `fingerprint`.
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
        """Return when the record entered its first topic, in aware UTC."""
        try:
            return datetime.fromtimestamp(self.timestamp_ms / 1000, tz=UTC)
        except (ValueError, OverflowError, OSError):
            return None


class NotRequeueableError(ValueError):
    """This dead letter cannot be requeued. The message says why, without naming the letter."""


def place_of(text: str) -> Place:
    """Return the place that PARTITION:OFFSET names.

    Raises:
        ValueError: the text does not have that form.
    """
    match = _PLACE.fullmatch(text.strip())
    if match is None:
        raise ValueError(
            f"{text!r} is not of the form PARTITION:OFFSET, such as 0:17; "
            f"`tocsin dead-letters list` shows them"
        )
    return Place(int(match[1]), int(match[2]))


def dead_letter(record: Record) -> DeadLetter:
    """Return what the headers of a dead letter say."""
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
    """Return whether a record gets a new timestamp when it is requeued.

    Its own timestamp is the reason for the dead letter. With it, the record would fail again.
    """
    return letter.reason in RESTAMPED or letter.timestamp_ms < 0


def refusal(letter: DeadLetter, partitions: Mapping[str, int]) -> str | None:
    """Return why a dead letter cannot be requeued, or None if it can.

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
    """Return the original record, for its topic and, if that still exists, its partition.

    The versions of an article stay in order only within one partition, and a producer of another
    library may choose partitions by another rule than ours. The timestamp is kept, because it is
    the event time. Where the timestamp was the fault, the broker or the producer sets a new one.

    Raises:
        NotRequeueableError: it cannot be requeued.
    """
    letter = dead_letter(record)
    why_not = refusal(letter, partitions)
    if why_not is not None:
        raise NotRequeueableError(why_not)
    headers = [
        # Kafka allows null headers, kafka-python's producer does not. Empty is the nearest value.
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
    """Return the filter of `list` and `requeue`."""
    since_ms = None if since is None else since.timestamp() * 1000

    def wanted(letter: DeadLetter) -> bool:
        if reason is not None and letter.reason != reason:
            return False
        # Requeued records keep their time, so the topic is not ordered by time.
        return since_ms is None or letter.timestamp_ms >= since_ms

    return wanted


def _texts(record: Record) -> dict[str, str]:
    """Return the headers as texts. The last value of a repeated name counts."""
    return {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers}


def _count(text: str | None, *, otherwise: int | None) -> int | None:
    return int(text) if text is not None and _COUNT.fullmatch(text) else otherwise


def _fingerprint(record: Record, topic: str, said: Mapping[str, str]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    is_of_now = said.get("reason") in RESTAMPED
    timestamp = said.get("timestamp", "") if is_of_now else str(record.timestamp_ms)
    for part in (topic.encode(), record.key, record.value, timestamp.encode()):
        # A length before each part, and none for null: different records give different bytes.
        digest.update(b"-" if part is None else b"%d:" % len(part) + part)
    return digest.digest()
