"""Reads web pages that name their feed (`<link rel="alternate" type="application/rss+xml" …>`).

Feeds of comments are not counted. The same feed in two formats counts once.
"""

import html
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin, urlsplit

from streams.http_client.answers import shown
from streams.ingest.formats.document import Document
from streams.ingest.formats.entry import Link, NotAFeedError, Reading, UnrecognisedError
from streams.ingest.formats.looks import page_title

NAME: Final = "web page that names its feed"

_SEARCHED_CHARACTERS: Final = 1_000_000
_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_LINK: Final = re.compile(r"<link\s([^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(
    r"""([a-z-]{1,30})\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE
)
_TYPES: Final = frozenset(
    (
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "application/rdf+xml",
    )
)
_COMMENTS: Final = re.compile(r"comment|kommentar|commentaire|comentario", re.IGNORECASE)
_MAX_NAMED: Final = 5


def recognise(document: Document) -> bool:
    """Return whether a document is a web page."""
    return document.root in ("html", "head", "body")


def read(document: Document) -> Reading:
    """Return the feed that a page names.

    Raises:
        UnrecognisedError: the page names none.
        NotAFeedError: the page names several. The message lists them.
    """
    links = list(_feeds(document))
    if not links:
        raise UnrecognisedError(document.root)
    if len(links) > 1:
        named = "; ".join(
            f"{shown(one.url)}" + (f" ({shown(one.title)})" if one.title else "")
            for one in links[:_MAX_NAMED]
        )
        more = f" and {len(links) - _MAX_NAMED} more" if len(links) > _MAX_NAMED else ""
        raise NotAFeedError(
            f"a web page{page_title(document.text)} that names several feeds; give the address of "
            f"one: {named}{more}"
        )
    return Reading(format="web page", links=tuple(links))


def _feeds(document: Document) -> Iterator[Link]:
    page = _COMMENT.sub("", document.text[:_SEARCHED_CHARACTERS])
    seen: set[str] = set()
    for found in _LINK.finditer(page):
        attributes = {
            name.lower(): html.unescape(value.strip("\"'"))
            for name, value in _ATTRIBUTE.findall(found[1])
        }
        kind = attributes.get("type", "").partition(";")[0].strip().lower()
        if "alternate" not in attributes.get("rel", "").lower().split() or kind not in _TYPES:
            continue
        title = " ".join(attributes.get("title", "").split())
        try:
            address = urljoin(document.base, attributes.get("href", "").strip())
            is_address = urlsplit(address).scheme in ("http", "https")
        except ValueError:
            continue
        if not is_address or _COMMENTS.search(title) or _COMMENTS.search(urlsplit(address).path):
            continue
        if address not in seen and not (title and _same(title) in seen):
            seen |= {address, _same(title)} - {""}
            yield Link(url=address, title=title)


def _same(title: str) -> str:
    # "Daily News RSS" and "Daily News (Atom)" are the same feed.
    words = re.findall(r"\w+", title.lower())
    kept = [word for word in words if word not in ("rss", "atom", "json", "feed", "xml", "2", "0")]
    return " ".join(kept)
