"""How the outcome of an ingestion is shown.

Owns the words. Must not know how it was come by.
"""

import sys
from collections.abc import Iterator

import msgspec
from rich.console import Console
from rich.text import Text

from streams.ingest.tally import Summary


def show(summary: Summary, console: Console, *, json: bool) -> None:
    """Show it to a person on standard error, or to a program on standard output."""
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(summary) + b"\n")
        sys.stdout.flush()
        return
    for line in summary_lines(summary):
        console.print(Text(line), soft_wrap=True)


def summary_lines(summary: Summary) -> Iterator[str]:
    """Write a summary for a person to read."""
    ended = "Interrupted: " if summary.interrupted else ""
    outcome = (
        f"{summary.valid} good (checked only, nothing sent)"
        if summary.dry_run
        else f"{summary.sent} sent"
    )
    unchanged = f", {summary.unchanged} unchanged" if summary.unchanged else ""
    yield f"{ended}{summary.read} read, {outcome}, {summary.refused_count} refused{unchanged}"
    for reason, refusals in summary.refused.items():
        yield f"  {reason}: {refusals.count}"
        for example in refusals.examples:
            yield f"    {example.where}: {example.message}"
        if refusals.count > len(refusals.examples):
            yield f"    and {refusals.count - len(refusals.examples)} more"
    for failure in summary.failed:
        yield f"  failed: {failure.source}: {failure.message}"
