"""Prepares the replay of a call of `tocsin replay`: plans, shows, creates or finds it."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
import typer

from processors.errors import MisconfigurationError
from streams.analysis.loading import load_reader
from streams.cli import context
from streams.cli.replay.admin import replay_admin_of
from streams.cli.replay.finish_run import agree_to_actions
from streams.cli.replay.options import FinishActions, ReplayOptions
from streams.cli.replay.request import range_of, selection_of
from streams.cli.views.replay import plan_lines, print_lines
from streams.kafka.deployment import Deployment
from streams.replay.admin import ReplayRequest, SystemVersion, own_plans
from streams.replay.manifest import Manifest, check_system, new_id, read_speed
from streams.replay.speed import measure
from streams.service.rules import rules_digest
from streams.service.settings import Settings

log = structlog.get_logger(__name__)


def show_plan(deployment: Deployment, which: ReplayOptions, *, json: bool) -> None:
    """Print the plan of a new replay."""
    settings = deployment.settings
    with replay_admin_of(deployment) as replay_admin:
        manifest = _planned(replay_admin, settings, which)
        records_per_second = replay_admin.with_consumer(
            lambda one: measure(one, settings, manifest)
        )
    outputs = [one.name for one in own_plans(manifest, deployment)]
    if json:
        document = msgspec.to_builtins(manifest) | {
            "outputs": outputs,
            "records_per_second": records_per_second,
            "estimated_seconds": (
                manifest.offsets / records_per_second if records_per_second else None
            ),
        }
        typer.echo(msgspec.json.encode(document).decode())
        return
    print_lines(context.data_console(), plan_lines(manifest, outputs, records_per_second))


def _planned(replay_admin: Any, settings: Settings, which: ReplayOptions) -> Manifest:

    now = datetime.now(UTC)
    request = ReplayRequest(
        range_of(which, now),
        which.range_text,
        which.allow_truncated,
        which.rate,
        read_speed(which.speed) if which.speed else None,
        selection_of(which, context.registry_extra(settings)),
    )
    replay_id = which.replay_id or new_id(now)
    planned: Manifest = replay_admin.plan(replay_id, request, _system(settings), now)
    return planned


def _system(settings: Settings) -> Any:
    """Return the version of this system. All workers of a replay must have the same version."""
    return SystemVersion(load_reader(settings).analyser.versions, rules_digest(settings))


def ready_replay(deployment: Deployment, which: ReplayOptions, after: FinishActions) -> Manifest:
    """Return the manifest of a replay whose topics and offsets exist, or that is finished."""
    settings = deployment.settings
    with replay_admin_of(deployment) as replay_admin:
        old = which.join or which.resume
        if old:
            manifest: Manifest = replay_admin.manifests.get(old)
            agree_to_actions(after, replay_admin, manifest, deployment)
            return manifest if manifest.finished else _old(replay_admin, settings, manifest, which)
        manifest = _planned(replay_admin, settings, which)
        agree_to_actions(after, replay_admin, manifest, deployment)
        return _new(replay_admin, manifest)


def _new(replay_admin: Any, manifest: Manifest) -> Manifest:
    replay_admin.manifests.claim(manifest)
    log.info("replay.created", replay_id=manifest.replay_id, records=manifest.offsets)
    if manifest.held_back:
        log.warning(
            "replay.range_ends_at_open_transaction",
            replay_id=manifest.replay_id,
            offsets_left_out=dict(manifest.held_back),
            note="what an open transaction holds back is not in the range",
        )
    ready: Manifest = replay_admin.prepare(manifest)
    return ready


def _old(
    replay_admin: Any, settings: Settings, manifest: Manifest, which: ReplayOptions
) -> Manifest:

    made = _system(settings)
    check_system(manifest, made.versions, made.rules)
    if which.resume:
        replay_admin.wait_until_alone(manifest)
        ready: Manifest = replay_admin.prepare(manifest)
        return ready
    if not manifest.prepared:
        raise MisconfigurationError(
            f"the replay {manifest.replay_id} is not prepared: whoever made it is doing that now, "
            f"or was broken off; then --resume does it"
        )
    return manifest
