"""`tocsin alerts`: follow the alert topics as an ordinary subscriber."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import typer

from processors.contracts import AlertKind
from processors.errors import MisconfigurationError
from streams.cli import context
from streams.cli.alert_filters import alert_filter
from streams.cli.options import (
    BrokerOption,
    JsonOption,
    KindOption,
    LeaderOption,
    MinSeverityOption,
    SinceOption,
)
from streams.cli.time_options import since_option
from streams.cli.views.alert import print_alert
from streams.kafka import clients, subscriber
from streams.kafka.envelope import Record
from streams.reading.alerts import AlertFilter, Seen, decode_alert
from streams.reading.terminal_text import visible_json
from streams.service.settings import Settings


def alerts(  # noqa: PLR0913 - one argument an option
    kind: KindOption = None,
    leader: LeaderOption = None,
    min_severity: MinSeverityOption = "low",
    since: SinceOption = None,
    limit: Annotated[int | None, typer.Option(min=1, help="End after this many alerts.")] = None,
    broker: BrokerOption = None,
    *,
    follow: Annotated[
        bool,
        typer.Option(
            "--follow/--no-follow", help="Wait for new alerts, or end after the existing ones."
        ),
    ] = True,
    details: Annotated[
        bool, typer.Option("--details", help="Also show every article and sentence, and ids.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Show alerts as they are sent, with their reasons.

    Follows news.alerts.<kind> and the topics that your rules name until you press Ctrl-C. It
    starts with the next alert, or with the first one after --since. Each alert is shown once, even
    if the topic repeats it: its reason, its two strongest sentences and a link.

    Reading does not affect other subscribers: there is no consumer group, and nothing is
    committed. Alerts of a canary are shown with --kind canary only.

    \b
    Examples:
      tocsin alerts
      tocsin alerts --leader Putin --leader Q15031 --min-severity medium
      tocsin alerts --kind encounter --since 2h --details
      tocsin alerts --since beginning --no-follow --json | jq -r .reason

    \b
    Exit codes: 0 after Ctrl-C, --limit or --no-follow; others as in `tocsin --help`.
    """
    if not follow and since is None:
        raise MisconfigurationError(
            "--no-follow shows alerts that exist already: say from when, such as "
            "--since 2h or --since beginning."
        )
    start = since_option(since)
    settings = context.settings(broker=broker)
    wanted = alert_filter(settings, kind, leader or (), min_severity)
    try:
        _show(settings, start, wanted, limit=limit, follow=follow, details=details, json=json)
    except KeyboardInterrupt:
        # With --follow, Ctrl-C is the usual end. Otherwise it interrupts the reading.
        if not follow:
            raise


def _show(
    settings: Settings,
    start: datetime | None,
    wanted: AlertFilter,
    *,
    limit: int | None,
    follow: bool,
    details: bool,
    json: bool,
) -> None:
    seen, shown = Seen(), 0
    console = context.data_console()
    for record in _records(settings, wanted.kind, start, follow=follow):
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
            # If the reader of the output has closed it, rich would end with exit code 1.
            with console.capture() as captured:
                print_alert(console, alert, details=details)
            typer.echo(captured.get(), nl=False)
        shown += 1
        if shown == limit:
            break
    if not shown and not json:
        _say("No alert that you asked for is there.")


def _records(
    settings: Settings, kind: AlertKind | None, start: datetime | None, *, follow: bool
) -> Iterator[Record]:
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
