"""What `streams.ingest.parsing` and the process that reads a feed say to each other.

Owns the two messages, without the parsers that the process needs.
"""

from datetime import datetime
from typing import Final

import msgspec

EXIT_NO_FEED: Final = 65


class FeedTask(msgspec.Struct, frozen=True, kw_only=True):
    """What must be known beside a feed's bytes.

    Attributes:
        url: The address as the operator gave it, without user and password; scopes bare ids.
        base: The address that the bytes came from in the end; relative links start there.
        content_type: The server's, for the character set.
        source: The name of the source; "" takes the entry's own or the feed's title.
        name: What the user's list calls the feed: the source where the feed has no name itself.
        language: For feeds that do not say theirs.
        country: Where the feed is at home, ISO 3166-1; "" where that is not known.
        max_entries: How many entries are read at most, from the first one on.
        received: When the feed was fetched; for dates that can be read in several ways.
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
    """What is said of a feed as a whole; the last line that the program writes.

    Attributes:
        format: The format and its version, for people.
        links: Addresses of the documents to read in place of this one; empty for a feed.
        is_index: Whether `links` are parts of one feed.
        entries: How many entries the feed holds.
        skipped: Entries that are no articles, by reason.
        flags: Entries of which something was assumed, by what it is.
    """

    format: str
    links: list[str] = []
    is_index: bool = False
    entries: int = 0
    skipped: dict[str, int] = {}
    flags: dict[str, int] = {}
