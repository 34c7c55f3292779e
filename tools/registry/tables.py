"""The collected facts in memory while they are carried over, and how tables are read and written.

Owns the reading of the facts folder and the writing of reviewable CSV.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Row = dict[str, str]


@dataclass(slots=True)
class Facts:
    """The three tables of a facts folder, and what corrections say of people; changed in place."""

    terms: list[Row]
    aliases: list[Row]
    countries: list[Row]
    people_columns: dict[str, Row] = field(default_factory=dict)


def read_table(path: Path) -> list[Row]:
    """Read a CSV table, spaces normalised.

    Raises:
        OSError: It is missing or unreadable.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            {column: " ".join(value.split()) for column, value in row.items()}
            for row in csv.DictReader(lines)
        ]


def read_facts(folder: Path) -> Facts:
    """Read `terms.csv`, `aliases.csv` and `countries.csv` of `folder`, spaces normalised.

    Raises:
        OSError: A table is missing or unreadable.
    """
    return Facts(
        terms=read_table(folder / "terms.csv"),
        aliases=read_table(folder / "aliases.csv"),
        countries=read_table(folder / "countries.csv"),
    )


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write rows as UTF-8 CSV with LF line ends, so that a diff shows one fact a line."""
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, columns, lineterminator="\n", extrasaction="raise")
        writer.writeheader()
        writer.writerows(rows)
