"""A fetched document: its text, its JSON, and the first element of its XML."""

import contextlib
import re
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import msgspec

from streams.ingest.formats.encoding import decode_text

MAX_UNPACKED_BYTES: Final = 10_485_760

_GZIP: Final = b"\x1f\x8b"
_GZIP_WINDOW: Final = 31
_SNIFFED_CHARACTERS: Final = 65_536
_PROLOG: Final = re.compile(r"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)", re.DOTALL)
_ELEMENT: Final = re.compile(r"<(?:[\w.-]{1,40}:)?([a-z][\w.-]{0,60})(?=[\s/>])", re.IGNORECASE)
# A broken server's warning before a feed ("<b>Warning</b>: ...") does not make it a web page.
_FEED_ELEMENT: Final = re.compile(
    r"<(?:[\w.-]{1,40}:)?(rss|feed|rdf|urlset|sitemapindex|newsmessage|newsitem|packageitem|nitf)"
    r"(?=[\s/>])",
    re.IGNORECASE,
)
_DOCTYPE_HTML: Final = re.compile(r"<!doctype\s+html", re.IGNORECASE)


class _NotJson:
    """The value of `Document.json` if the text is not JSON."""


NOT_JSON: Final = _NotJson()


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(_GZIP):
        return body
    # Text beyond the limit is cut off, and the rest is read as far as possible.
    with contextlib.suppress(zlib.error):
        return zlib.decompressobj(_GZIP_WINDOW).decompress(body, MAX_UNPACKED_BYTES)
    return b""


@dataclass(frozen=True)
class Document:
    """One document.

    Attributes:
        text: Its text, decoded.
        base: Its final address, for relative links.
        content_type: The server's content type, for messages.
    """

    text: str
    base: str
    content_type: str = ""

    @classmethod
    def of(cls, body: bytes, base: str, content_type: str = "") -> "Document":
        """Return the document of its bytes. Sitemaps may be gzip files without a header."""
        text = decode_text(_unpacked(body), content_type)
        return cls(text.lstrip("\ufeff"), base, content_type)

    @cached_property
    def root(self) -> str:
        """Return the local name of the first element in lower case, or "" if there is none."""
        start = _PROLOG.sub("", self.text[:_SNIFFED_CHARACTERS])
        if _DOCTYPE_HTML.search(start[:1_000]):
            return "html"
        found = _ELEMENT.search(start)
        if found is None:
            return ""
        name = found[1].lower()
        if name not in ("html", "head", "body", "opml"):
            feed = _FEED_ELEMENT.search(start)
            name = feed[1].lower() if feed else name
        return name

    @cached_property
    def json(self) -> Any:
        """Return the document as JSON, or `NOT_JSON`."""
        if self.text.lstrip()[:1] not in ("{", "["):
            return NOT_JSON
        try:
            return msgspec.json.decode(self.text.encode("utf-8", "replace"))
        except (msgspec.DecodeError, RecursionError, ValueError):
            return NOT_JSON
