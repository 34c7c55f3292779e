"""How a leader stands is what the rules decided by."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from processors.contracts import ArticleRef, Mention, MentionContext, Sentiment, Versions
from processors.watch import HeldState, load_rules, new_state, surge_statuses, tone_statuses, watch
from processors.windows import milliseconds

START = datetime(2026, 5, 20, 12, tzinfo=UTC)
RULES = load_rules()
VERSIONS = Versions(tocsin="1", registry="r", lexicon="l", scorer="s")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def mention(number: int, after: timedelta, polarity: float = 0.0) -> Mention:
    sign = "positive" if polarity > 0 else "negative" if polarity < 0 else "neutral"
    article = ArticleRef(article_id=f"a{number}", title="", url="", source="", family=f"F{number}")
    return Mention(
        leader_id="Q1",
        leader_name="Somebody",
        country="FR",
        office="President",
        status="in_office",
        relevance=60,
        sentiment=Sentiment(
            polarity=polarity,
            subjectivity=0.5,
            label=sign,  # type: ignore[arg-type]
            scored_words=5,
            coverage=0.1,
        ),
        spans=[],
        evidence=[],
        context=MentionContext(
            mention_id=f"a{number}/1",
            article=article,
            revision=1,
            event_time=START + after,
            versions=VERSIONS,
        ),
    )


def after(*mentions: Mention) -> HeldState:
    """Give a state that knows five days without anything, and then these."""
    state = new_state()
    for one in (mention(0, -5 * DAY), *mentions):
        watch(state, one, RULES, START)
    return state


def burst(count: int) -> Iterator[Mention]:
    return (mention(n + 1, n * MINUTE) for n in range(count))


def at(moment: timedelta) -> int:
    return milliseconds(START + moment)


@pytest.mark.parametrize(
    ("count", "moment", "reports", "surge"),
    [
        (4, 4 * MINUTE, 4, 0),
        (5, 5 * MINUTE, 5, 3),
        # The window has gone by, and the surge goes on until its cooldown is over.
        (5, 2 * HOUR, 0, 3),
        (5, 6 * HOUR + 5 * MINUTE, 0, 0),
    ],
)
def test_a_surge_stands_until_its_cooldown_is_over(
    count: int, moment: timedelta, reports: int, surge: int
) -> None:
    (standing,) = surge_statuses(after(*burst(count)), RULES, at(moment))
    assert (standing.rule, standing.reports, standing.surge) == ("surge", reports, surge)
    assert 0.0 < standing.expected < 0.1


def test_a_leader_whose_past_is_too_short_is_warming() -> None:
    state = new_state()
    watch(state, mention(1, timedelta(0)), RULES, START)
    (standing,) = surge_statuses(state, RULES, at(MINUTE))
    assert (standing.reports, standing.surge) == (1, -1)


def test_a_leader_of_whom_nothing_is_known_stands_nowhere() -> None:
    assert list(surge_statuses(new_state(), RULES, at(MINUTE))) == []
    assert list(tone_statuses(new_state(), RULES)) == []


def test_a_turn_of_the_tone_shows_in_its_direction_only() -> None:
    praise = [mention(n, n * 4 * DAY, 0.6) for n in range(1, 26)]
    (usual,) = tone_statuses(after(*praise), RULES)
    blame = [mention(n, n * 4 * DAY, -0.6) for n in range(26, 29)]
    (turned,) = tone_statuses(after(*praise, *blame), RULES)
    assert usual.rule == "shift"
    assert usual.usual > 0.4
    assert usual.down == 0.0
    assert turned.usual < usual.usual
    assert (turned.up, turned.down) == (0.0, pytest.approx(7.5))
