"""The canary: a test article that goes through the whole pipeline, and its alert.

This module says how a canary's article and alert are recognised. The canary is a reserved entity,
in no table of the registry. Other articles are not about it, and its articles are about no leader,
so that it changes no leader's state.
"""

from typing import Final

CANARY_ID = "x-canary"
"""Its leader id: the key of its mentions, of its state and of its alerts."""

CANARY_KIND: Final = "canary"
CANARY_NAME = "Tocsin Canary"
CANARY_SOURCE = "tocsin-canary"
ARTICLE_PREFIX = "urn:tocsin:canary:"


def is_canary(article_id: str) -> bool:
    """Return whether an article is a canary's, by its id."""
    return article_id.startswith(ARTICLE_PREFIX)
