"""Entries of a feed, the same for every format, with the publisher's uncleaned text.

`streams.ingest.entries` turns them into articles.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


class NotAFeedError(ValueError):
    """The bytes are not a readable feed. The message says what they look like."""


class UnrecognisedError(NotAFeedError):
    """The bytes have no known format. `looks` describes them."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text as the publisher wrote it.

    Attributes:
        value: The text.
        is_html: Whether its tags and entities are markup.
        language: The language that the publisher names for this text.
    """

    value: str
    is_html: bool = False
    language: str = ""


NO_WORDS = Words("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a feed.

    Attributes:
        id: The publisher's id.
        link: The article's address, perhaps relative to the feed's.
        title: The headline.
        bodies: All texts of the entry. The longest becomes the article's.
        dates: The publisher's dates as written, the date of publication first.
        source: The publisher, where the entry names one.
        language: The language, where the entry names one.
        version: The publisher's version number, or "".
        status: The publisher's status (usable, withheld, canceled), or "".
    """

    id: str = ""
    link: str = ""
    title: Words = NO_WORDS
    bodies: tuple[Words, ...] = ()
    dates: tuple[str, ...] = ()
    source: str = ""
    language: str = ""
    version: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Another document that a document names: a page's feed, or a part of an index."""

    url: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The content of one document.

    Attributes:
        format: The format and its version, for people.
        entries: The entries, in the document's order, read lazily.
        title: The feed's title.
        language: The feed's language.
        links: The documents to read in place of this one, the best first. Empty for a feed.
        is_index: Whether `links` are parts of one feed. Otherwise each is a separate feed.
        skipped: Entries that are not articles, by reason. Complete after all entries are read.
    """

    format: str
    entries: Iterator[Entry] = field(default_factory=lambda: iter(()))
    title: Words = NO_WORDS
    language: str = ""
    links: tuple[Link, ...] = ()
    is_index: bool = False
    skipped: Mapping[str, int] = field(default_factory=dict)
