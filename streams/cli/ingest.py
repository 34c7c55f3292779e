"""`tocsin ingest`: articles from files, standard input and feeds into `news.articles`."""

import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from processors.articles.decode import DecodeLimits
from processors.articles.language import read_language
from processors.errors import BadArticleError
from streams.cli import context
from streams.cli.ingest_view import show
from streams.errors import (
    EXIT_INTERRUPTED,
    EXIT_MISCONFIGURED,
    EXIT_OK,
    EXIT_PASSING_FAULT,
    PassingFaultError,
)
from streams.ingest.intake import Intake, Send
from streams.ingest.interruption import Interruption
from streams.ingest.job import STDIN, Job, Surroundings
from streams.ingest.progress import Screen, open_screen
from streams.ingest.run import run
from streams.ingest.tally import Summary, Tally
from streams.settings import Settings
from streams.version import tocsin_version

if TYPE_CHECKING:
    from streams.ingest.fetch import Fetch

# An ingestion is run by a person or a scheduler; waiting for ever, as a worker does, would hide
# from both that there is no broker.
_BROKER_WAIT_SECONDS = 30.0


def ingest(  # noqa: PLR0913 - one argument an option
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="SOURCES", help="Files, feed addresses, or - for stdin."),
    ] = None,
    broker: Annotated[str | None, context.Broker] = None,
    poll: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", min=1, help="Look at the feeds again and again."),
    ] = None,
    topic: Annotated[
        str | None, typer.Option(help="Topic to send to. Without it: news.articles.")
    ] = None,
    source: Annotated[
        str, typer.Option(metavar="NAME", help="Feeds: the source, in place of a feed's title.")
    ] = "",
    language: Annotated[
        str, typer.Option(metavar="TAG", help="Feeds: the language where a feed names none.")
    ] = "",
    *,
    archive: Annotated[
        bool,
        typer.Option(
            "--archive", help="Stamp records with the time of publication; needs a --topic."
        ),
    ] = False,
    into_live: Annotated[
        bool, typer.Option("--into-live", help="With --archive: the live topic is meant.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="The summary as one JSON object on standard output.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything, send nothing; needs no broker.")
    ] = False,
) -> None:
    """Send articles from files, standard input and RSS or Atom feeds to news.articles.

    A file holds one JSON document a line: flat, ninjs or a CloudEvent. A file that ends in .json
    may hold one document or an array instead; a further .gz means gzip. Documents are sent byte for
    byte, with the article's id as key. A feed's entries are sent as flat documents; each once,
    and again when title or text has changed.

    Every article is checked first, as the worker will. What is refused is not sent, but counted by
    reason in the summary at the end, with the first three examples of each.

    With --archive, old articles are stamped as if they had come when they were published, for a
    replay. They go to a topic of their own, which is made if it is not there and keeps them for
    ever. Articles without a time of publication are refused. Give files in the order of time.

    Without a source, articles are read from standard input.

    \b
    Examples:
      tocsin ingest articles.jsonl more.jsonl.gz --broker localhost:9092
      tocsin ingest --dry-run --json articles.json | jq .refused
      zcat archive.gz | TOCSIN_BROKER=kafka:9092 tocsin ingest -
      tocsin ingest --archive --topic archive.2024 2024.jsonl.gz
      tocsin ingest https://news.example/rss https://other.example/atom --poll 300

    \b
    Exit codes:
      0    done: all was read, and some of it sent; or a poll was ended by Ctrl-C or SIGTERM
      2    wrong use; or every record was refused; or a file cannot be read to its end
      3    the broker or a feed cannot be reached; what the summary counts as sent is there
      130  interrupted before the end, and not polling; what was read until then is there
    """
    names = list(sources or ())
    if not names:
        if sys.stdin.isatty():
            raise typer.BadParameter("name a file or a feed, or send articles to standard input")
        names = ["-"]
    settings = context.settings(broker=broker)
    job = _job(names, settings, poll, source, language)
    tally = Tally()
    console = context.message_console()
    interruption = Interruption()
    fault: PassingFaultError | None = None
    interrupted = False
    with interruption.handling():
        try:
            topic = _topic(settings, topic, archive=archive, into_live=into_live)
            with (
                _sink(
                    settings,
                    topic,
                    tally,
                    interruption,
                    archive=archive and not into_live,
                    dry_run=dry_run,
                ) as (send, flush),
                open_screen(console, tally, _total_bytes(job)) as screen,
            ):
                limits = DecodeLimits(settings.max_message_bytes, settings.max_text_characters)
                intake = Intake(topic, limits, tally, send, archive=archive)
                run(job, _surroundings(intake, flush, tally, interruption, screen))
        except KeyboardInterrupt:
            interrupted = True
        except PassingFaultError as error:
            fault = error
    summary = tally.summary(dry_run=dry_run, interrupted=interrupted)
    show(summary, console, json=json)
    if fault is not None:
        raise fault
    raise typer.Exit(exit_status(summary, polling=job.poll_seconds is not None))


