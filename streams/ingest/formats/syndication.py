"""Reads RSS 0.9 to 2.0, RDF and Atom with feedparser.

feedparser gets a stream, because it may read bytes as the name of a file. Its cleaning of HTML is
switched off.
"""

import io
import re
import sys
from collections.abc import Iterator
from typing import Any, Final

import feedparser

from streams.ingest.formats.document import NOT_JSON, Document
from streams.ingest.formats.entry import Entry, Reading, UnrecognisedError, Words

NAME: Final = "RSS, RDF and Atom"

_REFERENCE: Final = re.compile(r"&#(?:x0*([0-9a-f]+)|0*([0-9]+))", re.IGNORECASE)
_REPLACEMENT: Final = "&#xFFFD"
_REFERENCE_DIGITS: Final = 7
# feedparser reads a picture's caption as the entry's description, and its title likewise.
_CAPTION: Final = re.compile(r"<(/?)media:(description|title)(?=[\s/>])", re.IGNORECASE)
_ENCODING: Final = re.compile(r"""(<\?xml[^>]{0,200}?)\sencoding\s*=\s*["'][^"']{0,40}["']""")
_DATES: Final = ("published", "updated", "created")
_VERSIONS: Final = {
    "rss090": "RSS 0.90",
    "rss091n": "RSS 0.91",
    "rss091u": "RSS 0.91",
    "rss092": "RSS 0.92",
    "rss093": "RSS 0.93",
    "rss094": "RSS 0.94",
    "rss10": "RSS 1.0 (RDF)",
    "rss20": "RSS 2.0",
    "rss": "RSS",
    "atom03": "Atom 0.3",
    "atom10": "Atom 1.0",
    "atom": "Atom",
    "cdf": "CDF",
}


def recognise(document: Document) -> bool:
    """Return whether a document may be RSS, RDF or Atom. feedparser decides."""
    return bool(document.root) and document.json is NOT_JSON


def read(document: Document) -> Reading:
    """Read a feed. One that is broken in the middle gives what can be read of it.

    Raises:
        UnrecognisedError: feedparser finds no feed in it.
    """
    text = _CAPTION.sub(r"<\1media:caption_\2", _REFERENCE.sub(_possible, document.text))
    text = _ENCODING.sub(r"\1", text, count=1)
    parsed = feedparser.parse(
        io.BytesIO(text.encode("utf-8", "replace")),
        response_headers={
            "content-type": "application/xml; charset=utf-8",
            "content-location": document.base,
        },
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    version = parsed.get("version")
    if not version:
        raise UnrecognisedError(document.root)
    is_rss = version.startswith("rss")
    feed = parsed["feed"]
    return Reading(
        format=_VERSIONS.get(version, version),
        entries=_entries(parsed["entries"], is_rss=is_rss),
        title=_words(feed.get("title_detail"), is_rss=is_rss),
        language=str(feed.get("language") or ""),
    )


def _entries(entries: Any, *, is_rss: bool) -> Iterator[Entry]:
    for entry in entries:
        details = (*entry.get("content", ()), entry.get("summary_detail"))
        # An aggregator's entries name their original feed.
        origin = entry.get("source") or {}
        yield Entry(
            id=entry.get("id") or "",
            link=entry.get("link") or "",
            title=_words(entry.get("title_detail"), is_rss=is_rss),
            bodies=tuple(_words(detail, is_rss=is_rss) for detail in details if detail),
            # `in` and `[]` of feedparser's dict return another date in place of a missing one.
            dates=tuple(str(dict.get(entry, name) or "") for name in _DATES),
            source=str(origin.get("title") or ""),
        )


def _words(detail: Any, *, is_rss: bool) -> Words:
    if not detail:
        return Words("")
    value, kind = detail.get("value") or "", detail.get("type") or "text/plain"
    language = str(detail.get("language") or "")
    if "html" in kind:
        return Words(value, is_html=True, language=language)
    if not kind.startswith("text/"):
        return Words("")
    # RSS does not say whether its texts are HTML; nearly all are, and feedparser's guess misses
    # some. Without any tag the lines of a plain text are kept.
    return Words(value, is_html=is_rss and "<" in value, language=language)


def _possible(reference: re.Match[str]) -> str:
    # Half an emoji ("&#xD83D;") or a number beyond Unicode makes feedparser reject the feed.
    hexadecimal, decimal = reference.groups()
    digits = hexadecimal or decimal
    if len(digits) > _REFERENCE_DIGITS:
        return _REPLACEMENT
    code = int(digits, 16 if hexadecimal else 10)
    is_surrogate = 0xD800 <= code <= 0xDFFF  # noqa: PLR2004 - Unicode's own bounds
    return _REPLACEMENT if is_surrogate or code > sys.maxunicode else reference.group()
