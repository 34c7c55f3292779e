"""Unwraps objects around an article: {"article": {…}}, {"data": {…}}, change events, search hits.

An object with a title or text of its own is an article and is never unwrapped.
"""

from typing import Final

from processors.articles.document import Document

_WRAPPERS: Final = (
    *("article", "item", "story", "news", "document", "doc", "entry", "post", "record", "object"),
    *("_source", "fields", "attributes", "data", "payload", "after", "value", "message", "event"),
    *("body", "content", "result", "detail"),
)
# Names that an article has and a wrapping has not.
_TEXTS: Final = frozenset(
    """
    title headline headlines text bodies body_text body_xhtml body_html description descriptions
    content_html content_text webTitle articleBody maintext name summary abstract lead_paragraph
    @graph
    """.split()  # noqa: SIM905 - twenty names
)
# What an article inherits from the object around it, if it has none of its own.
_INHERITED: Final = ("source", "language", "lang", "country", "url")
# Wrappings whose own id is the article's.
_OF_ONE: Final = {"attributes": "id", "_source": "_id", "fields": "id"}
_MOST_LAYERS: Final = 4


def without_envelopes(document: Document) -> Document:
    """Return the object that holds the article."""
    for _ in range(_MOST_LAYERS):
        inner = _inner(document)
        if inner is None:
            return document
        document = inner
    return document


def _inner(document: Document) -> Document | None:
    if not _TEXTS.isdisjoint(document):
        return None
    for name in _WRAPPERS:
        inner = document.get(name)
        if not isinstance(inner, dict) or not _leads_to_text(inner):
            continue
        kept = {one: document[one] for one in _INHERITED if isinstance(document.get(one), str)}
        own_id = document.get(_OF_ONE.get(name, ""))
        if own_id is not None:
            kept["id"] = own_id
        return {**kept, **inner}
    return None


def _leads_to_text(inner: Document) -> bool:
    """Return whether an object has an article's names, or holds one that has."""
    if not _TEXTS.isdisjoint(inner):
        return True
    return any(
        isinstance(one := inner.get(name), dict) and not _TEXTS.isdisjoint(one)
        for name in _WRAPPERS
    )
