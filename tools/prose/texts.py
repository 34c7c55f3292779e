"""Reads prose from Markdown and from Python: what a reader reads, without code and tables."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Replaced by spaces, so that line numbers stay.
_NOT_PROSE = [
    re.compile(r"^( *)```.*?^\1```$", re.DOTALL | re.MULTILINE),
    re.compile(r"<!-- generated: .*?<!-- end -->", re.DOTALL),
    re.compile(r"<!--.*?-->", re.DOTALL),
    re.compile(r"<[^>\n]+(?:\n[^>\n]+){0,4}>"),
    re.compile(r"^\s*\|.*$", re.MULTILINE),
    re.compile(r"`[^`]+`"),
    re.compile(r"(?<=\])\([^)]*\)"),
    re.compile(r"[“\"][^”\"\n]*(?:\n[^”\"\n]*)?[”\"]"),
]
_TABLE_NOT_PROSE = [pattern for pattern in _NOT_PROSE if r"\|" not in pattern.pattern]
_UNRELEASED = re.compile(r"^## \[Unreleased\].*?(?=^## \[)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Text:
    """A text of prose: where it begins, and its lines."""

    path: Path
    first_line: int
    prose: str


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def without_code(markdown: str, *, tables: bool = False) -> str:
    """Return the Markdown with everything blanked that is not prose; `tables` keeps tables."""
    for pattern in _TABLE_NOT_PROSE if tables else _NOT_PROSE:
        markdown = pattern.sub(_blank, markdown)
    return markdown


def markdown_text(path: Path, *, tables: bool = False) -> Text:
    """Return the prose of a page; of a changelog, that of its section Unreleased."""
    whole = path.read_text(encoding="utf-8")
    first_line = 1
    if path.name == "CHANGELOG.md" and (found := _UNRELEASED.search(whole)):
        first_line += whole[: found.start()].count("\n")
        whole = found[0]
    return Text(path, first_line, without_code(whole, tables=tables))


def python_texts(path: Path) -> Iterator[Text]:
    """Yield the docstrings and the comments of a module."""
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                said = "\n".join(lines[first.lineno - 1 : first.end_lineno])
                yield Text(path, first.lineno, without_code(said.replace('"""', "   ")))
    for number, line in enumerate(lines, 1):
        if found := re.match(r"\s*# (.*)", line):
            yield Text(path, number, without_code(found[1]))
