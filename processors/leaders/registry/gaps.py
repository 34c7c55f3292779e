"""Finds what the registry cannot answer: seats that nobody holds, and seats that two hold.

Owns what counts as a gap or an overlap, and which ones a person has looked at: `reviewed.csv`. Must
not change or judge a fact. A seat is the headship of a state or of its government: the person who
holds both in one office holds both seats. Offices that several hold at once are never overlaps.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Literal

from processors.leaders.registry.registry import Registry
from processors.leaders.registry.values import Country, Role, Term

Seat = Literal["state", "government"]

FIRST_DAY = date(1945, 7, 1)
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
    why it is right or cannot be fixed, or "" for one that was not reviewed.
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
    """One row of `reviewed.csv`: findings of a seat within these days are known.

    A gap is "vacant" where the seat was empty or did not exist, and "unknown" where a person held
    it whom the registry does not know.
    """

    kind: Literal["vacant", "unknown", "overlap"]
    country: str
    seat: str
    start: date
    end: date
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Whether the finding is one that the row speaks of."""
        return (
            (self.kind == "overlap") == (finding.kind == "overlap")
            and (self.country, self.seat) == (finding.country, finding.seat)
            and self.start <= finding.start
            and finding.end <= self.end
        )


def load_reviews() -> tuple[Review, ...]:
    """Read the packaged `reviewed.csv`; an empty end means until now and later."""
    text = resources.files(__package__).joinpath("data", _REVIEWED).read_text("utf-8")
    reader = csv.DictReader(text.splitlines())
    if reader.fieldnames != _REVIEWED_COLUMNS:  # pragma: no cover - a test reads the file
        raise ValueError(f"{_REVIEWED}:1: columns must be {','.join(_REVIEWED_COLUMNS)}")
    return tuple(_review(row) for row in reader)


def _review(row: Mapping[str, str]) -> Review:
    kind = row["kind"]
    if kind not in ("vacant", "unknown", "overlap"):  # pragma: no cover - as above
        raise ValueError(f"{_REVIEWED}: kind {kind!r} must be vacant, unknown or overlap")
    return Review(
        kind,  # type: ignore[arg-type]  # checked above
        row["country"],
        row["seat"],
        date.fromisoformat(row["start"]),
        date.fromisoformat(row["end"]) if row["end"] else date.max,
        row["reason"],
    )


def findings(registry: Registry, until: date, reviews: Sequence[Review] = ()) -> list[Finding]:
    """List gaps and overlaps of the states since `FIRST_DAY`.

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


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many seats, taken on 1 July of each year of a decade, have a holder in the registry.

    `seats` are those that were held: seats that `reviewed.csv` knows to be vacant are in
    `vacant`, and in no other number.
    """

    decade: int
    seat: Seat
    seats: int
    known: int
    vacant: int


def coverage(registry: Registry, until: date, reviews: Sequence[Review]) -> list[Coverage]:
    """Count what the registry knows, by decade and seat.

    Args:
        registry: To look at.
        until: The day after the last one to look at.
        reviews: Which seats were vacant.
    """
    held = _terms_by_country(registry)
    days = [date(y, 7, 1) for y in range(FIRST_DAY.year, until.year + 1) if date(y, 7, 1) < until]
    counts: dict[tuple[int, Seat], list[int]] = defaultdict(lambda: [0, 0, 0])
    for code, country in registry.countries.items():
        start, end = days_of_existence(country, until)
        for day in days:
            if not is_state(country) or not start <= day < end:
                continue
            for seat, roles in ROLES_OF_SEAT.items():
                count = counts[day.year // 10 * 10, seat]
                if any(term.role in roles and term.holds_on(day) for term in held.get(code, ())):
                    count[0] += 1
                    count[1] += 1
                elif _is_vacant(code, seat, day, reviews):
                    count[2] += 1
                else:
                    count[0] += 1
    return [Coverage(decade, seat, *counts[decade, seat]) for decade, seat in sorted(counts)]


def _is_vacant(country: str, seat: str, day: date, reviews: Sequence[Review]) -> bool:
    return any(
        review.kind == "vacant"
        and (review.country, review.seat) == (country, seat)
        and review.start <= day < review.end
        for review in reviews
    )


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
