"""Reads flat JSON, the most common form: one object with one field for each fact.

These are the names of the fields. Of several, the first one wins:

    id | uri                 the publisher's id
    url                      the article's address
    title | headline         text | body        source
    published                language           version | revision
    status                   usable | withheld | canceled
    country                  the article's country, ISO 3166-1 ("KE")

Of text and body the longer one is taken. Fields that are still missing are read under the names
that other services use: `formats/data/shapes.toml`.
"""

from typing import Final

from processors.articles.document import Document
from processors.articles.fields import (
    Fields,
    Words,
    first_id,
    first_revision,
    first_status,
    first_text,
    given,
)

FLAT_NAMES: Final = frozenset(
    """
    id uri url title headline text body source published language version revision status country
    """.split()  # noqa: SIM905 - as the table above
)
"""Every name that flat JSON has."""


def read_flat(document: Document) -> Fields:
    """Read the fields of a flat article.

    Raises:
        BadArticleError: WRONG_TYPE, with the field named.
    """
    texts = [first_text(document, (name,)) for name in ("text", "body")]
    return Fields(
        given_id=first_id(document, ("id", "uri")),
        url=first_text(document, ("url",)),
        title=first_text(document, ("title", "headline")),
        texts=tuple(Words(text, is_html=False) for text in texts if text),
        source=first_text(document, ("source",)),
        dates=given(document, ("published",)),
        languages=given(document, ("language",)),
        revision=first_revision(document, ("version", "revision")),
        status=first_status(document, ("status",)),
        country=_country(document),
    )


def _country(document: Document) -> str:
    value = document.get("country")
    return value if isinstance(value, str) else ""
