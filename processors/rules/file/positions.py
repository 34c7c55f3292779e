"""Finds the position of every part of a TOML text, which the standard library does not tell.

It relies on a text that `tomllib` has read without error. The grammar is that of toml.io, 1.0.
"""

import re
from dataclasses import dataclass
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file, both counted from 1. `text_column` is where a text's characters begin.

    It is 0 where a character's column in the text does not follow from it: in texts with escapes,
    and in those of several lines.
    """

    line: int
    column: int
    text_column: int = 0


_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^\s,\]}#]+(?: \d\d:[^\s,\]}#]+)?")
_BASIC = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL = re.compile(r"'[^'\n]*'")
_LONG_BASIC = re.compile(r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})', re.DOTALL)
_LONG_LITERAL = re.compile(r"'''.*?'''(?:'{0,2})", re.DOTALL)
_ESCAPED = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)")
_SHORT = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


def positions(text: str) -> dict[Path, Position]:
    """Find every table, key and list item of a valid TOML text.

    The path of an item of `[[rule]]` is such as `("rule", 0, "id")`. A table's position is its
    header's, a key's is the key's; an item's is its value's. `text_column` is the value's.
    """
    return _Scanner(text).scan()


class _Scanner:
    """Goes through the text once. `_at` is the offset that is read next."""

    __slots__ = ("_at", "_counts", "_found", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._found: dict[Path, Position] = {}
        self._counts: dict[Path, int] = {}

    def scan(self) -> dict[Path, Position]:
        """Read the whole text."""
        table: Path = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self._found

    def _header(self) -> Path:
        start = self._at
        is_list = self._text.startswith("[[", start)
        self._at += 2 if is_list else 1
        keys = self._keys()
        self._at += 2 if is_list else 1
        path: Path = ()
        for key in keys[:-1]:
            path = self._last_item((*path, key))
        path = (*path, keys[-1])
        if is_list:
            self._found.setdefault(path, self._position(start))
            self._counts[path] = self._counts.get(path, 0) + 1
            path = (*path, self._counts[path] - 1)
        self._found[path] = self._position(start)
        return path

    def _last_item(self, path: Path) -> Path:
        """Return the newest item if a path is a list of tables: a header means that one."""
        count = self._counts.get(path, 0)
        return (*path, count - 1) if count else path

    def _pair(self, table: Path) -> None:
        start = self._at
        path = (*table, *self._keys())
        self._at += 1
        self._skip(_SPACE)
        place = self._position(start)
        self._found[path] = Position(place.line, place.column, self._text_column())
        self._value(path)

    def _keys(self) -> list[str]:
        keys: list[str] = []
        while True:
            self._skip(_SPACE)
            keys.append(self._key())
            self._skip(_SPACE)
            if not self._text.startswith(".", self._at):
                return keys
            self._at += 1

    def _key(self) -> str:
        quote = self._text[self._at]
        if quote == "'":
            return self._skip(_LITERAL)[1:-1]
        if quote == '"':
            return _ESCAPED.sub(_unescaped, self._skip(_BASIC)[1:-1])
        return self._skip(_BARE)

    def _value(self, path: Path) -> None:
        for opening, pattern in (
            ('"""', _LONG_BASIC),
            ("'''", _LONG_LITERAL),
            ('"', _BASIC),
            ("'", _LITERAL),
        ):
            if self._text.startswith(opening, self._at):
                self._skip(pattern)
                return
        if self._text[self._at] == "[":
            self._list(path)
        elif self._text[self._at] == "{":
            self._inline_table(path)
        else:
            self._skip(_SCALAR)

    def _list(self, path: Path) -> None:
        index = 0
        self._at += 1
        self._skip(_BLANK)
        while self._text[self._at] != "]":
            place = self._position(self._at)
            item = (*path, index)
            self._found[item] = Position(place.line, place.column, self._text_column())
            self._value(item)
            index += 1
            self._separator()
        self._at += 1

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        self._skip(_BLANK)
        while self._text[self._at] != "}":
            self._pair(path)
            self._separator()
        self._at += 1

    def _separator(self) -> None:
        self._skip(_BLANK)
        if self._text[self._at] == ",":
            self._at += 1
            self._skip(_BLANK)

    def _text_column(self) -> int:
        """Return the column of a text's first character, if columns in it are reliable."""
        for pattern, width in ((_BASIC, 1), (_LITERAL, 1)):
            found = pattern.match(self._text, self._at)
            triple = self._text.startswith(('"""', "'''"), self._at)
            if found and not triple and (pattern is _LITERAL or "\\" not in found[0]):
                return self._position(self._at).column + width
        return 0

    def _position(self, offset: int) -> Position:
        line_start = self._text.rfind("\n", 0, offset) + 1
        return Position(self._text.count("\n", 0, offset) + 1, offset - line_start + 1)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise ValueError(f"offset {self._at} is no TOML that tomllib reads")
        self._at = found.end()
        return found[0]


def _unescaped(found: re.Match[str]) -> str:
    escape = found[1]
    return _SHORT[escape] if escape in _SHORT else chr(int(escape[1:], 16))
