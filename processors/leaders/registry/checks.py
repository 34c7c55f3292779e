"""Makes people, countries, offices and terms of the tables' rows, and refuses what cannot be true.

Owns every rule that a row must keep. Must not know files: rows come with their place.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from processors.errors import BadRegistryError
from processors.leaders.languages.fold import fold_characters
from processors.leaders.registry.tables import Layer, Problems, Row, read_layers
from processors.leaders.registry.values import (
    Alias,
    AliasKind,
    Country,
    Person,
    PersonKind,
    Role,
    Term,
    day_after,
    first_day,
)

_ALIAS_KINDS: Mapping[str, AliasKind] = {
    "name": "name",
    "nickname": "nickname",
    "surname": "surname",
}
_PERSON_KINDS: Mapping[str, PersonKind] = {
    "": "person",
    "person": "person",
    "organisation": "organisation",
}
_ROLES: Mapping[str, Role] = {
    "state": "state",
    "government": "government",
    "both": "both",
    "party": "party",
    "organisation": "organisation",
}
_GENDERS = ("", "f")
_COUNTRY_KINDS = ("country", "former country", "territory", "organisation")
_STRENGTHS = ("strong", "medium", "weak", "historic", "place only")
_PACKAGED_NEED_TERMS = "has no term; add one to terms.csv or remove the person"

_People = Mapping[str, Row]


@dataclass(frozen=True, slots=True)
class Checked:
    """The content: offices are words by country ("" for all) and office, the rest is by id."""

    people: Mapping[str, Person]
    countries: Mapping[str, Country]
    terms: Mapping[str, tuple[Term, ...]]
    offices: Mapping[tuple[str, str], tuple[str, ...]]


def check_layers(layers: Sequence[Layer]) -> Checked:
    """Read and check the tables of all layers.

    Args:
        layers: The packaged one, then extra ones. Only in an extra one may a person have no term.

    Returns:
        Each person's terms are in the order of their start.

    Raises:
        BadRegistryError: Lists every problem, one a line.
    """
    problems = Problems()
    rows = read_layers(layers, problems)
    countries = _countries(rows["countries.csv"], problems)
    offices = _offices(rows["offices.csv"], countries, problems)
    people = _people(rows["people.csv"], countries, problems)
    aliases = _aliases(rows["aliases.csv"], people, problems)
    terms = _terms(rows["terms.csv"], people, countries, problems)
    packaged = {layer.file_name("people.csv") for layer in layers if layer.complete}
    for person_id, row in people.items():
        if person_id not in terms and row.file_name in packaged:
            problems.add(row.file_name, row.line, f"{person_id} {_PACKAGED_NEED_TERMS}")
    if problems.found:
        raise BadRegistryError("\n".join(problems.found))
    return Checked(
        people={
            person_id: _person(row.values, tuple(aliases.get(person_id, ())))
            for person_id, row in people.items()
        },
        countries=countries,
        terms={
            person_id: tuple(sorted(held, key=_term_order) if len(held) > 1 else held)
            for person_id, held in ((person_id, terms.get(person_id, ())) for person_id in people)
        },
        offices=offices,
    )


def _term_order(term: Term) -> tuple[date, str, str]:
    return term.start, term.country, term.office


def _person(values: Sequence[str], aliases: tuple[Alias, ...]) -> Person:
    person_id, name, home, gender, kind, _ = values
    return Person(person_id, name, home, gender, aliases, _PERSON_KINDS[kind])


def _words(value: str) -> tuple[str, ...]:
    return tuple(value.split("|")) if value else ()


def _one_of(what: str, value: str, known: Sequence[str]) -> str:
    return f"{what} {value!r} must be one of {', '.join(repr(each) for each in known)}"


def _countries(rows: Sequence[Row], problems: Problems) -> dict[str, Country]:
    countries: dict[str, Country] = {}
    for file_name, line, values in rows:
        code, name, kind, *lists = values[:-3]
        if not code or not name:
            problems.add(file_name, line, "code and name must be filled in")
            continue
        if any("" in _words(value) or value != value.strip() for value in lists):
            problems.add(file_name, line, "a list has an empty word; check the bars between words")
        names, adjectives, demonyms, capitals, metonyms = map(_words, lists)
        pairs = []
        for metonym in metonyms:
            word, _, strength = metonym.partition(":")
            if strength not in _STRENGTHS:
                problems.add(
                    file_name, line, _one_of(f"strength of {word!r}", strength, _STRENGTHS)
                )
            pairs.append((word, strength))
        if kind not in _COUNTRY_KINDS:
            problems.add(file_name, line, _one_of("kind", kind, _COUNTRY_KINDS))
        try:
            since, until = (first_day(text) if text else None for text in values[-3:-1])
        except ValueError as error:
            problems.add(file_name, line, f"broken date: {error}; write it as the facts have it")
            continue
        words = (names, adjectives, demonyms, capitals)
        countries[code] = Country(code, name, kind, *words, tuple(pairs), since, until)
    return countries


def _offices(
    rows: Sequence[Row], countries: Mapping[str, Country], problems: Problems
) -> dict[tuple[str, str], tuple[str, ...]]:
    offices: dict[tuple[str, str], tuple[str, ...]] = {}
    for file_name, line, (country, office, words, _) in rows:
        if country and country not in countries:
            problems.add(file_name, line, _unknown_country(country))
        if not office or not words or "" in _words(words):
            problems.add(file_name, line, "office and words must be filled in")
        offices[country, office] = _words(words)
    return offices


def _unknown_country(code: str) -> str:
    return f"unknown country {code!r}; use a code of countries.csv or add it there"


def _people(
    rows: Sequence[Row], countries: Mapping[str, Country], problems: Problems
) -> dict[str, Row]:
    people: dict[str, Row] = {}
    for row in rows:
        file_name, line, (person_id, name, home, gender, kind, _) = row
        if not person_id or not name:
            problems.add(file_name, line, "person_id and name must be filled in")
            continue
        people[person_id] = row
        if home not in countries:
            problems.add(file_name, line, _unknown_country(home))
        if gender not in _GENDERS:
            problems.add(file_name, line, _one_of("gender", gender, _GENDERS))
        if kind not in _PERSON_KINDS:
            problems.add(file_name, line, _one_of("kind", kind, tuple(_PERSON_KINDS)))
    return people


def _unknown_person(person_id: str) -> str:
    return f"unknown person {person_id!r}; use an id of people.csv or add it there"


def _aliases(
    rows: Sequence[Row], people: _People, problems: Problems
) -> Mapping[str, Sequence[Alias]]:
    aliases: dict[str, list[Alias]] = defaultdict(list)
    called = _Called()
    for person_id, row in people.items():
        called.note(row.values[1], person_id, row, marked=False)
    for row in rows:
        file_name, line, (person_id, text, kind_text, ambiguous, _) = row
        kind = _ALIAS_KINDS.get(kind_text)
        if person_id not in people:
            problems.add(file_name, line, _unknown_person(person_id))
        elif not text.strip():
            problems.add(file_name, line, "the alias is empty; remove the row")
        elif kind is None:
            problems.add(file_name, line, _one_of("kind", kind_text, tuple(_ALIAS_KINDS)))
        elif ambiguous not in ("0", "1"):
            problems.add(file_name, line, _one_of("ambiguous", ambiguous, ("0", "1")))
        else:
            aliases[person_id].append(Alias(text, kind, ambiguous == "1"))
            if kind != "surname":
                called.note(text, person_id, row, marked=ambiguous == "1")
    called.report_unmarked(problems)
    return aliases


class _Called:
    """Who is called by a name; surnames are shared by nature and are not noted."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[str, Row, bool]] = {}
        self._shared: dict[str, dict[str, tuple[Row, bool]]] = {}

    def note(self, name: str, person_id: str, row: Row, *, marked: bool) -> None:
        """Note a use; `marked` says that the row knows of others."""
        text = fold_characters(name)
        first = self._first.setdefault(text, (person_id, row, marked))
        if first[0] == person_id and text not in self._shared:
            if marked:
                self._first[text] = (person_id, row, True)
            return
        uses = self._shared.setdefault(text, {first[0]: first[1:]})
        marked = marked or (person_id in uses and uses[person_id][1])
        uses[person_id] = (row, marked)

    def report_unmarked(self, problems: Problems) -> None:
        """Report names that mean two people without saying so."""
        for text, uses in self._shared.items():
            for person_id, (row, marked) in uses.items():
                if marked:
                    continue
                others = ", ".join(sorted(uses.keys() - {person_id}))
                problems.add(
                    row.file_name,
                    row.line,
                    f"{text!r} of {person_id} is also {others}; give both a row in aliases.csv"
                    " with ambiguous 1, or remove one",
                )


def _terms(
    rows: Sequence[Row], people: _People, countries: Mapping[str, Country], problems: Problems
) -> Mapping[str, Sequence[Term]]:
    terms: dict[str, list[Term]] = defaultdict(list)
    for file_name, line, values in rows:
        person_id, country, office, title, role, start_text, end_text, _ = values
        if person_id not in people:
            problems.add(file_name, line, _unknown_person(person_id))
        if country not in countries:
            problems.add(file_name, line, _unknown_country(country))
        if not office or not title:
            problems.add(file_name, line, "office and title must be filled in")
        if role not in _ROLES:
            problems.add(file_name, line, _one_of("role", role, tuple(_ROLES)))
            continue
        try:
            start = first_day(start_text)
            end = day_after(end_text) if end_text else None
        except ValueError as error:
            problems.add(file_name, line, f"broken date: {error}; write it as the facts have it")
            continue
        if end is not None and end <= start:
            problems.add(
                file_name,
                line,
                f"ends ({end_text}) before it starts ({start_text}), or on that day; the end is"
                " the first day out of office: correct one of them",
            )
            continue
        terms[person_id].append(Term(person_id, country, office, title, start, end, _ROLES[role]))
    return terms
