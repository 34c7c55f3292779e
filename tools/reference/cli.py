"""The reference of commands, from the command line itself."""

import re
from collections.abc import Iterator
from typing import Any

import typer

from streams.cli.main import app
from tools.reference.table import code, table

# Text that depends on the terminal's width would make the page depend on it.
_WIDTH = 88


def commands() -> str:
    """Return a section for each command and subcommand."""
    return "\n".join(_sections()).rstrip("\n") + "\n"


def every_command() -> Iterator[tuple[str, Any, Any]]:
    """Yield the path, context and object of each command, groups first."""
    root: Any = typer.main.get_command(app)
    context = root.make_context("tocsin", [], resilient_parsing=True)
    for name in root.list_commands(context):
        yield from _below(root.get_command(context, name), f"tocsin {name}", context)


def _below(command: Any, path: str, parent: Any) -> Iterator[tuple[str, Any, Any]]:
    context = type(parent)(command, info_name=path.rsplit(maxsplit=1)[-1], parent=parent)
    yield path, command, context
    if hasattr(command, "list_commands"):
        for name in command.list_commands(context):
            yield from _below(command.get_command(context, name), f"{path} {name}", context)


def _sections() -> Iterator[str]:
    for path, command, context in every_command():
        level = "##" if path.count(" ") == 1 else "###"
        yield f"{level} `{path}`\n"
        usage = " ".join(command.collect_usage_pieces(context))
        yield f"```text\n{path} {usage}\n```\n"
        yield _help(command.help or "")
        rows = [row for param in command.get_params(context) if (row := _row(param, context))]
        if rows:
            yield table(["Option", "Description"], rows)


def _row(param: Any, context: Any) -> list[str] | None:
    record = param.get_help_record(context)
    if record is None or "--help" in param.opts:
        return None
    said, about = (re.sub(r"\s+", " ", part).strip() for part in record)
    return [code(said), _escaped(about)]


def _help(text: str) -> str:
    """Return a help text as Markdown: paragraphs, and preformatted blocks as code."""
    paragraphs = re.split(r"\n\s*\n", text.strip("\n"))
    return "\n".join(_paragraph(part) for part in paragraphs)


def _paragraph(text: str) -> str:
    if text.startswith("\b"):
        title, _, body = text.removeprefix("\b").lstrip("\n").partition("\n")
        if not body:
            return _escaped(title) + "\n"
        return f"{title}\n\n```text\n{_dedented(body)}\n```\n"
    return _escaped(" ".join(text.split())) + "\n"


def _dedented(body: str) -> str:
    lines = body.splitlines()
    least = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[least:].rstrip() for line in lines)


def _escaped(text: str) -> str:
    """Mark options and settings as code, and escape what Markdown would read as HTML."""
    parts = re.split(r"(`[^`]*`|(?<![\w-])--[a-z][\w-]*|\bTOCSIN_[A-Z_]+)", text)
    return "".join(
        part.replace("<", "&lt;").replace("[", "\\[")
        if place % 2 == 0
        else part
        if part.startswith("`")
        else code(part)
        for place, part in enumerate(parts)
    )
