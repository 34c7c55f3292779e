"""Reads NITF 3 documents of one article each, also inside NewsML-G2.

Bylines, datelines of the head, pictures with their captions and the lines at the end are not part
of the article's text.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Final
from xml.etree.ElementTree import Element

from streams.ingest.formats.document import Document
from streams.ingest.formats.entry import Entry, NotAFeedError, Reading, Words
from streams.ingest.formats.xml_tree import (
    BadXmlError,
    child,
    html_of,
    language_of,
    parse,
    text_of,
)

NAME: Final = "NITF"

_DROPPED: Final = frozenset(("media", "byline", "body.end", "tagline", "fn", "table"))


def recognise(document: Document) -> bool:
    """Return whether a document is NITF."""
    return document.root == "nitf"


def read(document: Document) -> Reading:
    """Read a NITF document.

    Raises:
        NotAFeedError: It cannot be read.
    """
    try:
        root = parse(document.text)
    except BadXmlError as error:
        raise NotAFeedError(f"a NITF document that is not read: {error}") from error
    nitf = root if root.tag == "nitf" else root.find(".//nitf")
    return Reading(
        format=NAME,
        entries=iter(()) if nitf is None else _entries(nitf),
        language=language_of(root),
    )


def headline_of(nitf: Element) -> str:
    """Return a NITF element's headline."""
    head = child(nitf, "body", "body.head")
    for name in ("hedline", "headline"):  # the standard's own spelling, and the dictionary's
        if heading := text_of(child(head, name, "hl1")):
            return heading
    return text_of(child(nitf, "head", "title"))


def body_of(nitf: Element) -> Words:
    """Return a NITF element's text as HTML."""
    content = child(nitf, "body", "body.content")
    return Words(html_of(_pruned(content)), is_html=True) if content is not None else Words("")


def abstract_of(nitf: Element) -> Words:
    """Return a NITF element's abstract as HTML."""
    return Words(html_of(child(nitf, "body", "body.head", "abstract")), is_html=True)


def _entries(nitf: Element) -> Iterator[Entry]:
    head = child(nitf, "head")
    yield Entry(
        id=_attribute(child(head, "docdata", "doc-id"), "id-string") or nitf.get("uno", ""),
        link=_attribute(child(head, "pubdata"), "ex-ref"),
        title=Words(headline_of(nitf)),
        bodies=(body_of(nitf), abstract_of(nitf)),
        dates=(
            _attribute(child(head, "docdata", "date.issue"), "norm"),
            _attribute(child(head, "docdata", "date.release"), "norm"),
            _attribute(child(head, "pubdata"), "date.publication"),
            _attribute(child(nitf, "body", "body.head", "dateline", "story.date"), "norm"),
        ),
        source=_attribute(child(head, "docdata", "doc.copyright"), "holder")
        or _attribute(child(head, "pubdata"), "name"),
        language=language_of(nitf) or language_of(child(nitf, "body")),
        status=_status(_attribute(child(head, "docdata"), "management-status")),
        version=_attribute(child(head, "docdata", "du-key"), "version"),
    )


def _status(management: str) -> str:
    # Only withdrawal matters here. Embargoes and notes concern newsrooms.
    return "canceled" if management.strip().lower() in ("canceled", "cancelled") else ""


def _attribute(element: Element | None, name: str) -> str:
    return "" if element is None else element.get(name, "")


def _pruned(element: Element) -> Element:
    copied = deepcopy(element)
    for parent in list(copied.iter()):
        for one in list(parent):
            if one.tag in _DROPPED:
                _remove(parent, one)
    return copied


def _remove(parent: Element, one: Element) -> None:
    # ElementTree stores the text behind an element in it. That text must stay.
    siblings = list(parent)
    index = siblings.index(one)
    tail = one.tail or ""
    if index:
        siblings[index - 1].tail = (siblings[index - 1].tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(one)
