"""Runs `tocsin ingest`: checks the request, sends the articles and shows the summary."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import typer

from processors.articles.decode import DecodeLimits
from processors.articles.formats.shapes import load_shapes
from streams.cli import context
from streams.cli.ingest import surroundings
from streams.cli.ingest.job import job_of
from streams.cli.ingest.request import IngestRequest
from streams.cli.views.ingest import show
from streams.cli.views.ingest_progress import open_screen
from streams.errors import (
    EXIT_INTERRUPTED,
    EXIT_MISCONFIGURED,
    EXIT_OK,
    EXIT_PASSING_FAULT,
    PassingFaultError,
)
from streams.ingest.intake import Intake, Send
from streams.ingest.interruption import Interruption
from streams.ingest.job import Job, Surroundings
from streams.ingest.reports import FeedReports
from streams.ingest.run import run as run_job
from streams.ingest.tally import Summary, Tally
from streams.kafka.topics import TopicNames
from streams.service.metrics import FeedMetrics
from streams.service.settings import Settings, path_of


def run(request: IngestRequest, *, json: bool) -> None:
    """Ingest the sources of the request, and end the command with its exit code.

    Raises:
        typer.BadParameter: The request is contradictory.
        PassingFaultError: The broker does not accept the records.
        typer.Exit: With the exit code of the outcome.
    """
    names = _sources(request)
    settings = context.settings(broker=request.broker, http_port=request.http_port)
    job = job_of(
        names,
        request.feeds,
        settings,
        lambda: surroundings.window(settings),
        dry_run=request.dry_run,
    )
    work = _Work(request, settings, Tally(), Interruption())
    metrics, reports = surroundings.reports(job, is_served=request.http_port is not None)
    fault: PassingFaultError | None = None
    interrupted = False
    with work.interruption.handling():
        try:
            job = replace(job, topic=_topic(settings, request))
            work.send(job, metrics, reports)
        except KeyboardInterrupt:
            interrupted = True
        except PassingFaultError as error:
            fault = error
    summary = work.tally.summary(
        dry_run=request.dry_run, interrupted=interrupted, feeds=reports.summary()
    )
    show(summary, context.message_console(), json=json)
    if fault is not None:
        raise fault
    raise typer.Exit(exit_status(summary, polling=job.poll_seconds is not None))


def _sources(request: IngestRequest) -> list[str]:
    """Return the named sources, or standard input if the request names no source or list."""
    names = list(request.sources)
    if not (names or request.feeds.opml or request.feeds.tables):
        if sys.stdin.isatty():
            raise typer.BadParameter("name a file or a feed, or send articles to standard input")
        names = ["-"]
    if request.http_port is not None and request.feeds.poll is None:
        raise typer.BadParameter("--http-port is for --poll: another ingestion ends by itself")
    return names


@dataclass(frozen=True, slots=True)
class _Work:
    """The values that the parts of one run share."""

    request: IngestRequest
    settings: Settings
    tally: Tally
    interruption: Interruption

    def send(self, job: Job, metrics: FeedMetrics | None, reports: FeedReports) -> None:
        """Read all sources of the job and send their articles to its topic."""
        with (
            self._sink(job.topic) as (send, flush),
            open_screen(
                context.message_console(), self.tally, surroundings.total_bytes(job)
            ) as screen,
        ):
            run_job(
                job,
                Surroundings(
                    intake=self._intake(job.topic, send),
                    flush=flush,
                    tally=self.tally,
                    interruption=self.interruption,
                    on_bytes=screen.bytes_read,
                    say=screen.say,
                    stdin=surroundings.read_stdin,
                    open_fetch=lambda: surroundings.open_fetch(self.settings),
                    reports=reports,
                    serve=surroundings.server(self.settings, metrics),
                ),
            )

    def _sink(self, topic: str) -> AbstractContextManager[tuple[Send | None, Callable[[], None]]]:
        return surroundings.sink(
            self.settings,
            topic,
            self.tally,
            self.interruption,
            archive=self.request.archive and not self.request.into_live,
            dry_run=self.request.dry_run,
        )

    def _intake(self, topic: str, send: Send | None) -> Intake:
        settings = self.settings
        return Intake(
            topic,
            DecodeLimits(settings.max_message_bytes, settings.max_text_characters),
            self.tally,
            send,
            archive=self.request.archive,
            max_ahead_seconds=settings.max_ahead_seconds,
            shapes=load_shapes(path_of(settings.shapes)),
        )


def exit_status(summary: Summary, *, polling: bool) -> int:
    """Return the exit code of an ingestion that ended without a broker fault."""
    if summary.interrupted:
        return EXIT_OK if polling else EXIT_INTERRUPTED
    if any(feed.failed for feed in summary.feeds):
        return EXIT_PASSING_FAULT
    nothing_good = summary.valid + summary.unchanged == 0 or not (summary.sent or summary.dry_run)
    if summary.failed or (summary.refused and nothing_good):
        return EXIT_MISCONFIGURED
    return EXIT_OK


def _topic(settings: Settings, request: IngestRequest) -> str:
    live = TopicNames.of(settings).articles
    topic = request.topic or live
    if request.into_live and not request.archive:
        raise typer.BadParameter("--into-live belongs to --archive")
    if request.archive and topic == live and not request.into_live:
        raise typer.BadParameter(
            f"--archive would mix old articles into the live topic {live}: name another one with "
            f"--topic, or say --into-live"
        )
    return topic
