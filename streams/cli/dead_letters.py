"""`tocsin dead-letters`: list and show dead letters, and requeue them after a fix."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated

import msgspec
import typer

from processors.errors import MisconfigurationError
from streams.cli import context
from streams.cli.options import BrokerOption, DryRunOption, JsonOption, SinceOption, YesOption
from streams.cli.time_options import since_option
from streams.cli.views.counts import counted
from streams.cli.views.dead_letter import as_document, as_lines, whole, whole_document
from streams.errors import EXIT_INTERRUPTED
from streams.kafka.clients import consumer_client, producer_client
from streams.reading.dead_letter_log import DeadLetterLog, Selection, put_back
from streams.reading.dead_letters import Place, dead_letter, place_of, refusal, wanted_by
from streams.reading.terminal_text import visible_json
from streams.service.settings import Settings

app = typer.Typer(
    help="List records that could not be processed, and put them back.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

ReasonOption = Annotated[
    str | None,
    typer.Option(
        "--reason",
        metavar="REASON",
        help="Only dead letters with this reason, such as invalid_json.",
    ),
]


@app.command("list")
def list_(
    reason: ReasonOption = None,
    since: SinceOption = None,
    limit: Annotated[int, typer.Option(min=1, help="Maximum number of dead letters.")] = 20,
    broker: BrokerOption = None,
    *,
    json: JsonOption = False,
) -> None:
    """List dead letters with their reasons, the newest first.

    Each has a place, PARTITION:OFFSET, which `show` and `requeue` take. The time is when the
    record entered the topic that it came from.

    \b
    Examples:
      tocsin dead-letters list
      tocsin dead-letters list --reason invalid_json --since 1d --limit 100
      tocsin dead-letters list --json | jq -r .reason | sort | uniq -c
    """
    settings = context.settings(broker=broker)
    moment = since_option(since)
    with _log(settings) as log:
        letters = log.newest(wanted_by(reason, moment), moment, limit)
    if json:
        for letter in letters:
            typer.echo(_json(as_document(letter)))
        return
    console = context.data_console()
    for letter in letters:
        console.print(as_lines(letter), soft_wrap=True)
    if not letters:
        typer.echo("There are no such dead letters.", err=True)


@app.command()
def show(
    place: Annotated[
        str,
        typer.Argument(
            metavar="PARTITION:OFFSET", help="Place of a dead letter, as `list` shows it."
        ),
    ],
    broker: BrokerOption = None,
    *,
    raw: Annotated[
        bool,
        typer.Option("--raw", help="Write the bytes of the value as they are, and nothing else."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Show one dead letter: its reason, headers, key and the start of its value.

    A value that is not text is shown in hexadecimal. Characters that control a terminal are shown
    as <U+001B>. --raw writes the bytes as they are, so it writes to a file or a pipe only.

    \b
    Examples:
      tocsin dead-letters show 0:17
      tocsin dead-letters show 0:17 --raw > record.json
    """
    if raw and json:
        raise MisconfigurationError("give --raw or --json, not both.")
    if raw and sys.stdout.isatty():
        raise MisconfigurationError(
            "--raw would send the record's bytes to your terminal, which may obey them: "
            "redirect it to a file or a pipe."
        )
    settings = context.settings(broker=broker)
    wanted = _place(place)
    with _log(settings) as log:
        record = log.at(wanted)
    if raw:
        if record.value is None:
            typer.echo("The value is null: there is nothing to write.", err=True)
        sys.stdout.buffer.write(record.value or b"")
        sys.stdout.buffer.flush()
    elif json:
        typer.echo(_json(whole_document(record)))
    else:
        context.data_console().print(whole(record), soft_wrap=True)


