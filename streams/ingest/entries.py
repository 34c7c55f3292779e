"""A feed's bytes as flat articles. Run as a program: a feed in, one JSON document a line out.

Owns what of an RSS or Atom entry becomes which field. Must not know how a feed is fetched or an
article sent. feedparser reads; it gets a stream, never the bytes themselves, which it would take
for a file's name. Its own cleaning of HTML is switched off: the text is made by
`processors.articles.markup`.

feedparser is no match for hostile feeds: an author's name of 200 kB holds it for minutes. Hence the
program: `streams.ingest.parsing` runs it in a process of its own, with limits.
"""

import calendar
import contextlib
import html
import io
import re
import resource
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import feedparser
import msgspec

from processors.articles.clean import clean_line, clean_text
from processors.articles.identity import clean_url
from processors.articles.language import read_language
from processors.articles.markup import html_to_text
from processors.articles.timestamps import FIRST_YEAR, LAST_YEAR
from processors.errors import BadArticleError

EXIT_NO_FEED: Final = 65

# An ordinary feed of 10 MB stays far below. The processor's time bounds what is left alone when
# the parent, which watches the clock, is killed.
_MEMORY_BYTES: Final = 1 << 30
_PROCESSOR_SECONDS: Final = 60
_SOURCE_CHARACTERS: Final = 200
_REFERENCE: Final = re.compile(rb"&#(?:x0*([0-9a-f]+)|0*([0-9]+))", re.IGNORECASE)
_REPLACEMENT: Final = b"&#xFFFD"
_REFERENCE_DIGITS: Final = 7


class FeedTask(msgspec.Struct, frozen=True, kw_only=True):
    """What must be known beside a feed's bytes.

    Attributes:
        url: The address as the operator gave it, without user and password; scopes bare ids.
        base: The address that the bytes came from in the end; relative links start there.
        content_type: The server's, for the character set.
        source: The name of the source; "" takes the entry's own or the feed's title.
        language: For feeds that do not say theirs.
    """

    url: str
    base: str
    content_type: str = ""
    source: str = ""
    language: str = ""


class NotAFeedError(ValueError):
    """The bytes are neither RSS nor Atom."""


def read_feed(body: bytes, task: FeedTask) -> Iterator[dict[str, str]]:
    """Read a feed's entries as flat articles, in the feed's order.

    A feed that is broken in the middle gives what can be read of it.

    Returns:
        Objects with `id`, `url`, `title`, `text`, `published` (RFC 3339, UTC), `source` and
        `language`, each only where the feed has it.

    Raises:
        NotAFeedError: Neither RSS nor Atom.
    """
    parsed = feedparser.parse(
        io.BytesIO(_REFERENCE.sub(_possible, body)),
        response_headers={"content-type": task.content_type, "content-location": task.base},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    if not parsed.get("version"):
        raise NotAFeedError("neither RSS nor Atom")
    is_rss = parsed["version"].startswith("rss")
    for entry in parsed["entries"]:
        yield _article(entry, parsed["feed"], task, is_rss=is_rss)


def _article(entry: Any, feed: Any, task: FeedTask, *, is_rss: bool) -> dict[str, str]:
    link = _absolute(task.base, entry.get("link") or "")
    body, body_language = _body(entry, is_rss=is_rss)
    title = clean_line(_plain(entry.get("title_detail"), is_rss=is_rss))
    fields = {
        "id": _identity(entry.get("id") or "", link, task.url),
        "url": link,
        "title": title,
        "text": clean_text(body),
        "published": _published(entry),
        "source": task.source or _source(entry, feed, task, is_rss=is_rss),
        "language": _language((body_language, feed.get("language")), task.language),
    }
    return {name: value for name, value in fields.items() if value}


def _possible(reference: re.Match[bytes]) -> bytes:
    # Half an emoji ("&#xD83D;") or a number beyond Unicode makes feedparser give up the feed.
    hexadecimal, decimal = reference.groups()
    digits = hexadecimal or decimal
    if len(digits) > _REFERENCE_DIGITS:
        return _REPLACEMENT
    code = int(digits, 16 if hexadecimal else 10)
    is_surrogate = 0xD800 <= code <= 0xDFFF  # noqa: PLR2004 - Unicode's own bounds
    return _REPLACEMENT if is_surrogate or code > sys.maxunicode else reference.group()


def _identity(given: str, link: str, feed_url: str) -> str:
    given = clean_line(given)
    if not given:
        return link
    # A URI (http:, tag:, urn:) stands for itself. "4711" does so within its feed only: without
    # the feed's address two publishers' articles of that number would be versions of one.
    return given if ":" in given else f"{feed_url}#{given}"


def _body(entry: Any, *, is_rss: bool) -> tuple[str, Any]:
    for detail in (*entry.get("content", ()), entry.get("summary_detail")):
        text = _plain(detail, is_rss=is_rss)
        if text.strip():
            return text, detail.get("language")
    return "", None


def _plain(detail: Any, *, is_rss: bool) -> str:
    if not detail:
        return ""
    value, kind = detail.get("value") or "", detail.get("type") or "text/plain"
    if "html" in kind:
        return html_to_text(value)
    if not kind.startswith("text/"):
        return ""
    if not is_rss:
        return value
    # RSS does not say whether its texts are HTML; nearly all are, and feedparser's guess misses
    # some. Without any tag the lines of a plain text are kept.
    return html_to_text(value) if "<" in value else html.unescape(value)


def _published(entry: Any) -> str:
    # `in` and `[]` of feedparser's dict give one date for another, with a warning.
    for name in ("published_parsed", "updated_parsed"):
        moment = dict.get(entry, name)
        if moment is None:
            continue
        try:
            read = datetime.fromtimestamp(calendar.timegm(moment), tz=UTC)
        except (ValueError, OverflowError, OSError):
            continue
        if FIRST_YEAR <= read.year <= LAST_YEAR:
            return read.isoformat().replace("+00:00", "Z")
    return ""


def _source(entry: Any, feed: Any, task: FeedTask, *, is_rss: bool) -> str:
    # An aggregator's entries name the feed that they come from.
    origin = entry.get("source") or {}
    for title in (
        origin.get("title") or "",
        _plain(feed.get("title_detail"), is_rss=is_rss),
        urlsplit(task.url).hostname or "",
    ):
        name = clean_line(title)[:_SOURCE_CHARACTERS].rstrip()
        if name:
            return name
    return ""


def _language(candidates: tuple[Any, ...], otherwise: str) -> str:
    for candidate in candidates:
        try:
            # A feed that calls its language "English" still has articles to read.
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
    """Read a task (one line of JSON) and a feed from standard input; write its articles."""
    for kind, limit in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_CPU, _PROCESSOR_SECONDS),
    ):
        # Not every system knows every limit, and some are set lower already.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))
    task = msgspec.json.decode(sys.stdin.buffer.readline(), type=FeedTask)
    encode = msgspec.json.Encoder().encode
    try:
        for article in read_feed(sys.stdin.buffer.read(), task):
            sys.stdout.buffer.write(encode(article) + b"\n")
        sys.stdout.buffer.flush()
    except NotAFeedError as error:
        sys.stderr.write(str(error))
        return EXIT_NO_FEED
    return 0


if __name__ == "__main__":
    sys.exit(main())
