"""How much an article is about a leader, 0 to 100.

Owns the sum over `processors.leaders.detection.weights`. Must not know who the leader is.
"""

from dataclasses import dataclass

from processors.leaders.detection import weights


@dataclass(frozen=True, slots=True)
class Presence:
    """Where and how often one leader is named in an article."""

    in_headline: bool
    in_lead: bool
    in_first_sentence: bool
    spans: int


def relevance(presence: Presence, all_spans: int, leaders: int) -> int:
    """Points of one leader.

    Args:
        presence: Of this leader; at least one span.
        all_spans: Spans of all leaders in the article.
        leaders: How many leaders the article names.

    Returns:
        1 to 100.
    """
    steps = weights.FREQUENCY_POINTS
    points = float(steps[min(presence.spans, len(steps)) - 1])
    points += weights.SHARE * presence.spans / all_spans
    points += weights.HEADLINE * presence.in_headline
    points += weights.LEAD * presence.in_lead
    points += weights.FIRST_SENTENCE * presence.in_first_sentence
    if leaders >= weights.CROWD_LEADERS and not presence.in_headline:
        points *= weights.CROWD_FACTOR
    return max(1, min(100, round(points)))
