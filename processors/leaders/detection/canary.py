"""The canary among the leaders: found by the same detector, and apart from everyone.

Owns that the canary is found in its own articles alone, and nobody else there. Must not know what
follows from it.
"""

from collections.abc import Sequence
from dataclasses import replace

from processors.canary import CANARY_ID, CANARY_NAME, is_canary
from processors.leaders.detector import DetectedLeader
from processors.leaders.registry.registry import Registry
from processors.leaders.registry.values import Person


def with_canary(registry: Registry) -> Registry:
    """Add the canary to the people to be found.

    It has no office, no country and no surname: a body by kind, so that its full name alone is it.
    The version stays, because the tables do.
    """
    canary = Person(CANARY_ID, CANARY_NAME, "", "", (), "organisation")
    return replace(
        registry,
        people={**registry.people, CANARY_ID: canary},
        terms={**registry.terms, CANARY_ID: ()},
    )


def apart(leaders: Sequence[DetectedLeader], article_id: str) -> list[DetectedLeader]:
    """Keep the canary alone in its own articles, and everyone else alone in all others."""
    wanted = is_canary(article_id)
    return [one for one in leaders if (one.leader_id == CANARY_ID) == wanted]
