"""What a finished replay is used for: its alerts are published, or a new deployment is warmed.

Both are commands of their own, for a replay that is there, and options of `tocsin replay`, which
asks before it starts and does them at the end. Owns the questions. Must not know how a replay
runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.cli import context
from streams.cli.replay.admin import agree, replay_admin_of

if TYPE_CHECKING:
    from streams.kafka.deployment import Deployment
    from streams.replay.manifest import Manifest

ReplayId = Annotated[str, typer.Argument(metavar="ID", help="The replay.")]
Incomplete = Annotated[
    bool,
    typer.Option(
        "--incomplete", help="Also where the replay's results do not cover its whole range."
    ),
]


@dataclass(frozen=True, slots=True)
class FinishActions:
    """What is to be done when the replay is finished; `yes`: without a question."""

    publish: bool
    warm: bool
    yes: bool

    def __bool__(self) -> bool:
        return self.publish or self.warm

    def agree(self, replay_admin: Any, manifest: "Manifest", deployment: "Deployment") -> None:
        """Ask before the replay starts, and refuse then what could not be done at its end.

        Raises:
            MisconfigurationError: nobody can be asked.
            ReplayStateError: the replay cannot warm the deployment, or that has begun.
            ReplayBusyError: the deployment's workers run.
        """
        if self.warm:
            replay_admin.check_can_be_warmed(manifest)
            agree(
                f"Let {deployment.settings.application_id} begin with the state that the replay "
                f"{manifest.replay_id} comes to, after its range?",
                yes=self.yes,
            )
        if self.publish:
            agree(
                f"Write those alerts of the replay {manifest.replay_id} that never rang into the "
                f"live topics at its end, where subscribers take them for new?",
                yes=self.yes,
            )

    def do(self, replay_admin: Any, manifest: "Manifest", deployment: "Deployment") -> None:
        """Do it; the replay is finished and complete."""
        if self.warm:
            states = replay_admin.states_to_copy(manifest)
            _warm(replay_admin, manifest, deployment, states)
        if self.publish:
            _publish(
                replay_admin, manifest, deployment, _unpublished(replay_admin, manifest, deployment)
            )


def publish(
    replay_id: ReplayId,
    broker: Annotated[str | None, context.Broker] = None,
    *,
    incomplete: Incomplete = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Write those alerts of a finished replay into the live topics that are not there yet.

    What has an id that is there already is left out, so nothing rings twice, and a second time
    publishes nothing. Each keeps the replay's id in its header and value. A replay that is
    incomplete is refused with exit code 4, unless --incomplete is given.

    \b
    Examples:
      tocsin replay diff new-rule
      tocsin replay publish new-rule
    """
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


def warm(
    replay_id: ReplayId,
    broker: Annotated[str | None, context.Broker] = None,
    *,
    incomplete: Incomplete = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Let a new deployment begin where a finished replay ended, with the state that it came to.

    Baselines, cooldowns and known stories are those of the replay then, and the first article read
    is the one after its range. No alert is sent. Only a deployment that has not begun is warmed: no
    worker, no offset, no state under TOCSIN_APPLICATION_ID. A replay that is incomplete is refused
    with exit code 4, unless --incomplete is given.

    \b
    Examples:
      tocsin topics apply
      tocsin replay --from -30d --id history
      tocsin replay warm history && tocsin worker
    """
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


def _complete(replay_admin: Any, replay_id: str, *, incomplete: bool) -> "Manifest":
    from streams.replay.manifest import require_complete  # noqa: PLC0415 - loads Kafka's client

    manifest: Manifest = replay_admin.manifests.get(replay_id)
    require_complete(manifest, incomplete=incomplete)
    return manifest


def _unpublished(replay_admin: Any, manifest: "Manifest", deployment: "Deployment") -> list[Any]:
    from streams.replay import alerts  # noqa: PLC0415 - loads Kafka's client

    found: list[Any] = replay_admin.with_consumer(
        partial(alerts.unpublished_records, deployment=deployment, manifest=manifest)
    )
    return found


def _publish(
    replay_admin: Any, manifest: "Manifest", deployment: "Deployment", new: Sequence[Any]
) -> None:
    from streams.replay import alerts  # noqa: PLC0415 - loads Kafka's client

    replay_admin.send(
        [alerts.for_live_topic(record, deployment.settings, manifest) for record in new]
    )
    typer.echo(f"Published {len(new)} alerts of the replay {manifest.replay_id}.", err=True)


def _warm(replay_admin: Any, manifest: "Manifest", deployment: "Deployment", states: Any) -> None:
    replay_admin.warm(manifest, states)
    application_id = deployment.settings.application_id
    typer.echo(f"{application_id} begins with {len(states)} leaders.", err=True)
