"""Runs the examples of a file of rules."""

from typing import Any

import msgspec
import typer

from processors.errors import BadArticleError, MisconfigurationError
from processors.rules import RulesFile
from processors.trial import ExampleRun, run_example
from streams.analysis.loading import load_reader
from streams.cli import context
from streams.cli.rules.arguments import load_file
from streams.cli.views.counts import counted
from streams.cli.views.rules import render_tested
from streams.errors import EXIT_MISCONFIGURED


def run(file: str | None, *, explain_suppressed: bool, json: bool) -> None:
    """Run the examples of a file of rules, and print the results.

    Raises:
        MisconfigurationError: The rules are wrong, or an example has an invalid article.
        typer.Exit: An example did not pass.
    """
    settings = context.settings()
    read = load_file(file)
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
        total = counted(len(read.examples), "example")
        typer.echo(f"{failed} of {total} did not pass.", err=True)
        raise typer.Exit(EXIT_MISCONFIGURED)


def _tested(tested: ExampleRun, *, explain_suppressed: bool) -> dict[str, Any]:
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


def _say_untested(read: RulesFile) -> None:
    tested = {example.rule_id for example in read.examples}
    without = [rule.id for rule in read.rules if rule.id not in tested]
    if without:
        typer.echo(f"Without an example: {', '.join(without)}.", err=True)
