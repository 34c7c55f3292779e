"""`tocsin rules`: the table of its commands."""

import typer

from streams.cli.lazy_group import LazyCommand, lazy_group

COMMANDS = {
    "show": LazyCommand(
        "streams.cli.rules.files:show", "Show the rules in force, or those of a file"
    ),
    "fields": LazyCommand(
        "streams.cli.rules.files:fields",
        "Show the fields that a condition can use, with their types",
    ),
    "check": LazyCommand(
        "streams.cli.rules.files:check",
        "Check a file of rules, and report every problem with line and column",
    ),
    "test": LazyCommand(
        "streams.cli.rules.examples:run_examples",
        "Run the examples in a file of rules: articles, and the alerts expected",
    ),
    "try": LazyCommand(
        "streams.cli.rules.trial:try_",
        "Try a changed file of rules on past articles, and send nothing",
    ),
}

app = typer.Typer(
    cls=lazy_group(COMMANDS),
    help="Show, check and test the rules, and try them on past articles.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
