"""Reads the tables of a rules file value by value, and notes every problem without raising.

A wrong value is replaced by its default, so that reading continues and finds the other problems.
"""

import difflib
import math
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec import Meta

from processors.errors import FileProblem
from processors.rules.file.positions import Path, Position

# How `tomllib` ends its messages.
_AT = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)

T = TypeVar("T")
_START = Position(1, 1)
_LONGEST_SHOWN = 60
# A $ would let a line break through at the end.
_END = r"\Z"


@dataclass(slots=True)
class Problems:
    """The problems and warnings of one text, and the positions of its parts."""

    places: Mapping[Path, Position]
    found: list[FileProblem] = field(default_factory=list)
    warnings: list[FileProblem] = field(default_factory=list)

    def place(self, path: Path) -> Position:
        """Return the place of a path, or of the nearest part around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, _START)

    def add(self, path: Path, message: str) -> None:
        """Note a problem at a path."""
        place = self.place(path)
        self.found.append(FileProblem(place.line, place.column, message))

    def add_in_text(self, path: Path, column: int, message: str) -> None:
        """Note a problem at a character of a text. Columns count from 1."""
        place = self.place(path)
        if place.text_column:
            exact = place.text_column + column - 1
            self.found.append(FileProblem(place.line, exact, message))
        else:
            message = f"character {column} of the text: {message}"
            self.found.append(FileProblem(place.line, place.column, message))

    def warn(self, path: Path, message: str) -> None:
        """Note a warning: this is allowed, and probably a mistake."""
        place = self.place(path)
        self.warnings.append(FileProblem(place.line, place.column, message))


class Table:
    """One table of the file. Read each key, and `finish` then reports the unknown ones."""

    __slots__ = ("_asked", "_problems", "_values", "path")

    def __init__(self, values: object, path: Path, problems: Problems) -> None:
        self.path = path
        self._problems = problems
        self._asked: dict[str, None] = {}
        self._values: dict[str, Any] = {}
        if isinstance(values, dict):
            self._values = values
        else:
            problems.add(path, f"{_last(path)} is {_shown(values)}; it takes a table of keys")

    @property
    def line(self) -> int:
        """The line that the table begins in."""
        return self._problems.place(self.path).line

    def has(self, key: str) -> bool:
        """Return whether a key is given, and count it as known."""
        self._asked[key] = None
        return key in self._values

    def take(self, key: str, kind: Any, default: T) -> T | Any:
        """Return a key's value, or the default if it is missing or wrong."""
        if not self.has(key):
            return default
        value = self._values[key]
        if isinstance(value, datetime) and value.tzinfo is None:
            self._problems.add((*self.path, key), f"{key} has no zone; write a Z behind it")
            return default
        try:
            converted = msgspec.convert(value, kind, strict=True)
        except msgspec.ValidationError:
            converted = math.nan
        # TOML has a nan, which no bound holds back.
        if isinstance(converted, float) and math.isnan(converted):
            self.problem(key, _why_not(key, kind, value))
            return default
        return converted

    def require(self, key: str, kind: Any, default: T) -> T | Any:
        """Return a key's value, and note a problem if it is missing."""
        if not self.has(key):
            self._problems.add(self.path, f"{_table(self.path)} has no {key}: {taken(kind)}")
        return self.take(key, kind, default)

    def tables(self, key: str) -> list["Table"]:
        """Return the tables of a list, each with its place."""
        if not self.has(key):
            return []
        value = self._values[key]
        if not isinstance(value, list):
            self.problem(key, f"{key} is {_shown(value)}; it takes a list of tables")
            return []
        path = (*self.path, key)
        return [Table(one, (*path, index), self._problems) for index, one in enumerate(value)]

    def table(self, key: str) -> "Table | None":
        """Return the table under a key."""
        return (
            Table(self._values[key], (*self.path, key), self._problems) if self.has(key) else None
        )

    def rest(self) -> dict[str, Any]:
        """Return all values as they are, and count all keys as known."""
        self._asked |= dict.fromkeys(self._values)
        return dict(self._values)

    def problem(self, key: str, message: str) -> None:
        """Note a problem with a key."""
        self._problems.add((*self.path, key), message)

    def problem_in(self, key: str, column: int, message: str) -> None:
        """Note a problem at a character of a key's text."""
        self._problems.add_in_text((*self.path, key), column, message)

    def warn(self, key: str, message: str) -> None:
        """Note a warning about a key."""
        self._problems.warn((*self.path, key), message)

    def finish(self, elsewhere: Mapping[str, str] | None = None) -> None:
        """Report the unknown keys.

        Args:
            elsewhere: Keys that are known but have no place here, with the message for each.
        """
        for key in self._values:
            if key not in self._asked:
                message = (elsewhere or {}).get(key) or (
                    f"{_table(self.path)} has no key {key}.{near_miss(key, self._asked)}"
                )
                self.problem(key, message)


