"""From a record to an article, or the reason why not.

Owns the order of the steps and the limits: size, JSON, CloudEvents envelope, format, cleaning,
identity. Must not know Kafka: a record is its value, headers and key. The formats are described in
`flat`, `ninjs` and `cloudevents`. The same record always gives the same article.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from processors.articles.boilerplate import without_boilerplate
from processors.articles.clean import clean_line, clean_text
from processors.articles.country import read_country
from processors.articles.fields import Fields
from processors.articles.flat import read_flat
from processors.articles.framing import read_framed_document, unframed_key
from processors.articles.identity import article_id, clean_url
from processors.articles.language import read_language
from processors.articles.ninjs import is_ninjs, read_ninjs
from processors.articles.plain import to_plain, without_stub
from processors.contracts import Article
from processors.errors import BadArticleError, DeadLetterReason

_SOURCE_CHARACTERS = 512
# A page may be this many times longer than its text.
_MARKUP_SHARE = 8


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """What one record may cost.

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
) -> Article:
    """Read one record of `news.articles`.

    Args:
        value: The record's value; None for a tombstone.
        headers: The record's headers; read for CloudEvents alone.
        key: The record's key: the article's id where the value has none.
        limits: What the record may cost.

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
    document = read_framed_document(value, headers, limits.nesting)
    fields = read_ninjs(document) if is_ninjs(document) else read_flat(document)
    return _build(fields, key, limits)


def _build(fields: Fields, key: bytes | None, limits: DecodeLimits) -> Article:
    if len(fields.source) > _SOURCE_CHARACTERS:
        raise _too_long("source", len(fields.source), _SOURCE_CHARACTERS)
    body = fields.text
    # Refused before the work of reading it.
    if len(body) > limits.text_characters * _MARKUP_SHARE:
        name = "HTML body" if fields.is_html else "text"
        raise _too_long(name, len(body), limits.text_characters * _MARKUP_SHARE)
    if len(fields.title) > limits.text_characters:
        raise _too_long("title", len(fields.title), limits.text_characters)
    headline, body = to_plain(fields.title), to_plain(body, is_html=fields.is_html)
    length = len(headline) + len(body)
    if length > limits.text_characters:
        raise _too_long("title and text", length, limits.text_characters)
    title = clean_line(headline)
    text = clean_text(without_boilerplate(clean_text(without_stub(body))))
    if not (title or text or fields.status == "canceled"):
        raise BadArticleError(
            DeadLetterReason.NO_TEXT, "neither title nor text; only a canceled article has neither"
        )
    return Article(
        article_id=article_id(fields.given_id, fields.url, unframed_key(key)),
        revision=fields.revision,
        title=title,
        text=text,
        url=clean_url(fields.url),
        source=clean_line(fields.source),
        language=read_language(fields.language),
        published=fields.published,
        status=fields.status,
        country=read_country(fields.country),
    )


def _too_long(what: str, length: int, limit: int) -> BadArticleError:
    return BadArticleError(
        DeadLetterReason.TEXT_TOO_LARGE, f"{what}: {length} characters; at most {limit} are read"
    )
