"""Stories: which reports tell of the same event.

Owns signatures and their likeness, and the book of a leader's stories. Must not know leaders, rules
or alerts.
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
