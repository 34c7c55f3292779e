"""Arguments that the commands of `tocsin rules` share, and the loading of their files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from processors.rules import RulesFile
from processors.watch import load_rules_file
from streams.cli import context
from streams.service.rules import rules_path

FileArgument = Annotated[
    str | None,
    typer.Argument(metavar="[FILE]", help="File of rules. Default: TOCSIN_RULES."),
]
ExplainSuppressedOption = Annotated[
    bool,
    typer.Option(
        "--explain-suppressed",
        help="Also list each alert that a rule held back, with the reason.",
    ),
]


def load_file(file: str | None, known: Mapping[str, Mapping[str, str]] | None = None) -> RulesFile:
    """Load the named file of rules, or the rules in force.

    Args:
        file: Path of the file. None means TOCSIN_RULES, or the built-in rules.
        known: Valid values of a field by their ids, for the fields that are checked.

    Raises:
        BadRulesError: The rules are wrong. The message lists every problem of the file.
        MisconfigurationError: The file does not exist.
    """
    path = Path(file) if file is not None else rules_path(context.settings())
    return load_rules_file(path, known)
