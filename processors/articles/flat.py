"""Flat JSON, the form that everyone has: one object, one field a fact.

Owns the names of the flat fields, the first name winning:

    id | uri                 the publisher's id
    url                      the article's address
    title | headline         text | body        source
    published                language           version | revision
    status                   usable | withheld | canceled
    country                  where the article is at home, ISO 3166-1 ("KE")
"""

from processors.articles.document import Document
from processors.articles.fields import (
    Fields,
    first_id,
    first_revision,
    first_status,
    first_text,
    first_timestamp,
)


def read_flat(document: Document) -> Fields:
    """Read the fields of a flat article.

    Raises:
        BadArticleError: WRONG_TYPE or INVALID_DATE, with the field named.
    """
    return Fields(
        given_id=first_id(document, ("id", "uri")),
        url=first_text(document, ("url",)),
        title=first_text(document, ("title", "headline")),
        text=first_text(document, ("text", "body")),
        is_html=False,
        source=first_text(document, ("source",)),
        published=first_timestamp(document, ("published",)),
        language=document.get("language"),
        revision=first_revision(document, ("version", "revision")),
        status=first_status(document, ("status",)),
        country=first_text(document, ("country",)),
    )
