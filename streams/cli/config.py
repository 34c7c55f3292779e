"""`tocsin config`: show the settings in force with their origins, and check them."""

import os
from typing import Any

import msgspec
import typer
from rich.text import Text

from processors.articles.formats.shapes import load_shapes
from processors.errors import MisconfigurationError
from processors.families import load_families
from processors.sentiment.scorer import scorer_names
from streams.cli import context
from streams.cli.options import BrokerOption, JsonOption
from streams.errors import BadSettingsError
from streams.reading.terminal_text import visible, visible_json
from streams.service.rules import rules_in_force
from streams.service.settings import Described, Settings, describe, path_of
from streams.service.settings_loading import Effective, Problem, examine

# The connection is checked as a whole, but only if each of these settings is valid by itself.
_CONNECTION_FIELDS = ("broker", "security_protocol")
_CONNECTION_PREFIXES = ("sasl_", "ssl_")
_ANY_ADDRESS = "localhost:9092"
_LISTED = "\n  - "

app = typer.Typer(help="Show and check the settings.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def show(*, json: JsonOption = False) -> None:
    """Show every setting with its variable, value, origin and meaning.

    A value is the default, or comes from the variable TOCSIN_<NAME>, or from the file that
    TOCSIN_<NAME>_FILE names, as container platforms provide secrets. For a secret, only whether it
    is set is shown.

    \b
    Examples:
      tocsin config show
      tocsin config show --json | jq -r 'select(.origin != "default") | .variable'
      TOCSIN_SASL_PASSWORD_FILE=/run/secrets/kafka tocsin config show
    """
    effective = context.effective()
    console = context.data_console()
    for described in describe():
        if json:
            document = _document(described, effective)
            typer.echo(visible_json(msgspec.json.encode(document).decode()))
        else:
            console.print(_lines(described, effective), soft_wrap=True)


@app.command()
def check(broker: BrokerOption = None) -> None:
    """Check the settings without a broker, and report every problem at once.

    Finds unknown variables, invalid values, files that cannot be read, and security settings that
    contradict each other.

    \b
    Examples:
      tocsin config check && tocsin worker
      tocsin config check --broker kafka:9093

    \b
    Exit codes: 0 if there is no problem, 2 if there is any.
    """
    effective, problems = examine(os.environ, broker=broker)
    messages = [problem.message for problem in problems]
    if not any(_is_about_the_connection(problem) for problem in problems):
        messages += _connection_problems(effective.settings)
    messages += _scorer_problems(effective.settings)
    messages += _families_problems(effective.settings)
    messages += _shapes_problems(effective.settings)
    messages += _rules_problems(effective.settings)
    if messages:
        raise BadSettingsError(messages)
    count = sum(origin != "default" for origin in effective.origins.values())
    typer.echo(f"The settings are well; {count} of {len(effective.origins)} are not the default.")
    if not effective.settings.broker:
        typer.echo("No broker is set: `demo` and `worker` will start an embedded one.", err=True)


def _document(described: Described, effective: Effective) -> dict[str, Any]:
    value = getattr(effective.settings, described.field)
    return {
        "variable": described.variable,
        "value": _secret(value) if described.secret else value,
        "origin": effective.origins[described.field],
        "default": described.default,
        "secret": described.secret,
        "description": described.description,
    }


def _lines(described: Described, effective: Effective) -> Text:
    value = getattr(effective.settings, described.field)
    origin = effective.origins[described.field]
    shown = _secret(value) if described.secret else _plain(value)
    line = Text(f"{described.variable} = ")
    line.append(visible(shown), "bold" if origin != "default" else "")
    line.append(f"  ({origin})\n", "green" if origin != "default" else "dim")
    line.append(f"    {described.description}", "dim")
    return line


def _secret(value: object) -> str:
    return "(set)" if value else "(empty)"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if value != "" else "(empty)"


def _is_about_the_connection(problem: Problem) -> bool:
    return problem.field in _CONNECTION_FIELDS or problem.field.startswith(_CONNECTION_PREFIXES)


def _scorer_problems(settings: Settings) -> list[str]:

    names = scorer_names()
    if settings.scorer in names:
        return []
    return [f"TOCSIN_SCORER is {settings.scorer!r}; it takes one of {', '.join(names)}."]


def _families_problems(settings: Settings) -> list[str]:

    try:
        load_families(path_of(settings.families))
    except MisconfigurationError as error:
        return [f"TOCSIN_FAMILIES: {one}" for one in str(error).splitlines()]
    return []


def _shapes_problems(settings: Settings) -> list[str]:

    try:
        load_shapes(path_of(settings.shapes))
    except MisconfigurationError as error:
        head, *listed = str(error).split(_LISTED)
        return [f"TOCSIN_SHAPES: {one}" for one in listed or [head]]
    return []


def _rules_problems(settings: Settings) -> list[str]:
    try:
        rules_in_force(settings)
    except MisconfigurationError as error:
        head, *listed = str(error).split(_LISTED)
        return [f"TOCSIN_RULES: {one}" for one in listed or [head]]
    return []


def _connection_problems(settings: Settings) -> list[str]:
    try:
        # Check the security settings even without a broker, because --broker may name one.
        connection = context.connection_to(settings.broker or _ANY_ADDRESS, settings)
        connection.ssl_context()
    except MisconfigurationError as error:
        head, *listed = str(error).split(_LISTED)
        return listed or [head]
    return []
