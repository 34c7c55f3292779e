"""`tocsin forward`: send alerts to an HTTP receiver or a file."""

from typing import Annotated, Literal

import typer

from streams.cli.options import (
    BrokerOption,
    KindOption,
    LeaderOption,
    MetricsPortOption,
    MinSeverityOption,
    SinceOption,
)


def forward(  # noqa: PLR0913 - one argument an option
    to: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Receiver: https://…, file:/path, or - for standard output. Default: "
            "TOCSIN_FORWARD_TO, which is not visible in the list of processes.",
        ),
    ] = None,
    mode: Annotated[
        Literal["binary", "structured"] | None,
        typer.Option(help="CloudEvents content mode. Default: TOCSIN_FORWARD_MODE (binary)."),
    ] = None,
    kind: KindOption = None,
    leader: LeaderOption = None,
    min_severity: MinSeverityOption = "low",
    group: Annotated[
        str | None,
        typer.Option(
            help="Consumer group; use one for each receiver. Default: <application id>-forward."
        ),
    ] = None,
    *,
    since: SinceOption = None,
    http_port: MetricsPortOption = None,
    broker: BrokerOption = None,
    allow_http: Annotated[
        bool | None, typer.Option("--allow-http", help="Allow an address without encryption.")
    ] = None,
    allow_private: Annotated[
        bool | None,
        typer.Option("--allow-private", help="Allow private, loopback and link-local addresses."),
    ] = None,
) -> None:
    """Send alerts to an HTTP receiver or a file, until stopped.

    --to names the receiver: an https address, file:/path for a file of JSON lines, or - for
    standard output. In a file, each line is a CloudEvent whose data is the alert.

    To an address, each alert is one POST request: a CloudEvent, signed with TOCSIN_FORWARD_SECRET
    as the Standard Webhooks describe. A delivery that fails is retried with growing pauses, for
    TOCSIN_FORWARD_GIVE_UP_SECONDS. An alert that the receiver refuses (4xx other than 408, 425 and
    429, or a redirect), or that could not be delivered in time, goes to news.dead-letters. Put it
    back with `tocsin dead-letters requeue`.

    Each alert arrives at least once, and always with the same webhook-id. Alerts of one leader and
    kind arrive in order.

    A consumer group that has read before continues where it stopped. A new group starts with the
    next alert, or with the first one after --since. Filters skip alerts for good: changing a
    filter does not bring them back.

    \b
    Examples:
      export TOCSIN_FORWARD_SECRET=whsec_$(openssl rand -base64 32)
      tocsin forward --to https://hooks.example.com/alerts
      tocsin forward --to https://desk.example.com/ --group desk --min-severity high --leader Macron
      tocsin forward --to http://127.0.0.1:8080/ --allow-http --allow-private --since 1d
      tocsin forward --to file:/var/log/tocsin/alerts.jsonl --group archive --since beginning
      tocsin forward --to - --group pipe | jq -r .data.reason

    \b
    Exit codes: 0 after SIGTERM or Ctrl-C; 3 also where the receiver refuses one alert after the
    other; others as in `tocsin --help`.
    """
    from streams.cli.forward_run import run  # noqa: PLC0415 - see `lazy_group`

    run(
        {
            "broker": broker,
            "forward_to": to,
            "forward_mode": mode,
            "forward_group": group,
            "forward_allow_http": allow_http,
            "forward_allow_private": allow_private,
            "http_port": http_port,
        },
        kind,
        leader or (),
        min_severity,
        since,
    )
