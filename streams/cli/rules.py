"""`tocsin rules`: show the rules, check and test a file of them, and try it on past articles."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from processors.errors import BadArticleError, BadRulesError, FileProblem, MisconfigurationError
from streams.cli import context, rules_try
from streams.errors import EXIT_MISCONFIGURED
from streams.service.rules import rules_path

if TYPE_CHECKING:
    from processors.rules import RulesFile
    from processors.trial import ExampleRun

app = typer.Typer(
    help="Show, check and test the rules, and try them on past articles.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command("try")(rules_try.try_)

File = typer.Argument(metavar="[FILE]", help="A file of rules. Without it: TOCSIN_RULES.")
ExplainSuppressed = typer.Option(
    "--explain-suppressed", help="List every alert that a rule would have sent and did not."
)


@app.command()
def show(
    file: Annotated[str | None, File] = None, *, json: Annotated[bool, context.Json] = False
) -> None:
    """Show the rules in force, one after another.

    \b
    Examples:
      tocsin rules show
      tocsin rules show my-rules.toml
      tocsin rules show --json | jq -r '[.id, .version, .topic] | @tsv'
    """
    from processors.rules.wording import document  # noqa: PLC0415 - see `_load`
    from streams.cli.views.rules import render_rule  # noqa: PLC0415

    console = context.data_console()
    for rule in _load(file).rules:
        if json:
            typer.echo(msgspec.json.encode(document(rule)).decode())
        else:
            console.print(render_rule(rule), end="\n\n", soft_wrap=True)


@app.command()
def fields(*, json: Annotated[bool, context.Json] = False) -> None:
    """Show the fields that a condition can read, with types.

    \b
    Examples:
      tocsin rules fields
      tocsin rules fields --json | jq -r .name
    """
    from processors.rules.condition.evaluation import type_name  # noqa: PLC0415 - see `_load`
    from processors.rules.condition.facts import describe_facts  # noqa: PLC0415
    from processors.watch import KINDS  # noqa: PLC0415

    rows = [(fact, "") for fact in describe_facts().values()]
    rows += [(fact, kind.name) for kind in KINDS.values() for fact in kind.rule.facts]
    for fact, kind in rows:
        if json:
            row = {"name": fact.name, "type": type_name(fact), "description": fact.description}
            typer.echo(msgspec.json.encode(row | ({"kind": kind} if kind else {})).decode())
        else:
            only = f" In {kind} rules only." if kind else ""
            typer.echo(f"{fact.name:<18} {type_name(fact):<15} {fact.description}{only}")


@app.command()
def check(
    file: Annotated[str | None, File] = None,
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings are problems too.")] = False,
    json: Annotated[bool, context.Json] = False,
) -> None:
    """Check a file of rules: every problem at once, with its line and column.

    Leaders and countries are looked up in the registry. A warning says what is allowed and probably
    not meant, such as a built-in rule that was changed under its old version.

    \b
    Examples:
      tocsin rules check my-rules.toml
      tocsin rules check --strict my-rules.toml && cp my-rules.toml /etc/tocsin/rules.toml
      tocsin rules check --json my-rules.toml | jq -r .message

    \b
    Exit codes: 0 if the rules are well, 2 if there is any problem; others as in `tocsin --help`.
    """
    try:
        read = _load(file, known=_known())
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
            f"{read.name} is well: {_count(len(rules), 'rule')} in force, {len(read.own)} of them "
            f"its own, with {_count(len(read.examples), 'example')}."
        )


@app.command("test")
def run_examples(
    file: Annotated[str | None, File] = None,
    *,
    explain_suppressed: Annotated[bool, ExplainSuppressed] = False,
    json: Annotated[bool, context.Json] = False,
) -> None:
    """Run the examples that stand beside the rules: articles in, and the alerts expected of them.

    The articles go through the real analysis and the real watch, in this process; no broker is
    needed.

    \b
    Examples:
      tocsin rules test
      tocsin rules test my-rules.toml
      tocsin rules test --explain-suppressed my-rules.toml
      tocsin rules test --json my-rules.toml | jq -r 'select(.passed | not) | .example'

    \b
    Exit codes: 0 if every example passes, 2 if one does not; others as in `tocsin --help`.
    """
    from processors.trial import run_example  # noqa: PLC0415 - loads TextBlob
    from streams.analysis.loading import load_reader  # noqa: PLC0415
    from streams.cli.views.rules import render_tested  # noqa: PLC0415

    settings = context.settings()
    read = _load(file)
    analyser = load_reader(settings).analyser
    console = context.data_console()
    failed = 0
    for example in read.examples:
        try:
            tested = run_example(example, read.rules, analyser)
        except BadArticleError as error:
            raise MisconfigurationError(
                f"{example.file}:{example.line}: the example {example.name!r} has an article "
                f"that is none: {error.message}."
            ) from error
        failed += not tested.passed
        if json:
            row = _tested(tested, explain_suppressed=explain_suppressed)
            typer.echo(msgspec.json.encode(row).decode())
        else:
            shown = render_tested(tested, explain_suppressed=explain_suppressed)
            console.print(shown, soft_wrap=True)
    _say_untested(read)
    if failed:
        total = _count(len(read.examples), "example")
        typer.echo(f"{failed} of {total} did not pass.", err=True)
        raise typer.Exit(EXIT_MISCONFIGURED)


def _load(file: str | None, known: Any = None) -> "RulesFile":
    # Loaded here, because `tocsin --help` has no use for it.
    from processors.watch import load_rules_file  # noqa: PLC0415

    path = Path(file) if file is not None else rules_path(context.settings())
    return load_rules_file(path, known)


def _known() -> dict[str, dict[str, str]]:
    """Give the ids of leaders and countries with their names, by the fields that hold them."""
    from processors.leaders import load_registry  # noqa: PLC0415 - only the check needs it

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


def _tested(tested: "ExampleRun", *, explain_suppressed: bool) -> dict[str, Any]:
    example = tested.example
    row: dict[str, Any] = {
        "rule": example.rule_id,
        "example": example.name,
        "file": example.file,
        "line": example.line,
        "passed": tested.passed,
        "missing": [msgspec.to_builtins(one) for one in tested.missing],
        "unexpected": [msgspec.to_builtins(one) for one in tested.unexpected],
    }
    if tested.suppressed is not None:
        row["suppressed"] = list(tested.suppressed)
    if explain_suppressed:
        row["not_sent"] = [msgspec.to_builtins(one) for one in tested.unsent]
    return row


def _say_untested(read: "RulesFile") -> None:
    tested = {example.rule_id for example in read.examples}
    without = [rule.id for rule in read.rules if rule.id not in tested]
    if without:
        typer.echo(f"Without an example: {', '.join(without)}.", err=True)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
