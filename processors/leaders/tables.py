"""Reads and checks the tables of the registry.

Owns the form of `people.csv`, `aliases.csv`, `terms.csv` and `countries.csv`, and every rule that a
row must keep. Must not know where the texts come from. All problems are reported at once, each with
file, line and what to do, because a person mends them in one go.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from processors.errors import BadRegistryError
from processors.leaders.fold import fold_characters
from processors.leaders.values import Alias, AliasKind, Country, Person, Term, day_after, first_day

TABLES: Mapping[str, tuple[str, ...]] = {
    "people.csv": ("person_id", "name", "home", "gender", "source"),
    "aliases.csv": ("person_id", "alias", "kind", "ambiguous", "source"),
    "terms.csv": ("person_id", "country", "office", "title", "start", "end", "source"),
    "countries.csv": (
        *("code", "name", "kind", "names", "adjectives", "demonyms", "capitals", "metonyms"),
        "source",
    ),
}
"""File name to columns, in order."""

_ALIAS_KINDS: Mapping[str, AliasKind] = {
    "name": "name",
    "nickname": "nickname",
    "surname": "surname",
}
_GENDERS = ("", "f")

_Rows = list[tuple[int, list[str]]]


@dataclass(slots=True)
class _Problems:
    found: list[str] = field(default_factory=list)

    def add(self, file_name: str, line: int, what: str) -> None:
        self.found.append(f"{file_name}:{line}: {what}")


@dataclass(frozen=True, slots=True)
class _Use:
    """Where a person is called by a name, and whether that row says that others are too."""

    file_name: str
    line: int
    marked: bool = False


def read_tables(
    texts: Mapping[str, str],
) -> tuple[dict[str, Person], dict[str, Country], dict[str, tuple[Term, ...]]]:
    """Read the four tables.

    Returns:
        People by id, countries by code, and each person's terms by start.

    Raises:
        BadRegistryError: Lists every problem, one a line.
    """
    problems = _Problems()
    rows = {name: _rows(name, texts, problems) for name in TABLES}
    countries = _countries(rows["countries.csv"], problems)
    names = _people(rows["people.csv"], countries, problems)
    aliases = _aliases(rows["aliases.csv"], names, problems)
    terms = _terms(rows["terms.csv"], names, countries, problems)
    for person_id, (line, _) in names.items():
        if person_id not in terms:
            problems.add(
                "people.csv", line, f"{person_id} has no term; add one to terms.csv or remove it"
            )
    if problems.found:
        raise BadRegistryError("\n".join(problems.found))
    people = {
        person_id: Person(person_id, row[1], row[2], row[3], tuple(aliases[person_id]))
        for person_id, (_, row) in names.items()
    }
    in_order = {
        person_id: tuple(sorted(held, key=lambda term: (term.start, term.country, term.office)))
        for person_id, held in terms.items()
    }
    return people, countries, in_order


def _rows(name: str, texts: Mapping[str, str], problems: _Problems) -> _Rows:
    columns = list(TABLES[name])
    if name not in texts:
        problems.add(name, 0, "is missing; every registry has four tables")
        return []
    reader = csv.reader(io.StringIO(texts[name], newline=""), strict=True)
    found: _Rows = []
    try:
        header = next(reader, [])
        if header != columns:
            problems.add(name, 1, f"the columns must be {','.join(columns)}")
            return []
        for row in reader:
            if len(row) != len(columns):
                problems.add(
                    name,
                    reader.line_num,
                    f"has {len(row)} values for {len(columns)} columns; check commas and quotes",
                )
            elif not row[-1]:
                problems.add(name, reader.line_num, "has no source; say where the fact is from")
            else:
                found.append((reader.line_num, row))
    except csv.Error as error:
        problems.add(name, reader.line_num, f"is no CSV ({error}); check the quotes")
    return found


def _words(value: str) -> tuple[str, ...]:
    return tuple(word for word in value.split("|") if word)


def _countries(rows: _Rows, problems: _Problems) -> dict[str, Country]:
    countries: dict[str, Country] = {}
    for line, row in rows:
        code, name, kind, *lists = row[:-1]
        if not code or not name:
            problems.add("countries.csv", line, "code and name must be filled in")
        elif code in countries:
            problems.add("countries.csv", line, f"{code} is there twice; remove one row")
        else:
            names, adjectives, demonyms, capitals, metonyms = map(_words, lists)
            pairs = tuple((word, strength) for word, _, strength in map(_split_metonym, metonyms))
            countries[code] = Country(
                code, name, kind, names, adjectives, demonyms, capitals, pairs
            )
    return countries


def _split_metonym(metonym: str) -> tuple[str, str, str]:
    return metonym.partition(":")


def _people(
    rows: _Rows, countries: Mapping[str, Country], problems: _Problems
) -> dict[str, tuple[int, list[str]]]:
    people: dict[str, tuple[int, list[str]]] = {}
    for line, row in rows:
        person_id, name, home, gender, _ = row
        if not person_id or not name:
            problems.add("people.csv", line, "person_id and name must be filled in")
        elif person_id in people:
            problems.add("people.csv", line, f"{person_id} is there twice; remove one row")
        else:
            people[person_id] = (line, row)
        if home not in countries:
            problems.add("people.csv", line, f"unknown country {home!r}; add it to countries.csv")
        if gender not in _GENDERS:
            problems.add("people.csv", line, f"gender {gender!r} must be empty or f")
    return people


def _aliases(
    rows: _Rows, people: Mapping[str, tuple[int, list[str]]], problems: _Problems
) -> dict[str, list[Alias]]:
    aliases: dict[str, list[Alias]] = defaultdict(list)
    called: dict[str, dict[str, _Use]] = defaultdict(dict)
    for person_id, (line, row) in people.items():
        called[fold_characters(row[1])][person_id] = _Use("people.csv", line)
    for line, row in rows:
        person_id, text, kind, ambiguous, _ = row
        if person_id not in people:
            problems.add("aliases.csv", line, f"unknown person {person_id!r}; add it to people.csv")
            continue
        if not text.strip():
            problems.add("aliases.csv", line, "the alias is empty; remove the row")
            continue
        if kind not in _ALIAS_KINDS:
            problems.add("aliases.csv", line, f"kind {kind!r} must be one of {list(_ALIAS_KINDS)}")
            continue
        if ambiguous not in ("0", "1"):
            problems.add("aliases.csv", line, f"ambiguous {ambiguous!r} must be 0 or 1")
            continue
        aliases[person_id].append(Alias(text, _ALIAS_KINDS[kind], ambiguous == "1"))
        if kind != "surname":
            uses = called[fold_characters(text)]
            marked = ambiguous == "1" or (person_id in uses and uses[person_id].marked)
            uses[person_id] = _Use("aliases.csv", line, marked=marked)
    _report_unmarked(called, problems)
    return aliases


def _report_unmarked(called: Mapping[str, Mapping[str, _Use]], problems: _Problems) -> None:
    """Report names that mean two people without saying so; surnames are shared by nature."""
    for text, uses in called.items():
        if len(uses) == 1:
            continue
        for person_id, use in uses.items():
            if not use.marked:
                others = ", ".join(sorted(uses.keys() - {person_id}))
                problems.add(
                    use.file_name,
                    use.line,
                    f"{text!r} of {person_id} is also {others}; give both a row in aliases.csv with"
                    " ambiguous 1, or remove one",
                )


def _terms(
    rows: _Rows,
    people: Mapping[str, tuple[int, list[str]]],
    countries: Mapping[str, Country],
    problems: _Problems,
) -> dict[str, list[Term]]:
    terms: dict[str, list[Term]] = defaultdict(list)
    seen: set[tuple[str, str, str, str]] = set()
    for line, row in rows:
        person_id, country, office, title, start_text, end_text, _ = row
        if person_id not in people:
            problems.add("terms.csv", line, f"unknown person {person_id!r}; add it to people.csv")
        if country not in countries:
            problems.add("terms.csv", line, f"unknown country {country!r}; add it to countries.csv")
        if not office or not title:
            problems.add("terms.csv", line, "office and title must be filled in")
        key = (person_id, country, office, start_text)
        if key in seen:
            problems.add("terms.csv", line, f"the term {' '.join(key)} is there twice; remove one")
        seen.add(key)
        span = _span(line, start_text, end_text, problems)
        if span is not None:
            terms[person_id].append(Term(person_id, country, office, title, *span))
    return terms


def _span(
    line: int, start_text: str, end_text: str, problems: _Problems
) -> tuple[date, date | None] | None:
    try:
        start = first_day(start_text)
        end = day_after(end_text) if end_text else None
    except ValueError as error:
        problems.add(
            "terms.csv", line, f"broken date: {error}; write the date as the facts have it"
        )
        return None
    if end is not None and end <= start:
        problems.add(
            "terms.csv",
            line,
            f"ends ({end_text}) before it starts ({start_text}); mend one of them",
        )
        return None
    return start, end
