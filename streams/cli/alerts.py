"""`tocsin alerts`: follow the alert topics as any subscriber would."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from processors.contracts import AlertKind, Severity
from processors.errors import MisconfigurationError
from streams.cli import context
from streams.reading.alerts import AlertFilter, LeaderQuery, Seen, decode_alert, leader_query
from streams.reading.terminal_text import visible_json
from streams.reading.time_argument import FORMS, moment_of
from streams.service.settings import Settings

if TYPE_CHECKING:
    from streams.kafka.envelope import Record


def alerts(  # noqa: PLR0913 - one argument an option
    kind: Annotated[AlertKind | None, typer.Option(help="Only alerts of this kind.")] = None,
    leader: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME|ID",
            help="Only alerts about this leader: words of a name, or an id such as Q7747. "
            "Repeat it for any of several.",
        ),
    ] = None,
    severity: Annotated[Severity, typer.Option(help="Only alerts at least this grave.")] = "low",
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help=f"Begin with what rang since: {FORMS}.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="End after so many alerts.")] = None,
    broker: Annotated[str | None, context.Broker] = None,
    *,
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="Begin with the oldest alert that is kept.")
    ] = False,
    follow: Annotated[
        bool,
        typer.Option(
            "--follow/--no-follow", help="Wait for new alerts, or end after those that are there."
        ),
    ] = True,
    json: Annotated[bool, context.Json] = False,
) -> None:
    """Show the alerts as they ring, with their reasons.

    Goes on until Ctrl-C. Reads news.alerts.<kind> and the topics that the rules in force name, as
    any subscriber would, without a consumer group: it commits nothing and takes nothing away from
    anyone. Each alert is shown once, even where the topic repeats it. Without --since and
    --from-beginning it begins with the next alert. With --json each line is an alert's value as it
    was published. The alerts of a canary tell no news: only --kind canary shows them.

    \b
    Examples:
      tocsin alerts
      tocsin alerts --leader Putin --leader Q15031 --severity medium
      tocsin alerts --kind encounter --since 2h
      tocsin alerts --from-beginning --no-follow --json | jq -r .reason

    \b
    Exit codes: 0 after Ctrl-C, --limit or --no-follow; others as in `tocsin --help`.
    """
    if from_beginning and since is not None:
        raise MisconfigurationError("give --from-beginning or --since, not both.")
    if not follow and not from_beginning and since is None:
        raise MisconfigurationError(
            "--no-follow shows alerts that are there: say which, with --since or --from-beginning."
        )
    settings = context.settings(broker=broker)
    start = _start(since, from_beginning=from_beginning)
    queries = tuple(leader_queries(leader or (), context.registry_extra(settings)))
    wanted = AlertFilter(severity, queries, kind)
    try:
        _show(settings, kind, start, wanted, limit=limit, follow=follow, json=json)
    except KeyboardInterrupt:
        # Following has no other end; a reading of what is there was broken off.
        if not follow:
            raise


def _start(since: str | None, *, from_beginning: bool) -> datetime | None:
    if from_beginning:
        return datetime.fromtimestamp(0, tz=UTC)
    if since is None:
        return None
    try:
        return moment_of(since, datetime.now(UTC))
    except ValueError as error:
        raise MisconfigurationError(f"--since: {error}.") from error


def leader_queries(texts: Sequence[str], extra: Path | None) -> Iterator[LeaderQuery]:
    """Read the values of --leader by the registry, which is loaded only where there are some.

    Raises:
        MisconfigurationError: one is neither an id nor a name.
    """
    if not texts:
        return
    from processors.leaders.registry.registry import load_registry  # noqa: PLC0415 - not needed by most

    known = {
        person.person_id: (person.name, *(alias.text for alias in person.aliases))
        for person in load_registry(extra).people.values()
    }
    for text in texts:
        try:
            query = leader_query(text, known)
        except ValueError as error:
            raise MisconfigurationError(f"--leader: {error}.") from error
        if query.words and not query.ids:
            _say(
                f"No leader of the registry is called {text!r}; "
                f"alerts whose leader's name has these words are shown."
            )
        yield query


def _show(
    settings: Settings,
    kind: AlertKind | None,
    start: datetime | None,
    wanted: AlertFilter,
    *,
    limit: int | None,
    follow: bool,
    json: bool,
) -> None:
    from streams.cli.views.alert import render  # noqa: PLC0415 - loads rich

    seen, shown = Seen(), 0
    console = context.data_console()
    for record in _records(settings, kind, start, follow=follow):
        alert = decode_alert(record.value)
        if alert is None:
            _say(
                f"{record.topic} {record.partition}:{record.offset} is no alert that this version "
                f"of tocsin can read; left out."
            )
            continue
        if seen.is_repeated(alert.alert_id) or not wanted.wants(alert):
            continue
        if json:
            typer.echo(visible_json((record.value or b"").decode()).replace("\n", " "))
        else:
            # rich would end with exit code 1 where the reader of our output has gone.
            with console.capture() as captured:
                console.print(render(alert), end="\n\n", soft_wrap=True)
            typer.echo(captured.get(), nl=False)
        shown += 1
        if shown == limit:
            break
    if not shown and not json:
        _say("No alert that you asked for is there.")


def _records(
    settings: Settings, kind: AlertKind | None, start: datetime | None, *, follow: bool
) -> "Iterator[Record]":
    # kafka-python takes a third of a second to load: `--help` does not pay for it.
    from streams.kafka import clients, subscriber  # noqa: PLC0415

    deployment = context.deployment(settings)
    topics = deployment.alerts.with_kind(kind)
    with clients.consumer_client(deployment.connection, settings) as consumer:
        partitions = subscriber.partitions_of(consumer, topics)
        ends = consumer.end_offsets(partitions)
        if start is not None:
            yield from subscriber.read(
                consumer, subscriber.offsets_since(consumer, ends, start), ends
            )
        if follow:
            _say(f"Waiting for alerts on {', '.join(topics)}; Ctrl-C ends.")
            yield from subscriber.follow(consumer, ends)


def _say(text: str) -> None:
    typer.echo(text, err=True)
