"""Who held which office when: the registry of leaders, loaded from packaged tables and checked.

Owns the checks that a registry must pass and the question "what was this person on that day". Must
not know how leaders are found in text. The tables are `people.csv`, `aliases.csv`, `terms.csv` and
`countries.csv` in `processors/leaders/data`, one fact a line with its source, written by
`streams.registry.carry_over` from collected facts.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources

from processors.contracts import OfficeStatus
from processors.leaders.tables import TABLES, read_tables
from processors.leaders.values import Country, Person, Term

REGISTRY_EDITION = "2026.11"
"""Year and month that the packaged facts were last brought up to."""

OFFICE_PRECEDENCE = (
    "supreme-leader",
    "president",
    "head-of-state",
    "prime-minister",
    "chancellor",
    "chief-executive",
    "head-of-government",
)
"""Which office names a person who holds several in one country at once; others come after these."""

_HASH_HEX_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Registry:
    """All leaders, their terms and the countries; build it with `load_registry`.

    `version` names the edition and the exact content: two registries with one version are equal.
    Terms are in order of their start.
    """

    version: str
    people: Mapping[str, Person]
    countries: Mapping[str, Country]
    terms: Mapping[str, tuple[Term, ...]]

    def terms_of(self, person_id: str) -> tuple[Term, ...]:
        """The person's terms, by start.

        Raises:
            KeyError: No such person.
        """
        return self.terms[person_id]

    def status_on(self, person_id: str, on: date) -> tuple[str, str, OfficeStatus]:
        """What the person was on that day.

        Returns:
            Code of the country or body, the office's title, and `in_office` for an office held on
            the day, else `former` for the latest one left, else `not_yet` for the first to come.
            "elect" is never answered: it needs the article's words.

        Raises:
            KeyError: No such person.
        """
        terms = self.terms[person_id]
        home = self.people[person_id].home
        held = [term for term in terms if term.holds_on(on)]
        if held:
            best = min(held, key=lambda term: _rank(term, home))
            return best.country, best.title, "in_office"
        left = [term for term in terms if term.end is not None and term.end <= on]
        if left:
            last_day = max(term.end or on for term in left)
            best = min((t for t in left if t.end == last_day), key=lambda term: _rank(term, home))
            return best.country, best.title, "former"
        first_start = min(term.start for term in terms)
        coming = [term for term in terms if term.start == first_start]
        best = min(coming, key=lambda term: _rank(term, home))
        return best.country, best.title, "not_yet"


def _rank(term: Term, home: str) -> tuple[bool, int, int]:
    if term.office in OFFICE_PRECEDENCE:
        precedence = OFFICE_PRECEDENCE.index(term.office)
    else:
        precedence = len(OFFICE_PRECEDENCE)
    return term.country != home, precedence, -term.start.toordinal()


def read_registry(texts: Mapping[str, str], edition: str = REGISTRY_EDITION) -> Registry:
    """Build a registry from the texts of its tables.

    Args:
        texts: File name (see `processors.leaders.tables.TABLES`) to CSV text.
        edition: First half of the version.

    Raises:
        BadRegistryError: Names every problem with file, line and what to do.
    """
    people, countries, terms = read_tables(texts)
    content = hashlib.sha256()
    for file_name in sorted(TABLES):
        content.update(texts[file_name].encode("utf-8"))
    digest = content.hexdigest()[:_HASH_HEX_DIGITS]
    return Registry(f"{edition}+{digest}", people, countries, terms)


def load_registry() -> Registry:
    """Read and check the packaged registry (about 50 ms; do it once).

    Raises:
        BadRegistryError: The packaged tables are wrong.
    """
    folder = resources.files("processors.leaders").joinpath("data")
    return read_registry(
        {name: folder.joinpath(name).read_text(encoding="utf-8") for name in TABLES}
    )
