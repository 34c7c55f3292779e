"""Options that several commands share. Each has the same meaning in every command."""

from typing import Annotated

import typer

from processors.contracts import AlertKind, Severity
from streams.reading.time_argument import FORMS

# Connection.
BrokerOption = Annotated[
    str | None,
    typer.Option(
        "--broker",
        metavar="HOST:PORT[,…]",
        help="Bootstrap addresses of the Kafka brokers. Default: TOCSIN_BROKER.",
    ),
]
MetricsPortOption = Annotated[
    int | None,
    typer.Option(
        "--http-port",
        min=0,
        max=65_535,
        help="Port of /metrics, /livez and /readyz; 0 picks a free one. Default: TOCSIN_HTTP_PORT.",
    ),
]
PagePortOption = Annotated[
    int | None,
    typer.Option(
        "--http-port",
        min=0,
        max=65_535,
        help="Port of the live page, /metrics, /livez and /readyz; 0 picks a free one. "
        "Default: TOCSIN_HTTP_PORT.",
    ),
]

# Time range. The end is exclusive.
SinceOption = Annotated[
    str | None,
    typer.Option("--since", metavar="TIME", help=f"Start of the time range: {FORMS}."),
]
UntilOption = Annotated[
    str | None,
    typer.Option(
        "--until", metavar="TIME", help="End of the time range, in the same forms. Default: now."
    ),
]

# Filters.
KindOption = Annotated[AlertKind | None, typer.Option("--kind", help="Only alerts of this kind.")]
LeaderOption = Annotated[
    list[str] | None,
    typer.Option(
        "--leader",
        metavar="NAME|ID",
        help="Only this leader: words of a name, or an id such as Q7747. Repeat the option for "
        "several leaders.",
    ),
]
MinSeverityOption = Annotated[
    Severity, typer.Option("--min-severity", help="Only alerts of this severity or above.")
]

# Output and confirmation.
JsonOption = Annotated[
    bool, typer.Option("--json", help="Write JSON for programs, one document a line.")
]
YesOption = Annotated[
    bool, typer.Option("--yes", "-y", help="Do it without asking for confirmation.")
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be done, and change nothing.")
]
