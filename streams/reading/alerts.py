"""Decodes, deduplicates and filters alerts as a subscriber does."""

import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from processors.contracts import Alert, AlertKind, Severity
from processors.leaders.registry.values import Person
from streams.reading.terminal_text import folded

SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high")
REMEMBERED_IDS = 100_000

_ID = re.compile(r"q[0-9]+|x-.+", re.IGNORECASE)
_WORDS = re.compile(r"\w+")
_decode = msgspec.json.Decoder(Alert).decode


def decode_alert(value: bytes | None) -> Alert | None:
    """Return the alert of a record, or None if this version cannot read it.

    Any program may write to a topic. An alert whose times have no zone is not read: its times could
    be neither compared nor shown.
    """
    try:
        alert = _decode(value or b"")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    times = [alert.event_time, alert.processed_at, alert.window.start, alert.window.end]
    if alert.story is not None:
        times.append(alert.story.first_seen)
    return alert if all(one.tzinfo is not None for one in times) else None


class Seen:
    """Remembers the newest alert ids, so that a repeated alert is shown once. Memory is bounded."""

    def __init__(self, most: int = REMEMBERED_IDS) -> None:
        self._most = most
        self._ids: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, alert_id: str) -> bool:
        return alert_id in self._ids

    def add(self, alert_id: str) -> None:
        """Record that the id is seen now."""
        self._ids[alert_id] = None
        self._ids.move_to_end(alert_id)
        if len(self._ids) > self._most:
            self._ids.popitem(last=False)

    def is_repeated(self, alert_id: str) -> bool:
        """Return whether the id was seen recently. It counts as seen from now on."""
        repeated = alert_id in self
        self.add(alert_id)
        return repeated


@dataclass(frozen=True, slots=True)
class LeaderQuery:
    """Leaders that a person asked for: by id, or by words of a name.

    `ids` are the ids that the registry has for the words.
    """

    ids: frozenset[str]
    words: frozenset[str]

    def names(self, leader_id: str, leader_name: str) -> bool:
        """Return whether the query names this leader."""
        by_words = bool(self.words) and self.words <= words_of(leader_name)
        return by_words or leader_id.casefold() in self.ids


def leader_query(text: str, known: Mapping[str, Iterable[str]]) -> LeaderQuery:
    """Return the query that a text stands for.

    Args:
        text: An id (`Q7747`, `x-…`), or one or more words of a name.
        known: Leader id to names and aliases, from the registry.

    Raises:
        ValueError: the text has no word.
    """
    text = text.strip()
    if _ID.fullmatch(text):
        return LeaderQuery(frozenset([text.casefold()]), frozenset())
    words = words_of(text)
    if not words:
        raise ValueError(f"{text!r} is neither an id such as Q7747 nor a name")
    named = (one for one, names in known.items() if any(words <= words_of(n) for n in names))
    return LeaderQuery(frozenset(one.casefold() for one in named), words)


def names_of_leaders(people: Iterable[Person]) -> dict[str, tuple[str, ...]]:
    """Return the name and the aliases of each leader of the registry, by id."""
    return {one.person_id: (one.name, *(alias.text for alias in one.aliases)) for one in people}


def words_of(name: str) -> frozenset[str]:
    """Return the words of a name, without case and accents."""
    return frozenset(_WORDS.findall(folded(name)))


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Selects alerts. Empty `leaders` means any leader, and no kind any kind."""

    least_severity: Severity = "low"
    leaders: tuple[LeaderQuery, ...] = ()
    kind: AlertKind | None = None

    def wants(self, alert: Alert) -> bool:
        """Return whether the alert is wanted."""
        if SEVERITIES.index(alert.severity) < SEVERITIES.index(self.least_severity):
            return False
        if self.kind not in (None, alert.kind):
            return False
        return not self.leaders or any(
            query.names(leader.leader_id, leader.leader_name)
            for query in self.leaders
            for leader in alert.leaders
        )
