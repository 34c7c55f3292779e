"""`tocsin replay`: run the application again on a bounded range of a topic of articles."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import structlog
import typer

from processors.errors import MisconfigurationError
from streams.cli import context, replay_manage
from streams.errors import EXIT_INTERRUPTED
from streams.settings import Settings

if TYPE_CHECKING:
    from streams.replay.manifest import Manifest
    from streams.replay.standing import Standing

log = structlog.get_logger(__name__)

PROGRESS_SECONDS = 5.0
_RATE_SECONDS = 10.0

app = typer.Typer(
    name="replay",
    invoke_without_command=True,
    rich_markup_mode=None,
)


@dataclass(frozen=True, slots=True)
class _Which:
    """Which replay is to be run: a new one, or one that is there."""

    since: str | None
    until: str | None
    offsets: list[str]
    last: int | None
    allow_truncated: bool
    replay_id: str | None
    join: str | None
    resume: str | None

    @property
    def typed(self) -> str:
        """The range as it was typed."""
        given = [
            *(("--from", self.since), ("--to", self.until), ("--last", self.last)),
            *(("--offsets", one) for one in self.offsets),
        ]
        return " ".join(f"{option} {value}" for option, value in given if value)


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
    which = _Which(since, until, offsets or [], last, allow_truncated, replay_id, join, resume)
    _check(which, topic, dry_run=dry_run)
    settings = context.settings(broker=broker, articles_topic=topic, http_port=http_port)
    if dry_run:
        _show_plan(settings, which, json=json)
    else:
        _run(settings, which, json=json)


def _check(which: _Which, topic: str | None, *, dry_run: bool) -> None:
    old = which.join or which.resume
    if which.join and which.resume:
        raise MisconfigurationError("give --join or --resume, not both.")
    if old and (which.typed or which.replay_id or which.allow_truncated or topic or dry_run):
        raise MisconfigurationError(
            "a replay that is there has its range and topic: give --join or --resume alone."
        )


def _show_plan(settings: Settings, which: _Which, *, json: bool) -> None:
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


def _planned(house: Any, settings: Settings, which: _Which) -> "Manifest":
    from streams.replay.manifest import new_id  # noqa: PLC0415
    from streams.replay.range import asked  # noqa: PLC0415

    now = datetime.now(UTC)
    wanted = asked(which.since, which.until, which.offsets, which.last, now)
    planned: Manifest = house.plan(
        which.replay_id or new_id(now),
        wanted,
        which.typed,
        _system(settings),
        now,
        allow_truncated=which.allow_truncated,
    )
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


def _run(settings: Settings, which: _Which, *, json: bool) -> None:
    from streams.cli.replay_view import summary_line  # noqa: PLC0415 - loads rich

    manifest = _ready(settings, which)
    if manifest.finished is None:
        manifest = _worked(settings, manifest)
    finished = manifest.finished
    if finished is None:
        typer.echo(f"Interrupted. `tocsin replay --resume {manifest.replay_id}` goes on.", err=True)
        raise typer.Exit(EXIT_INTERRUPTED)
    if json:
        document = {"replay_id": manifest.replay_id, **msgspec.to_builtins(finished)}
        typer.echo(msgspec.json.encode(document).decode())
    else:
        typer.echo(summary_line(manifest, finished))


def _ready(settings: Settings, which: _Which) -> "Manifest":
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


def _worked(settings: Settings, manifest: "Manifest") -> "Manifest":
    """Work on a replay to its end, and give its manifest with what it came to."""
    # Faust takes a second to load: no other command pays for it.
    from streams.analysis.loading import analysis_of  # noqa: PLC0415 - see above
    from streams.replay.manifest import settings_of  # noqa: PLC0415
    from streams.replay.run import outcome, run  # noqa: PLC0415
    from streams.replay.standing import StandingMeter  # noqa: PLC0415
    from streams.rules import own_topics, rules_in_force  # noqa: PLC0415
    from streams.topics import TopicNames  # noqa: PLC0415
    from streams.worker import Worker  # noqa: PLC0415

    of_replay = settings_of(manifest, settings)
    connection = context.connection(settings)
    names = TopicNames.of(of_replay, own_topics(rules_in_force(settings)))

    async def work(on_standing: "Callable[[Standing], None]") -> bool:
        worker = Worker(of_replay, connection, analysis_of(of_replay), bounds=manifest.bounds)
        return await run(worker, lambda: StandingMeter(connection, manifest, names), on_standing)

    with _progress(manifest) as on_standing:
        if not asyncio.run(work(on_standing)):
            return manifest
    meter = StandingMeter(connection, manifest, names)
    try:
        finished = msgspec.structs.replace(manifest, finished=outcome(meter, names))
    finally:
        meter.close()
    with _house(settings) as house:
        # Another worker may have seen the end first; it came to the same.
        newest: Manifest = house.manifests.get(manifest.replay_id)
        if newest.finished is not None:
            return newest
        house.manifests.write(finished)
    return finished


class _Rate:
    """Articles a second, over the last while."""

    def __init__(self) -> None:
        self._seen: list[tuple[float, int]] = []

    def after(self, done: int) -> float | None:
        now = time.monotonic()
        self._seen = [one for one in self._seen if now - one[0] < _RATE_SECONDS] + [(now, done)]
        (then, before), *rest = self._seen
        return (done - before) / (now - then) if rest and done > before else None


@contextmanager
def _progress(manifest: "Manifest") -> "Iterator[Callable[[Standing], None]]":
    """A bar for a person, and log entries for programs."""
    from streams.cli.replay_view import event_time, progress_fields  # noqa: PLC0415 - loads rich

    rate, told = _Rate(), [0.0]
    console = context.message_console()
    if not console.is_terminal:

        def log_it(standing: "Standing") -> None:
            now_rate = rate.after(standing.articles_done)
            if standing.is_finished or time.monotonic() - told[0] >= PROGRESS_SECONDS:
                told[0] = time.monotonic()
                fields = progress_fields(standing, now_rate)
                log.info("replay.progress", replay_id=manifest.replay_id, **fields)

        yield log_it
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[told]}", markup=False),
        console=console,
    )
    with bar:
        task = bar.add_task(f"Replay {manifest.replay_id}", total=manifest.offsets, told="")

        def show_it(standing: "Standing") -> None:
            now_rate = rate.after(standing.articles_done) or 0.0
            at = event_time(standing) or "the start"
            told = f"{now_rate:.0f}/s, at {at}, {standing.alerts} alerts"
            bar.update(task, completed=standing.articles_done, told=told)

        yield show_it


app.command("list")(replay_manage.list_replays)
app.command("show")(replay_manage.show)
app.command("delete")(replay_manage.delete)
app.command("diff")(replay_manage.diff)
