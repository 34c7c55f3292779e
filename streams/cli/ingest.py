"""`tocsin ingest`: articles from files, standard input and feeds into `news.articles`."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from processors.articles.decode import DecodeLimits
from processors.articles.formats.shapes import load_shapes
from streams.cli import context
from streams.cli import ingest_parts as parts
from streams.cli.ingest_job import FeedOptions, job_of
from streams.cli.views.ingest import show
from streams.cli.views.ingest_progress import open_screen
from streams.errors import (
    EXIT_INTERRUPTED,
    EXIT_MISCONFIGURED,
    EXIT_OK,
    EXIT_PASSING_FAULT,
    PassingFaultError,
)
from streams.ingest.intake import Intake
from streams.ingest.interruption import Interruption
from streams.ingest.job import Surroundings
from streams.ingest.run import run
from streams.ingest.tally import Summary, Tally
from streams.service.settings import Settings, path_of


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
    *,
    opml: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="A list of feeds, as feed readers export it."),
    ] = None,
    feeds: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="A table of feeds (CSV): url, name, source, language, country, interval.",
        ),
    ] = None,
    category: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Of an OPML list, only feeds of this outline."),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Feeds: keep what was sent, so that a restart sends nothing twice.",
        ),
    ] = None,
    http_port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65_535,
            help="With --poll: port of /metrics, /livez and /readyz; 0: any free one. Without it "
            "there is none.",
        ),
    ] = None,
    source: Annotated[
        str, typer.Option(metavar="NAME", help="Feeds: the source, in place of a feed's title.")
    ] = "",
    language: Annotated[
        str, typer.Option(metavar="TAG", help="Feeds: the language where a feed names none.")
    ] = "",
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
    """Send articles from files, standard input and feeds to news.articles.

    A file holds one JSON document a line: flat, ninjs or a CloudEvent. A file that ends in .json
    may hold one document or an array instead; a further .gz means gzip. Documents are sent byte for
    byte, with the article's id as key. A feed is RSS, Atom, RDF, JSON Feed, WordPress JSON, a
    Google News sitemap, NewsML-G2 or NITF, or a web page that names its feed. Its entries are sent
    as flat documents; each once, and again when title or text has changed. With --state that also
    holds from one run to the next.

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
      tocsin ingest --opml feeds.opml --poll 300 --state feeds.db
      tocsin ingest --feeds feeds.csv --dry-run --json | jq .feeds

    \b
    Exit codes:
      0    done: all was read, and some of it sent; or a poll was ended by Ctrl-C or SIGTERM
      2    wrong use; or every record was refused; or a file cannot be read to its end
      3    the broker or a feed cannot be reached; what the summary counts as sent is there, also
           where only one of many feeds failed
      130  interrupted before the end, and not polling; what was read until then is there
    """
    names = list(sources or ())
    if not (names or opml or feeds):
        if sys.stdin.isatty():
            raise typer.BadParameter("name a file or a feed, or send articles to standard input")
        names = ["-"]
    if http_port is not None and poll is None:
        raise typer.BadParameter("--http-port is for --poll: another ingestion ends by itself")
    settings = context.settings(broker=broker, http_port=http_port)
    options = FeedOptions(
        opml=tuple(opml or ()),
        tables=tuple(feeds or ()),
        categories=tuple(category or ()),
        poll=poll,
        source=source,
        language=language,
        state=state,
    )
    job = job_of(names, options, settings, lambda: parts.window(settings), dry_run=dry_run)
    metrics, reports = parts.reports(job, is_served=http_port is not None)
    tally = Tally()
    console = context.message_console()
    interruption = Interruption()
    fault: PassingFaultError | None = None
    interrupted = False
    with interruption.handling():
        try:
            topic = _topic(settings, topic, archive=archive, into_live=into_live)
            job = replace(job, topic=topic)
            with (
                parts.sink(
                    settings,
                    topic,
                    tally,
                    interruption,
                    archive=archive and not into_live,
                    dry_run=dry_run,
                ) as (send, flush),
                open_screen(console, tally, parts.total_bytes(job)) as screen,
            ):
                limits = DecodeLimits(settings.max_message_bytes, settings.max_text_characters)
                run(
                    job,
                    Surroundings(
                        intake=Intake(
                            topic,
                            limits,
                            tally,
                            send,
                            archive=archive,
                            max_ahead_seconds=settings.max_ahead_seconds,
                            shapes=load_shapes(path_of(settings.shapes)),
                        ),
                        flush=flush,
                        tally=tally,
                        interruption=interruption,
                        on_bytes=screen.bytes_read,
                        say=screen.say,
                        stdin=parts.read_stdin,
                        open_fetch=lambda: parts.open_fetch(settings),
                        reports=reports,
                        serve=parts.server(settings, metrics),
                    ),
                )
        except KeyboardInterrupt:
            interrupted = True
        except PassingFaultError as error:
            fault = error
    summary = tally.summary(dry_run=dry_run, interrupted=interrupted, feeds=reports.summary())
    show(summary, console, json=json)
    if fault is not None:
        raise fault
    raise typer.Exit(exit_status(summary, polling=job.poll_seconds is not None))


def exit_status(summary: Summary, *, polling: bool) -> int:
    """Give the exit code of an ingestion that ended without a fault of the broker's."""
    if summary.interrupted:
        return EXIT_OK if polling else EXIT_INTERRUPTED
    if any(feed.failed for feed in summary.feeds):
        return EXIT_PASSING_FAULT
    nothing_good = summary.valid + summary.unchanged == 0 or not (summary.sent or summary.dry_run)
    if summary.failed or (summary.refused and nothing_good):
        return EXIT_MISCONFIGURED
    return EXIT_OK


def _topic(settings: Settings, topic: str | None, *, archive: bool, into_live: bool) -> str:
    # Kafka's client takes half a second to load: --help does not pay for it.
    from streams.kafka.topics import TopicNames  # noqa: PLC0415 - see above

    live = TopicNames.of(settings).articles
    if into_live and not archive:
        raise typer.BadParameter("--into-live belongs to --archive")
    if archive and (topic or live) == live and not into_live:
        raise typer.BadParameter(
            f"--archive would mix old articles into the live topic {live}: name another one with "
            f"--topic, or say --into-live"
        )
    return topic or live
