"""Builds an article from the fields of a format: bounded, plain and clean, with flags.

It chooses the article's text, date and language among several, and flags unreadable ones. An
unreadable date or language never rejects an article.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from processors.articles.boilerplate import without_boilerplate
from processors.articles.clean import clean_line, clean_text
from processors.articles.country import read_country
from processors.articles.dates import read_date
from processors.articles.document import Document
from processors.articles.fields import Fields, Words
from processors.articles.framing import unframed_key
from processors.articles.identity import article_id, clean_url
from processors.articles.language import read_language
from processors.articles.plain import best_text, to_plain
from processors.articles.unread import has_unread_date, has_unread_text
from processors.contracts import Article, ArticleFlag
from processors.errors import BadArticleError, DeadLetterReason

_SOURCE_CHARACTERS: Final = 512
# A page may be this many times longer than its text.
_MARKUP_SHARE: Final = 8
_TEXTS: Final = frozenset(("title", "headline", "headlines", "text", "body", "bodies"))
_LISTS: Final = ("articles", "items", "results", "entries", "data", "news", "docs", "stories")


def build_article(
    fields: Fields,
    document: Document,
    key: bytes | None,
    text_characters: int,
    reference: datetime | None,
) -> Article:
    """Make the article.

    Args:
        fields: What its format found.
        document: The object that they were found in.
        key: The record's key.
        text_characters: Title and text together, at most.
        reference: When the record was written; None if not known.

    Raises:
        BadArticleError: TEXT_TOO_LARGE, NO_TEXT or NO_IDENTITY.
    """
    if len(fields.source) > _SOURCE_CHARACTERS:
        raise _too_long("source", len(fields.source), _SOURCE_CHARACTERS)
    title, text = _title_and_text(fields, text_characters)
    if not (title or text or fields.status == "canceled"):
        raise BadArticleError(DeadLetterReason.NO_TEXT, _why_no_text(document))
    flags: list[ArticleFlag] = []
    language, is_language_read = _language(fields.languages)
    country = read_country(fields.country)
    published, is_date_read = _date(fields.dates, language, country, reference)
    if not is_date_read or (published is None and has_unread_date(document)):
        flags.append("published_unreadable")
    if not is_language_read:
        flags.append("language_unreadable")
    sent = (fields.title, fields.source, fields.url, *(words.value for words in fields.texts))
    if fields.status == "usable" and has_unread_text(document, sent, len(text)):
        flags.append("text_unread")
    return Article(
        article_id=article_id(fields.given_id, fields.url, unframed_key(key)),
        revision=fields.revision,
        title=title,
        text=text,
        url=clean_url(fields.url),
        source=clean_line(fields.source),
        language=language,
        published=published,
        status=fields.status,
        country=country,
        flags=tuple(flags),
    )


def _title_and_text(fields: Fields, limit: int) -> tuple[str, str]:
    if len(fields.title) > limit:
        raise _too_long("title", len(fields.title), limit)
    headline = to_plain(fields.title)
    title = clean_line(headline)
    body = best_text([_plain(words, limit) for words in fields.texts], title)
    length = len(headline) + len(body)
    if length > limit:
        raise _too_long("title and text", length, limit)
    whole = clean_text(body)
    text = without_boilerplate(whole)
    return title, text if text == whole else clean_text(text)


def _plain(words: Words, limit: int) -> str:
    # Refused before the work of reading it.
    if len(words.value) > limit * _MARKUP_SHARE:
        name = "HTML body" if words.is_html else "text"
        raise _too_long(name, len(words.value), limit * _MARKUP_SHARE)
    return to_plain(words.value, is_html=words.is_html)


def _language(values: Iterable[Any]) -> tuple[str, bool]:
    """Return the first language that can be read, and whether none was there that cannot."""
    is_read = True
    for value in values:
        for one in value[:1] if isinstance(value, list) else (value,):
            try:
                language = read_language(one)
            except BadArticleError:
                is_read = False
                continue
            if language:
                return language, True
    return "", is_read


def _date(
    values: Iterable[Any], language: str, country: str, reference: datetime | None
) -> tuple[datetime | None, bool]:
    """Return the first date that can be read, and whether none was there that cannot."""
    is_read = True
    for value in values:
        reading = read_date(value, language=language, country=country, reference=reference)
        if reading.moment is not None:
            return reading.moment, True
        is_read = is_read and reading.how == "missing"
    return None, is_read


def _why_no_text(document: Document) -> str:
    for name in _LISTS:
        value = document.get(name)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return f"{name} is a list of {len(value)} objects; send one article a record"
    if _TEXTS.isdisjoint(document):
        return (
            "neither title nor text under a name that is known"
            " (docs/guides/articles.md lists them);"
            " describe this shape of articles in TOCSIN_SHAPES"
        )
    return "neither title nor text; only a canceled article has neither"


def _too_long(what: str, length: int, limit: int) -> BadArticleError:
    return BadArticleError(
        DeadLetterReason.TEXT_TOO_LARGE, f"{what}: {length} characters; at most {limit} are read"
    )
