"""Runs a new or an existing replay, as the options say, and shows its result."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
import typer

from processors.errors import MisconfigurationError
from streams.cli import context
from streams.cli.replay.admin import replay_admin_of
from streams.cli.replay.finish_run import do_actions
from streams.cli.replay.manage_run import compared
from streams.cli.replay.options import FinishActions, ReplayOptions, ReplaySettings
from streams.cli.replay.request import range_of
from streams.cli.replay.start import ready_replay, show_plan
from streams.cli.replay.work import worked
from streams.cli.views.replay import summary_line
from streams.errors import EXIT_INTERRUPTED, TopicMismatchError
from streams.kafka.deployment import Deployment
from streams.replay.manifest import Manifest, read_speed, require_complete

log = structlog.get_logger(__name__)


def run(
    which: ReplayOptions,
    after: FinishActions,
    given: ReplaySettings,
    *,
    dry_run: bool,
    json: bool,
) -> None:
    """Check the options and run the replay, or show its plan.

    Raises:
        MisconfigurationError: Options contradict each other.
        ReplayRangeError: The range is not valid.
        typer.Exit: The replay was interrupted.
    """
    _check(which, given.topic, after, dry_run=dry_run)
    settings = context.settings(
        broker=given.broker, articles_topic=given.topic, http_port=given.http_port
    )
    deployment = context.deployment(settings)
    if dry_run:
        show_plan(deployment, which, json=json)
    else:
        _run(deployment, which, after, json=json)


def _check(which: ReplayOptions, topic: str | None, after: FinishActions, *, dry_run: bool) -> None:
    old = which.join or which.resume
    if which.join and which.resume:
        raise MisconfigurationError("give --join or --resume, not both.")
    if old and (which.has_own or topic or dry_run):
        raise MisconfigurationError(
            "a replay that is there has all of its options: give --join or --resume alone."
        )
    if after and (which.join or dry_run):
        raise MisconfigurationError(
            "--publish and --warm are for whoever makes or resumes a replay; without it there are "
            "`tocsin replay publish` and `tocsin replay warm`."
        )
    if not old:
        # Check range and speed before connecting to the broker.
        range_of(which, datetime.now(UTC))
        if which.speed is not None:
            read_speed(which.speed)


def _run(deployment: Deployment, which: ReplayOptions, after: FinishActions, *, json: bool) -> None:
    manifest = ready_replay(deployment, which, after)
    if manifest.finished is None:
        manifest = worked(deployment, manifest)
    finished = manifest.finished
    if finished is None:
        typer.echo(f"Interrupted. `tocsin replay --resume {manifest.replay_id}` goes on.", err=True)
        raise typer.Exit(EXIT_INTERRUPTED)
    with replay_admin_of(deployment) as replay_admin:
        differences = _differences(replay_admin, deployment, manifest)
        if json:
            document = {"replay_id": manifest.replay_id, **msgspec.to_builtins(finished)}
            document["differences"] = differences
            typer.echo(msgspec.json.encode(document).decode())
        else:
            typer.echo(summary_line(manifest, finished, differences))
        require_complete(manifest)
        do_actions(after, replay_admin, manifest, deployment)


def _differences(
    replay_admin: Any, deployment: Deployment, manifest: Manifest
) -> dict[str, int] | None:
    """Return counts of the differences from live, or None if there is nothing to compare with."""
    if manifest.topic != deployment.names.articles:
        return None
    try:
        return compared(replay_admin, deployment, manifest).counts
    except TopicMismatchError as error:
        log.warning("replay.not_compared", error=str(error))
        return None
