"""Lists of feeds that a user writes: OPML and CSV, checked as a whole with line numbers."""

from streams.ingest.lists.feed import BadFeedListError, Feed, feed_of_address, merged
from streams.ingest.lists.opml import read_opml
from streams.ingest.lists.table import read_table

__all__ = [
    "BadFeedListError",
    "Feed",
    "feed_of_address",
    "merged",
    "read_opml",
    "read_table",
]
