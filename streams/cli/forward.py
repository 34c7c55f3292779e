"""`tocsin forward`: send the alerts to an HTTP receiver or a file."""

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from processors.contracts import AlertKind, Severity
from processors.errors import MisconfigurationError
from streams.cli import context
from streams.cli.alerts import leader_queries
from streams.reading.alerts import AlertFilter
from streams.reading.time_argument import FORMS, moment_of

if TYPE_CHECKING:
    from streams.forward.alert_forwarder import Job
    from streams.kafka.deployment import Deployment


def forward(  # noqa: PLR0913 - one argument an option
    to: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Where to: https://…, file:/path, or - for standard output. Without it: "
            "TOCSIN_FORWARD_TO, which a process list does not show.",
        ),
    ] = None,
    mode: Annotated[
        Literal["binary", "structured"] | None,
        typer.Option(help="How a CloudEvent is laid out in HTTP. Default: binary."),
    ] = None,
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
    group: Annotated[
        str | None,
        typer.Option(help="Consumer group: one for each receiver. Default: tocsin-forward."),
    ] = None,
    *,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help=f"Where a new group begins: with what rang since: {FORMS}."
        ),
    ] = None,
    http_port: Annotated[
        int | None, typer.Option(help="Port of /metrics, /livez and /readyz; 0: any free one.")
    ] = None,
    broker: Annotated[str | None, context.Broker] = None,
    from_beginning: Annotated[
        bool,
        typer.Option("--from-beginning", help="A new group begins with the oldest alert kept."),
    ] = False,
    allow_http: Annotated[
        bool | None, typer.Option("--allow-http", help="Take an address without encryption.")
    ] = None,
    allow_private: Annotated[
        bool | None,
        typer.Option(
            "--allow-private", help="Take private, loopback and link-local addresses too."
        ),
    ] = None,
) -> None:
    """Send alerts to an HTTP receiver or a file, until stopped.

    --to names the receiver: an https address, file:/path for a file of JSON lines, or - for
    standard output. In a file each line is a CloudEvent whose data is the alert.

    To an address each alert is one POST: a CloudEvent, signed with TOCSIN_FORWARD_SECRET by the
    conventions of the Standard Webhooks. An attempt that fails is repeated, at growing intervals,
    for TOCSIN_FORWARD_GIVE_UP_SECONDS. An alert that is refused (4xx other than 408, 425 and 429,
    and redirects) or given up goes to news.dead-letters, and `tocsin dead-letters requeue` puts it
    back. Alerts arrive at least once, and the same alert always has the same webhook-id. Those of
    one leader and kind arrive in order.

    A group that has read before goes on where it was; a new one begins with the next alert.
    Filters hold from then on: what they leave out is passed over for good.

    \b
    Examples:
      export TOCSIN_FORWARD_SECRET=whsec_$(openssl rand -base64 32)
      tocsin forward --to https://hooks.example.com/alerts
      tocsin forward --to https://desk.example.com/ --group desk --severity high --leader Macron
      tocsin forward --to http://127.0.0.1:8080/ --allow-http --allow-private --since 1d
      tocsin forward --to file:/var/log/tocsin/alerts.jsonl --group archive --from-beginning
      tocsin forward --to - --group pipe | jq -r .data.reason

    \b
    Exit codes: 0 after SIGTERM or Ctrl-C; 3 also where the receiver refuses one alert after the
    other; others as in `tocsin --help`.
    """
    settings = context.settings(
        broker=broker,
        forward_to=to,
        forward_mode=mode,
        forward_group=group,
        forward_allow_http=allow_http,
        forward_allow_private=allow_private,
        http_port=http_port,
    )
    begins = _begins(since, from_beginning=from_beginning)
    queries = tuple(leader_queries(leader or (), context.registry_extra(settings)))
    deployment = context.deployment(settings)
    job = _job(deployment, AlertFilter(severity, queries, kind), begins)
    asyncio.run(_run(deployment, job))


def _begins(since: str | None, *, from_beginning: bool) -> datetime | None:
    if from_beginning and since is not None:
        raise MisconfigurationError("give --from-beginning or --since, not both.")
    if from_beginning:
        return datetime.fromtimestamp(0, tz=UTC)
    try:
        return None if since is None else moment_of(since, datetime.now(UTC))
    except ValueError as error:
        raise MisconfigurationError(f"--since: {error}.") from error


def _job(deployment: "Deployment", wanted: AlertFilter, begins: datetime | None) -> "Job":
    # Both Kafka clients take half a second to load: `--help` does not pay for it.
    from streams.forward.alert_forwarder import Job  # noqa: PLC0415 - see above
    from streams.forward.sinks.selection import sink_of  # noqa: PLC0415

    settings = deployment.settings
    return Job(
        sink=sink_of(settings),
        group=settings.forward_group or f"{settings.application_id}-forward",
        topics=deployment.alerts.with_kind(wanted.kind),
        wanted=wanted,
        since=begins,
    )


async def _run(deployment: "Deployment", job: "Job") -> None:
    from streams.forward.forwarder import Forwarder  # noqa: PLC0415 - see above

    await Forwarder(deployment, job).run()
