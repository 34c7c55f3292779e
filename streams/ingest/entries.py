"""Turns a feed's bytes into flat articles. As a program: a feed in, JSON documents out.

It maps the parts of an entry to the fields of an article, the same for every format. Formats are in
`streams.ingest.formats`, and `processors.articles.plain` makes the text.

A hostile feed can block a parser: an author's name of 200 kB takes feedparser minutes. Therefore
`streams.ingest.parsing` runs this program in a process of its own, with limits.
"""

import contextlib
import resource
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urljoin, urlsplit

import msgspec

from processors.articles.boilerplate import without_boilerplate
from processors.articles.clean import clean_line, clean_text
from processors.articles.identity import clean_url
from processors.articles.language import read_language
from processors.articles.plain import best_text, to_plain
from processors.errors import BadArticleError
from streams.ingest.dates import published_of
from streams.ingest.feed_messages import EXIT_NO_FEED, FeedHeader, FeedTask
from streams.ingest.formats.document import Document
from streams.ingest.formats.entry import Entry, NotAFeedError, Reading, Words
from streams.ingest.formats.recognition import read_document

# An ordinary feed of 10 MB stays far below. The limit of CPU time ends this process also when
# the parent, which watches the clock, is killed.
_MEMORY_BYTES: Final = 1 << 30
_PROCESSOR_SECONDS: Final = 60
_SOURCE_CHARACTERS: Final = 200


def read_feed(body: bytes, task: FeedTask) -> Iterator[dict[str, str]]:
    """Read a feed's entries as flat articles, in the feed's order.

    A feed that is broken in the middle gives what can be read of it.

    Returns:
        Objects with `id`, `url`, `title`, `text`, `published` (RFC 3339, UTC, where it can be
        read), `source`,
        `language`, `country`, `version` and `status`, each only where the feed has it.

    Raises:
        NotAFeedError: Of no format that is read.
    """
    reading = read_document(Document.of(body, task.base, task.content_type))
    for entry in reading.entries:
        yield article_of(entry, reading, task)[0]


def article_of(
    entry: Entry, reading: Reading, task: FeedTask
) -> tuple[dict[str, str], Sequence[str]]:
    """Return the flat article of an entry, and the flags of its assumptions (zone_assumed)."""
    link = _absolute(task.base, entry.link)
    title = clean_line(_plain(entry.title))
    body, body_language = _best(entry.bodies, title)
    language = _language((body_language, entry.language, reading.language), task.language)
    published, flags = published_of(entry.dates, language, task.country, task.received)
    fields = {
        "id": _identity(entry.id, link, task.url),
        "url": link,
        "title": title,
        "text": body,
        "published": published,
        "source": task.source or _source(entry, reading, task),
        "language": language,
        "country": task.country,
        "version": entry.version if entry.version.isdigit() else "",
        "status": entry.status if entry.status in ("withheld", "canceled") else "",
    }
    return {name: value for name, value in fields.items() if value}, flags


def _identity(given: str, link: str, feed_url: str) -> str:
    given = clean_line(given)
    if not given:
        return link
    # A URI (http:, tag:, urn:) stands for itself. "4711" does so within its feed only: without
    # the feed's address two publishers' articles of that number would be versions of one.
    return given if ":" in given else f"{feed_url}#{given}"


def _best(bodies: Sequence[Words], title: str) -> tuple[str, str]:
    # Link lists and credits are longer than many an article.
    texts = [clean_text(without_boilerplate(clean_text(_plain(words)))) for words in bodies]
    best = best_text(texts, title)
    for words, text in zip(bodies, texts, strict=True):
        if best and text.startswith(best):
            return best, words.language
    return best, ""


def _plain(words: Words) -> str:
    return to_plain(words.value, is_html=words.is_html)


def _source(entry: Entry, reading: Reading, task: FeedTask) -> str:
    for title in (
        entry.source,
        _plain(reading.title),
        task.name,
        urlsplit(task.url).hostname or "",
    ):
        name = clean_line(title)[:_SOURCE_CHARACTERS].rstrip()
        if name:
            return name
    return ""


def _language(candidates: tuple[str, ...], otherwise: str) -> str:
    for candidate in candidates:
        try:
            # A feed that calls its language "plain English" still has articles to read.
            if language := read_language(candidate):
                return language
        except BadArticleError:
            continue
    return otherwise


def _absolute(base: str, link: str) -> str:
    try:
        # A guid that is no address may stand in for a link.
        return clean_url(urljoin(base, link)) if link else ""
    except ValueError:  # a broken IPv6 address
        return ""


def main() -> int:
    """Read a task (one line of JSON) and a feed from standard input, and write its articles."""
    for kind, limit in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_CPU, _PROCESSOR_SECONDS),
    ):
        # Not every system knows every limit, and some are set lower already.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))
    task = msgspec.json.decode(sys.stdin.buffer.readline(), type=FeedTask)
    try:
        _write(sys.stdin.buffer.read(), task)
        sys.stdout.buffer.flush()
    except NotAFeedError as error:
        sys.stderr.write(ascii(str(error))[1:-1])
        return EXIT_NO_FEED
    return 0


def _write(body: bytes, task: FeedTask) -> None:
    encode = msgspec.json.Encoder().encode
    out = sys.stdout.buffer
    reading = read_document(Document.of(body, task.base, task.content_type))
    count = 0
    flags: Counter[str] = Counter()
    for count, entry in enumerate(reading.entries, 1):
        if count <= task.max_entries:
            article, found = article_of(entry, reading, task)
            flags.update(found)
            out.write(encode(article) + b"\n")
    header = FeedHeader(
        format=reading.format,
        links=[link.url for link in reading.links],
        is_index=reading.is_index,
        entries=count + sum(reading.skipped.values()),
        skipped=dict(reading.skipped),
        flags=flags,
    )
    out.write(encode(header) + b"\n")


if __name__ == "__main__":
    sys.exit(main())
