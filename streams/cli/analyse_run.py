"""Analyses the articles of a file and writes the results."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
import typer

from processors.articles.decode import decode
from processors.errors import BadArticleError, MisconfigurationError
from streams.analysis.loading import load_reader
from streams.cli import context
from streams.cli.views.analysis import render
from streams.errors import EXIT_MISCONFIGURED

JSON_STARTS = (b"{", b"[")
WHITE_SPACE = b" \t\r\n\xef\xbb\xbf"


def run(source: str, on: str | None, *, json: bool) -> None:
    """Analyse the articles of a file and write the results."""
    settings = context.settings()
    moment = _moment(on)
    reader = load_reader(settings)
    encode = msgspec.json.Encoder().encode
    console = context.data_console()
    refused = 0
    for number, line in _lines(source):
        try:
            now = moment or datetime.now(UTC)
            article = decode(line, [], None, reader.limits, reference=now, shapes=reader.shapes)
        except BadArticleError as error:
            refused += 1
            typer.echo(f"line {number}: {error.reason.value}: {error.message}", err=True)
            continue
        result = reader.analyser.analyse(article, moment or article.published or now)
        if json:
            sys.stdout.buffer.write(encode(result.analysis) + b"\n")
        else:
            console.print(render(article, result.analysis))
    sys.stdout.flush()
    if refused:
        raise typer.Exit(EXIT_MISCONFIGURED)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MisconfigurationError(
            f"--on is {text!r}, no ISO 8601 date; give one such as 2024-05-16."
        ) from error


def _lines(source: str) -> Iterator[tuple[int, bytes]]:
    if source == "-":
        yield from _documents(sys.stdin.buffer, "standard-input")
        return
    try:
        with Path(source).open("rb") as file:
            yield from _documents(file, Path(source).name)
    except OSError as error:
        raise MisconfigurationError(f"cannot read {source}: {error.strerror}.") from error


def _documents(file: BinaryIO, name: str) -> Iterator[tuple[int, bytes]]:
    """Yield each line with its number. Join several lines without JSON to one plain article."""
    lines = ((number, line) for number, line in enumerate(file, start=1) if line.strip())
    held: list[tuple[int, bytes]] = []
    for number, line in lines:
        held.append((number, line))
        if line.lstrip(WHITE_SPACE)[:1] in JSON_STARTS:
            yield from held[:-1]
            yield from _json(number, line, lines)
            return
    if len(held) > 1:
        yield 1, _plain([line for _, line in held], name)
    else:
        yield from held


def _json(
    number: int, first: bytes, following: Iterator[tuple[int, bytes]]
) -> Iterator[tuple[int, bytes]]:
    """Yield the lines unchanged or, if JSON is spread over lines, the articles in it."""
    if _elements(first) is not None:
        yield number, first
        yield from following
        return
    lines = [(number, first), *following]
    spread = _elements(b"".join(line for _, line in lines))
    yield from lines if spread is None else ((number, one) for one in spread)


def _elements(text: bytes) -> list[bytes] | None:
    """Return the object, or the elements of the array. Return None for incomplete JSON."""
    bare = text.lstrip(WHITE_SPACE)
    try:
        if bare.startswith(b"["):
            return [bytes(one) for one in msgspec.json.decode(bare, type=list[msgspec.Raw])]
        msgspec.json.decode(bare)
    except (msgspec.DecodeError, RecursionError):
        return None
    return [bare]


def _plain(lines: list[bytes], name: str) -> bytes:
    """Return a plain text as an article. Its first line is the headline."""
    title, *text = (line.decode("utf-8", "replace").strip() for line in lines)
    return msgspec.json.encode({"id": name, "title": title, "text": "\n".join(text)})
