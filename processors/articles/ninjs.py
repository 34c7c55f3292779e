"""Reads a profile of IPTC ninjs.

It reads names of ninjs 3 (`headlines`, `versionCreated`), of ninjs 2 (the same in lower case) and
of ninjs 1 (`headline`, `body_text`, `body_xhtml`), from https://iptc.org/std/ninjs/. Associations,
renditions and subjects are not read. Of several headlines or bodies the main one is taken, and
plain text before HTML: they are renditions of one text and are never joined. A body in NITF is read
like HTML. The description replaces a body that is missing or shorter. Fields without a value under
their ninjs names are read under their flat names, so that a mixture of both is complete.
"""

from typing import Any, Final

from processors.articles.document import Document
from processors.articles.fields import (
    Fields,
    Words,
    first_id,
    first_revision,
    first_status,
    first_text,
    given,
    wrong_type,
)

_MARKS: Final = frozenset(
    [
        "headlines",
        "bodies",
        "headline_main",
        "body_text",
        "body_main",
        "body_xhtml",
        "body_nitf",
        "body_html",
        "body_richtext",
        "versionCreated",
        "versioncreated",
        "contentCreated",
        "contentcreated",
        "firstCreated",
        "firstcreated",
        "pubStatus",
        "pubstatus",
        "infoSources",
        "infosources",
        "infosource",
        "descriptions",
        "description_text",
        "description_html",
    ]
)
_HTML_BODIES: Final = ("body_xhtml", "body_html", "body_richtext", "body_nitf")
_HTML_ROLES: Final = frozenset(("html", "xhtml", "richtext"))
_PUBLISHERS: Final = frozenset(("publisher", "provider"))


def is_ninjs(document: Document) -> bool:
    """Tell ninjs from flat JSON by the names that only ninjs has."""
    return not _MARKS.isdisjoint(document)


def read_ninjs(document: Document) -> Fields:
    """Read the fields of a ninjs item.

    Raises:
        BadArticleError: WRONG_TYPE, with the field named.
    """
    title = next((words.value for words in _renditions(document, "headlines")), "")
    return Fields(
        given_id=first_id(document, ("uri", "id")),
        url=first_text(document, ("url",)),
        title=title or first_text(document, ("headline", "headline_main", "title")),
        texts=_texts(document),
        source=_source(document) or first_text(document, ("source",)),
        dates=given(
            document,
            (
                *("versionCreated", "versioncreated", "contentCreated", "contentcreated"),
                *("firstCreated", "firstcreated", "published"),
            ),
        ),
        languages=given(document, ("language",)),
        revision=first_revision(document, ("version", "revision")),
        status=first_status(document, ("pubStatus", "pubstatus", "status")),
        country=first_text(document, ("country",)),
    )


def _texts(document: Document) -> tuple[Words, ...]:
    """Return the main bodies and the descriptions: the longest is the article's text."""
    bodies = _renditions(document, "bodies")
    if not bodies:
        bodies = [Words(first_text(document, ("body_text", "body_main")), is_html=False)]
    if not bodies[0].value:
        bodies = [Words(first_text(document, _HTML_BODIES), is_html=True)]
    if not bodies[0].value:
        bodies = [Words(first_text(document, ("text", "body")), is_html=False)]
    texts = (
        *bodies,
        *(
            _renditions(document, "descriptions")
            or [Words(first_text(document, ("description_text",)), is_html=False)]
        ),
        Words(first_text(document, ("description_html",)), is_html=True),
    )
    return tuple(text for text in texts if text.value)


def _renditions(document: Document, name: str) -> list[Words]:
    """Return the renditions of the best role, plain text first."""
    found: list[tuple[int, bool, str]] = []
    for item, path in _items(document, (name,)):
        value = _text_at(item, "value", path)
        if not value:
            continue
        role = _role(item, path)
        kind = _text_at(item, "contentType", path) or _text_at(item, "contenttype", path)
        is_html = _is_markup(kind) or (not kind and role in _HTML_ROLES)
        rank = 0 if role == "main" else 1 if role in _HTML_ROLES or not role else 2
        found.append((rank, is_html, value))
    found.sort(key=lambda rendition: rendition[:2])
    return [Words(value, is_html) for rank, is_html, value in found if rank == found[0][0]]


def _is_markup(content_type: str) -> bool:
    # "text/html", "application/xhtml+xml", "text/vnd.IPTC.NITF"
    return any(name in content_type.lower() for name in ("html", "xml", "nitf"))


def _source(document: Document) -> str:
    names: list[str] = []
    for item, path in _items(document, ("infoSources", "infosources", "infosource")):
        name = _text_at(item, "name", path)
        if name and _role(item, path) in _PUBLISHERS:
            return name
        names.append(name)
    return next(filter(None, names), "")


def _items(document: Document, names: tuple[str, ...]) -> list[tuple[Document, str]]:
    for name in names:
        value: Any = document.get(name)
        if value is None or value == []:
            continue
        if not isinstance(value, list):
            raise wrong_type(name, value, "a list of objects")
        for index, item in enumerate(value):
            if not isinstance(item, dict):
                raise wrong_type(f"{name}[{index}]", item, "an object")
        return [(item, f"{name}[{index}]") for index, item in enumerate(value)]
    return []


def _role(item: Document, path: str) -> str:
    # Roles may be written with their vocabulary before them: "isrol:publisher"; ninjs 1 says rel.
    role = _text_at(item, "role", path) or _text_at(item, "rel", path)
    return role.strip().rpartition(":")[2].lower()


def _text_at(item: Document, name: str, path: str) -> str:
    value = item.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise wrong_type(f"{path}.{name}", value, "text")
    return "" if value.isspace() else value
