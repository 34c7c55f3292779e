"""Stories: which reports tell of the same event.

A signature finds similar articles, and a book places the reports of one leader in stories.
"""

from processors.stories.book import (
    MAX_STORIES,
    Placed,
    Story,
    StoryBook,
    novelty,
)
from processors.stories.signature import (
    MAX_TERMS,
    TERM_BYTES,
    copied,
    mark,
    signature,
    unpack,
    without,
)

__all__ = [
    "MAX_STORIES",
    "MAX_TERMS",
    "TERM_BYTES",
    "Placed",
    "Story",
    "StoryBook",
    "copied",
    "mark",
    "novelty",
    "signature",
    "unpack",
    "without",
]
