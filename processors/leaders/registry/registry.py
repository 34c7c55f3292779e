"""Who held which office when: the registry of leaders, loaded from packaged tables and checked.

Owns the checks that a registry must pass and the question "what was this person on that day". Must
not know how leaders are found in text. The tables are `people.csv`, `aliases.csv`, `terms.csv` and
`countries.csv` in `processors/leaders/registry/data`, one fact a line with its source, written by
`tools.registry.carry_over` from collected facts.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path

from processors.contracts import OfficeStatus
from processors.leaders.registry.checks import check_layers
from processors.leaders.registry.extra import extra_layer
from processors.leaders.registry.tables import TABLES, Layer
from processors.leaders.registry.values import Country, Person, Term

REGISTRY_EDITION = "2026.11"
"""Year and month that the packaged facts were last brought up to."""

REGISTRY_CHECKED_UNTIL = "2026-10-11"
"""Day up to which sources were read. Later changes of holders are not in the registry."""

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
    offices: Mapping[tuple[str, str], tuple[str, ...]]

    def office_words(self, country: str, office: str) -> tuple[str, ...]:
        """The words that an office answers to in a country, lower case, the usual one first."""
        own = self.offices.get((country, office))
        return self.offices.get(("", office), ()) if own is None else own

    def terms_of(self, person_id: str) -> tuple[Term, ...]:
        """The person's terms, by start; none for one whom only an extra file watches.

        Raises:
            KeyError: No such person.
        """
        return self.terms[person_id]

    def status_on(self, person_id: str, on: date) -> tuple[str, str, OfficeStatus]:
        """What the person was on that day.

        Returns:
            Code of the country or body, the office's title, and `in_office` for an office held on
            the day, else `former` for the latest one left, else `not_yet` for the first to come.
            "elect" is never answered: it needs the article's words. `none`, with the home country
            and no title, for one without any term, whom only an extra file can add.

        Raises:
            KeyError: No such person.
        """
        terms = self.terms[person_id]
        home = self.people[person_id].home
        if not terms:
            return self.people[person_id].home, "", "none"
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


def read_registry(layers: Sequence[Layer], edition: str = REGISTRY_EDITION) -> Registry:
    """Build a registry from its layers.

    Args:
        layers: The packaged tables, or others that are complete, and then extra ones.
        edition: First half of the version; the other half is a hash of all texts.

    Raises:
        BadRegistryError: Names every problem with file, line and what to do.
    """
    checked = check_layers(layers)
    content = hashlib.sha256()
    for layer in layers:
        for table in sorted(layer.texts):
            content.update(layer.texts[table].encode("utf-8"))
    digest = content.hexdigest()[:_HASH_HEX_DIGITS]
    return Registry(
        f"{edition}+{digest}", checked.people, checked.countries, checked.terms, checked.offices
    )


def load_registry(extra: Path | None = None) -> Registry:
    """Read and check the packaged registry (about 80 ms; do it once), and an extra one over it.

    Args:
        extra: A table of the same form, or a folder of some; see
        `processors.leaders.registry.extra`.

    Raises:
        BadRegistryError: The packaged tables or the extra ones are wrong, or cannot be read.
    """
    layers = [packaged_layer()]
    if extra is not None:
        layers.append(extra_layer(extra))
    return read_registry(layers)


def packaged_layer() -> Layer:
    """Read the texts of the packaged tables."""
    folder = resources.files(__package__).joinpath("data")
    return Layer(
        {table: folder.joinpath(table).read_text(encoding="utf-8") for table in TABLES},
        complete=True,
    )
