"""Describes a document that is not a feed, in a few words for a person."""

import re
from typing import Final

from streams.http_client.answers import shown
from streams.ingest.formats.document import NOT_JSON, Document

_TITLE: Final = re.compile(r"<title[^>]{0,200}>([^<]{1,200})", re.IGNORECASE)
_KNOWN: Final = {
    "opml": "an OPML list of feeds; give it as --opml",
    "newsml": "NewsML 1; ask the publisher for NewsML-G2 or NITF",
    "svg": "a picture (SVG)",
}
_SHOWN_CHARACTERS: Final = 60


def described(document: Document) -> str:
    """Return a description of a document, for a message."""
    text = document.text.strip()
    if not text:
        return "an empty document"
    if text[0] in "{[":
        return _described_json(document.json)
    return _described_markup(text, document.root)


def _described_markup(text: str, root: str) -> str:
    if root in ("html", "head", "body"):
        return f"a web page{page_title(text)} that names no feed"
    if root in _KNOWN:
        return _KNOWN[root]
    if root:
        return f"a document that begins with <{shown(root)}>"
    return f'text that begins with "{shown(text[:_SHOWN_CHARACTERS])}"'


def page_title(text: str) -> str:
    """Return ` ("Title")` of a web page, or "" where it has none."""
    found = _TITLE.search(text[:65_536])
    title = " ".join(found[1].split()) if found else ""
    return f' ("{shown(title[:_SHOWN_CHARACTERS])}")' if title else ""


def _described_json(value: object) -> str:
    if value is NOT_JSON:
        return "broken JSON"
    if isinstance(value, dict):
        message = value.get("message") or value.get("error")
        if isinstance(message, str) and message:
            return f'JSON with the message "{shown(message[:_SHOWN_CHARACTERS])}"'
        names = ", ".join(shown(str(name)[:20]) for name in list(value)[:5])
        return f"JSON with the fields {names}" if names else "an empty JSON object"
    if isinstance(value, list):
        return f"a JSON list of {len(value)}"
    return "a JSON value"
