"""Decodes a record to an article, or raises the reason of a dead letter.

The steps are size, JSON, CloudEvents envelope, format, cleaning and identity. A record is its
value, headers and key. `formats`, `flat`, `ninjs` and `cloudevents` describe the formats. The same
record always gives the same article.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from processors.articles.build import build_article
from processors.articles.formats import NO_SHAPES, read_fields
from processors.articles.formats.shapes import Shape
from processors.articles.framing import read_framed_document
from processors.contracts import Article
from processors.errors import BadArticleError, DeadLetterReason


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """The limits of one record.

    Args:
        value_bytes: The record's value. 32 MiB is above what brokers are usually set to let in
            (1 MiB), so that it guards memory against a topic that lets in more.
        text_characters: Title and text together, before cleaning. Long reads stay below 100,000;
            what is twice as long is a book or a fault, and scoring it would hold up the stream.
        nesting: Objects and lists within each other. ninjs with associations needs about ten.
    """

    value_bytes: int = 33_554_432
    text_characters: int = 200_000
    nesting: int = 64


def decode(
    value: bytes | None,
    headers: Sequence[tuple[str, bytes | None]],
    key: bytes | None,
    limits: DecodeLimits,
    *,
    reference: datetime | None = None,
    shapes: Sequence[Shape] = NO_SHAPES,
) -> Article:
    """Read one record of `news.articles`.

    Args:
        value: The record's value; None for a tombstone.
        headers: The record's headers; read for CloudEvents alone.
        key: The record's key: the article's id where the value has none.
        limits: What the record may cost.
        reference: When the record was written, where that is known: of the zones that a date may
            mean, one that does not put it into the future is taken.
        shapes: The operator's own shapes of articles.

    Returns:
        The article: bounded, clean NFC text, aware UTC.

    Raises:
        BadArticleError: Whatever is wrong with the record. Nothing else is ever raised for one.
    """
    if value is None:
        raise BadArticleError(
            DeadLetterReason.NULL_VALUE,
            "the value is null; to withdraw an article send its status as canceled",
        )
    if len(value) > limits.value_bytes:
        raise BadArticleError(
            DeadLetterReason.TOO_LARGE,
            f"the value has {len(value)} bytes; at most {limits.value_bytes} are read",
        )
    document, fields = read_fields(read_framed_document(value, headers, limits.nesting), shapes)
    return build_article(fields, document, key, limits.text_characters, reference)
