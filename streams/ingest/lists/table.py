"""Reads a table of feeds (CSV): one feed a line, after a line with the names of the columns.

`streams.ingest.lists.feed` checks the fields. Commas, semicolons, tabs and a byte order mark, as
spreadsheets write them, are accepted.
"""

import csv
import io
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from streams.ingest.lists.feed import (
    MAX_FEEDS,
    BadFeedListError,
    Feed,
    ListProblem,
    feed_of,
    read_bytes,
)

COLUMNS: Final = ("url", "name", "source", "language", "country", "interval")


def read_table(path: Path) -> list[Feed]:
    """Read a table of feeds.

    Raises:
        BadFeedListError: Naming every problem with its line.
    """
    name = str(path)
    text = _as_utf8(read_bytes(path), name)
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    feeds: list[Feed] = []
    problems: list[ListProblem] = []
    try:
        columns = [column.strip().lower() for column in next(rows, [])]
        problems += [ListProblem(1, message) for message in _wrong_columns(columns)]
        if problems:
            raise BadFeedListError(name, problems)
        _read_rows(rows, columns, feeds, problems)
    except csv.Error as error:
        problems.append(ListProblem(rows.line_num, f"this is not valid CSV: {error}"))
    if not (feeds or problems):
        problems.append(ListProblem(0, "no feed is in it; give one a line below the columns"))
    if problems:
        raise BadFeedListError(name, problems)
    return feeds


def _as_utf8(body: bytes, name: str) -> str:
    # A table does not name its encoding, and a guess could put wrong letters into names.
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        message = "this is not UTF-8; save the file as UTF-8"
        raise BadFeedListError(name, [ListProblem(line, message)]) from error


def _wrong_columns(columns: list[str]) -> list[str]:
    problems = []
    for column in columns:
        if column not in COLUMNS:
            near = get_close_matches(column, COLUMNS, 1)
            hint = f"; is it {near[0]}?" if near else ""
            problems.append(
                f"there is no column {column[:40]!r}{hint} The columns are {', '.join(COLUMNS)}"
            )
        elif columns.count(column) > 1 and f"two columns are called {column}" not in problems:
            problems.append(f"two columns are called {column}")
    if not problems and "url" not in columns:
        problems.append(f"the column url is missing. The columns are {', '.join(COLUMNS)}")
    return problems


def _read_rows(
    rows: Any, columns: list[str], feeds: list[Feed], problems: list[ListProblem]
) -> None:
    lines: dict[str, int] = {}
    names: dict[str, int] = {}
    end = rows.line_num
    for row in rows:
        line, end = end + 1, rows.line_num
        if not any(cell.strip() for cell in row) or row[0].lstrip().startswith("#"):
            continue
        if len(row) > len(columns):
            message = f"{len(row)} fields for {len(columns)} columns; put quotes around commas"
            problems.append(ListProblem(line, message))
            continue
        fields = dict(zip(columns, row, strict=False))
        feed, wrong = feed_of(fields)
        problems += [ListProblem(line, message) for message in wrong]
        if feed is None:
            continue
        if feed.url in lines:
            problems.append(ListProblem(line, f"the feed of line {lines[feed.url]} again"))
        if feed.name in names:
            problems.append(
                ListProblem(line, f"the feed of line {names[feed.name]} has the same name")
            )
        lines.setdefault(feed.url, line)
        names.setdefault(feed.name, line)
        feeds.append(feed)
        if len(feeds) > MAX_FEEDS:
            problems.append(ListProblem(line, f"more than {MAX_FEEDS} feeds"))
            return
