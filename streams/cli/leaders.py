"""`tocsin leaders`: search the registry of leaders, check it, and compare it with Wikidata.

This module defines the options and exit codes.
"""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from processors.errors import MisconfigurationError
from processors.leaders.registry.gaps import findings, load_reviews
from processors.leaders.registry.lookup import find_country, find_people, terms_in
from processors.leaders.registry.registry import Registry, load_registry
from processors.leaders.registry.values import Term
from streams.cli import context
from streams.cli.options import JsonOption, YesOption
from streams.cli.views import leaders as leaders_view
from streams.errors import EXIT_MISCONFIGURED
from streams.http_client.fetch import open_fetch
from streams.registry.acceptance import accept
from streams.registry.difference import Change, changes
from streams.registry.wikidata import ENDPOINT, ask, read_answer
from streams.service.version import tocsin_version

DAYS_LOOKED_BACK = 400


class _FindByDefault(TyperGroup):
    """A group that runs `find` by default: `tocsin leaders Putin` searches for Putin."""

    default = "find"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = [self.default, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    help="""Search the registry of leaders, check it, and compare it with Wikidata.

    `tocsin leaders WORDS` is short for `tocsin leaders find WORDS`. Every command also uses the
    tables of your own that TOCSIN_REGISTRY_EXTRA names.

    \b
    Examples:
      tocsin leaders Zelensky
      tocsin leaders --country GB --on 2022-09-20
      tocsin leaders --check
      tocsin leaders update
    """,
    cls=_FindByDefault,
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def find(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WORDS]", help="A name, a part of one, or an id."),
    ] = None,
    country: Annotated[
        str | None,
        typer.Option(
            metavar="CODE|NAME",
            help="Only this country or organisation, such as GB, France or NATO.",
        ),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Only offices held on this day, such as 2022-09-20."),
    ] = None,
    *,
    check: Annotated[
        bool,
        typer.Option("--check", help="List gaps and overlaps since 1945 instead of leaders."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Find leaders by name or alias, and list who held an office when.

    Every word must start a word of one of a leader's names. Case and accents do not matter.
    Without words, it lists the terms in a country or on a day. A term ends on the first day out of
    office.

    --check lists offices of heads of state and of government that were empty for more than 31 days
    since July 1945, and offices that two people held at once. Cases that were reviewed are marked
    as known, with the reason.

    \b
    Examples:
      tocsin leaders find Gaddafi
      tocsin leaders find "kim jong" --json | jq -r .person_id
      tocsin leaders find --country GB --on 2022-09-20
      tocsin leaders find --country Brazil
      tocsin leaders find --check --country KR
      TOCSIN_REGISTRY_EXTRA=docs/guides/registry-extra tocsin leaders find Example

    \b
    Exit codes: 0 also where no leader is found; with --check 2 if a gap or an overlap was not
    reviewed; 2 for tables that cannot be read; others as in `tocsin --help`.
    """
    registry = load_registry(context.registry_extra(context.settings()))
    code = _code(registry, country)
    day = _day(on)
    if check:
        _check(registry, code, json=json)
    elif words:
        people = find_people(registry, " ".join(words))
        people = [p for p in people if _held_in(p.terms, code, day)]
        leaders_view.show_people(registry, people, json=json)
    elif code is None and day is None:
        raise MisconfigurationError("give a name, --country, --on or --check; see --help.")
    else:
        leaders_view.show_terms(registry, terms_in(registry, code, day), json=json)


@app.command()
def update(
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="Only changes since this day, such as 2026-01-01. Default: 400 days ago.",
        ),
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Folder to write to. Default: TOCSIN_REGISTRY_EXTRA."),
    ] = None,
    endpoint: Annotated[
        str, typer.Option(metavar="URL", help="Address of the SPARQL endpoint.")
    ] = ENDPOINT,
    *,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Compare the registry with Wikidata and write the changes that you accept.

    Asks the query service of Wikidata once for heads of state and government. Shows terms that the
    registry lacks (+), terms that have ended but run in the registry (-), and terms with other
    dates (~). On a terminal it asks before it writes. Elsewhere it writes with --yes only.

    Accepted changes go to tables of your own, on top of the packaged ones. Set
    TOCSIN_REGISTRY_EXTRA to use them. Differing dates (~) are never written: correct them yourself
    where Wikidata is right. Read what you accept: anyone can edit Wikidata.

    \b
    Examples:
      tocsin leaders update
      tocsin leaders update --since 2026-01-01 --json | jq -r .name
      tocsin leaders update --into my-registry --yes

    \b
    Exit codes: 0 also where nothing differs; 3 without internet, or when the service is busy;
    others as in `tocsin --help`.
    """
    settings = context.settings()
    extra = context.registry_extra(settings)
    registry = load_registry(extra)
    today = datetime.now(UTC).date()
    day = _day(since) or date.fromordinal(today.toordinal() - DAYS_LOOKED_BACK)
    found = changes(registry, read_answer(asyncio.run(_ask(endpoint, day))), day)
    leaders_view.show_changes(registry, found, json=json)
    writable = [change for change in found if change.kind != "differs"]
    if not writable or not (yes or _confirmed(len(writable))):
        return
    folder = into or extra
    if folder is None or folder.is_file():
        raise MisconfigurationError(
            "there is no folder to write to. Give --into FOLDER, and set TOCSIN_REGISTRY_EXTRA to"
            " it."
        )
    _write(found, registry, folder, today, used=folder == extra)


def _write(
    found: list[Change], registry: Registry, folder: Path, today: date, *, used: bool
) -> None:
    written = accept(found, registry, folder, today)
    hint = "" if used else f" Set TOCSIN_REGISTRY_EXTRA={folder} to use them."
    typer.echo(f"{written} changes written to {folder}.{hint}", err=True)


async def _ask(endpoint: str, since: date) -> bytes:

    agent = f"tocsin/{tocsin_version()} (registry of leaders; one query a run)"
    async with open_fetch(agent) as fetch:
        return await ask(fetch, endpoint, since)


def _confirmed(count: int) -> bool:
    if not context.is_terminal():
        typer.echo(f"Nothing is written without --yes ({count} could be).", err=True)
        return False
    return typer.confirm(f"Write these {count} changes?", err=True)


def _check(registry: Registry, code: str | None, *, json: bool) -> None:
    tomorrow = date.fromordinal(datetime.now(UTC).date().toordinal() + 1)
    found = findings(registry, tomorrow, load_reviews())
    found = [finding for finding in found if code in (None, finding.country)]
    leaders_view.show_findings(registry, found, json=json)
    if any(not finding.reason for finding in found):
        raise typer.Exit(EXIT_MISCONFIGURED)


def _code(registry: Registry, text: str | None) -> str | None:
    if text is None:
        return None
    country = find_country(registry, text)
    if country is None:
        raise MisconfigurationError(
            f"--country: there is no country or body {text!r}; give a code such as GB, or a name."
        )
    return country.code


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise MisconfigurationError(f"{text!r} is no day; give one such as 2022-09-20.") from error


def _held_in(terms: tuple[Term, ...], code: str | None, day: date | None) -> bool:
    if code is None and day is None:
        return True
    return any(
        (code is None or term.country == code) and (day is None or term.holds_on(day))
        for term in terms
    )
