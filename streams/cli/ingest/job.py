"""Builds the job of a call of `tocsin ingest` from its sources and lists of feeds."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import typer

from processors.articles.language import read_language
from processors.errors import BadArticleError
from streams.cli.ingest.request import FeedOptions
from streams.ingest.job import STDIN, Job
from streams.ingest.lists import Feed, feed_of_address, merged, read_opml, read_table
from streams.ingest.reports import BUILT_IN_WINDOW, AlertWindow
from streams.service.settings import Settings


def is_feed(name: str) -> bool:
    """Return whether a source is the address of a feed."""
    return name.lower().startswith(("http://", "https://", "feed:"))


def job_of(
    names: Sequence[str],
    options: FeedOptions,
    settings: Settings,
    window: Callable[[], AlertWindow],
    *,
    dry_run: bool,
) -> Job:
    """Check the sources and options, and return their job.

    Raises:
        typer.BadParameter: A source or an option is wrong.
        BadFeedListError: A list of feeds is wrong.
    """
    feeds = _feeds(names, options)
    files = _files([name for name in names if not is_feed(name)])
    if not feeds and options != FeedOptions():
        raise typer.BadParameter(
            "--poll, --source, --language, --state and --category are for feeds; documents from "
            "files are sent as they are"
        )
    return Job(
        files=files,
        feeds=feeds,
        limit_bytes=settings.max_message_bytes,
        poll_seconds=options.poll,
        # A dry run sends no entry, so it must not remember entries as sent.
        state=None if dry_run else options.state,
        max_entries=settings.ingest_max_entries,
        max_requests=settings.ingest_requests,
        window=window() if feeds else BUILT_IN_WINDOW,
    )


def _feeds(names: Sequence[str], options: FeedOptions) -> list[Feed]:
    try:
        language = read_language(options.language, "--language")
        feeds = [feed_of_address(name) for name in names if is_feed(name)]
    except BadArticleError as error:
        raise typer.BadParameter(error.message) from error
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    listed = [feed for path in options.opml for feed in read_opml(path)]
    listed += [feed for path in options.tables for feed in read_table(path)]
    feeds += _of_categories(listed, options.categories)
    return [
        replace(feed, source=feed.source or options.source, language=feed.language or language)
        for feed in merged(feeds)
    ]


def _of_categories(feeds: Sequence[Feed], categories: Sequence[str]) -> Iterable[Feed]:
    wanted = {name.casefold(): name for name in categories}
    known = {name.casefold() for feed in feeds for name in feed.categories}
    for folded, name in wanted.items():
        if folded not in known:
            there = ", ".join(sorted({c for feed in feeds for c in feed.categories})[:20])
            raise typer.BadParameter(
                f"--category {name}: no feed is in it; there are {there or 'no categories'}"
            )
    return [
        feed
        for feed in feeds
        if not wanted or any(name.casefold() in wanted for name in feed.categories)
    ]


def _files(names: Sequence[str]) -> list[Path]:
    files = [Path(name) for name in names]
    for path, name in zip(files, names, strict=True):
        if "://" in name:
            raise typer.BadParameter(f"{name}: only http:// and https:// feeds are fetched")
        if path != STDIN and not path.exists():
            raise typer.BadParameter(f"{name}: there is no such file")
        if path.is_dir():
            raise typer.BadParameter(f"{name} is a folder; name the files in it")
    if files.count(STDIN) > 1:
        raise typer.BadParameter("standard input can be read once only; give one -")
    return files
