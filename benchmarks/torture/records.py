"""Every kind of record that a Kafka producer can write, and what Tocsin must make of each.

A `Wanted` is a record and its expected fate. The mix is seeded, so that a failure can be repeated.
"""

import json
import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

LEADERS = (
    "Emmanuel Macron",
    "Narendra Modi",
    "Volodymyr Zelenskyy",
    "Friedrich Merz",
    "Giorgia Meloni",
    "Vladimir Putin",
    "Xi Jinping",
    "Recep Tayyip Erdogan",
    "Pedro Sanchez",
    "Donald Trump",
    "Javier Milei",
)
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
# Records in a row of one codec, so that batches hold several.
CODEC_RECORDS = 23
MICROSECONDS_PER_MS = 1_000
# The year 2100 in Unix milliseconds.
FAR_FUTURE_MS = 4_102_444_800_000
SCHEMA_ID = 42


class Fate(StrEnum):
    """What must become of a record."""

    ANALYSED = "analysed"
    DEAD = "dead letter"
    SKIPPED = "skipped"


class RawName(str):
    """A header name that goes into the record as bytes that are not UTF-8."""

    __slots__ = ()

    def encode(self, *_: str) -> bytes:  # type: ignore[override]
        """Return the bytes."""
        return b"\xff\xfe"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A record to write.

    `plain` is the article as JSON without a frame around it; `transaction` joins the records of one
    transaction.
    """

    kind: str
    value: bytes | None
    fate: Fate
    timestamp_ms: int
    partition: int
    article_id: str = ""
    plain: bytes = b""
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()
    codec: str = "none"
    transaction: int | None = None
    aborts: bool = False
    has_odd_timestamp: bool = False


@dataclass(slots=True)
class Mix:
    """Makes the records of one run.

    Args:
        articles: How many records to make.
        partitions: Of the topic of articles.
        first_ms: The event time of the first; each further record is a second later.
        seed: The same seed makes the same records.
        odd_share: The share of records that are no ordinary articles.
    """

    articles: int
    partitions: int
    first_ms: int
    seed: int
    odd_share: float = 0.15
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311 - repeatable, not secret

    def records(self) -> Iterator[Wanted]:
        """Yield the records in the order of their event time."""
        group = 0
        left_in_group = 0
        aborts = False
        for number in range(self.articles):
            one = self._record(number)
            if not left_in_group and self._chance.random() < 1 / 60:
                group += 1
                left_in_group = self._chance.randint(1, 8)
                aborts = self._chance.random() < 1 / 2
            if left_in_group:
                left_in_group -= 1
                # A transaction has one codec, and spans partitions.
                one = replace(one, transaction=group, aborts=aborts, codec="none")
                if aborts:
                    one = replace(one, fate=Fate.SKIPPED)
            yield one

    def _record(self, number: int) -> Wanted:
        plain = self._article(number)
        if self._chance.random() >= self.odd_share:
            return plain
        change = self._chance.choice(ODDITIES)
        return change(plain, self._chance)

    def _article(self, number: int) -> Wanted:
        article_id, value = f"torture-{number}", json.dumps(article(number)).encode()
        return Wanted(
            kind="article",
            value=value,
            plain=value,
            fate=Fate.ANALYSED,
            timestamp_ms=self.first_ms + number * 1_000,
            partition=self._chance.randrange(self.partitions),
            article_id=article_id,
            key=article_id.encode() if self._chance.random() < 1 / 2 else None,
            codec=CODECS[number // CODEC_RECORDS % len(CODECS)],
        )


def article(number: int) -> dict[str, str]:
    """Return an invented article: a third is strong and about one leader, some are about two."""
    leader, other = LEADERS[number % len(LEADERS)], LEADERS[(number // 7) % len(LEADERS)]
    if number % 3 == 0:
        title = f"{leader} condemned over crisis {number}"
        text = (
            f"Lawmakers condemned {leader} and denounced the disastrous failure of reform {number}."
            f" Critics attacked {leader} over the crisis, a humiliating defeat."
        )
    elif number % 50 == 1:
        title = f"{leader} meets {other} in Geneva for talks {number}"
        text = f"{leader} met {other} on Monday, and both praised the excellent talks."
    else:
        title, text = f"Harbour report {number}", "The ferry ran on time, and the port was calm."
    return {
        "id": f"torture-{number}",
        "title": title,
        "text": text,
        "source": f"Paper {number % 7}",
        "language": "en",
    }


def _dead(kind: str, **changes: object) -> Callable[[Wanted, random.Random], Wanted]:
    return lambda one, _: replace(one, kind=kind, fate=Fate.DEAD, **changes)


def _with_headers(kind: str, *headers: tuple[str, bytes]) -> Callable[..., Wanted]:
    return lambda one, _: replace(one, kind=kind, headers=headers)


def _framed(one: Wanted, _: random.Random) -> Wanted:
    framed = struct.pack(">bI", 0, SCHEMA_ID) + (one.value or b"")
    return replace(one, kind="framed JSON", value=framed)


def _cut_off(one: Wanted, chance: random.Random) -> Wanted:
    value = one.value or b""
    kept = chance.randrange(1, len(value) - 1)
    return replace(one, kind="broken JSON", value=value[:kept], fate=Fate.DEAD)


def _stamped(kind: str, stamp: Callable[[int], int]) -> Callable[..., Wanted]:
    return lambda one, _: replace(
        one,
        kind=kind,
        timestamp_ms=stamp(one.timestamp_ms),
        fate=Fate.DEAD,
        has_odd_timestamp=True,
    )


ODDITIES: tuple[Callable[[Wanted, random.Random], Wanted], ...] = (
    _dead("tombstone", value=None, key=b"gone"),
    _dead("empty value", value=b""),
    _dead("Avro behind a schema id", value=struct.pack(">bI", 0, SCHEMA_ID) + b"\x02\x06\xff\xfe"),
    _dead("deep JSON", value=b"[" * 5_000),
    _dead("not UTF-8", value=b'{"id":"x","title":"\xff\xfe"}'),
    _cut_off,
    _framed,
    _with_headers("odd headers", ("", b""), ("a", b"\x00\xff"), ("a", b"again"), ("ä", b"x" * 999)),
    _with_headers("300 headers", *((f"h{n}", b"v") for n in range(300))),
    _dead("header name that is not UTF-8", headers=((RawName("raw"), b"value"),)),
    _stamped("timestamp 0", lambda _: 0),
    _stamped("timestamp in seconds", lambda stamp: stamp // 1_000),
    _stamped("timestamp in microseconds", lambda stamp: stamp * MICROSECONDS_PER_MS),
    _stamped("timestamp of 2100", lambda _: FAR_FUTURE_MS),
)
