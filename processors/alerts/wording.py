"""The wording of an alert's reason: articles, words, numbers and durations in one sentence."""

from collections.abc import Sequence
from datetime import timedelta

from processors.contracts import ArticleRef, Evidence, Window
from processors.shown_words import shown_words

SHOWN_WORDS = 4
SHOWN_TITLE = 120
_TENTH = 0.1


def named(article: ArticleRef) -> str:
    """Return an article's title and source."""
    title = article.title or article.article_id
    shown = title if len(title) <= SHOWN_TITLE else title[: SHOWN_TITLE - 1] + "…"
    return f"“{shown}” ({article.source})" if article.source else f"“{shown}”"


def strongest(evidence: Sequence[Evidence], limit: float) -> str:
    """Return the words that speak in the alert's direction, the strongest first."""
    sign = 1 if limit > 0 else -1
    weights: dict[str, float] = {}
    for item in evidence:
        for word, weight in shown_words(item.words):
            if weight * sign > 0:
                weights.setdefault(word, weight)
    best = sorted(weights.items(), key=lambda pair: (-abs(pair[1]), pair[0]))[:SHOWN_WORDS]
    return f" ({', '.join(f'{word} {weight:+.2f}' for word, weight in best)})" if best else ""


def length_of_time(seconds: int) -> str:
    """Return a duration in the largest unit that it fills: "3 days", "hour", "30 minutes"."""
    length = timedelta(seconds=seconds)
    if length >= timedelta(days=1):
        count, unit = length.days, "day"
    elif length >= timedelta(hours=1):
        count, unit = seconds // 3_600, "hour"
    else:
        count, unit = max(1, seconds // 60), "minute"
    return unit if count == 1 else f"{count} {unit}s"


def within_time(window: Window) -> str:
    """Return the length of a window: "within an hour", "within 2 days"."""
    length = length_of_time(round((window.end - window.start).total_seconds()))
    if length[0].isdigit():
        return f"within {length}"
    return f"within an {length}" if length == "hour" else f"within a {length}"


def usual(expected: float) -> str:
    """Return a usual number with two digits, so that a small one does not read as 0.0."""
    return f"{expected:.1f}" if expected >= _TENTH else f"{expected:.2g}"
