"""The built-in rules: when an alert rings. All thresholds are here, each with an example.

Owns the numbers; must not know how they are applied (`watch` does). A rule's version is part of its
alerts' ids: whoever changes a number raises the version, so that the changed rule's alerts are new
ones and a subscriber's memory of the old ones does not silence them.
"""

from dataclasses import dataclass

from processors.contracts import Severity


@dataclass(frozen=True, slots=True)
class Guards:
    """What keeps any rule from ringing on an article, however strong it is."""

    # A page of last week that arrives today is no news of today.
    stale_seconds: int = 2 * 86_400
    # A publisher's clock may run ahead; a date more than an hour ahead is wrong or an embargo.
    future_seconds: int = 3_600


@dataclass(frozen=True, slots=True)
class SentimentRule:
    """Rings on strong sentiment towards a leader, once per leader, direction and window."""

    id: str = "strong-sentiment"
    version: int = 1
    # "Lawmakers condemned Macron over the failed reform" reads about -0.5 and rings;
    # "Macron faces a difficult vote" reads about -0.25 and does not.
    polarity: float = 0.4
    # One strong word in a long piece is not a tone.
    scored_words: int = 3
    # 0.02: at least one word in fifty of the leader's sentences was scored.
    coverage: float = 0.02
    # 40: named in the headline, or in the lead and again below it.
    relevance: int = 40
    window_seconds: int = 3_600
    # From what absolute polarity an alert is of this severity, the highest first.
    severities: tuple[tuple[float, Severity], ...] = ((0.65, "high"), (0.5, "medium"), (0.0, "low"))


@dataclass(frozen=True, slots=True)
class EncounterRule:
    """Rings when two leaders stand together in headline or lead after a quiet time."""

    id: str = "encounter"
    version: int = 1
    # Two leaders seen together on Monday and on Wednesday are one visit, not two.
    quiet_seconds: int = 3 * 86_400
    relevance: int = 30
    # A summit's group picture of ten makes forty-five pairs, and none of them is news.
    most_companions: int = 3


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in force."""

    guards: Guards = Guards()
    sentiment: SentimentRule = SentimentRule()
    encounter: EncounterRule = EncounterRule()
