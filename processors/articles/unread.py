"""Finds texts and dates of an article under names that no format knows.

An article that is accepted without them is flagged. The module gets the object and the values that
were read from it.
"""

import re
from collections.abc import Collection, Iterator
from typing import Any, Final

from processors.articles.dates import read_date
from processors.articles.document import Document

ENOUGH_CHARACTERS: Final = 400
"""An article of which so much was read has been understood."""

_LEAST_CHARACTERS: Final = 60
_LEAST_WORDS: Final = 8
_LEAST_GAIN: Final = 2
_MOST_VALUES: Final = 500
_MOST_DEPTH: Final = 5
_DATE_NAME: Final = re.compile(
    r"publish|pub_?date|release|(?:^|_)(?:date|time|datetime|timestamp|issued|created|posted)(?:$|_)"
    r"|(?:Date|Time|At|On)$|_(?:at|on|ts)$",
    re.ASCII,
)


def has_unread_text(document: Document, read: Collection[str], length: int) -> bool:
    """Report whether an object holds prose that was not read, and more of it than was.

    Args:
        document: The article's object.
        read: The texts that were looked at, as sent.
        length: How many characters the article's text has now.
    """
    if length >= ENOUGH_CHARACTERS:
        return False
    least = max(_LEAST_CHARACTERS, _LEAST_GAIN * length)
    known = set(read)
    return any(
        isinstance(value, str) and len(value) >= least and value not in known and _is_prose(value)
        for _, value in _values(document)
    )


def has_unread_date(document: Document) -> bool:
    """Report whether an object holds a date under a name that speaks of one."""
    return any(
        _DATE_NAME.search(name) is not None and read_date(value).moment is not None
        for name, value in _values(document)
    )


def _is_prose(text: str) -> bool:
    beginning = text[:400]
    words = beginning.split()
    if not beginning.isascii() and len(words) < _LEAST_WORDS:
        # Chinese and Japanese have no spaces.
        return sum(sign > "\u2e80" for sign in beginning) >= _LEAST_CHARACTERS // 2
    return len(words) >= _LEAST_WORDS and not words[0].startswith(("http:", "https:", "data:"))


def _values(document: Document) -> Iterator[tuple[str, Any]]:
    """Yield names and values, objects and lists walked through; bounded."""
    level: list[tuple[str, Any]] = list(document.items())
    seen = 0
    for _ in range(_MOST_DEPTH):
        below: list[tuple[str, Any]] = []
        for name, value in level:
            seen += 1
            if seen > _MOST_VALUES:
                return
            yield name, value
            if isinstance(value, dict):
                below += value.items()
            elif isinstance(value, list):
                below += [(name, one) for one in value[:_MOST_VALUES]]
        level = below