def exit_status(summary: Summary, *, polling: bool) -> int:
    """Give the exit code of an ingestion that ended without a fault of the broker's."""
    if summary.interrupted:
        return EXIT_OK if polling else EXIT_INTERRUPTED
    if any(_is_feed(failure.source) for failure in summary.failed):
        return EXIT_PASSING_FAULT
    nothing_good = summary.valid + summary.unchanged == 0 or not (summary.sent or summary.dry_run)
    if summary.failed or (summary.refused and nothing_good):
        return EXIT_MISCONFIGURED
    return EXIT_OK


def _job(
    names: Sequence[str], settings: Settings, poll: float | None, source: str, language: str
) -> Job:
    feeds = [name for name in names if _is_feed(name)]
    files = [Path(name) for name in names if not _is_feed(name)]
    for feed in feeds:
        _check_address(feed)
    for path, name in zip(files, (n for n in names if not _is_feed(n)), strict=True):
        if "://" in name:
            raise typer.BadParameter(f"{name}: only http:// and https:// feeds are fetched")
        if path != STDIN and not path.exists():
            raise typer.BadParameter(f"{name}: there is no such file")
        if path.is_dir():
            raise typer.BadParameter(f"{name} is a folder; name the files in it")
    if files.count(STDIN) > 1:
        raise typer.BadParameter("standard input can be read once only; give one -")
    if not feeds and (poll is not None or source or language):
        raise typer.BadParameter(
            "--poll, --source and --language are for feeds; documents from files are sent as they "
            "are"
        )
    try:
        tag = read_language(language, "--language")
    except BadArticleError as error:
        raise typer.BadParameter(error.message) from error
    return Job(
        files=files,
        feeds=list(dict.fromkeys(feeds)),
        limit_bytes=settings.max_message_bytes,
        poll_seconds=poll,
        source=source,
        language=tag,
    )


def _is_feed(name: str) -> bool:
    return name.lower().startswith(("http://", "https://"))


def _check_address(feed: str) -> None:
    try:
        parts = urlsplit(feed)
        good = bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not close, a port that is no number
        good = False
    if not good:
        raise typer.BadParameter(f"{feed} is no address: give one such as https://news.example/rss")


def _topic(settings: Settings, topic: str | None, *, archive: bool, into_live: bool) -> str:
    # Kafka's client takes half a second to load: --help does not pay for it.
    from streams.topics import TopicNames  # noqa: PLC0415 - see above

    live = TopicNames.of(settings).articles
    if into_live and not archive:
        raise typer.BadParameter("--into-live belongs to --archive")
    if archive and (topic or live) == live and not into_live:
        raise typer.BadParameter(
            f"--archive would mix old articles into the live topic {live}: name another one with "
            f"--topic, or say --into-live"
        )
    return topic or live


@contextmanager
def _sink(
    settings: Settings,
    topic: str,
    tally: Tally,
    interruption: Interruption,
    *,
    archive: bool,
    dry_run: bool,
) -> Iterator[tuple[Send | None, Callable[[], None]]]:
    if dry_run:
        yield None, lambda: None
        return
    # The clients take half a second to load: a check alone does not pay for them.
    from streams.ingest.archive import prepare  # noqa: PLC0415 - see above
    from streams.ingest.sink import open_sink  # noqa: PLC0415 - see above
    from streams.reachability import wait_until_reachable  # noqa: PLC0415 - see above

    connection = context.connection(settings)
    with interruption.waiting():
        wait_until_reachable(
            connection,
            give_up_after_seconds=settings.broker_wait_seconds or _BROKER_WAIT_SECONDS,
        )
    if archive:
        prepare(connection, topic, settings)
    with open_sink(connection, topic, settings.max_message_bytes, tally) as sink:
        yield sink.send, sink.flush


def _surroundings(
    intake: Intake,
    flush: Callable[[], None],
    tally: Tally,
    interruption: Interruption,
    screen: Screen,
) -> Surroundings:
    def open_feeds() -> "AbstractAsyncContextManager[Fetch]":
        # An HTTP client, which files do without.
        from streams.ingest.fetch import open_fetch  # noqa: PLC0415 - see above

        return open_fetch(f"tocsin/{tocsin_version()}")

    return Surroundings(
        intake=intake,
        flush=flush,
        tally=tally,
        interruption=interruption,
        on_bytes=screen.bytes_read,
        say=screen.say,
        stdin=_read_stdin,
        open_fetch=open_feeds,
    )


def _read_stdin(count: int) -> bytes:
    # As much as is there, so that an article in a pipe does not wait for the next ones.
    return os.read(sys.stdin.fileno(), count)


def _total_bytes(job: Job) -> int | None:
    if job.feeds or STDIN in job.files:
        return None
    found = [path.stat() for path in job.files]
    regular = all(stat.S_ISREG(one.st_mode) for one in found)
    return sum(one.st_size for one in found) if regular else None
