"""Reads the tables of the registry: their form, their layers and where each row stands.

Owns the columns of the five tables, which rows count as the same fact, and how an extra layer lies
over the packaged one. Must not know where the texts come from, or what a row means: that is
`checks`. All problems are gathered, each with file, line and what to do, because a person fixes
them in one go.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

TABLES: Mapping[str, tuple[str, ...]] = {
    "people.csv": ("person_id", "name", "home", "gender", "kind", "source"),
    "aliases.csv": ("person_id", "alias", "kind", "ambiguous", "source"),
    "terms.csv": ("person_id", "country", "office", "title", "role", "start", "end", "source"),
    "countries.csv": (
        *("code", "name", "kind", "names", "adjectives", "demonyms", "capitals", "metonyms"),
        *("since", "until", "source"),
    ),
    "offices.csv": ("country", "office", "words", "source"),
}
"""File name to columns, in order."""

_KEYS: Mapping[str, tuple[int, ...]] = {
    "people.csv": (0,),
    "aliases.csv": (0, 1, 2),
    "terms.csv": (0, 1, 2, 5),
    "countries.csv": (0,),
    "offices.csv": (0, 1),
}
"""The columns that make two rows of a table the same fact."""


class Row(NamedTuple):
    """The values of one line, and where it stands."""

    file_name: str
    line: int
    values: tuple[str, ...]


Rows = Mapping[str, Sequence[Row]]
"""Table to rows."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Tables of one origin.

    Args:
        texts: Table (a key of `TABLES`) to its CSV text.
        file_names: Table to what messages call its file; the table's own name where it is missing.
        complete: Whether every table must be there, as in the packaged layer.
    """

    texts: Mapping[str, str]
    file_names: Mapping[str, str] = field(default_factory=dict)
    complete: bool = False

    def file_name(self, table: str) -> str:
        """What messages call the table's file."""
        return self.file_names.get(table, table)


@dataclass(slots=True)
class Problems:
    """What is wrong with the tables, one problem a line."""

    found: list[str] = field(default_factory=list)

    def add(self, file_name: str, line: int, what: str) -> None:
        """Note a problem: what is wrong, and what to do about it."""
        self.found.append(f"{file_name}:{line}: {what}")


def read_layers(layers: Sequence[Layer], problems: Problems) -> Rows:
    """Read the tables of all layers; a row of a later layer replaces the same fact of an earlier.

    Args:
        layers: The packaged one first.
        problems: Gets what is wrong with their form.

    Returns:
        Rows by table, in the order of the layers.
    """
    return {table: _overlaid(table, layers, problems) for table in TABLES}


def _overlaid(table: str, layers: Sequence[Layer], problems: Problems) -> Sequence[Row]:
    rows: dict[tuple[str, ...], Row] = {}
    for layer in layers:
        name = layer.file_name(table)
        if table in layer.texts:
            own = _read(table, name, layer.texts[table], problems)
            rows = {**rows, **own} if rows else own
        elif layer.complete:
            problems.add(name, 0, f"is missing; a registry has {', '.join(TABLES)}")
    return list(rows.values())


def _read(table: str, name: str, text: str, problems: Problems) -> dict[tuple[str, ...], Row]:
    """Read one text into rows by the columns that make a fact."""
    columns = TABLES[table]
    size = len(columns)
    key_of = itemgetter(*_KEYS[table])
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    keyed: dict[tuple[str, ...], Row] = {}
    try:
        header = next(reader, [])
        if tuple(header) != columns:
            problems.add(name, 1, _about_header(header, columns))
            return {}
        for values in reader:
            line = reader.line_num
            if len(values) != size:
                what = f"has {len(values)} values for {size} columns; check commas and quotes"
                problems.add(name, line, what)
                continue
            if not values[-1]:
                problems.add(name, line, "has no source; say where the fact is from")
                continue
            # A tuple of texts costs the garbage collector nothing, a list does.
            row = Row(name, line, tuple(values))
            first = keyed.setdefault(key_of(values), row)
            if first is not row:
                what = f"is there twice (first in line {first.line}); remove one"
                problems.add(name, line, f"{_shown(key_of(values))!r} {what}")
    except csv.Error as error:
        problems.add(name, reader.line_num, f"is no CSV ({error}); check the quotes")
    return keyed


def _shown(key: str | tuple[str, ...]) -> str:
    return key if isinstance(key, str) else " ".join(key)


def _about_header(header: Sequence[str], columns: Sequence[str]) -> str:
    unknown = [column for column in header if column not in columns]
    missing = [column for column in columns if column not in header]
    parts = [f"the columns must be {','.join(columns)}"]
    if unknown:
        parts.append(f"remove or rename {', '.join(map(repr, unknown))}")
    if missing:
        parts.append(f"add {', '.join(map(repr, missing))}")
    if not unknown and not missing:
        parts.append("put them in this order")
    return "; ".join(parts)
