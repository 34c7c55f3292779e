"""`tocsin replay list`, `show`, `diff`, `publish`, `warm` and `delete`: beside running them."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from processors.errors import MisconfigurationError
from streams.cli import context
from streams.errors import ReplayStateError
from streams.settings import Settings

if TYPE_CHECKING:
    from streams.replay.manifest import Manifest
    from streams.replay.standing import Standing

ReplayId = Annotated[str, typer.Argument(metavar="ID", help="The replay.")]


def list_replays(
    broker: Annotated[str | None, context.Broker] = None,
    *,
    json: Annotated[bool, context.Json] = False,
) -> None:
    """List the replays of this cluster, the oldest first.

    \b
    Examples:
      tocsin replay list
      tocsin replay list --json | jq -r 'select(.state == "finished").id'
    """
    from streams.cli.replay_view import list_table  # noqa: PLC0415 - loads rich

    settings = context.settings(broker=broker)
    with _house(settings) as house:
        rows = [_row(house, one) for one in house.manifests.all().values()]
    if json:
        for row in rows:
            typer.echo(msgspec.json.encode(row).decode())
        return
    if rows:
        context.data_console().print(list_table(rows))
    else:
        typer.echo("There is no replay.", err=True)


def show(
    replay_id: ReplayId,
    broker: Annotated[str | None, context.Broker] = None,
    *,
    json: Annotated[bool, context.Json] = False,
) -> None:
    """Show one replay: its range, where it stands, and what it came to.

    \b
    Examples:
      tocsin replay show after-outage
      tocsin replay show after-outage --json | jq .articles_done
    """
    settings = context.settings(broker=broker)
    with _house(settings) as house:
        manifest = house.manifests.get(replay_id)
        row = _row(house, manifest) | {"topics": house.topics_of(manifest)}
    row |= {
        "versions": msgspec.to_builtins(manifest.versions),
        "rules": manifest.rules,
        "application_id": manifest.application_id,
        "spans": msgspec.to_builtins(manifest.spans),
        "finished": msgspec.to_builtins(manifest.finished),
    }
    if json:
        typer.echo(msgspec.json.encode(row).decode())
        return
    for name, value in row.items():
        typer.echo(f"{name}: {_plain(value)}")


def delete(
    replay_id: ReplayId,
    broker: Annotated[str | None, context.Broker] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a replay: its topics with all that is in them, its consumer group, its entry here.

    Nothing else is touched. A replay that has workers is refused.

    \b
    Examples:
      tocsin replay delete after-outage
      tocsin replay delete after-outage --yes
    """
    settings = context.settings(broker=broker)
    with _house(settings) as house:
        manifest = house.manifests.get(replay_id)
        topics = house.topics_of(manifest)
        _agree(f"Delete the replay {replay_id} with its {len(topics)} topics?", yes=yes)
        deleted = house.delete(manifest)
    typer.echo(f"Deleted the replay {replay_id} with its {len(deleted)} topics.", err=True)


def diff(
    replay_id: ReplayId,
    against: Annotated[
        str | None, typer.Option(metavar="ID", help="Compare with this replay, not with live.")
    ] = None,
    broker: Annotated[str | None, context.Broker] = None,
    *,
    json: Annotated[bool, context.Json] = False,
) -> None:
    """Compare a replay's alerts with those that rang live for its range, or with another replay's.

    An alert is added, gone, or changed: it has another severity, or its rule another version. Live
    alerts are taken by event time, so a range by offsets is compared from its first article's
    moment to its last one's. With --json each line is one difference; the last line counts them.

    \b
    Examples:
      tocsin replay diff after-outage
      tocsin replay diff new-rule --against old-rule --json | jq -r .change
    """
    from streams.cli.replay_diff_view import diff_lines  # noqa: PLC0415 - loads rich
    from streams.replay import rung  # noqa: PLC0415 - loads Kafka's client
    from streams.replay.diff import compare  # noqa: PLC0415
    from streams.rules import rules_in_force  # noqa: PLC0415

    settings = context.settings(broker=broker)
    rules = rules_in_force(settings)
    with _house(settings) as house:
        manifest = house.manifests.get(replay_id)
        other = house.manifests.get(against) if against else None
        of_replay = partial(rung.of_replay, settings=settings, rules=rules)
        after = list(house.with_consumer(partial(of_replay, manifest=manifest)))
        before = list(
            house.with_consumer(
                partial(of_replay, manifest=other)
                if other
                else partial(rung.live, settings=settings, rules=rules, manifest=manifest)
            )
        )
    comparison = compare(before, after)
    if json:
        for difference in comparison.differences:
            typer.echo(msgspec.json.encode(difference).decode())
        counts = {one: comparison.count(one) for one in ("added", "gone", "changed")}
        typer.echo(msgspec.json.encode({"same": comparison.same, **counts}).decode())
        return
    for line in diff_lines(comparison, against or "live", replay_id):
        typer.echo(line)


