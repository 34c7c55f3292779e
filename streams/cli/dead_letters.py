"""`tocsin dead-letters`: look at what could not be read, and put it back when that is mended."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from processors.errors import MisconfigurationError
from streams.cli import context
from streams.errors import EXIT_INTERRUPTED
from streams.reading.dead_letters import Place, dead_letter, place_of, refusal, wanted_by
from streams.reading.terminal_text import visible_json
from streams.reading.time_argument import FORMS, moment_of
from streams.service.settings import Settings

if TYPE_CHECKING:
    from streams.reading.dead_letter_log import DeadLetterLog, Selection

app = typer.Typer(
    help="Look at what could not be read, and put it back.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Reason = typer.Option(metavar="REASON", help="Only those with this reason, such as invalid_json.")
Since = typer.Option(metavar="TIME", help=f"Only records that entered their topic since: {FORMS}.")


@app.command("list")
def list_(
    reason: Annotated[str | None, Reason] = None,
    since: Annotated[str | None, Since] = None,
    limit: Annotated[int, typer.Option(min=1, help="Show at most so many.")] = 20,
    broker: Annotated[str | None, context.Broker] = None,
    *,
    json: Annotated[bool, context.Json] = False,
) -> None:
    """List the newest dead letters, the newest first: place, time, reason, and what was wrong.

    The place, PARTITION:OFFSET, is what `show` and `requeue` take. The time is when the record
    entered the topic that it came from.

    \b
    Examples:
      tocsin dead-letters list
      tocsin dead-letters list --reason invalid_json --since 1d --limit 100
      tocsin dead-letters list --json | jq -r .reason | sort | uniq -c
    """
    from streams.cli.views.dead_letter import as_document, as_lines  # noqa: PLC0415 - loads rich

    settings = context.settings(broker=broker)
    moment = _moment(since)
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
    place: Annotated[str, typer.Argument(metavar="PARTITION:OFFSET", help="From `list`.")],
    broker: Annotated[str | None, context.Broker] = None,
    *,
    raw: Annotated[
        bool, typer.Option("--raw", help="Write the value's bytes as they are, and nothing else.")
    ] = False,
    json: Annotated[bool, context.Json] = False,
) -> None:
    """Show one dead letter: why it is here, its headers and key, and the beginning of its value.

    A value that is no text is shown in hexadecimal. What a terminal would obey is shown as
    <U+001B>; with --raw it is not, so --raw writes to a file or a pipe alone.

    \b
    Examples:
      tocsin dead-letters show 0:17
      tocsin dead-letters show 0:17 --raw > record.json
    """
    from streams.cli.views.dead_letter import whole, whole_document  # noqa: PLC0415 - loads rich

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
        list[str] | None, typer.Argument(metavar="PARTITION:OFFSET", help="From `list`.")
    ] = None,
    reason: Annotated[str | None, Reason] = None,
    since: Annotated[str | None, Since] = None,
    broker: Annotated[str | None, context.Broker] = None,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="All of them, or all that --reason and --since leave.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be put back, and end.")
    ] = False,
) -> None:
    """Put dead letters back into the topic that they came from, to be read once more.

    Mend the cause first. Bytes, key, headers and timestamp are as they were; the header
    tocsin.requeued counts how often the record was put back. Records with the reason
    invalid_timestamp or future_timestamp get the time of now instead, or they would come back. The
    dead letter itself stays, until its topic's retention removes it: so --all also takes what was
    put back before (analysing an article again rings no second alert). Narrow it with --since and
    --reason. Records that are the same are put back once.

    An alert that `tocsin forward` could not deliver goes back to its topic of alerts: every
    subscriber gets it again, under the same id.

    Dead letters that were cut short when they were stored cannot be put back, nor those from a
    topic that Tocsin does not read: named by their places they are an error, and nothing is put
    back; with --all they are left out and counted.

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
    moment = _moment(since)
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
            typer.echo(f"{_letters(count)} would be put back:")
            for place in selection.places:
                typer.echo(f"{place}")
            return
        if not yes:
            _confirm(count)
        _put_back(settings, log, selection, partitions)


@contextmanager
def _log(settings: Settings) -> "Iterator[DeadLetterLog]":
    # kafka-python takes a third of a second to load: `--help` does not pay for it.
    from streams.kafka.clients import consumer_client  # noqa: PLC0415 - see above
    from streams.reading.dead_letter_log import DeadLetterLog  # noqa: PLC0415

    deployment = context.deployment(settings)
    with consumer_client(deployment.connection, settings) as consumer:
        yield DeadLetterLog(consumer, deployment.names.dead_letters)


def _sources(log: "DeadLetterLog", settings: Settings) -> Mapping[str, int]:
    """Give the topics that Tocsin reads, and the number of their partitions.

    A worker reads articles and mentions, `tocsin forward` the alerts.
    """
    deployment = context.deployment(settings)
    names = deployment.names
    return log.partition_counts([names.articles, names.mentions, *deployment.alerts.news])


def _named(log: "DeadLetterLog", places: list[Place], partitions: Mapping[str, int]) -> "Selection":
    """Check every named dead letter before the first is put back."""
    from streams.reading.dead_letter_log import Selection  # noqa: PLC0415 - loads kafka-python

    unique = sorted(set(places))
    causes = ((place, refusal(dead_letter(log.at(place)), partitions)) for place in unique)
    problems = [f"\n  - {place}: {cause}" for place, cause in causes if cause is not None]
    if problems:
        raise MisconfigurationError(f"nothing was put back, because of{''.join(problems)}")
    return Selection(unique, {}, 0)


def _report_left_out(selection: "Selection") -> None:
    for cause, count in selection.refused.items():
        typer.echo(f"Left out {_letters(count)}: {cause}.", err=True)
    if selection.repeated:
        typer.echo(
            f"Left out {_letters(selection.repeated)} of records that are put back anyway.",
            err=True,
        )


def _confirm(count: int) -> None:
    if not sys.stdin.isatty():
        raise MisconfigurationError(
            f"{_letters(count)} would be put back. There is no terminal to ask on: "
            f"give --yes to do it, or --dry-run to see which."
        )
    if not typer.confirm(f"Put {_letters(count)} back?", err=True):
        typer.echo("Nothing was put back.", err=True)
        raise typer.Exit(EXIT_INTERRUPTED)


def _put_back(
    settings: Settings,
    log: "DeadLetterLog",
    selection: "Selection",
    partitions: Mapping[str, int],
) -> None:
    from streams.kafka.clients import producer_client  # noqa: PLC0415 - loads kafka-python
    from streams.reading.dead_letter_log import put_back  # noqa: PLC0415

    restamped: list[int] = []
    with producer_client(context.connection(settings), settings) as producer:
        records = log.records(selection.places)
        done = put_back(producer, records, partitions, lambda: restamped.append(1))
    typer.echo(f"{_letters(done)} put back.")
    if restamped:
        typer.echo(
            f"{_letters(len(restamped))} had an impossible timestamp and got a new one: their "
            f"event time is now."
        )
    gone = len(selection.places) - done
    if gone:
        typer.echo(f"{_letters(gone)} had gone meanwhile: its retention was over.", err=True)


def _json(document: object) -> str:
    return visible_json(msgspec.json.encode(document).decode())


def _letters(count: int) -> str:
    return "1 dead letter" if count == 1 else f"{count} dead letters"


def _place(text: str) -> Place:
    try:
        return place_of(text)
    except ValueError as error:
        raise MisconfigurationError(f"{error}.") from error


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return moment_of(text, datetime.now(UTC))
    except ValueError as error:
        raise MisconfigurationError(f"--since: {error}.") from error
