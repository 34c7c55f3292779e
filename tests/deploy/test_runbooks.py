"""docs/operate/runbooks.md: the commands, metrics, settings and alerts that it names are there."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from processors.errors import DeadLetterReason
from streams.cli.main import app
from streams.service.metrics import CATALOGUE
from streams.service.settings import describe

TEXT = (Path(__file__).parents[2] / "docs/operate/runbooks.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", TEXT, flags=re.DOTALL)
INLINE = re.findall(r"`(tocsin [^`]+)`", TEXT)
COMMANDS = sorted(
    {line.split(";")[0] for block in BLOCKS for line in block.splitlines() if line[:7] == "tocsin "}
    | {" ".join(one.split()) for one in INLINE}
)


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_ours_is_one(line: str) -> None:
    command: Any = typer.main.get_command(app)
    rest = shlex.split(line, comments=True)[1:]
    while hasattr(command, "commands") and rest:
        command, rest = command.commands[rest[0]], rest[1:]
    if not hasattr(command, "commands"):
        # Click refuses an option or argument that the command does not have.
        command.make_context(command.name, rest)


def test_every_metric_is_one() -> None:
    names = [metric.name for metric in CATALOGUE]
    searched = re.findall(r"tocsin_\(([a-z_|()]+)\)'", TEXT)
    asked = {f"tocsin_{part}" for found in searched for part in parts(found)}
    asked |= set(re.findall(r"(?<![\w/])tocsin_[a-z_]*[a-z]", TEXT))
    assert len(asked) > 10
    for one in asked:
        stem = re.sub(r"_(sum|count|bucket)$", "", one)
        assert any(name.startswith(stem) for name in names), one


def parts(found: str) -> list[str]:
    """Give what the alternatives of an expression mean: `a|b_(c|d)` is a, b_c and b_d."""
    plain = re.sub(r"\w+_\([a-z|]+\)", "", found)
    nested = re.findall(r"(\w+_)\(([a-z|]+)\)", found)
    return [one for one in plain.split("|") if one] + [
        stem + end for stem, ends in nested for end in ends.split("|")
    ]


def test_every_setting_is_one() -> None:
    named = set(re.findall(r"TOCSIN_[A-Z_]+", TEXT))
    assert named
    assert named <= {one.variable for one in describe()} | {"TOCSIN_BROKER"}


def test_reasons_of_dead_letters_are_such() -> None:
    section = TEXT.split("## TocsinDeadLetters")[1].split("\n## ")[0]
    reasons = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", section))
    assert reasons
    assert reasons <= {reason.value for reason in DeadLetterReason}
