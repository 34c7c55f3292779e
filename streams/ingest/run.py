"""Runs one ingestion: the files in their order, then the feeds concurrently.

A source that fails does not affect the others. The producer and the display are arguments.
"""

import asyncio
from pathlib import Path

from streams.ingest.files import read_file, read_lines
from streams.ingest.job import STDIN, Job, Surroundings
from streams.ingest.records import SourceError


def run(job: Job, around: Surroundings) -> None:
    """Read all sources of the job, and return when every record is acknowledged.

    Raises:
        KeyboardInterrupt: asked to stop. The records read until then are acknowledged.
        PassingFaultError: the broker does not accept the records.
    """
    try:
        for path in job.files:
            _run_file(path, job, around)
        if job.feeds:
            # An HTTP client and a feed parser take half a second to load.
            from streams.ingest.feed_run import run_feeds  # noqa: PLC0415 - see above
            from streams.ingest.state import open_states  # noqa: PLC0415

            # Closed after the event loop, whose thread may still save a look.
            with open_states(job.state, job.topic) as states:
                asyncio.run(run_feeds(job, around, states))
        around.interruption.check()
    finally:
        around.flush()


def _run_file(path: Path, job: Job, around: Surroundings) -> None:
    guard = around.interruption.guard
    records = (
        read_lines(guard(around.stdin), "stdin", job.limit_bytes)
        if path == STDIN
        else read_file(path, job.limit_bytes, around.on_bytes, guard)
    )
    try:
        for record in records:
            around.interruption.check()
            around.intake.take(record)
    except SourceError as error:
        around.tally.fail(str(path), str(error))
        around.say(str(error))
    around.on_bytes(0)
