"""How an alert says its reason: the parts of its one sentence.

Owns the wording of numbers, durations and articles. Must not know rules.
"""

from collections.abc import Sequence
from datetime import timedelta

from processors.contracts import ArticleRef, Evidence
from processors.shown_words import shown_words

SHOWN_WORDS = 4
SHOWN_TITLE = 120
_TENTH = 0.1


def named(article: ArticleRef) -> str:
    """Name an article by its title and source."""
    title = article.title or article.article_id
    shown = title if len(title) <= SHOWN_TITLE else title[: SHOWN_TITLE - 1] + "…"
    return f"“{shown}” ({article.source})" if article.source else f"“{shown}”"


def strongest(evidence: Sequence[Evidence], limit: float) -> str:
    """Name the words that pull the way the alert says, the strongest first."""
    sign = 1 if limit > 0 else -1
    weights: dict[str, float] = {}
    for item in evidence:
        for word, weight in shown_words(item.words):
            if weight * sign > 0:
                weights.setdefault(word, weight)
    best = sorted(weights.items(), key=lambda pair: (-abs(pair[1]), pair[0]))[:SHOWN_WORDS]
    return f" ({', '.join(f'{word} {weight:+.2f}' for word, weight in best)})" if best else ""


def duration(seconds: int) -> str:
    """Say a length of time in the largest unit that it fills: "3 days", "hour", "30 minutes"."""
    length = timedelta(seconds=seconds)
    if length >= timedelta(days=1):
        count, unit = length.days, "day"
    elif length >= timedelta(hours=1):
        count, unit = seconds // 3_600, "hour"
    else:
        count, unit = max(1, seconds // 60), "minute"
    return unit if count == 1 else f"{count} {unit}s"


def usual(expected: float) -> str:
    """Say how many are usual: two digits are enough, and "0.0" would say never."""
    return f"{expected:.1f}" if expected >= _TENTH else f"{expected:.2g}"
