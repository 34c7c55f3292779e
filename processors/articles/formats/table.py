"""Reads the fields of an article by the table of paths of its shape.

A value of the wrong type is skipped, because the next path may have a good one. Texts and dates
that are not read at all are flagged later.
"""

import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from processors.articles.document import Document
from processors.articles.fields import Fields, Words, first_revision, first_status
from processors.articles.formats.paths import Path, texts_at, values_at
from processors.articles.formats.shapes import Shape
from processors.errors import BadArticleError

_ADDRESS: Final = re.compile(r"https?://", re.IGNORECASE)


def read_shape(document: Document, shape: Shape) -> Fields:
    """Read the fields that a shape names; what is not there is empty."""
    texts = [
        Words(_joined(document, path), is_html=False) for path in shape.paths("text", document)
    ]
    texts += [
        Words(_joined(document, path), is_html=True) for path in shape.paths("html", document)
    ]
    return Fields(
        given_id=_id(document, shape.paths("id", document)),
        url=_first(document, shape.paths("url", document)),
        title=_first(document, shape.paths("title", document)),
        texts=tuple(text for text in texts if text.value),
        source=source_name(_first(document, shape.paths("source", document))),
        dates=tuple(
            value
            for path in shape.paths("published", document)
            for value in values_at(document, path)
        ),
        languages=tuple(
            text for path in shape.paths("language", document) for text in texts_at(document, path)
        ),
        revision=_revision(document, shape.paths("version", document)),
        status=first_status(
            {"status": _first(document, shape.paths("status", document))},
            ("status",),
            is_strict=False,
        ),
        country=_first(document, shape.paths("country", document)),
    )


def source_name(text: str) -> str:
    """Return a source's name; of an address, its host."""
    if not _ADDRESS.match(text):
        return text
    try:
        return (urlsplit(text.strip()).hostname or text).removeprefix("www.")
    except ValueError:
        return text


def _first(document: Document, paths: Sequence[Path]) -> str:
    found = (text for path in paths for text in texts_at(document, path))
    return next(found, "")


def _joined(document: Document, path: Path) -> str:
    return "\n\n".join(texts_at(document, path))


def _id(document: Document, paths: Sequence[Path]) -> str:
    for path in paths:
        for value in values_at(document, path):
            if isinstance(value, str):
                return value
            if isinstance(value, int) and not isinstance(value, bool):
                return str(value)
    return ""


def _revision(document: Document, paths: Sequence[Path]) -> int:
    for path in paths:
        for value in values_at(document, path):
            try:
                return first_revision({"version": _whole(value)}, ("version",))
            except BadArticleError:
                continue
    return 1


def _whole(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value
