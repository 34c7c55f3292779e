"""`tocsin replay`: run the application again on a bounded range of a topic of articles."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import structlog
import typer

from processors.errors import MisconfigurationError
from streams.cli import context, replay_manage
from streams.cli.replay_which import Which
from streams.cli.replay_work import worked
from streams.errors import EXIT_INTERRUPTED
from streams.selection import Selection
from streams.settings import Settings

if TYPE_CHECKING:
    from streams.replay.manifest import Manifest

log = structlog.get_logger(__name__)


app = typer.Typer(
    name="replay",
    invoke_without_command=True,
    rich_markup_mode=None,
)


@app.callback()
def replay(  # noqa: PLR0913, PLR0917 - one argument an option
    invoked: typer.Context,
    since: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="TIME", help="First moment: an ISO date and time, -7d, or beginning."
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--to", metavar="TIME", help="Moment after the last. Without it: now."),
    ] = None,
    offsets: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PARTITION:START-END", help="Instead of times; repeat it for each partition."
        ),
    ] = None,
    last: Annotated[
        int | None, typer.Option(min=1, help="Instead of times: the last so many per partition.")
    ] = None,
    replay_id: Annotated[
        str | None, typer.Option("--id", help="Name of the replay. Without it: the time.")
    ] = None,
    topic: Annotated[
        str | None, typer.Option(help="Topic of articles. Without it: the live one.")
    ] = None,
    join: Annotated[
        str | None, typer.Option(metavar="ID", help="Share the work of a replay that runs.")
    ] = None,
    resume: Annotated[
        str | None, typer.Option(metavar="ID", help="Go on with a replay that was broken off.")
    ] = None,
    rate: Annotated[
        float | None, typer.Option(min=0.01, help="Articles a second of a worker, at most.")
    ] = None,
    speed: Annotated[
        str | None,
        typer.Option(metavar="60x", help="Let the past go by so many times as fast as it did."),
    ] = None,
    leader: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME|ID", help="Only mentions of this leader; repeat it for more."),
    ] = None,
    country: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="Only mentions of its leaders.")
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only articles of this source.")
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(metavar="TAG", help="Only articles of this language.")
    ] = None,
    article: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only the article of this id.")
    ] = None,
    broker: Annotated[str | None, context.Broker] = None,
    http_port: Annotated[int, typer.Option(help="Port of /metrics; 0: any free one.")] = 0,
    *,
    allow_truncated: Annotated[
        bool,
        typer.Option(
            "--allow-truncated", help="Take what is left where retention has removed the start."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be done, and write nothing.")
    ] = False,
    json: Annotated[bool, context.Json] = False,
) -> None:
    """Run again on a range of past articles, apart from live, and end.

    The same analysis and rules read the range [--from, --to) of the topic of articles, and write to
    topics of their own, replay.<id>.news.…, as a consumer group of their own. The end is fixed when
    the replay is made. Nothing live moves. Alerts have the ids that they had live.

    Start as many workers of one replay as you like, here or on other machines, with --join. Ctrl-C,
    a crash or a restart of the broker lose nothing: --resume goes on. Every worker must have the
    same version, rules and settings of the analysis; another one is refused.

    \b
    Examples:
      tocsin replay --from -7d --dry-run
      tocsin replay --from 2026-11-18 --to 2026-11-20 --id after-outage
      tocsin replay --last 500 --speed 60x --leader Macron
      tocsin replay --join after-outage
      tocsin replay --resume after-outage
      tocsin replay diff after-outage --json

    \b
    Exit codes:
      0    finished: every article of the range is done
      2    wrong use: an empty range, one that is gone or in the future, an unknown or taken id
      3    a passing fault: no broker, or workers of the replay still run
      130  interrupted: go on with --resume
    """
    if invoked.invoked_subcommand is not None:
        return
    which = Which(
        since=since,
        until=until,
        offsets=offsets or [],
        last=last,
        allow_truncated=allow_truncated,
        replay_id=replay_id,
        join=join,
        resume=resume,
        rate=rate,
        speed=speed,
        leaders=leader or [],
        selection=Selection(
            articles=tuple(article or ()),
            sources=tuple(source or ()),
            languages=tuple(one.lower() for one in language or ()),
            countries=tuple(one.upper() for one in country or ()),
        ),
    )
    _check(which, topic, dry_run=dry_run)
    settings = context.settings(broker=broker, articles_topic=topic, http_port=http_port)
    if dry_run:
        _show_plan(settings, which, json=json)
    else:
        _run(settings, which, json=json)


def _check(which: Which, topic: str | None, *, dry_run: bool) -> None:
    old = which.join or which.resume
    if which.join and which.resume:
        raise MisconfigurationError("give --join or --resume, not both.")
    if old and (which.has_own or topic or dry_run):
        raise MisconfigurationError(
            "a replay that is there has all of its options: give --join or --resume alone."
        )
    if not old:
        # What is wrong with it needs no broker to say so.
        which.asked(datetime.now(UTC))
        if which.speed is not None:
            from streams.replay.manifest import read_speed  # noqa: PLC0415 - not for --help

            read_speed(which.speed)


def _show_plan(settings: Settings, which: Which, *, json: bool) -> None:
    from streams.cli.replay_view import plan_lines, print_lines  # noqa: PLC0415 - loads rich
    from streams.replay.house import own_plans  # noqa: PLC0415 - loads Kafka's client
    from streams.replay.speed import measure  # noqa: PLC0415
    from streams.rules import rules_in_force  # noqa: PLC0415

    with _house(settings) as house:
        manifest = _planned(house, settings, which)
        records_per_second = house.with_consumer(lambda one: measure(one, settings, manifest))
    outputs = [one.name for one in own_plans(manifest, settings, rules_in_force(settings))]
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


def _planned(house: Any, settings: Settings, which: Which) -> "Manifest":
    from streams.replay.house import Order  # noqa: PLC0415 - loads Kafka's client
    from streams.replay.manifest import new_id, read_speed  # noqa: PLC0415

    now = datetime.now(UTC)
    order = Order(
        which.asked(now),
        which.typed,
        which.allow_truncated,
        which.rate,
        read_speed(which.speed) if which.speed else None,
        which.selected(context.registry_extra(settings)),
    )
    replay_id = which.replay_id or new_id(now)
    planned: Manifest = house.plan(replay_id, order, _system(settings), now)
    return planned


def _system(settings: Settings) -> Any:
    """Say which system this is; every worker of a replay must be the same."""
    from streams.analysis.loading import load_reader  # noqa: PLC0415 - loads the lexicon
    from streams.replay.house import Made  # noqa: PLC0415
    from streams.rules import rules_digest  # noqa: PLC0415

    return Made(load_reader(settings).analyser.versions, rules_digest(settings))


def _house(settings: Settings) -> Any:
    from streams.replay.house import open_house  # noqa: PLC0415 - loads Kafka's client

    return open_house(context.connection(settings), settings)


def _run(settings: Settings, which: Which, *, json: bool) -> None:
    from streams.cli.replay_view import summary_line  # noqa: PLC0415 - loads rich

    manifest = _ready(settings, which)
    if manifest.finished is None:
        manifest = worked(settings, manifest)
    finished = manifest.finished
    if finished is None:
        typer.echo(f"Interrupted. `tocsin replay --resume {manifest.replay_id}` goes on.", err=True)
        raise typer.Exit(EXIT_INTERRUPTED)
    if json:
        document = {"replay_id": manifest.replay_id, **msgspec.to_builtins(finished)}
        typer.echo(msgspec.json.encode(document).decode())
    else:
        typer.echo(summary_line(manifest, finished))


def _ready(settings: Settings, which: Which) -> "Manifest":
    """Give a manifest whose topics and offsets stand, or whose work is done."""
    from streams.replay.manifest import check_system  # noqa: PLC0415
    from streams.rules import rules_in_force  # noqa: PLC0415

    ready: Manifest
    with _house(settings) as house:
        if not (which.join or which.resume):
            manifest = _planned(house, settings, which)
            house.manifests.claim(manifest)
            log.info("replay.made", replay_id=manifest.replay_id, records=manifest.offsets)
            ready = house.prepare(manifest, rules_in_force(settings))
            return ready
        manifest = house.manifests.get(which.join or which.resume)
        ready = manifest
        if ready.finished is not None:
            return ready
        made = _system(settings)
        check_system(manifest, made.versions, made.rules)
        if which.resume:
            house.wait_until_alone(manifest)
            ready = house.prepare(manifest, rules_in_force(settings))
        elif not manifest.prepared:
            raise MisconfigurationError(
                f"the replay {manifest.replay_id} is not prepared: whoever made it is doing that "
                f"now, or was broken off; then --resume does it"
            )
        return ready


app.command("list")(replay_manage.list_replays)
app.command("show")(replay_manage.show)
app.command("delete")(replay_manage.delete)
app.command("diff")(replay_manage.diff)
app.command("publish")(replay_manage.publish)
app.command("warm")(replay_manage.warm)
