"""Decides who held an office on a date, and which of several people a name means there.

If several people held such an office that day, the name means none of them.
`processors.leaders.detection.precedence` says which office leads a country.
"""

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date

from processors.leaders.detection.context import Cues
from processors.leaders.detection.known import KnownDays, known_days
from processors.leaders.detection.precedence import PARTY_LEADS, leading_offices
from processors.leaders.languages.words import Title
from processors.leaders.registry.registry import Registry
from processors.leaders.registry.values import Term

ELECT_DAYS = 120
"""How long before the first day in office somebody can be called "elect"; the US takes 76 days."""

LATE_DAYS = 60
"""How long after the end of a term "the late president" still means its holder."""

_MAX_LEADING = 20_000


@dataclass(frozen=True, slots=True)
class Holders:
    """Who held what: the registry's terms by country.

    Build it with `Holders.of`.
    """

    registry: Registry
    by_country: dict[str, tuple[Term, ...]]
    known: KnownDays
    _leading: dict[tuple[str, date], str | None] = field(default_factory=dict, compare=False)

    @staticmethod
    def of(registry: Registry) -> "Holders":
        """Sort the terms of a registry by country and start."""
        found: dict[str, list[Term]] = defaultdict(list)
        for terms in registry.terms.values():
            for term in terms:
                found[term.country].append(term)
        in_order = {
            code: tuple(sorted(terms, key=lambda t: (t.start, t.person_id, t.office)))
            for code, terms in found.items()
        }
        return Holders(registry, in_order, known_days(registry))

    def is_body(self, country: str) -> bool:
        """Whether a code is an organisation's."""
        known = self.registry.countries.get(country)
        return known is not None and known.kind == "organisation"

    def holds(self, person_id: str, offices: AbstractSet[str], on: date) -> bool:
        """Whether a person holds one of these offices on the day."""
        return any(
            term.office in offices and term.holds_on(on) for term in self.registry.terms[person_id]
        )

    def countries_on(self, person_id: str, on: date) -> frozenset[str]:
        """Where a person holds an office on the day; the day of a change belongs to both."""
        return frozenset(
            term.country
            for term in self.registry.terms[person_id]
            if term.holds_on(on) or term.end == on
        )

    def is_past(self, person_id: str, on: date) -> bool:
        """Return whether a person left office too long ago to be known by surname alone."""
        known = self.known.get(person_id)
        return known is not None and known[1] < on.toordinal()

    def has_started(self, person_id: str, on: date) -> bool:
        """Return whether a person holds or has held an office on the day."""
        return any(term.start <= on for term in self.registry.terms[person_id])

    def countries_ever(self, person_id: str) -> frozenset[str]:
        """Where a person has held or will hold an office."""
        return frozenset(t.country for t in self.registry.terms[person_id])

    def one_of(self, people: AbstractSet[str], on: date, near: AbstractSet[str]) -> str | None:
        """The only one of `people`; of several the only one in office, or the only one near.

        Args:
            people: Ids of those who share a full name.
            on: The article's date.
            near: Codes of the countries that the article names.
        """
        if len(people) == 1:
            return next(iter(people))
        present = [p for p in sorted(people) if self.countries_on(p, on)]
        if not near:
            return _only(present)
        return _only(
            p for p in present or sorted(people) if not self.countries_ever(p).isdisjoint(near)
        )

    def leading(self, country: str, on: date) -> str | None:
        """Who leads a country or a body on the day, whatever the office is called."""
        known = self._leading.get((country, on), "")
        if known != "":
            return known
        if len(self._leading) >= _MAX_LEADING:
            self._leading.clear()
        leading = self._leading[country, on] = self._find_leading(country, on)
        return leading

    def _find_leading(self, country: str, on: date) -> str | None:
        held = [
            term
            for term in self.by_country.get(country, ())
            if term.holds_on(on) and not term.acting
        ]
        if not self.is_body(country):
            # A head of state who is also head of government leads, if that is one person.
            both = _only_term(term for term in held if term.role == "both")
            if both is not None and country not in PARTY_LEADS:
                return both
        for offices in self._precedence(country, on, held):
            people = {term.person_id for term in held if term.office in offices}
            if people:
                return _only(sorted(people))
        return None

    def _precedence(
        self, country: str, on: date, held: Iterable[Term]
    ) -> tuple[frozenset[str], ...]:
        """Return the offices that lead a country: the first of them that is held leads."""
        if self.is_body(country):
            return (frozenset(t.office for t in self.by_country.get(country, ())),)
        return leading_offices(country, on.year, {term.office for term in held})

    def holder(self, countries: AbstractSet[str], title: Title, cues: Cues, on: date) -> str | None:
        """Who holds an office of one of `countries` on the day, if that is one person.

        "former" and "then" name a day that nobody can know, so nobody is meant. "elect" is the next
        holder, if there is one within `ELECT_DAYS`; "late" the last, if within `LATE_DAYS`.
        """
        if cues.former:
            return None
        if title.effective and not (cues.elect or cues.late or cues.acting):
            return _only_one(self.leading(country, on) for country in sorted(countries))
        if title.effective and cues.late:
            return _only_one(self._late_leader(country, on) for country in sorted(countries))
        for offices in title.offices:
            terms = [
                term
                for country in sorted(countries)
                for term in self.by_country.get(country, ())
                if term.office in offices and self._fits(term, title)
            ]
            found = _of_terms(terms, cues, on)
            if found is not None:
                return found
        return None

    def _late_leader(self, country: str, on: date) -> str | None:
        """Return who led a country until recently."""
        held = [t for t in self.by_country.get(country, ()) if t.holds_on(on)]
        for offices in self._precedence(country, on, held):
            gone = [t for t in self.by_country.get(country, ()) if t.office in offices]
            found = _of_terms(gone, Cues(late=True), on)
            if found is not None:
                return found
        return None

    def _fits(self, term: Term, title: Title) -> bool:
        return not title.female or self.registry.people[term.person_id].gender == "f"

    def titled(
        self,
        people: AbstractSet[str],
        offices: AbstractSet[str],
        cues: Cues,
        on: date,
        *,
        named: AbstractSet[str],
        near: AbstractSet[str],
        common: bool,
    ) -> str | None:
        """Who of `people`, who share a surname, a title with that surname means on a day.

        Args:
            people: Ids of those who bear the surname.
            offices: What the title can mean.
            cues: Country, former and elect as read before the title.
            on: The article's date.
            named: Those whom the article names in full; they go before a guess from the past.
            near: Codes of the article's home and of the countries that it names, to part several.
            common: Whether the surname is a common word or widely shared: no guess then.

        Returns:
            An id, or None where nobody or more than one is meant.
        """
        terms = {p: self._matching(p, offices, cues) for p in sorted(people)}
        if cues.elect:
            return _only(
                p
                for p, held in terms.items()
                if any(0 < (t.start - on).days <= ELECT_DAYS for t in held)
            )
        present = [p for p, held in terms.items() if any(t.holds_on(on) for t in held)]
        past = [p for p, held in terms.items() if any(t.start <= on for t in held)]
        if present and not cues.former:
            known = _only(p for p in past if p in named)
            if known is not None and known not in present:
                # "President Bush", where the article names the other one in full: who knows.
                return None
            return _only(present) or _only(
                p for p in present if not self.countries_on(p, on).isdisjoint(near)
            )
        if cues.former:
            past = [p for p in past if p not in present] or past
        known = _only(p for p in past if p in named)
        if known is not None:
            return known
        if cues.former:
            return _only(past)
        return None if common else _only(past)

    def _matching(self, person_id: str, offices: AbstractSet[str], cues: Cues) -> list[Term]:
        return [
            term
            for term in self.registry.terms[person_id]
            if term.office in offices and (not cues.country or term.country in cues.country)
        ]


