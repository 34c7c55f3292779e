"""Compares the registry with Wikidata: terms to add, to end, and to look at.

Only countries of the registry are compared, and only terms that began or ended since a given day
by Wikidata's word. Older differences are more often matters of definition than of news.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from msgspec import Struct

from processors.leaders.languages.fold import fold_characters
from processors.leaders.registry.gaps import ROLES_OF_SEAT
from processors.leaders.registry.registry import Registry
from processors.leaders.registry.values import Role, Term, day_after, first_day
from streams.registry.wikidata import Seat, Statement

SAME_TERM_DAYS = 60
"""Terms with starts this close are the same: election, oath and handover differ by weeks."""

_OFFICE_OF_SEAT: Mapping[Seat, tuple[str, str]] = {
    "state": ("president", "President"),
    "government": ("prime-minister", "Prime Minister"),
}


class Change(Struct, frozen=True):
    """One difference.

    `kind` is "added" (a term that the registry lacks), "ended" (a term that still runs in the
    registry) or "differs" (another start or end, left to a person). `known_as` is the person's id
    in the registry. Dates are `YYYY[-MM[-DD]]`.
    """

    kind: Literal["added", "ended", "differs"]
    country: str
    seat: Seat
    person_id: str
    known_as: str
    name: str
    office: str
    title: str
    role: Role
    start: str
    end: str
    was_start: str = ""
    was_end: str = ""


def changes(registry: Registry, statements: Sequence[Statement], since: date) -> list[Change]:
    """Return the differences, ordered by country, office and start.

    Args:
        registry: The registry with its extra tables.
        statements: The statements of Wikidata.
        since: Only terms that began or ended on or after this day, by Wikidata's word.
    """
    known = _Known(registry)
    found: list[Change] = []
    for statement in statements:
        if statement.code not in registry.countries or not _is_news(statement, since):
            continue
        change = known.compare(statement)
        if change is not None:
            found.append(change)
    return sorted(found, key=lambda c: (c.country, c.seat, c.start, c.person_id))


def _is_news(statement: Statement, since: date) -> bool:
    return first_day(statement.start) >= since or (
        bool(statement.end) and first_day(statement.end) >= since
    )


class _Known:
    """The registry's terms by country, and its people by name."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._terms: dict[str, list[Term]] = defaultdict(list)
        self._ids: dict[str, set[str]] = defaultdict(set)
        for person_id, terms in registry.terms.items():
            for term in terms:
                self._terms[term.country].append(term)
            self._ids[_plain(registry.people[person_id].name)].add(person_id)

    def compare(self, statement: Statement) -> Change | None:
        known_as = self._known_as(statement)
        roles = ROLES_OF_SEAT[statement.seat]
        in_seat = [t for t in self._terms[statement.code] if t.role in roles]
        same = [t for t in in_seat if t.person_id == known_as and _is_same(t, statement)]
        if not same:
            return self._added(statement, known_as, in_seat)
        term = max(same, key=lambda t: t.start)
        end = day_after(statement.end) if statement.end else None
        if end is not None and term.end is None:
            return _change("ended", statement, term)
        apart = end is not None and term.end is not None and abs((end - term.end).days)
        if apart and apart > SAME_TERM_DAYS:
            return _change("differs", statement, term)
        return None

    def _known_as(self, statement: Statement) -> str:
        """Return the registry's id of the person: an own id where the QID is not known yet."""
        if statement.person_id in self._registry.people:
            return statement.person_id
        by_name = {
            person_id
            for person_id in self._ids.get(_plain(statement.name), ())
            if person_id.startswith("x-")
            and any(t.country == statement.code for t in self._registry.terms[person_id])
        }
        return by_name.pop() if len(by_name) == 1 else statement.person_id

    def _added(self, statement: Statement, known_as: str, in_seat: Sequence[Term]) -> Change:
        office, title = _OFFICE_OF_SEAT[statement.seat]
        role: Role = statement.seat
        before = [t for t in in_seat if not t.acting]
        if before:
            last = max(before, key=lambda t: t.start)
            office, title, role = last.office, last.title, last.role
        return Change(
            kind="added",
            country=statement.code,
            seat=statement.seat,
            person_id=statement.person_id,
            known_as=known_as,
            name=statement.name,
            office=office,
            title=title,
            role=role,
            start=statement.start,
            end=statement.end,
        )


def _is_same(term: Term, statement: Statement) -> bool:
    start = first_day(statement.start)
    if abs((term.start - start).days) <= SAME_TERM_DAYS:
        return True
    # Wikidata splits one term, at an election for example.
    return term.start <= start and (term.end is None or start < term.end)


def _change(kind: Literal["ended", "differs"], statement: Statement, term: Term) -> Change:
    return Change(
        kind=kind,
        country=statement.code,
        seat=statement.seat,
        person_id=statement.person_id,
        known_as=term.person_id,
        name=statement.name,
        office=term.office,
        title=term.title,
        role=term.role,
        start=term.start.isoformat(),
        end=statement.end,
        was_start=term.start.isoformat(),
        was_end=term.end.isoformat() if term.end else "",
    )


def _plain(text: str) -> str:
    return fold_characters(text).casefold()
