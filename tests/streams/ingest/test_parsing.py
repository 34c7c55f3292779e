"""The reading of feeds in a process apart: results, refusals and limits."""

import asyncio
import json
import sys
import time

import pytest

from streams.http_client.fetch import FeedError
from streams.ingest.feed_messages import FeedTask
from streams.ingest.parsing import read_apart

TASK = FeedTask(url="https://f.example/rss", base="https://f.example/rss")


def test_entries_come_back_as_documents() -> None:
    feed = (
        "<rss version='2.0'><channel><title>F</title><item><guid>a:1</guid><title>Één</title>"
        "</item><item><guid>a:2</guid><title>Two\u2028lines</title></item></channel></rss>"
    ).encode()
    read = asyncio.run(read_apart(feed, TASK))
    assert (read.header.format, read.header.entries) == ("RSS 2.0", 2)
    assert [json.loads(document)["title"] for document in read.documents] == ["Één", "Two lines"]


def test_a_page_that_is_no_feed_is_a_lasting_fault() -> None:
    with pytest.raises(FeedError, match="instead of a feed") as caught:
        asyncio.run(read_apart(b"<html></html>", TASK))
    assert caught.value.lasting


def test_a_feed_that_holds_the_parser_for_minutes_is_given_up_in_time() -> None:
    # A quadratic expression of feedparser's looks for an address in the author's name.
    feed = (
        f"<rss version='2.0'><channel><item><author>{'a' * 1_000_000}</author></item>"
        f"</channel></rss>"
    ).encode()
    started = time.monotonic()
    with pytest.raises(FeedError, match="not read within 2 s"):
        asyncio.run(read_apart(feed, TASK, longest_seconds=2))
    assert time.monotonic() - started < 20


def test_a_crash_of_the_parser_is_told_by_its_last_line_without_control_signs() -> None:
    program = (sys.executable, "-c", "raise SystemExit('first\\nbroken \\x1b[31m')")
    with pytest.raises(FeedError, match=r"cannot read it: broken \\x1b\[31m$"):
        asyncio.run(read_apart(b"", TASK, program=program))
