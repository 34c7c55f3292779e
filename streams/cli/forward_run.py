"""Sends alerts to a receiver, until stopped."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from processors.contracts import AlertKind, Severity
from streams.cli import context
from streams.cli.alert_filters import alert_filter
from streams.cli.time_options import since_option
from streams.forward.alert_forwarder import Job
from streams.forward.forwarder import Forwarder
from streams.forward.sinks.selection import sink_of
from streams.kafka.deployment import Deployment
from streams.reading.alerts import AlertFilter


def run(
    overrides: Mapping[str, object],
    kind: AlertKind | None,
    leaders: Sequence[str],
    min_severity: Severity,
    since: str | None,
) -> None:
    """Forward the alerts that the filters choose, until SIGTERM or SIGINT.

    Args:
        overrides: Settings given on the command line.
        kind: Kind of the alerts. None means every kind.
        leaders: Leaders that the alerts are about. An empty sequence means every leader.
        min_severity: Minimum severity of the alerts.
        since: Time at which a new consumer group starts. None means with the next alert.
    """
    settings = context.settings(**overrides)
    start = since_option(since)
    wanted = alert_filter(settings, kind, leaders, min_severity)
    deployment = context.deployment(settings)
    job = _job(deployment, wanted, start)
    asyncio.run(_run(deployment, job))


def _job(deployment: Deployment, wanted: AlertFilter, start: datetime | None) -> Job:
    settings = deployment.settings
    return Job(
        sink=sink_of(settings),
        group=settings.forward_group or f"{settings.application_id}-forward",
        topics=deployment.alerts.with_kind(wanted.kind),
        wanted=wanted,
        since=start,
    )


async def _run(deployment: Deployment, job: Job) -> None:
    await Forwarder(deployment, job).run()
