"""Runs `tocsin replay list`, `show`, `diff` and `delete`."""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

import msgspec
import typer

from processors.leaders.registry.registry import load_registry
from streams.cli import context
from streams.cli.replay.admin import agree, replay_admin_of
from streams.cli.views.replay import event_time, list_table, state_of
from streams.cli.views.replay_diff import diff_lines, diff_table
from streams.kafka.deployment import Deployment
from streams.replay import alerts
from streams.replay.diff import Comparison, compare
from streams.replay.manifest import Manifest
from streams.replay.progress import ReplayProgress
from streams.service.settings import Settings


def list_replays(broker: str | None, *, json: bool) -> None:
    """List the replays of this cluster, the oldest first."""
    deployment = context.deployment(context.settings(broker=broker))
    with replay_admin_of(deployment) as replay_admin:
        rows = [_row(replay_admin, one) for one in replay_admin.manifests.all().values()]
    if json:
        for row in rows:
            typer.echo(msgspec.json.encode(row).decode())
        return
    if rows:
        context.data_console().print(list_table(rows))
    else:
        typer.echo("There is no replay.", err=True)


def show(replay_id: str, broker: str | None, *, json: bool) -> None:
    """Show the range, the progress and the result of a replay."""
    deployment = context.deployment(context.settings(broker=broker))
    with replay_admin_of(deployment) as replay_admin:
        manifest = replay_admin.manifests.get(replay_id)
        row = _row(replay_admin, manifest) | {"topics": replay_admin.topics_of(manifest)}
    row |= {
        "versions": msgspec.to_builtins(manifest.versions),
        "rules": manifest.rules,
        "application_id": manifest.application_id,
        "spans": msgspec.to_builtins(manifest.spans),
        "held_back": msgspec.to_builtins(manifest.held_back),
        "finished": msgspec.to_builtins(manifest.finished),
    }
    why = manifest.finished.why_incomplete if manifest.finished else ""
    row |= {"incomplete": why} if why else {}
    if json:
        typer.echo(msgspec.json.encode(row).decode())
        return
    for name, value in row.items():
        typer.echo(f"{name}: {_plain(value)}")


def delete(replay_id: str, broker: str | None, *, yes: bool) -> None:
    """Delete a replay with its topics and its consumer group."""
    deployment = context.deployment(context.settings(broker=broker))
    with replay_admin_of(deployment) as replay_admin:
        manifest = replay_admin.manifests.get(replay_id)
        topics = replay_admin.topics_of(manifest)
        agree(f"Delete the replay {replay_id} with its {len(topics)} topics?", yes=yes)
        deleted = replay_admin.delete(manifest)
    typer.echo(f"Deleted the replay {replay_id} with its {len(deleted)} topics.", err=True)


def diff(replay_id: str, against: str | None, broker: str | None, *, json: bool) -> None:
    """Compare the alerts of a replay with live, or with another replay."""
    deployment = context.deployment(context.settings(broker=broker))
    with replay_admin_of(deployment) as replay_admin:
        manifest = replay_admin.manifests.get(replay_id)
        other = replay_admin.manifests.get(against) if against else None
        comparison = compared(replay_admin, deployment, manifest, other)
    if json:
        for difference in comparison.differences:
            typer.echo(msgspec.json.encode(difference).decode())
        typer.echo(msgspec.json.encode(comparison.counts).decode())
        return
    before = against or "live"
    if comparison.differences:
        context.data_console().print(diff_table(comparison, before, replay_id))
    for line in diff_lines(comparison, before, replay_id):
        typer.echo(line)


def compared(
    replay_admin: Any,
    deployment: Deployment,
    manifest: Manifest,
    other: Manifest | None = None,
) -> Comparison:
    """Compare a replay with another one, or with the live alerts of its range.

    Raises:
        TopicMismatchError: topics of either are gone.
    """
    of_replay = partial(alerts.replay_alerts, deployment=deployment)
    live = partial(alerts.live_alerts, deployment=deployment, manifest=manifest)
    before = partial(of_replay, manifest=other) if other else live
    after = partial(of_replay, manifest=manifest)
    chosen = manifest.selection
    countries_of = _countries(deployment.settings) if chosen.countries else lambda _: ()
    return compare(
        [
            one
            for one in replay_admin.with_consumer(before)
            if chosen.may_have_fired(one, countries_of)
        ],
        list(replay_admin.with_consumer(after)),
    )


def _countries(settings: Settings) -> Callable[[str], Collection[str]]:
    """Give a function from a leader's id to the countries that the leader was ever of."""
    registry = load_registry(context.registry_extra(settings))

    def of(leader_id: str) -> set[str]:
        person = registry.people.get(leader_id)
        if person is None:
            return set()
        return {person.home, *(term.country for term in registry.terms_of(leader_id))}

    return of


def _row(replay_admin: Any, manifest: Manifest) -> dict[str, object]:

    progress: ReplayProgress | None = replay_admin.progress(manifest)
    members = replay_admin.members(manifest)
    return {
        "id": manifest.replay_id,
        "state": state_of(manifest, progress, members),
        "articles_done": 0 if progress is None else progress.articles_done,
        "articles": manifest.offsets,
        "workers": members,
        "alerts": 0 if progress is None else progress.alerts,
        "event_time": None if progress is None else event_time(progress),
        "topic": manifest.topic,
        "range": manifest.range_text,
        "missing": _missing(manifest),
        "created": manifest.created.isoformat(),
    }


def _missing(manifest: Manifest) -> int | None:
    """Return the number of records without an outcome; None where that is not known."""
    proof = manifest.finished.proof if manifest.finished else None
    return None if proof is None else proof.missing


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(one)}" for name, one in value.items())
    if isinstance(value, list):
        return "".join(f"\n  {_plain(one)}" for one in value)
    return "-" if value is None else str(value)
