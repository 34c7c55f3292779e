"""`tocsin rules show`, `fields` and `check`: read a file of rules."""

from typing import Annotated

import msgspec
import typer

from processors.errors import BadRulesError, FileProblem
from processors.leaders import load_registry
from processors.rules.condition.evaluation import type_name
from processors.rules.condition.facts import describe_facts
from processors.rules.wording import document
from processors.watch import KINDS
from streams.cli import context
from streams.cli.options import JsonOption
from streams.cli.rules.arguments import FileArgument, load_file
from streams.cli.views.counts import counted
from streams.cli.views.rules import render_rule
from streams.errors import EXIT_MISCONFIGURED


def show(file: FileArgument = None, *, json: JsonOption = False) -> None:
    """Show the rules in force, or those of a file.

    \b
    Examples:
      tocsin rules show
      tocsin rules show my-rules.toml
      tocsin rules show --json | jq -r '[.id, .version, .topic] | @tsv'
    """
    console = context.data_console()
    for rule in load_file(file).rules:
        if json:
            typer.echo(msgspec.json.encode(document(rule)).decode())
        else:
            console.print(render_rule(rule), end="\n\n", soft_wrap=True)


def fields(*, json: JsonOption = False) -> None:
    """Show the fields that a condition can use, with their types.

    \b
    Examples:
      tocsin rules fields
      tocsin rules fields --json | jq -r .name
    """
    rows = [(fact, "") for fact in describe_facts().values()]
    rows += [(fact, kind.name) for kind in KINDS.values() for fact in kind.rule.facts]
    for fact, kind in rows:
        if json:
            row = {"name": fact.name, "type": type_name(fact), "description": fact.description}
            typer.echo(msgspec.json.encode(row | ({"kind": kind} if kind else {})).decode())
        else:
            only = f" In {kind} rules only." if kind else ""
            typer.echo(f"{fact.name:<18} {type_name(fact):<15} {fact.description}{only}")


def check(
    file: FileArgument = None,
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Treat warnings as problems.")] = False,
    json: JsonOption = False,
) -> None:
    """Check a file of rules, and report every problem with line and column.

    Leaders and countries are looked up in the registry. A warning is about something that is
    allowed but probably not intended, such as a built-in rule that was changed under its old
    version.

    \b
    Examples:
      tocsin rules check my-rules.toml
      tocsin rules check --strict my-rules.toml && cp my-rules.toml /etc/tocsin/rules.toml
      tocsin rules check --json my-rules.toml | jq -r .message

    \b
    Exit codes: 0 if there is no problem, 2 if there is one; others as in `tocsin --help`.
    """
    try:
        read = load_file(file, known=_known())
    except BadRulesError as error:
        if not json:
            raise
        _print_problems(error.name, "error", error.problems)
        raise typer.Exit(EXIT_MISCONFIGURED) from error
    if json:
        _print_problems(read.name, "warning", read.warnings)
    for warning in () if json else read.warnings:
        where = f"{read.name}:{warning.line}:{warning.column}"
        typer.echo(f"warning: {where}: {warning.message}", err=True)
    if strict and read.warnings:
        raise typer.Exit(EXIT_MISCONFIGURED)
    if not json:
        rules = list(read.rules)
        typer.echo(
            f"{read.name} is well: {counted(len(rules), 'rule')} in force, {len(read.own)} of them "
            f"its own, with {counted(len(read.examples), 'example')}."
        )


def _known() -> dict[str, dict[str, str]]:
    """Return the valid values of each field: ids of leaders and countries with their names."""
    registry = load_registry(context.registry_extra(context.settings()))
    leaders = {person_id: person.name for person_id, person in registry.people.items()}
    countries = {code: country.name for code, country in registry.countries.items()}
    return {
        "leader": leaders,
        "companion": leaders,
        "companions": leaders,
        "country": countries,
    }


def _print_problems(name: str, level: str, problems: "tuple[FileProblem, ...]") -> None:
    for problem in problems:
        row = {"level": level, "file": name, **msgspec.to_builtins(problem)}
        typer.echo(msgspec.json.encode(row).decode())
