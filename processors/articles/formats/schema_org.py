"""Reads schema.org NewsArticle and its subtypes, as JSON-LD.

It finds the article in a graph, and the entries of a live blog, which are its text. The paths of
the fields are in `data/shapes.toml`. Names may have a prefix ("schema:headline"), and the article
may refer to other parts of the graph by their `@id`.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from processors.articles.document import Document
from processors.articles.fields import Fields, Words
from processors.articles.formats.paths import texts_at
from processors.articles.formats.shapes import packaged_shapes
from processors.articles.formats.table import read_shape

SHAPE: Final = "schema.org"

_ENDINGS: Final = ("article", "posting", "report", "advertisercontentarticle")
_PREFIXES: Final = ("schema:", "http://schema.org/", "https://schema.org/")
_HOLDERS: Final = ("@graph", "mainEntity", "itemListElement", "item")
_MOST_NODES: Final = 1_000
_LINKED: Final = ("publisher", "isPartOf", "sourceOrganization", "mainEntityOfPage")


def is_schema_org(document: Document) -> bool:
    """Report whether an object is JSON-LD that holds an article."""
    return ("@type" in document or "@graph" in document) and _article(document) is not None


def read_schema_org(document: Document) -> Fields:
    """Read the fields of the first article in a graph."""
    article = _article(document)
    if article is None:
        return read_shape(document, packaged_shapes()[SHAPE])
    article = _without_prefixes(article)
    nodes = {node["@id"]: node for node in _nodes(document) if isinstance(node.get("@id"), str)}
    for name in _LINKED:
        linked = article.get(name)
        if isinstance(linked, dict) and isinstance(linked.get("@id"), str):
            article[name] = {**linked, **_without_prefixes(nodes.get(linked["@id"], {}))}
    fields = read_shape(article, packaged_shapes()[SHAPE])
    updates = _live_updates(article)
    return replace(fields, texts=(*fields.texts, updates)) if updates.value else fields


def _article(document: Document) -> Document | None:
    return next((node for node in _nodes(document) if _is_article(node)), None)


def _nodes(document: Document) -> Iterator[Document]:
    waiting: list[Any] = [document]
    count = 0
    while waiting and count < _MOST_NODES:
        node = waiting.pop(0)
        count += 1
        if not isinstance(node, dict):
            continue
        yield node
        for name in _HOLDERS:
            inner = node.get(name)
            waiting += inner[:_MOST_NODES] if isinstance(inner, list) else [inner]


def _is_article(node: Document) -> bool:
    kinds = node.get("@type")
    return any(
        isinstance(kind, str) and kind.lower().endswith(_ENDINGS)
        for kind in (kinds if isinstance(kinds, list) else [kinds])
    )


def _without_prefixes(node: Document) -> Document:
    return {_bare(name): value for name, value in node.items()}


def _bare(name: str) -> str:
    for prefix in _PREFIXES:
        if name.startswith(prefix):
            return name[len(prefix) :]
    return name


def _live_updates(article: Document) -> Words:
    """Return the entries of a live blog as one text, each with its headline."""
    updates = article.get("liveBlogUpdate")
    parts: list[str] = []
    for update in updates if isinstance(updates, list) else [updates]:
        if isinstance(update, dict):
            bare = _without_prefixes(update)
            for name in ("headline", "articleBody", "text"):
                parts += texts_at(bare, (name,))
    return Words("\n\n".join(parts), is_html=False)
