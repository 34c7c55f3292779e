"""Reads Google News sitemaps, and indexes that lead to them.

A news sitemap has headlines and no texts. An ordinary sitemap has only addresses, so its entries
are skipped and counted.
"""

import re
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from streams.ingest.formats.document import Document
from streams.ingest.formats.entry import Entry, Link, NotAFeedError, Reading, Words
from streams.ingest.formats.xml_tree import BadXmlError, child, children, parse, text_of

NAME: Final = "Google News sitemap"
MAX_PARTS: Final = 5

_NEWS: Final = re.compile(r"news|nieuws|noticias|nachrichten|actualite", re.IGNORECASE)


def recognise(document: Document) -> bool:
    """Return whether a document is a sitemap or an index of sitemaps."""
    return document.root in ("urlset", "sitemapindex")


def read(document: Document) -> Reading:
    """Read a sitemap, or say which parts of an index to read: news first, then the newest.

    Raises:
        NotAFeedError: It cannot be read, or no entry is news.
    """
    try:
        root = parse(document.text)
    except BadXmlError as error:
        raise NotAFeedError(f"a sitemap that is not read: {error}") from error
    if document.root == "sitemapindex":
        if not (parts := _parts(root)):
            raise NotAFeedError("a sitemap index that names no sitemap")
        return Reading(format="sitemap index", links=parts, is_index=True)
    entries = children(root, "url")
    news = [one for one in entries if child(one, "news") is not None]
    if entries and not news:
        raise NotAFeedError(
            "a sitemap of addresses alone, without <news:news>: look for the site's news sitemap, "
            "which robots.txt often names"
        )
    language = text_of(child(news[0], "news", "publication", "language")) if news else ""
    return Reading(
        format=NAME,
        entries=_entries(news),
        title=Words(text_of(child(news[0], "news", "publication", "name")) if news else ""),
        language=language,
        skipped={"not_an_article": len(entries) - len(news)} if len(entries) > len(news) else {},
    )


def _parts(index: Element) -> tuple[Link, ...]:
    parts = [
        (text_of(child(one, "loc")), text_of(child(one, "lastmod")))
        for one in children(index, "sitemap")
    ]
    # Dates of one site have the same form, so they sort as text.
    newest = sorted(parts, key=lambda part: part[1], reverse=True)
    ordered = sorted(newest, key=lambda part: not _NEWS.search(part[0]))
    named = any(_NEWS.search(address) for address, _ in ordered)
    chosen = [p for p in ordered if not named or _NEWS.search(p[0])]
    return tuple(Link(url=address) for address, _ in chosen[:MAX_PARTS] if address)


def _entries(entries: list[Element]) -> Iterator[Entry]:
    for one in entries:
        news = child(one, "news")
        address = text_of(child(one, "loc"))
        yield Entry(
            id=address,
            link=address,
            title=Words(text_of(child(news, "title"))),
            dates=(text_of(child(news, "publication_date")), text_of(child(one, "lastmod"))),
            source=text_of(child(news, "publication", "name")),
            language=text_of(child(news, "publication", "language")),
        )
