"""Finds what the registry cannot answer: seats that nobody holds, and seats that two hold.

Owns what counts as a gap or an overlap, and which ones a person has looked at: `reviewed.csv`. Must
not change or judge a fact. A seat is the headship of a state or of its government: whoever holds
both in one office holds both seats. Offices that several hold at once are never overlaps.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Literal

from processors.leaders.registry import Registry
from processors.leaders.values import Country, Role, Term

Seat = Literal["state", "government"]

FIRST_DAY = date(1990, 1, 1)
"""The registry answers for this day and later ones."""

TOLERATED_DAYS = 31
"""Shorter gaps and overlaps are none: sources differ by weeks on when somebody took over."""

JOINT_OFFICES = frozenset(["captain-regent", "co-prince", "presidency-member"])
"""Offices that several people hold together."""

ROLES_OF_SEAT: Mapping[Seat, frozenset[Role]] = {
    "state": frozenset(["state", "both"]),
    "government": frozenset(["government", "both"]),
}
_REVIEWED = "reviewed.csv"
_REVIEWED_COLUMNS = ["kind", "country", "seat", "start", "end", "reason"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A gap, whose `seat` is "state" or "government", or an overlap, whose `seat` is an office.

    It lasts from `start` to before `end`. `people` are the ids of those who overlap. `reason` says
    why it is right or cannot be mended; "" for one that nobody has looked at.
    """

    kind: Literal["gap", "overlap"]
    country: str
    seat: str
    start: date
    end: date
    people: tuple[str, ...] = ()
    reason: str = ""

    @property
    def days(self) -> int:
        """How long it lasts."""
        return (self.end - self.start).days


@dataclass(frozen=True, slots=True)
class Review:
    """One row of `reviewed.csv`: findings of a seat within these days are known."""

    kind: str
    country: str
    seat: str
    start: date
    end: date
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Whether the finding is one that the row speaks of."""
        return (
            (self.kind, self.country, self.seat) == (finding.kind, finding.country, finding.seat)
            and self.start <= finding.start
            and finding.end <= self.end
        )


def load_reviews() -> tuple[Review, ...]:
    """Read the packaged `reviewed.csv`; an empty end means until now and later."""
    text = resources.files("processors.leaders").joinpath("data", _REVIEWED).read_text("utf-8")
    reader = csv.DictReader(text.splitlines())
    if reader.fieldnames != _REVIEWED_COLUMNS:  # pragma: no cover - a test reads the file
        raise ValueError(f"{_REVIEWED}:1: columns must be {','.join(_REVIEWED_COLUMNS)}")
    return tuple(
        Review(
            row["kind"],
            row["country"],
            row["seat"],
            date.fromisoformat(row["start"]),
            date.fromisoformat(row["end"]) if row["end"] else date.max,
            row["reason"],
        )
        for row in reader
    )


def findings(registry: Registry, until: date, reviews: Sequence[Review] = ()) -> list[Finding]:
    """List gaps and overlaps of the states since 1990.

    Args:
        registry: To look at.
        until: The day after the last one to look at.
        reviews: What is known already; it gives a finding its reason.

    Returns:
        By country, seat and start.
    """
    held = _terms_by_country(registry)
    found: list[Finding] = []
    for code, country in registry.countries.items():
        if not is_state(country):
            continue
        terms = held.get(code, [])
        for seat, roles in ROLES_OF_SEAT.items():
            seated = [term for term in terms if term.role in roles]
            found += _gaps(country, seat, seated, until)
        found += _overlaps(code, terms, until)
    reasoned = [_with_reason(finding, reviews) for finding in found]
    return sorted(reasoned, key=lambda f: (f.country, f.seat, f.start, f.kind, f.people))


def is_state(country: Country) -> bool:
    """Whether a country has seats of its own: territories and international bodies have none."""
    return country.kind in ("country", "former country")


def days_of_existence(country: Country, until: date) -> tuple[date, date]:
    """The days, first and one after the last, for which a country's seats ought to be known."""
    start = max(FIRST_DAY, country.since or FIRST_DAY)
    return start, min(until, country.until or until)


def _terms_by_country(registry: Registry) -> Mapping[str, list[Term]]:
    held: dict[str, list[Term]] = defaultdict(list)
    for terms in registry.terms.values():
        for term in terms:
            held[term.country].append(term)
    for in_country in held.values():
        in_country.sort(key=lambda term: (term.start, term.person_id))
    return held


def _gaps(country: Country, seat: str, terms: Iterable[Term], until: date) -> list[Finding]:
    known_until, end = days_of_existence(country, until)
    gaps: list[Finding] = []
    for term in terms:
        if term.start > known_until:
            gaps.append(Finding("gap", country.code, seat, known_until, min(term.start, end)))
        known_until = max(known_until, term.end or end)
    gaps.append(Finding("gap", country.code, seat, known_until, end))
    return [gap for gap in gaps if gap.days > TOLERATED_DAYS]


def _overlaps(country: str, terms: Sequence[Term], until: date) -> list[Finding]:
    overlaps: list[Finding] = []
    for place, term in enumerate(terms):
        for other in terms[place + 1 :]:
            if other.office != term.office or other.office in JOINT_OFFICES:
                continue
            start = max(term.start, other.start, FIRST_DAY)
            end = min(term.end or until, other.end or until)
            if (end - start).days > TOLERATED_DAYS:
                people = (term.person_id, other.person_id)
                overlaps.append(Finding("overlap", country, term.office, start, end, people))
    return overlaps


def _with_reason(finding: Finding, reviews: Sequence[Review]) -> Finding:
    for review in reviews:
        if review.covers(finding):
            return Finding(
                finding.kind,
                finding.country,
                finding.seat,
                finding.start,
                finding.end,
                finding.people,
                review.reason,
            )
    return finding