def take_fields(table: Table, kind: type[T], base: T) -> T:
    """Read the fields of a struct from a table. Missing ones are as in `base`."""
    fields: Any = msgspec.structs.fields(kind)  # type: ignore[arg-type]
    return kind(
        **{
            field.name: table.take(field.name, field.type, getattr(base, field.name))
            for field in fields
        }
    )


def near_miss(word: str, known: Collection[str]) -> str:
    """Return a hint at the nearest known word, with a space before it, or an empty text."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f" Did you mean {near[0]}?" if near else ""


def taken(kind: Any) -> str:
    """Return what a key takes, such as "a whole number from 1 to 100"."""
    bare, metas = _parts(kind)
    if get_origin(bare) is Literal:
        return "one of " + ", ".join(map(str, get_args(bare)))
    if get_origin(bare) in (tuple, list):
        return f"a list, each {taken(get_args(bare)[0])}"
    if bare is bool:
        return "true or false"
    if bare is datetime:
        return "a date and time with its zone, such as 2026-05-20T09:30:00Z"
    bounds = {
        words: limit
        for meta in metas
        for words, limit in (
            ("from", meta.ge), ("above", meta.gt), ("up to", meta.le), ("below", meta.lt),
        )
        if limit is not None
    }  # fmt: skip
    if bare in (int, float):
        noun = "a whole number" if bare is int else "a number"
        return " ".join([noun, *(f"{words} {limit}" for words, limit in bounds.items())])
    patterns = [meta.pattern for meta in metas if meta.pattern]
    return f"text that matches {patterns[0].strip('^').removesuffix(_END)}" if patterns else "text"


def _parts(kind: Any) -> tuple[Any, list[Meta]]:
    if get_origin(kind) is Annotated:
        bare, *metas = get_args(kind)
        return bare, [meta for meta in metas if isinstance(meta, Meta)]
    return kind, []


def _why_not(key: str, kind: Any, value: object) -> str:
    hint = ""
    bare, _ = _parts(kind)
    if get_origin(bare) is Literal and isinstance(value, str):
        hint = near_miss(value, get_args(bare))
    return f"{key} is {_shown(value)}; it takes {taken(kind)}.{hint}"


def _shown(value: object) -> str:
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def _last(path: Path) -> str:
    return str(next((part for part in reversed(path) if isinstance(part, str)), "the file"))


def _table(path: Path) -> str:
    return f"[{_last(path)}]" if path else "the file"


def syntax_problem(error: tomllib.TOMLDecodeError, text: str) -> FileProblem:
    """Return the parser's message on a text that is no TOML, at its place."""
    found = _AT.fullmatch(str(error))
    if found is None:
        return FileProblem(1, 1, str(error))
    if found[2] is None:
        return FileProblem(text.count("\n") + 1, 1, f"{found[1]}, at the end of the file")
    return FileProblem(int(found[2]), int(found[3]), found[1])
