"""Shows the summary of an ingestion as text or JSON."""

import sys
from collections.abc import Iterator, Sequence

import msgspec
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from streams.ingest.reports import FeedSummary
from streams.ingest.tally import Summary

_COUNTED = ("Entries", "Text", "Date", "New", "Unchanged", "Refused", "Skipped", "No alert")


def show(summary: Summary, console: Console, *, json: bool) -> None:
    """Print the summary on the console or, as JSON, on standard output."""
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(summary) + b"\n")
        sys.stdout.flush()
        return
    lines: list[str] = []
    if summary.feeds:
        lines = [*feeds_table(summary.feeds), *feed_lines(summary.feeds)]
    for line in (*lines, *summary_lines(summary)):
        console.print(Text(line), soft_wrap=True)


def feeds_table(feeds: Sequence[FeedSummary]) -> Iterator[str]:
    """Yield the lines of a table with the counts of each feed. The lines are not wrapped."""
    rows: list[tuple[str, ...]] = [("Feed", "Format", *_COUNTED)]
    for feed in feeds:
        counts = (
            *(feed.entries, feed.with_text, feed.with_date, feed.new, feed.unchanged),
            *(sum(feed.refused.values()), sum(feed.skipped.values())),
            sum(feed.no_alert.values()),
        )
        rows.append((feed.feed, _kind(feed), *map(str, counts)))
    widths = [max(cell_len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for name, kind, *numbers in rows:
        words = [set_cell_size(name, widths[0]), set_cell_size(kind, widths[1])]
        right = [cell.rjust(width) for cell, width in zip(numbers, widths[2:], strict=True)]
        yield "  ".join((*words, *right))


def _kind(feed: FeedSummary) -> str:
    if feed.format:
        return feed.format
    if feed.failed:
        return "failed"
    return "not changed" if feed.looks else "not read yet"


def feed_lines(feeds: Sequence[FeedSummary]) -> Iterator[str]:
    """Yield a line for each feed with entries that were not sent, cannot alert or have flags.

    The line counts the entries by reason.
    """
    for feed in feeds:
        reasons = [
            *(f"refused, {reason} {count}" for reason, count in feed.refused.items()),
            *(f"skipped, {reason} {count}" for reason, count in feed.skipped.items()),
            *(f"no alert, {reason} {count}" for reason, count in feed.no_alert.items()),
            *(f"{flag} {count}" for flag, count in feed.flags.items()),
        ]
        if feed.moved_to:
            reasons.append(f"moved for good to {feed.moved_to}")
        if reasons:
            yield f"  {feed.feed}: {'; '.join(reasons)}"


def summary_lines(summary: Summary) -> Iterator[str]:
    """Yield the lines of the summary as text."""
    ended = "Interrupted: " if summary.interrupted else ""
    outcome = (
        f"{summary.valid} good (checked only, nothing sent)"
        if summary.dry_run
        else f"{summary.sent} sent"
    )
    unchanged = f", {summary.unchanged} unchanged" if summary.unchanged else ""
    yield f"{ended}{summary.read} read, {outcome}, {summary.refused_count} refused{unchanged}"
    if summary.flagged:
        flags = ", ".join(f"{flag} {count}" for flag, count in summary.flagged.items())
        yield f"  good, and not understood whole: {flags}"
    for reason, refusals in summary.refused.items():
        yield f"  {reason}: {refusals.count}"
        for example in refusals.examples:
            yield f"    {example.where}: {example.message}"
        if refusals.count > len(refusals.examples):
            yield f"    and {refusals.count - len(refusals.examples)} more"
    for failure in summary.failed:
        yield f"  failed: {failure.source}: {failure.message}"
