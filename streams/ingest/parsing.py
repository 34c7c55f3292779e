"""Reads a feed in a process of its own, with limits of time and memory.

`streams.ingest.entries` is the program of that process.
"""

import asyncio
import contextlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from streams.http_client.fetch import FeedError
from streams.ingest.feed_messages import EXIT_NO_FEED, FeedHeader, FeedTask

# A feed of 10 MB, the largest that is fetched, takes about 7 s.
LONGEST_SECONDS: Final = 30.0
_PROGRAM: Final = (sys.executable, "-m", "streams.ingest.entries")


@dataclass(frozen=True, slots=True)
class ReadFeed:
    """The content of a feed: its summary, and each article's JSON document."""

    header: FeedHeader
    documents: list[bytes]


async def read_apart(
    body: bytes,
    task: FeedTask,
    *,
    longest_seconds: float = LONGEST_SECONDS,
    program: Sequence[str] = _PROGRAM,
) -> ReadFeed:
    """Read a feed's entries as flat articles, each as the bytes of a JSON document.

    Args:
        body: The feed.
        task: What must be known beside.
        longest_seconds: After that the feed counts as one that cannot be read.
        program: What is run, for tests.

    Raises:
        FeedError: Of no format that is read, or too much work.
    """
    process = await asyncio.create_subprocess_exec(
        *program,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        # Ctrl-C at the terminal is for the parent process. The feed in flight is finished.
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(longest_seconds):
            out, err = await process.communicate(msgspec.json.encode(task) + b"\n" + body)
    except TimeoutError as error:
        message = f"not read within {longest_seconds:g} s"
        raise FeedError(message, lasting=True, reason="unreadable") from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode == EXIT_NO_FEED:
        raise FeedError(err.decode("ascii", "replace"), lasting=True, reason="not_a_feed")
    if process.returncode != 0:
        lines = err.decode("ascii", "replace").strip().splitlines() or ["no message"]
        message = f"the parser cannot read it: {ascii(lines[-1][:200])[1:-1]}"
        raise FeedError(message, lasting=True, reason="unreadable")
    *documents, header = out.splitlines()
    return ReadFeed(msgspec.json.decode(header, type=FeedHeader), documents)
