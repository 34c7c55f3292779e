"""Which surnames an article of a date can mean: those of its own time.

It drops the bearers of other times, whom a surname alone does not name. A full name in the article
makes its bearer one of the article's time.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import date

from processors.leaders.detection.entries import Entry, without_bearers
from processors.leaders.detection.known import KnownDays
from processors.leaders.detection.reading import Reading

_MAX_ENTRIES = 20_000


class Era:
    """Restricts the surnames of readings to the people of the article's time.

    Args:
        known: When each person is known by surname alone.
    """

    def __init__(self, known: KnownDays) -> None:
        self._known = known
        self._others: dict[tuple[int, int], frozenset[str]] = {}
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
                others = self._others.get((id(entry), day))
                if others is None:
                    others = self._others_on(entry, day)
                if others and index not in reading.used:
                    others -= named
                    if others:
                        changed[index] = self._without(entry, others)
            if changed:
                reading.replace_entries(changed)

    def _others_on(self, entry: Entry, day: int) -> frozenset[str]:
        """Return the bearers who are not known on a day; remembered, as articles share days."""
        if len(self._others) >= _MAX_ENTRIES:
            self._others.clear()
        others = frozenset(person for person in entry.surnames if not self._is_known(person, day))
        self._others[id(entry), day] = others
        return others

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
