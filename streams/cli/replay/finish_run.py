"""Uses the result of a finished replay: publishes its alerts, or warms a new deployment.

Both are commands for a replay that exists, and options of `tocsin replay`, which asks before it
starts and acts at the end.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import typer

from streams.cli import context
from streams.cli.replay.admin import agree, replay_admin_of
from streams.cli.replay.options import FinishActions
from streams.kafka.deployment import Deployment
from streams.replay import alerts
from streams.replay.manifest import Manifest, require_complete


def publish(replay_id: str, broker: str | None, *, incomplete: bool, yes: bool) -> None:
    """Write alerts of a finished replay that were never sent to the live topics."""
    deployment = context.deployment(context.settings(broker=broker))
    with replay_admin_of(deployment) as replay_admin:
        manifest = _complete(replay_admin, replay_id, incomplete=incomplete)
        new = _unpublished(replay_admin, manifest, deployment)
        if new:
            agree(
                f"Write {len(new)} alerts of the replay {replay_id} into the live topics, where "
                f"subscribers take them for new?",
                yes=yes,
            )
        _publish(replay_admin, manifest, deployment, new)


def warm(replay_id: str, broker: str | None, *, incomplete: bool, yes: bool) -> None:
    """Start a new deployment with the state that a finished replay ended with."""
    deployment = context.deployment(context.settings(broker=broker))
    with replay_admin_of(deployment) as replay_admin:
        manifest = _complete(replay_admin, replay_id, incomplete=incomplete)
        states = replay_admin.states_to_copy(manifest, incomplete=incomplete)
        agree(
            f"Let {deployment.settings.application_id} begin with the state of {len(states)} "
            f"leaders, after the range of the replay {replay_id}?",
            yes=yes,
        )
        _warm(replay_admin, manifest, deployment, states)


def agree_to_actions(
    actions: FinishActions, replay_admin: Any, manifest: Manifest, deployment: Deployment
) -> None:
    """Ask before the replay starts, and refuse then what could not be done at its end.

    Raises:
        MisconfigurationError: nobody can be asked.
        ReplayStateError: the replay cannot warm the deployment, or that has begun.
        ReplayBusyError: the deployment's workers run.
    """
    if actions.warm:
        replay_admin.check_can_be_warmed(manifest)
        agree(
            f"Let {deployment.settings.application_id} begin with the state that the replay "
            f"{manifest.replay_id} comes to, after its range?",
            yes=actions.yes,
        )
    if actions.publish:
        agree(
            f"Write those alerts of the replay {manifest.replay_id} that were never sent live into "
            f"the live topics at its end, where subscribers receive them as new?",
            yes=actions.yes,
        )


def do_actions(
    actions: FinishActions, replay_admin: Any, manifest: Manifest, deployment: Deployment
) -> None:
    """Do it; the replay is finished and complete."""
    if actions.warm:
        states = replay_admin.states_to_copy(manifest)
        _warm(replay_admin, manifest, deployment, states)
    if actions.publish:
        _publish(
            replay_admin, manifest, deployment, _unpublished(replay_admin, manifest, deployment)
        )


def _complete(replay_admin: Any, replay_id: str, *, incomplete: bool) -> Manifest:

    manifest: Manifest = replay_admin.manifests.get(replay_id)
    require_complete(manifest, incomplete=incomplete)
    return manifest


def _unpublished(replay_admin: Any, manifest: Manifest, deployment: Deployment) -> list[Any]:

    found: list[Any] = replay_admin.with_consumer(
        partial(alerts.unpublished_records, deployment=deployment, manifest=manifest)
    )
    return found


def _publish(
    replay_admin: Any, manifest: Manifest, deployment: Deployment, new: Sequence[Any]
) -> None:

    replay_admin.send(
        [alerts.for_live_topic(record, deployment.settings, manifest) for record in new]
    )
    typer.echo(f"Published {len(new)} alerts of the replay {manifest.replay_id}.", err=True)


def _warm(replay_admin: Any, manifest: Manifest, deployment: Deployment, states: Any) -> None:
    replay_admin.warm(manifest, states)
    application_id = deployment.settings.application_id
    typer.echo(f"{application_id} begins with {len(states)} leaders.", err=True)
