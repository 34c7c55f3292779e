"""`tocsin replay`: run the application on a bounded range of past articles."""

from typing import Annotated

import typer

from streams.cli.lazy_group import LazyCommand, lazy_group
from streams.cli.options import (
    BrokerOption,
    DryRunOption,
    JsonOption,
    LeaderOption,
    SinceOption,
    UntilOption,
    YesOption,
)
from streams.cli.replay.options import FinishActions, ReplayOptions, ReplaySettings

COMMANDS = {
    "list": LazyCommand(
        "streams.cli.replay.manage:list_replays",
        "List the replays of this cluster, the oldest first",
    ),
    "show": LazyCommand(
        "streams.cli.replay.manage:show", "Show the range, the progress and the result of a replay"
    ),
    "delete": LazyCommand(
        "streams.cli.replay.manage:delete", "Delete a replay with its topics and its consumer group"
    ),
    "diff": LazyCommand(
        "streams.cli.replay.manage:diff",
        "Compare the alerts of a replay with live, or with another replay",
    ),
    "publish": LazyCommand(
        "streams.cli.replay.finish:publish",
        "Write alerts of a finished replay that were never sent to the live topics",
    ),
    "warm": LazyCommand(
        "streams.cli.replay.finish:warm",
        "Start a new deployment with the state that a finished replay ended with",
    ),
}

app = typer.Typer(
    cls=lazy_group(COMMANDS),
    invoke_without_command=True,
    rich_markup_mode=None,
)


@app.callback()
def replay(  # noqa: PLR0913, PLR0917 - one argument an option
    invoked: typer.Context,
    since: SinceOption = None,
    until: UntilOption = None,
    offsets: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PARTITION:START-END",
            help="Instead of times: offsets. Repeat the option for several partitions.",
        ),
    ] = None,
    last: Annotated[
        int | None,
        typer.Option(min=1, help="Instead of times: the last N records of each partition."),
    ] = None,
    replay_id: Annotated[
        str | None, typer.Option("--id", help="Name of the replay. Default: the present time.")
    ] = None,
    topic: Annotated[
        str | None, typer.Option(help="Topic of articles to read. Default: the live topic.")
    ] = None,
    join: Annotated[
        str | None, typer.Option(metavar="ID", help="Join the workers of a running replay.")
    ] = None,
    resume: Annotated[
        str | None, typer.Option(metavar="ID", help="Continue an interrupted replay.")
    ] = None,
    rate: Annotated[
        float | None, typer.Option(min=0.01, help="Maximum articles per second and worker.")
    ] = None,
    speed: Annotated[
        str | None,
        typer.Option(metavar="60x", help="Replay at this multiple of real time."),
    ] = None,
    leader: LeaderOption = None,
    country: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="Only mentions of leaders of this country, such as FR."),
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only articles of this source.")
    ] = None,
    language: Annotated[
        list[str] | None,
        typer.Option(metavar="TAG", help="Only articles in this language, such as en."),
    ] = None,
    article: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only the article with this id.")
    ] = None,
    broker: BrokerOption = None,
    http_port: Annotated[
        int, typer.Option(help="Port of /metrics, /livez and /readyz; 0 picks a free one.")
    ] = 0,
    *,
    allow_truncated: Annotated[
        bool,
        typer.Option(
            "--allow-truncated", help="Accept a range whose start was removed by retention."
        ),
    ] = False,
    publish: Annotated[
        bool,
        typer.Option(
            "--publish",
            help="At the end, write alerts that were never sent to the live topics; asks first.",
        ),
    ] = False,
    warm: Annotated[
        bool,
        typer.Option(
            "--warm", help="At the end, start a new deployment with this state; asks first."
        ),
    ] = False,
    yes: YesOption = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Run past articles through analysis and rules again, apart from live.

    A replay reads a range of the topic of articles and writes to topics of its own,
    replay.<id>.news.…, with a consumer group of its own. Live topics and offsets stay as they are.
    The range starts at --since and ends before --until. Both ends are fixed when the replay is
    made. An alert of the replay has the same id as the live alert.

    To share the work, start more workers with --join, here or on other machines. After Ctrl-C, a
    crash or a restart of the broker, continue with --resume: no record is lost. Every worker needs
    the same version, rules and analysis settings as the first.

    \b
    Examples:
      tocsin replay --since 7d --dry-run
      tocsin replay --since 2026-11-18 --until 2026-11-20 --id after-outage
      tocsin replay --last 500 --speed 60x --leader Macron
      tocsin replay --since 2d --publish
      tocsin replay --since beginning --warm --yes && tocsin worker
      tocsin replay --join after-outage
      tocsin replay --resume after-outage
      tocsin replay diff after-outage --json

    \b
    Exit codes:
      0    finished: every article of the range is done
      2    wrong use: an empty range, one that is gone or in the future, an unknown or taken id
      3    a transient fault: no broker, or workers of the replay still run
      4    incomplete: records of the range have no outcome; the message says which
      130  interrupted: continue with --resume
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
        articles=tuple(article or ()),
        sources=tuple(source or ()),
        languages=tuple(language or ()),
        leaders=tuple(leader or ()),
        countries=tuple(country or ()),
    )
    after = FinishActions(publish=publish, warm=warm, yes=yes)
    # Faust and Kafka's client take two seconds to load, and `--help` does not need them.
    from streams.cli.replay.run import run  # noqa: PLC0415 - see `lazy_group`

    run(
        which,
        after,
        ReplaySettings(broker=broker, topic=topic, http_port=http_port),
        dry_run=dry_run,
        json=json,
    )