@app.command()
def requeue(
    places: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PARTITION:OFFSET", help="Place of a dead letter, as `list` shows it."
        ),
    ] = None,
    reason: ReasonOption = None,
    since: SinceOption = None,
    broker: BrokerOption = None,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="All dead letters that --reason and --since leave.")
    ] = False,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Put dead letters back into the topic that they came from.

    Fix the cause first. Value, key, headers and timestamp stay the same. The header
    tocsin.requeued counts how often the record was put back. Records with the reason
    invalid_timestamp or future_timestamp get the present time, because they would come back
    otherwise.

    The dead letter itself stays until the retention of its topic removes it. So --all also takes
    dead letters that were put back before: narrow it down with --since and --reason. Identical
    records are put back once. Analysing an article again does not send a second alert.

    An alert that `tocsin forward` could not deliver goes back to its topic of alerts. Every
    subscriber receives it again, with the same id.

    Dead letters whose value was truncated cannot be put back, nor can those from topics that
    Tocsin does not read. If you name one by its place, nothing is put back. With --all they are
    left out and counted.

    \b
    Examples:
      tocsin dead-letters requeue 0:17 3:4
      tocsin dead-letters requeue --all --reason invalid_date --since 2h --dry-run
      tocsin dead-letters requeue --all --yes
    """
    if bool(places) == every:
        raise MisconfigurationError("name dead letters as PARTITION:OFFSET, or give --all.")
    if places and (reason is not None or since is not None):
        raise MisconfigurationError("--reason and --since go with --all, not with places.")
    settings = context.settings(broker=broker)
    named = [_place(text) for text in places or ()]
    moment = since_option(since)
    with _log(settings) as log:
        partitions = _sources(log, settings)
        if every:
            selection = log.select(wanted_by(reason, moment), moment, partitions)
        else:
            selection = _named(log, named, partitions)
        _report_left_out(selection)
        count = len(selection.places)
        if not count:
            typer.echo("There is nothing to put back.")
            return
        if dry_run:
            typer.echo(f"{counted(count, 'dead letter')} would be put back:")
            for place in selection.places:
                typer.echo(f"{place}")
            return
        if not yes:
            _confirm(count)
        _put_back(settings, log, selection, partitions)


@contextmanager
def _log(settings: Settings) -> Iterator[DeadLetterLog]:
    deployment = context.deployment(settings)
    with consumer_client(deployment.connection, settings) as consumer:
        yield DeadLetterLog(consumer, deployment.names.dead_letters)


def _sources(log: DeadLetterLog, settings: Settings) -> Mapping[str, int]:
    """Return the number of partitions of each topic that Tocsin reads.

    A worker reads articles and mentions. `tocsin forward` reads the alerts.
    """
    deployment = context.deployment(settings)
    names = deployment.names
    return log.partition_counts([names.articles, names.mentions, *deployment.alerts.news])


def _named(log: DeadLetterLog, places: list[Place], partitions: Mapping[str, int]) -> Selection:
    """Check every named dead letter before the first is requeued, and return the selection."""
    unique = sorted(set(places))
    causes = ((place, refusal(dead_letter(log.at(place)), partitions)) for place in unique)
    problems = [f"\n  - {place}: {cause}" for place, cause in causes if cause is not None]
    if problems:
        raise MisconfigurationError(f"nothing was put back, because of{''.join(problems)}")
    return Selection(unique, {}, 0)


def _report_left_out(selection: Selection) -> None:
    for cause, count in selection.refused.items():
        typer.echo(f"Left out {counted(count, 'dead letter')}: {cause}.", err=True)
    if selection.repeated:
        typer.echo(
            f"Left out {counted(selection.repeated, 'dead letter')}: copies of "
            f"records that are put back.",
            err=True,
        )


def _confirm(count: int) -> None:
    if not sys.stdin.isatty():
        raise MisconfigurationError(
            f"{counted(count, 'dead letter')} would be put back. There is no terminal to ask on: "
            f"give --yes to do it, or --dry-run to see which."
        )
    if not typer.confirm(f"Put {counted(count, 'dead letter')} back?", err=True):
        typer.echo("Nothing was put back.", err=True)
        raise typer.Exit(EXIT_INTERRUPTED)


def _put_back(
    settings: Settings,
    log: DeadLetterLog,
    selection: Selection,
    partitions: Mapping[str, int],
) -> None:

    restamped: list[int] = []
    with producer_client(context.connection(settings), settings) as producer:
        records = log.records(selection.places)
        done = put_back(producer, records, partitions, lambda: restamped.append(1))
    typer.echo(f"{counted(done, 'dead letter')} put back.")
    if restamped:
        typer.echo(
            f"{counted(len(restamped), 'dead letter')} had an impossible timestamp and got "
            f"a new one: their event time is now."
        )
    gone = len(selection.places) - done
    if gone:
        typer.echo(
            f"{counted(gone, 'dead letter')} had gone meanwhile: its retention was over.", err=True
        )


def _json(document: object) -> str:
    return visible_json(msgspec.json.encode(document).decode())


def _letters(count: int) -> str:
    return counted(count, "dead letter")


def _place(text: str) -> Place:
    try:
        return place_of(text)
    except ValueError as error:
        raise MisconfigurationError(f"{error}.") from error
