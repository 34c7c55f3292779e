"""The messages between `streams.ingest.parsing` and the process that reads a feed.

This module does not import the parsers, which only that process needs.
"""

from datetime import datetime
from typing import Final

import msgspec

EXIT_NO_FEED: Final = 65


class FeedTask(msgspec.Struct, frozen=True, kw_only=True):
    """The facts that the process needs beside a feed's bytes.

    Attributes:
        url: The operator's address without user and password. It scopes bare ids.
        base: The final address of the bytes, for relative links.
        content_type: The server's, for the character set.
        source: The name of the source. "" takes the entry's source or the feed's title.
        name: The feed's name in the user's list: the source of a feed without a title.
        language: The language of a feed that names none.
        country: The feed's country, ISO 3166-1, or "" if it is not known.
        max_entries: Maximum number of entries to read, from the first one on.
        received: When the feed was fetched, for dates that can be read in several ways.
    """

    url: str
    base: str
    content_type: str = ""
    source: str = ""
    name: str = ""
    language: str = ""
    country: str = ""
    max_entries: int = 2_000
    received: datetime | None = None


class FeedHeader(msgspec.Struct, frozen=True, kw_only=True):
    """The summary of a feed, the last line that the program writes.

    Attributes:
        format: The format and its version, for people.
        links: Addresses of the documents to read in place of this one. Empty for a feed.
        is_index: Whether `links` are parts of one feed.
        entries: The number of entries in the feed.
        skipped: Entries that are not articles, by reason.
        flags: Entries with an assumption, by the kind of assumption.
    """

    format: str
    links: list[str] = []
    is_index: bool = False
    entries: int = 0
    skipped: dict[str, int] = {}
    flags: dict[str, int] = {}
