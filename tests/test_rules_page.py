"""docs/guides/rules.md: its tables are current, its rules do what they say, its commands are right.

.venv/bin/python tests/test_rules_page.py --write      makes the tables anew
"""

import re
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer

from processors.analyse import load_analyser
from processors.rules import KINDS, Guards, Scope, StoryParameters, read_rules
from processors.rules.condition.evaluation import compile_condition, kind_of
from processors.rules.condition.facts import describe_facts
from processors.rules.file.checked import taken
from processors.rules.file.examples import NOON
from processors.rules.file.reading import RulesFile
from processors.rules.wording import duration
from processors.sentiment.scorer import DEFAULT_SCORER
from processors.trial import run_example
from streams.cli.main import app

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/guides/rules.md"
HOW = "run `.venv/bin/python tests/test_rules_page.py --write`"
PART = r"(<!-- made by tests/test_rules_page\.py: {name} -->\n).*?(<!-- end -->)"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def parameters(struct: type[Any], base: Any) -> list[list[str]]:
    rows = []
    for one in msgspec.structs.fields(struct):
        value = getattr(base, one.name)
        said = one.type.__metadata__[0].description
        rows.append([f"`{one.name}`", shown(one.name, value), taken(one.type), said])
    return rows


def shown(name: str, value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(shown(name, one) for one in value)
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str):
        return f"`{value}`"
    return f"`{value}`" + (f" ({duration(value)})" if name.endswith("_seconds") and value else "")


HEAD = ["Key", "Default", "Takes", "What it is"]


def file_tables() -> str:
    return (
        "`[guards]`:\n\n" + table(HEAD, parameters(Guards, Guards()))
        + "\n`[stories]`:\n\n" + table(HEAD, parameters(StoryParameters, StoryParameters()))
    )  # fmt: skip


def kind_tables() -> str:
    parts = []
    for name, kind in KINDS.items():
        steps = ", ".join(
            f"`{severity}`" + (f" {limit:g}" if limit is not None else "")
            for limit, severity in kind.severities
        )
        parts.append(f"### `{name}`\n\n{kind.about}\n\n")
        limit = f"Limit of a step: `{kind.limit}`, {kind.measure}. " if kind.limit else ""
        parts.append(f"{limit}Default steps: {steps}.\n\n")
        parts.append(
            f"Cooldown: {kind.cooldown}. Default: `{kind.cooldown_seconds}` "
            f"({duration(kind.cooldown_seconds)}).\n\n"
        )
        rows = parameters(kind.parameters, kind.parameters())
        if rows:
            parts.append(table(HEAD, rows) + "\n")
    return "".join(parts).removesuffix("\n")


def fields_table() -> str:
    rows = [
        [f"`{fact.name}`", kind_of(fact), fact.description] for fact in describe_facts().values()
    ]
    return table(["Field", "Is", "What it says"], rows)


MADE: dict[str, Callable[[], str]] = {
    "file": file_tables,
    "kinds": kind_tables,
    "fields": fields_table,
}


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def renewed(text: str) -> str:
    for name, make in MADE.items():
        pattern = re.compile(PART.format(name=name), re.DOTALL)
        made = make()
        text = pattern.sub(lambda found, made=made: f"{found[1]}\n{made}\n{found[2]}", text)
    return text


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page(), re.DOTALL | re.MULTILINE)


def example_file() -> RulesFile:
    (text,) = blocks("toml")
    return read_rules(text, "docs/guides/rules.md")


@pytest.mark.parametrize("name", MADE)
def test_what_is_made_from_the_code_is_current(name: str) -> None:
    found = re.search(PART.format(name=name), page(), re.DOTALL)
    assert found, f"docs/guides/rules.md has no place for {name}"
    assert found[0] == renewed(found[0]), f"{name} in docs/guides/rules.md is not current: {HOW}"


def test_the_file_that_is_shown_is_what_is_said_of_it() -> None:
    read = example_file()
    assert read.warnings == ()
    assert read.own == ("paris-berlin",)
    assert read.rules.encounter == ()
    (rule,) = (one for one in read.rules if one.id == "paris-berlin")
    assert rule.scope == Scope(countries=frozenset({"FR", "DE"}))
    assert read.rules.guards.stale_seconds == 43_200


def test_the_examples_that_are_shown_pass() -> None:
    read = example_file()
    analyser = load_analyser("0.0.0", DEFAULT_SCORER, "off")
    own = [one for one in read.examples if one.rule_id in read.own]
    assert len(own) == 2
    for example in own:
        ran = run_example(example, read.rules, analyser)
        assert ran.passed, (example.name, ran.missing, ran.unexpected, ran.suppressed)


def test_the_conditions_that_are_shown_are_right() -> None:
    (conditions,) = (body for body in blocks("") if "label ==" in body)
    for line in conditions.splitlines():
        compile_condition(line)


def test_the_keys_of_the_tables_are_those_that_are_read() -> None:
    # Each key in the first column of a table is taken where the table says.
    for key in re.findall(r"^\| `([a-z_]+)` \|", page().split("## Kinds")[0], re.MULTILINE):
        assert any(
            f'"{key}"' in path.read_text(encoding="utf-8")
            for path in (ROOT / "processors/rules").rglob("*.py")
        ) or key in {
            one.name for s in (Guards, StoryParameters) for one in msgspec.structs.fields(s)
        }
    assert NOON.isoformat().replace("+00:00", "Z") in page()


def test_every_command_line_is_one_that_the_program_takes() -> None:
    lines = [line.split("#")[0] for block in blocks("sh") for line in block.splitlines()]
    commands = [shlex.split(line) for line in lines if line.startswith("tocsin ")]
    assert commands
    for _, *words in commands:
        command: Any = typer.main.get_command(app)
        while hasattr(command, "commands"):
            assert words[0] in command.commands, words
            command = command.commands[words.pop(0)]
        command.make_context("tocsin", words)


def test_every_link_leads_somewhere() -> None:
    titles = re.findall(r"^#+ (.+)$", page(), re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}
    assert set(re.findall(r"\]\(#([^)]+)\)", page())) <= anchors
    files = [link for link in re.findall(r"\]\(([^)#]+)\)", page()) if "://" not in link]
    assert files
    assert all((PAGE.parent / link).exists() for link in files)


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(f"usage: {HOW}")
    PAGE.write_text(renewed(page()), encoding="utf-8")