def _of_terms(terms: list[Term], cues: Cues, on: date) -> str | None:
    if cues.elect:
        coming = [t for t in terms if 0 < (t.start - on).days <= ELECT_DAYS]
        return _only(t.person_id for t in coming)
    if cues.late:
        gone = [t for t in terms if t.end is not None and 0 <= (on - t.end).days <= LATE_DAYS]
        return _only(t.person_id for t in gone)
    if cues.outgoing:
        outgoing = _only(t.person_id for t in terms if t.end == on)
        if outgoing is not None:
            return outgoing
    held = [term for term in terms if term.holds_on(on)]
    stands_in = [term for term in held if term.acting]
    if cues.acting:
        return _only(t.person_id for t in stands_in or held)
    regular = [t for t in held if t not in stands_in]
    # If there is only a stand-in since that day, or no holder, the one who left is still meant.
    leaving = [] if regular else [t for t in terms if t.end == on]
    return _only(t.person_id for t in regular or leaving or stands_in)


def _only_term(terms: Iterable[Term]) -> str | None:
    return _only(term.person_id for term in terms)


def _only_one(people: Iterable[str | None]) -> str | None:
    return _only(person for person in people if person is not None)


def _only(people: Iterable[str]) -> str | None:
    found = list(dict.fromkeys(people))
    return found[0] if len(found) == 1 else None
