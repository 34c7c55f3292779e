"""Which surnames an article of a date can mean: those of its own time.

It drops the bearers of other times, whom a surname alone does not name. A full name in the article
makes its bearer one of the article's time.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import date

from processors.leaders.detection.automaton import Entry, without_bearers
from processors.leaders.detection.reading import Reading
from processors.leaders.registry.registry import Registry

KNOWN_YEARS_AFTER = 28
"""How long after their last day in office people are called by surname alone: a generation."""

KNOWN_YEARS_BEFORE = 10
"""How long before their first day in office people are called by surname alone."""

_YEAR_DAYS = 365.25
_MAX_ENTRIES = 20_000


class Era:
    """Restricts the surnames of readings to the people of the article's time.

    Args:
        registry: Its terms say when each person was known. People without a term are always known.
    """

    def __init__(self, registry: Registry) -> None:
        self._known: dict[str, tuple[float, float]] = {}
        for person_id, terms in registry.terms.items():
            if terms:
                first = min(term.start for term in terms).toordinal()
                last = max((term.end or date.max).toordinal() for term in terms)
                self._known[person_id] = (
                    first - KNOWN_YEARS_BEFORE * _YEAR_DAYS,
                    last + KNOWN_YEARS_AFTER * _YEAR_DAYS,
                )
        self._entries: dict[tuple[int, frozenset[str]], Entry] = {}

    def restrict(self, readings: Iterable[Reading], on: date, named: AbstractSet[str]) -> None:
        """Forget the bearers of another time, unless the article names them in full.

        Args:
            readings: Changed in place. Hits that a step has used stay as they are.
            on: The article's date.
            named: Ids of the people that it names in full.
        """
        day = on.toordinal()
        for reading in readings:
            changed: dict[int, Entry] = {}
            for index in reading.surnames:
                entry = reading.hits[index].entry
                others = [
                    person
                    for person in entry.surnames
                    if not self._is_known(person, day) and person not in named
                ]
                if others and index not in reading.used:
                    changed[index] = self._without(entry, frozenset(others))
            if changed:
                reading.replace_entries(changed)

    def _is_known(self, person_id: str, day: int) -> bool:
        known = self._known.get(person_id)
        return known is None or known[0] <= day <= known[1]

    def _without(self, entry: Entry, others: frozenset[str]) -> Entry:
        """Return the entry without these people; remembered, since few entries have any."""
        key = (id(entry), others)
        found = self._entries.get(key)
        if found is None:
            if len(self._entries) >= _MAX_ENTRIES:
                self._entries.clear()
            found = self._entries[key] = without_bearers(entry, others)
        return found
