"""The bundled records: the invented articles of `articles.jsonl`, and bad records among them.

All articles are invented: the outlets, the events and every quotation. The office holders are real
and hold their offices on the articles' dates (November 2026), so that the detector has something to
find; the events are invented. The hosts end in `.example`, which no one can register.

`EVENTS` and `SYNDICATED` hold facts about the records that the records themselves do not state.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from processors.errors import DeadLetterReason

_STRUCTURED_CLOUDEVENT: Final = (("content-type", b"application/cloudevents+json; charset=UTF-8"),)
_DEEP_LEVELS: Final = 1_000
_SIGNATURES: Final = 40
_DATE: Final = re.compile(rb'("(?:published|versionCreated)": ?")([^"]+)(?=")')
# One article has a date decades ahead, as typing errors have.
_AFTER_THE_DAY: Final = datetime(2026, 11, 25, tzinfo=UTC)

EVENTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "xi_putin_summit": (
            "meridianwire-20261123-xi-jinping-and-vladimir-putin-hail-great",
            "straitsdaily-20261123-gas-pact-signed-as-putin-toasts-xi",
            "tag:eastgate.example,2026-11-23:china-russia-sign-gas-and-shipping-accords",
            "atlantictribune-20261123-in-beijing-xi-hands-putin-a-victory",
            "harbourpost-20261123-xi-jinping-and-vladimir-putin-hail-great",
            "continentalobserver-20261123-brussels-shrugs-and-worries-at-the-xi",
            "tag:gulfmorning.example,2026-11-23:what-the-siberian-pipeline-means-for-gulf",
            "https://markets.pacificledger.example/2026/11/23/pipe-makers-jump-lng-slips-after-beijing",
        ),
        "sikkim_rescue": (
            "himalayanherald-20261123-joy-in-sikkim-as-all-38-trapped",
            "deccanstandard-20261123-six-days-one-pipe-38-lives-how",
            "tag:eastgate.example,2026-11-23:india-rescues-38-workers-from-flooded-himalayan",
            "harbourpost-20261123-modi-hails-miracle-of-lachung-as-38",
            "tag:deccanstandard.example,2026-11-23:pm-modi-to-honour-lachung-diggers-at",
            "atlantictribune-20261123-trapped-for-six-days-38-workers-emerge",
        ),
        "aluminium_tariff": (
            "capitoldispatch-20261123-donald-trump-stuns-mark-carney-with-30",
            "prairieexaminer-20261123-carney-vows-to-hit-back-dollar-for",
            "tag:eastgate.example,2026-11-23:u-s-to-impose-30-pct-duty",
            "atlantictribune-20261123-with-one-signature-trump-reopens-a-feud",
            "harbourpost-20261123-carney-condemns-trumps-aluminium-tariff-as-betrayal",
        ),
        "istanbul_collapse": (
            "bosphorusrecord-20261123-istanbul-talks-collapse-in-anger-as-zelenskyy",
            "tag:meridianwire.example,2026-11-23:zelenskiy-walks-out-of-istanbul-talks-calls",
            "publicsquare-20261123-a-wasted-day-istanbul-ceasefire-talks-end",
            "continentalobserver-20261123-istanbul-fiasco-leaves-zelensky-bruised-and-erdogan",
            "albionevening-20261123-zelenskiy-walks-out-of-istanbul-talks",
            "vistulacourier-20261123-warsaw-and-kyiv-condemn-russian-contempt-after",
        ),
        "care_levy_defeat": (
            "albionevening-20261123-humiliating-commons-defeat-for-andy-burnham-as",
            "meridianwire-20261123-uk-parliament-rejects-social-care-levy-in",
            "westburygazette-20261123-how-the-west-country-voted-as-burnhams",
            "northernledger-20261123-norths-mps-stay-loyal-but-burnhams-big",
            "atlantictribune-20261123-britains-burnham-loses-key-vote-and-perhaps",
            "harbourpost-20261123-burnham-vows-to-fight-on-after-catastrophic",
            "tag:eastgate.example,2026-11-23:british-pm-says-he-will-stay-after",
        ),
    }
)
"""One event in several outlets' words: the event's name, and the articles' ids as they arrive."""

SYNDICATED: Final = (
    (
        "meridianwire-20261123-xi-jinping-and-vladimir-putin-hail-great",
        "harbourpost-20261123-xi-jinping-and-vladimir-putin-hail-great",
    ),
    (
        "tag:meridianwire.example,2026-11-23:zelenskiy-walks-out-of-istanbul-talks-calls",
        "albionevening-20261123-zelenskiy-walks-out-of-istanbul-talks",
    ),
)
"""Agency stories and edited or cut copies of other outlets: pairs of ids."""

