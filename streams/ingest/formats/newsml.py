"""Reads NewsML-G2: a news item, a package of references, or a message with several of both.

The text is inline XHTML, NITF or plain text. Pictures, video and planning items are skipped and
counted.
"""

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from streams.ingest.formats.document import Document
from streams.ingest.formats.entry import Entry, NotAFeedError, Reading, Words
from streams.ingest.formats.nitf import abstract_of, body_of, headline_of
from streams.ingest.formats.xml_tree import (
    BadXmlError,
    child,
    children,
    html_of,
    language_of,
    parse,
    text_of,
)

NAME: Final = "NewsML-G2"

_ROOTS: Final = ("newsitem", "packageitem", "newsmessage")
_TEXT_CLASSES: Final = frozenset(("", "text", "composite"))


def recognise(document: Document) -> bool:
    """Return whether a document is NewsML-G2."""
    return document.root in _ROOTS


def read(document: Document) -> Reading:
    """Read a document of NewsML-G2.

    Raises:
        NotAFeedError: It cannot be read.
    """
    try:
        root = parse(document.text)
    except BadXmlError as error:
        raise NotAFeedError(f"a NewsML-G2 document that is not read: {error}") from error
    skipped: dict[str, int] = {}
    return Reading(
        format=NAME,
        entries=_entries(root, skipped),
        language=language_of(root),
        skipped=skipped,
    )


def _entries(root: Element, skipped: dict[str, int]) -> Iterator[Entry]:
    for item in root.iter():
        if item.tag == "newsItem":
            if _class(item) in _TEXT_CLASSES:
                yield _news_item(item)
            else:
                skipped["not_an_article"] = skipped.get("not_an_article", 0) + 1
        elif item.tag == "packageItem":
            yield from _references(item, root, skipped)


def _class(item: Element) -> str:
    return _code(child(item, "itemMeta", "itemClass"))


def _news_item(item: Element) -> Entry:
    meta, about = child(item, "itemMeta"), child(item, "contentMeta")
    nitf = child(item, "contentSet", "inlineXML", "nitf")
    heading = next((text for one in children(about, "headline") if (text := text_of(one))), "")
    return Entry(
        id=item.get("guid", ""),
        link=_link(item),
        title=Words(
            heading or (headline_of(nitf) if nitf is not None else "") or _page_title(item)
        ),
        bodies=tuple(_bodies(item)),
        dates=(
            # The same order as in ninjs, so that an agency's two formats agree.
            text_of(child(meta, "versionCreated")),
            text_of(child(about, "contentCreated")),
            text_of(child(meta, "firstCreated")),
        ),
        source=_source(item),
        language=_attribute(child(about, "language"), "tag") or language_of(item),
        version=item.get("version", ""),
        status=_code(child(meta, "pubStatus")),
    )


def _bodies(item: Element) -> Iterator[Words]:
    content = child(item, "contentSet")
    for inline in children(content, "inlineXML"):
        nitf = child(inline, "nitf")
        if nitf is not None:
            yield body_of(nitf)
            yield abstract_of(nitf)
        else:
            body = child(inline, "html", "body")
            yield Words(html_of(body if body is not None else inline), is_html=True)
    for inline in children(content, "inlineData"):
        kind = inline.get("contenttype", "text/plain")
        if kind.startswith("text/") and not inline.get("encoding"):
            yield Words("".join(inline.itertext()), is_html="html" in kind)
    for description in children(child(item, "contentMeta"), "description"):
        yield Words("".join(description.itertext()))


def _references(package: Element, root: Element, skipped: dict[str, int]) -> Iterator[Entry]:
    # References to items of the same message would repeat them.
    whole = {item.get("guid") for item in root.iter("newsItem")}
    source = _source(package)
    for reference in package.iter("itemRef"):
        identity = reference.get("residref", "") or reference.get("href", "")
        heading = text_of(child(reference, "headline")) or text_of(child(reference, "title"))
        if identity in whole:
            continue
        if not heading or _code(child(reference, "itemClass")) not in _TEXT_CLASSES:
            skipped["not_an_article"] = skipped.get("not_an_article", 0) + 1
            continue
        yield Entry(
            id=identity,
            link=reference.get("href", ""),
            title=Words(heading),
            bodies=(Words(text_of(child(reference, "description"))),),
            dates=(text_of(child(reference, "versionCreated")),),
            source=text_of(child(reference, "provider", "name")) or source,
            language=language_of(package),
            version=reference.get("version", ""),
            status=_code(child(reference, "pubStatus")),
        )


def _source(item: Element) -> str:
    return (
        text_of(child(item, "itemMeta", "provider", "name"))
        or text_of(child(item, "contentMeta", "creditline"))
        or text_of(child(item, "contentMeta", "infoSource", "name"))
        or _attribute(child(item, "itemMeta", "provider"), "literal")
    )


def _page_title(item: Element) -> str:
    return text_of(child(item, "contentSet", "inlineXML", "html", "head", "title"))


def _link(item: Element) -> str:
    for link in (*children(child(item, "itemMeta"), "link"), *children(item, "altId")):
        address = link.get("href", "") or text_of(link)
        if address.startswith(("http://", "https://")):
            return address
    return ""


def _code(element: Element | None) -> str:
    # "stat:usable", "ninat:text", or the whole address of the code.
    code = _attribute(element, "qcode") or _attribute(element, "uri").rpartition("/")[2]
    return code.rpartition(":")[2].strip().lower()


def _attribute(element: Element | None, name: str) -> str:
    return "" if element is None else element.get(name, "")
