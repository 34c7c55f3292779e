"""Reads a user's own tables, which lie over the packaged registry.

Owns which files of a folder count and how a single file is recognised. Must not check rows: that is
`checks`. The path comes in as an argument.
"""

import csv
from pathlib import Path

from processors.errors import BadRegistryError
from processors.leaders.registry.tables import TABLES, Layer


def extra_layer(path: Path) -> Layer:
    """Read the extra tables.

    Args:
        path: A folder with at least one of the files of `TABLES` (other CSV files are refused, for
            a misspelt name would otherwise be skipped silently), or one file with the columns of
            one of them, under any name.

    Raises:
        BadRegistryError: Says what is missing or unreadable, and what to do.
    """
    try:
        if path.is_dir():
            return _folder(path)
        text = _text(path)
    except OSError as error:
        raise BadRegistryError(
            f"{path}: cannot be read ({error.strerror}); give a file or folder that is there"
        ) from error
    table = _table_of(path, text)
    return Layer({table: text}, {table: str(path)})


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRegistryError(f"{path}: is no UTF-8; save it as UTF-8") from error


def _folder(path: Path) -> Layer:
    found = sorted(file.name for file in path.glob("*.csv"))
    unknown = [name for name in found if name not in TABLES]
    if unknown or not found:
        what = f"holds {', '.join(unknown)}" if unknown else "holds no table"
        raise BadRegistryError(f"{path}: {what}; a table is one of {', '.join(TABLES)}")
    return Layer(
        {name: _text(path / name) for name in found}, {name: str(path / name) for name in found}
    )


def _table_of(path: Path, text: str) -> str:
    if path.name in TABLES:
        return path.name
    header = tuple(next(csv.reader(text.splitlines()), []))
    for table, columns in TABLES.items():
        if header == columns:
            return table
    forms = "; ".join(f"{table}: {','.join(columns)}" for table, columns in TABLES.items())
    raise BadRegistryError(
        f"{path}:1: the columns are those of no table; the first line must be one of: {forms}"
    )