_BAD: Final[tuple[tuple[int, DeadLetterReason, bytes, bytes | None], ...]] = (
    # The number of the article that the record comes after, its expected reason, key and value.
    (
        6,
        DeadLetterReason.INVALID_UTF8,
        b"legacy-feed-1",
        '{"id": "legacy-feed-1", "title": "Café society", "text": "Déjà vu."}'.encode("latin-1"),
    ),
    (
        13,
        DeadLetterReason.INVALID_JSON,
        b"cut-off-1",
        b'{"id": "cut-off-1", "title": "Ministers meet", "text": "The ministers of eleven cou',
    ),
    (
        21,
        DeadLetterReason.NOT_AN_OBJECT,
        b"batch-1",
        b'[{"id": "batch-1", "title": "One of two"}, {"id": "batch-2", "title": "Two of two"}]',
    ),
    (
        29,
        DeadLetterReason.WRONG_TYPE,
        b"typed-1",
        b'{"id": "typed-1", "title": ["Harvest", "festival"], "text": "Apples and pears."}',
    ),
    (
        36,
        DeadLetterReason.NO_TEXT,
        b"picture-1",
        b'{"id": "picture-1", "url": "https://pictures.example/1", "title": "", "text": " "}',
    ),
    (44, DeadLetterReason.NULL_VALUE, b"deleted-1", None),
    (51, DeadLetterReason.EMPTY, b"nothing-1", b""),
    (
        58,
        DeadLetterReason.TOO_DEEP,
        b"nested-1",
        b'{"id": "nested-1", "title": "Boxes", "text": "Boxes in boxes.", "extra": '
        + b"[" * _DEEP_LEVELS
        + b"]" * _DEEP_LEVELS
        + b"}",
    ),
    (
        66,
        DeadLetterReason.TEXT_TOO_LARGE,
        b"signed-1",
        b'{"id": "signed-1", "title": "Notice to readers", "source": "'
        + b"The Editors, " * _SIGNATURES
        + b'"}',
    ),
    (
        75,
        DeadLetterReason.INVALID_CLOUDEVENT,
        b"event-1",
        b'{"specversion": "0.3", "id": "e-1", "type": "article", "data": {"title": "Market day"}}',
    ),
)


@dataclass(frozen=True, slots=True)
class BundledRecord:
    """A record as a user's feed would send it.

    Args:
        name: The article's id, with "#2" and so on where an id is repeated (a duplicate, a
            correction, a withdrawal). For a bad record: "bad-" and the expected reason.
        key: The record's key: the article's id.
        value: The record's value. None is a tombstone.
        headers: The record's headers.
        published: The publisher's claim, aware UTC. None where there is none, or where the record
            is bad.
    """

    name: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    published: datetime | None


def load_bundle() -> list[BundledRecord]:
    """Read the bundled records, all of them invented, in the order of their arrival.

    The first four articles name two leaders in headline and lead and speak of them strongly, so
    that a demonstration shows alerts at once. Bad records stand at fixed places, none before the
    sixth article.

    Returns:
        New but equal records on each call, in the same order.
    """
    text = files("streams.demo").joinpath("articles.jsonl").read_bytes()
    bad = _bad_records()
    records: list[BundledRecord] = []
    seen: Counter[str] = Counter()
    for number, line in enumerate(text.splitlines(), start=1):
        records.append(_read_article(line, seen))
        if number in bad:
            records.append(bad[number])
    return records


def redated(records: Sequence[BundledRecord], now: datetime) -> list[BundledRecord]:
    """Return the records with dates moved, so that the newest of the day is published now.

    The bundle is of one day in 2026. On another day, every article would be stale, and no alert
    would be sent. All distances between dates stay the same.

    Args:
        records: The result of `load_bundle`.
        now: The new date of the last article of the day, aware UTC.
    """
    newest = max(r.published for r in records if r.published and r.published < _AFTER_THE_DAY)
    shift = timedelta(seconds=int((now - newest).total_seconds()))

    def moved(match: re.Match[bytes]) -> bytes:
        return match[1] + _shifted(match[2].decode(), shift).encode()

    return [
        replace(
            record,
            value=_DATE.sub(moved, record.value) if record.value else record.value,
            published=record.published + shift,
        )
        if record.published
        else record
        for record in records
    ]


def _shifted(text: str, shift: timedelta) -> str:
    moment = datetime.fromisoformat(text) + shift
    return moment.isoformat().replace("+00:00", "Z" if text.endswith("Z") else "+00:00")


def _read_article(line: bytes, seen: Counter[str]) -> BundledRecord:
    document: dict[str, Any] = json.loads(line)
    structured = "specversion" in document
    article = document["data"] if structured else document
    identity = article.get("id") or article.get("uri") or article["url"]
    seen[identity] += 1
    published = article.get("published") or article.get("versionCreated")
    return BundledRecord(
        name=identity if seen[identity] == 1 else f"{identity}#{seen[identity]}",
        key=identity.encode(),
        value=line,
        headers=_STRUCTURED_CLOUDEVENT if structured else (),
        published=datetime.fromisoformat(published).astimezone(UTC) if published else None,
    )


def _bad_records() -> dict[int, BundledRecord]:
    return {
        after: BundledRecord(f"bad-{reason.value}", key, value, (), None)
        for after, reason, key, value in _BAD
    }
