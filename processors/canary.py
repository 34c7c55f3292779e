"""The canary: an article that goes the whole way of any other, so that its alert proves the way.

Owns how a canary's article is known, and the name under which it rings. Must not know how it is
sent, found or watched. The canary is a reserved being, in no table of the registry: no other
article is about it, and its articles are about nobody else, so that it can touch no leader's state.
"""

from typing import Final

CANARY_ID = "x-canary"
"""Its leader id: the key of its mentions, of its state and of its alerts."""

CANARY_KIND: Final = "canary"
CANARY_NAME = "Tocsin Canary"
CANARY_SOURCE = "tocsin-canary"
ARTICLE_PREFIX = "urn:tocsin:canary:"


def is_canary(article_id: str) -> bool:
    """Say whether an article is a canary's, by its id."""
    return article_id.startswith(ARTICLE_PREFIX)
