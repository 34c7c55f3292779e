"""`tocsin replay`: run the application again on a bounded range of a topic of articles."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import structlog
import typer

from processors.errors import MisconfigurationError
from streams.analysis.selection import Selection
from streams.cli import context
from streams.cli.replay import finish as replay_after
from streams.cli.replay import manage as replay_manage
from streams.cli.replay.admin import replay_admin_of
from streams.cli.replay.finish import FinishActions
from streams.cli.replay.options import ReplayOptions
from streams.cli.replay.run import worked
from streams.cli.replay.start import ready_replay, show_plan
from streams.errors import EXIT_INTERRUPTED, TopicMismatchError

if TYPE_CHECKING:
    from streams.kafka.deployment import Deployment
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
    publish: Annotated[
        bool,
        typer.Option(
            "--publish", help="At the end, write what never rang into the live topics; asks first."
        ),
    ] = False,
    warm: Annotated[
        bool,
        typer.Option(
            "--warm", help="At the end, let a new deployment begin with its state; asks first."
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
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
      tocsin replay --from -2d --publish
      tocsin replay --from beginning --warm --yes && tocsin worker
      tocsin replay --join after-outage
      tocsin replay --resume after-outage
      tocsin replay diff after-outage --json

    \b
    Exit codes:
      0    finished: every article of the range is done
      2    wrong use: an empty range, one that is gone or in the future, an unknown or taken id
      3    a passing fault: no broker, or workers of the replay still run
      4    incomplete: records of the range have no outcome; which, is said and kept
      130  interrupted: go on with --resume
    """
    if invoked.invoked_subcommand is not None:
        return
    which = ReplayOptions(
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
    after = FinishActions(publish=publish, warm=warm, yes=yes)
    _check(which, topic, after, dry_run=dry_run)
    settings = context.settings(broker=broker, articles_topic=topic, http_port=http_port)
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
        # What is wrong with it needs no broker to say so.
        which.range_request(datetime.now(UTC))
        if which.speed is not None:
            from streams.replay.manifest import read_speed  # noqa: PLC0415 - not for --help

            read_speed(which.speed)


def _run(
    deployment: "Deployment", which: ReplayOptions, after: FinishActions, *, json: bool
) -> None:
    from streams.cli.views.replay import summary_line  # noqa: PLC0415 - loads rich
    from streams.replay.manifest import require_complete  # noqa: PLC0415 - loads Kafka's client

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
        after.do(replay_admin, manifest, deployment)


def _differences(
    replay_admin: Any, deployment: "Deployment", manifest: "Manifest"
) -> dict[str, int] | None:
    """Count what differs from live; None where nothing rang live for this topic."""
    if manifest.topic != deployment.names.articles:
        return None
    try:
        return replay_manage.compared(replay_admin, deployment, manifest).counts
    except TopicMismatchError as error:
        log.warning("replay.not_compared", error=str(error))
        return None


app.command("list")(replay_manage.list_replays)
app.command("show")(replay_manage.show)
app.command("delete")(replay_manage.delete)
app.command("diff")(replay_manage.diff)
app.command("publish")(replay_after.publish)
app.command("warm")(replay_after.warm)