def publish(
    replay_id: ReplayId,
    broker: Annotated[str | None, context.Broker] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Write those alerts of a finished replay into the live topics that are not there yet.

    What has an id that is there already is left out, so nothing rings twice, and a second time
    publishes nothing. Each keeps the replay's id in its header and value.

    \b
    Examples:
      tocsin replay diff new-rule
      tocsin replay publish new-rule
    """
    from streams.replay import rung  # noqa: PLC0415 - loads Kafka's client
    from streams.rules import rules_in_force  # noqa: PLC0415

    settings = context.settings(broker=broker)
    rules = rules_in_force(settings)
    with _house(settings) as house:
        manifest = house.manifests.get(replay_id)
        if manifest.finished is None:
            raise ReplayStateError(
                f"the replay {replay_id} is not finished: `tocsin replay --resume {replay_id}` "
                f"goes on with it"
            )
        new = house.with_consumer(
            partial(rung.not_live, settings=settings, rules=rules, manifest=manifest)
        )
        if new:
            _agree(
                f"Write {len(new)} alerts of the replay {replay_id} into the live topics, where "
                f"subscribers take them for new?",
                yes=yes,
            )
            house.send([rung.as_live(record, settings, manifest) for record in new])
    typer.echo(f"Published {len(new)} alerts of the replay {replay_id}.", err=True)


def warm(
    replay_id: ReplayId,
    broker: Annotated[str | None, context.Broker] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Let a new deployment begin where a finished replay ended, with the state that it came to.

    Baselines, cooldowns and known stories are those of the replay then, and the first article read
    is the one after its range. No alert is sent. Only a deployment that has not begun is warmed: no
    worker, no offset, no state under TOCSIN_APPLICATION_ID.

    \b
    Examples:
      tocsin topics apply
      tocsin replay --from -30d --id history
      tocsin replay warm history && tocsin worker
    """
    from streams.rules import own_topics, rules_in_force  # noqa: PLC0415 - loads the rules

    settings = context.settings(broker=broker)
    own = own_topics(rules_in_force(settings))
    with _house(settings) as house:
        manifest = house.manifests.get(replay_id)
        states = house.states_to_copy(manifest, own)
        _agree(
            f"Let {settings.application_id} begin with the state of {len(states)} leaders, after "
            f"the range of the replay {replay_id}?",
            yes=yes,
        )
        house.warm(manifest, states)
    typer.echo(f"{settings.application_id} begins with {len(states)} leaders.", err=True)


def _agree(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not context.is_terminal():
        raise MisconfigurationError(f"{question} Nobody can be asked here: say --yes.")
    typer.confirm(question, abort=True, err=True)


def _house(settings: Settings) -> Any:
    from streams.replay.house import open_house  # noqa: PLC0415 - loads Kafka's client

    return open_house(context.connection(settings), settings)


def _row(house: Any, manifest: "Manifest") -> dict[str, object]:
    from streams.cli.replay_view import event_time, state_of  # noqa: PLC0415 - loads rich

    standing: Standing | None = house.standing(manifest)
    members = house.members(manifest)
    return {
        "id": manifest.replay_id,
        "state": state_of(manifest, standing, members),
        "articles_done": 0 if standing is None else standing.articles_done,
        "articles": manifest.offsets,
        "workers": members,
        "alerts": 0 if standing is None else standing.alerts,
        "event_time": None if standing is None else event_time(standing),
        "topic": manifest.topic,
        "asked": manifest.asked,
        "created": manifest.created.isoformat(),
    }


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {one}" for name, one in value.items())
    if isinstance(value, list):
        return "".join(f"\n  {_plain(one)}" for one in value)
    return "-" if value is None else str(value)
