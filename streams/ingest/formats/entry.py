"""What every format makes of a feed: entries with the publisher's own words, still uncleaned.

Owns the values that formats give and `streams.ingest.entries` turns into articles.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


class NotAFeedError(ValueError):
    """The bytes are no feed that can be read; the message says what they look like."""


class UnrecognisedError(NotAFeedError):
    """The bytes are of no format; what they look like is said by `looks`."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text as the publisher wrote it.

    Attributes:
        value: The text.
        is_html: Whether tags and entities in it are markup.
        language: The language that the publisher names for this text alone.
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
        bodies: Every text that the entry has; the longest becomes the article's.
        dates: The publisher's dates as written, the date of publication first.
        source: The publisher, where the entry names one.
        language: The language, where the entry names one.
        version: The publisher's version number; "" where there is none.
        status: The publisher's status (usable, withheld, canceled); "" where there is none.
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
    """What was read of one document.

    Attributes:
        format: The format and its version, for people.
        entries: The entries, in the document's order; read while they are asked for.
        title: The feed's own name.
        language: The feed's own language.
        links: The documents to read in place of this one, the best first; empty for a feed.
        is_index: Whether `links` are parts of one feed. Otherwise each is a feed of its own.
        skipped: Entries that are no articles, by reason; complete once the entries are read.
    """

    format: str
    entries: Iterator[Entry] = field(default_factory=lambda: iter(()))
    title: Words = NO_WORDS
    language: str = ""
    links: tuple[Link, ...] = ()
    is_index: bool = False
    skipped: Mapping[str, int] = field(default_factory=dict)
