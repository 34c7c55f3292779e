"""Recognises the shape of an article and reads its fields.

The shapes are tried in this order: the operator's own, IPTC ninjs, schema.org, the known services
of `data/shapes.toml`, and flat JSON, which reads the names that most of them share. An article
inside another object ("article", "data", "payload" …) is taken out first.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from processors.articles.document import Document
from processors.articles.fields import Fields
from processors.articles.flat import FLAT_NAMES, read_flat
from processors.articles.formats.envelopes import without_envelopes
from processors.articles.formats.schema_org import is_schema_org, read_schema_org
from processors.articles.formats.shapes import COMMON, Shape, packaged_shapes
from processors.articles.formats.table import read_shape
from processors.articles.ninjs import is_ninjs, read_ninjs

NO_SHAPES: Final[tuple[Shape, ...]] = ()


def read_fields(document: Document, own: Sequence[Shape] = NO_SHAPES) -> tuple[Document, Fields]:
    """Read the fields of an article of any known shape.

    Args:
        document: The record's object, out of its CloudEvent.
        own: The operator's shapes; the first that fits is taken.

    Returns:
        The object that holds the article, and what was found in it.

    Raises:
        BadArticleError: WRONG_TYPE, with the field named.
    """
    for shape in own:
        if shape.fits(document):
            return document, read_shape(document, shape)
    document = without_envelopes(document)
    for shape in own:
        if shape.fits(document):
            return document, read_shape(document, shape)
    document, fields = _read_known(document)
    if not (fields.title or fields.texts):
        # "Title" and "TITLE" are what some exports write.
        small = {_small(name): value for name, value in document.items()}
        if small.keys() != document.keys():
            return _read_known(small)
    return document, fields


def _small(name: str) -> str:
    return name.lower() if name.isupper() else name[:1].lower() + name[1:]


def _is_plainly_flat(document: Document) -> bool:
    """Report that an object has the names of flat JSON alone, and neither lists nor objects."""
    return document.keys() <= FLAT_NAMES and not any(
        isinstance(value, dict | list) for value in document.values()
    )


def _read_known(document: Document) -> tuple[Document, Fields]:
    if _is_plainly_flat(document):
        # No shape can fit, and the common names would find the same values again.
        return document, read_flat(document)
    others = read_shape(document, packaged_shapes()[COMMON])
    if is_ninjs(document):
        return document, _filled(read_ninjs(document), others)
    if is_schema_org(document):
        return document, _filled(read_schema_org(document), others)
    for shape in packaged_shapes().values():
        if shape.name != COMMON and shape.fits(document):
            return document, _filled(read_shape(document, shape), others)
    flat = read_flat(document)
    # Of all the texts under names that are known, the longest is taken.
    every = dict.fromkeys((*flat.texts, *others.texts))
    return document, _filled(replace(flat, texts=tuple(every)), others)


def _filled(fields: Fields, others: Fields) -> Fields:
    """Read what a format left open under the names that many services share."""
    return replace(
        fields,
        given_id=fields.given_id or others.given_id,
        url=fields.url or others.url,
        title=fields.title or others.title,
        texts=fields.texts or others.texts,
        source=fields.source or others.source,
        dates=(*fields.dates, *others.dates),
        languages=(*fields.languages, *others.languages),
        country=fields.country or others.country,
    )
