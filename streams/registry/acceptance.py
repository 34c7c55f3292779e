"""Writes accepted changes into an extra folder, so that the packaged tables stay as they are.

The rows are checked together with the whole registry before anything is written, and each file is
replaced in one step.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from processors.errors import MisconfigurationError
from processors.leaders.registry.extra import extra_layer
from processors.leaders.registry.registry import Registry, packaged_layer, read_registry
from processors.leaders.registry.tables import TABLES, Layer, Problems, read_layers
from processors.leaders.registry.values import first_day
from streams.registry.difference import Change

_PEOPLE, _TERMS = "people.csv", "terms.csv"


def accept(changes: Sequence[Change], registry: Registry, folder: Path, today: date) -> int:
    """Write changes into the folder's `people.csv` and `terms.csv`, and return how many.

    Args:
        changes: Those of kind "differs" are skipped: a person has to decide them.
        registry: The registry that the changes were found in.
        folder: Made if it is missing. Its present rows are kept.
        today: For the rows' source.

    Raises:
        BadRegistryError: the tables would not be a valid registry. No file is written.
        MisconfigurationError: the folder cannot be written.
    """
    written = [change for change in changes if change.kind != "differs"]
    if not written:
        return 0
    held = extra_layer(folder) if folder.is_dir() and any(folder.glob("*.csv")) else Layer({})
    source = f"wikidata-{today.isoformat()}"
    new_people = [c for c in written if c.known_as not in registry.people]
    people = [[c.known_as, c.name, c.country, "", "", source] for c in new_people]
    starts = _starts([packaged_layer(), held])
    terms = [
        [c.known_as, c.country, c.office, c.title, c.role, _start(c, starts), c.end, source]
        for c in written
    ]
    texts = {
        **held.texts,
        _PEOPLE: _merged(_PEOPLE, held, people, 1),
        _TERMS: _merged(_TERMS, held, terms, 3),
    }
    names = {table: str(folder / table) for table in texts}
    read_registry([packaged_layer(), Layer(texts, names)])
    _write(folder, {table: texts[table] for table in (_PEOPLE, _TERMS)})
    return len(written)


_Starts = dict[tuple[str, str, str, date], str]


def _starts(layers: Sequence[Layer]) -> _Starts:
    """Return each term's start as the tables write it ("2019-08"), so that an end finds its row."""
    rows = read_layers(layers, Problems())[_TERMS]
    return {(v[0], v[1], v[2], first_day(v[5])): v[5] for _, _, v in rows}


def _start(change: Change, starts: _Starts) -> str:
    key = (change.known_as, change.country, change.office, first_day(change.start))
    return starts.get(key, change.start)


def _merged(table: str, held: Layer, rows: Iterable[list[str]], key_columns: int) -> str:
    """Return the table with rows added or, if person, country, office and start agree, replaced."""
    old = list(csv.reader(io.StringIO(held.texts.get(table, ""), newline="")))[1:]
    keys = _key if key_columns > 1 else _first
    merged = {keys(row): row for row in [*old, *rows]}
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerows([TABLES[table], *merged.values()])
    return lines.getvalue()


def _first(row: Sequence[str]) -> tuple[str, ...]:
    return (row[0],)


def _key(row: Sequence[str]) -> tuple[str, ...]:
    return (row[0], row[1], row[2], row[5])


def _write(folder: Path, texts: dict[str, str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for table, text in texts.items():
            part = folder / f".{table}.part"
            part.write_text(text, encoding="utf-8")
            part.replace(folder / table)
    except OSError as error:
        raise MisconfigurationError(
            f"cannot write {error.filename or folder}: {error.strerror}. Give --into a folder that"
            f" can be written."
        ) from error
