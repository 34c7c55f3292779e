"""Reads JSON Feed 1.0 and 1.1 (jsonfeed.org).

A document without a version is read if its fields occur only in JSON Feed.
"""

from collections.abc import Iterator
from typing import Any, Final

from streams.ingest.formats.document import NOT_JSON, Document
from streams.ingest.formats.entry import Entry, Reading, Words
from streams.ingest.formats.json_values import objects, text

NAME: Final = "JSON Feed"

_OWN_FIELDS: Final = frozenset(("content_html", "content_text", "date_published", "external_url"))


def recognise(document: Document) -> bool:
    """Return whether a document is a JSON Feed."""
    feed = document.json
    if feed is NOT_JSON or not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        return False
    if "jsonfeed.org" in text(feed, "version"):
        return True
    return any(_OWN_FIELDS & item.keys() for item in objects(feed, "items")[:5])


def read(document: Document) -> Reading:
    """Read a JSON Feed."""
    feed: Any = document.json
    version = text(feed, "version").rstrip("/").rpartition("/")[2]
    return Reading(
        format=f"{NAME} {version}" if version in ("1", "1.1") else NAME,
        entries=_entries(feed),
        title=Words(text(feed, "title")),
        language=text(feed, "language"),
    )


def _entries(feed: Any) -> Iterator[Entry]:
    for item in objects(feed, "items"):
        yield Entry(
            id=text(item, "id"),
            # A link list's external address is its subject. The article is the item itself.
            link=text(item, "url") or text(item, "external_url"),
            title=Words(text(item, "title")),
            bodies=(
                Words(text(item, "content_html"), is_html=True),
                Words(text(item, "content_text")),
                Words(text(item, "summary")),
            ),
            dates=(text(item, "date_published"), text(item, "date_modified")),
            language=text(item, "language"),
        )
