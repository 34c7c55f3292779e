"""The leaders' gauges: set when they are asked for, from what watch has at hand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from processors.contracts import ArticleRef, Mention, MentionContext, Sentiment, Versions
from processors.watch import HeldState, load_rules, new_state, watch
from streams.service.metrics import Metrics
from streams.worker.gauges import LeaderGauges

START = datetime(2026, 5, 20, 12, tzinfo=UTC)
RULES = load_rules()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class Agent:
    """What the gauges look at, fed with mentions."""

    rules: Any = RULES
    named: dict[bytes, tuple[str, str]] = field(default_factory=dict)
    states: dict[bytes, HeldState] = field(default_factory=dict)

    def held(self, key: bytes) -> HeldState | None:
        return self.states.get(key)

    def take(self, name: str, after: timedelta, number: int = 0) -> None:
        key = name.encode()
        watch(self.states.setdefault(key, new_state()), mention(name, after, number), RULES, START)
        self.named[key] = (name, "FR")


def mention(name: str, after: timedelta, number: int) -> Mention:
    article_id = f"{name}-{after}-{number}"
    return Mention(
        leader_id=name,
        leader_name=name,
        country="FR",
        office="President",
        status="in_office",
        relevance=60,
        sentiment=Sentiment(
            polarity=0.25, subjectivity=0.5, label="positive", scored_words=5, coverage=0.1
        ),
        spans=[],
        evidence=[],
        context=MentionContext(
            mention_id=article_id,
            article=ArticleRef(
                article_id=article_id, title="", url="", source="", family=article_id
            ),
            revision=1,
            event_time=START + after,
            versions=Versions(tocsin="1", registry="r", lexicon="l", scorer="s"),
        ),
    )


@pytest.fixture
def agent() -> Agent:
    return Agent()


@pytest.fixture
def metrics(agent: Agent) -> Metrics:
    made = Metrics()
    made.before_scrape(LeaderGauges(agent, made).refresh)  # type: ignore[arg-type]  # a fake
    return made


def shown(metrics: Metrics, name: str) -> dict[str, float]:
    """Scrape, and give a gauge's values by leader and direction."""
    return {
        "/".join(filter(None, (s.labels["leader"], s.labels.get("direction")))): s.value
        for family in metrics.registry.collect()
        for s in family.samples
        if s.name == name
    }


def test_a_surge_is_shown_beside_what_is_usual(agent: Agent, metrics: Metrics) -> None:
    agent.take("A", -5 * DAY)
    agent.take("B", timedelta(0))
    for number in range(5):
        agent.take("A", timedelta(minutes=number), number)
    assert shown(metrics, "tocsin_leader_reports") == {"A": 5, "B": 1}
    assert shown(metrics, "tocsin_leader_surge") == {"A": 3, "B": -1}
    assert 0 < shown(metrics, "tocsin_leader_expected_reports")["A"] < 0.1
    labels = {"leader": "A", "country": "FR", "rule": "surge"}
    assert metrics.registry.get_sample_value("tocsin_leader_surge", labels) == 3


def test_the_tone_is_shown_in_both_directions(agent: Agent, metrics: Metrics) -> None:
    agent.take("A", timedelta(0))
    assert shown(metrics, "tocsin_leader_usual_polarity") == {"A": 0.25}
    assert shown(metrics, "tocsin_leader_shift_score") == {"A/positive": 0.0, "A/negative": 0.0}


def test_a_leader_is_shown_for_a_day_of_event_time(agent: Agent, metrics: Metrics) -> None:
    agent.take("A", timedelta(0))
    agent.take("B", 23 * HOUR)
    assert set(shown(metrics, "tocsin_leader_reports")) == {"A", "B"}
    agent.take("B", 24 * HOUR)
    assert set(shown(metrics, "tocsin_leader_reports")) == {"B"}


def test_who_was_not_named_since_the_assignment_is_not_shown(
    agent: Agent, metrics: Metrics
) -> None:
    agent.take("A", timedelta(0))
    agent.named.clear()
    assert shown(metrics, "tocsin_leader_reports") == {}


def test_a_state_that_is_not_at_hand_is_left_out(agent: Agent, metrics: Metrics) -> None:
    agent.take("A", timedelta(0))
    agent.states.clear()
    assert shown(metrics, "tocsin_leader_reports") == {}


@pytest.mark.parametrize("years", [-56, 1, 74])
def test_one_article_with_a_wrong_timestamp_takes_no_other_leader_away(
    agent: Agent, metrics: Metrics, years: int
) -> None:
    for name in "ABCD":
        agent.take(name, timedelta(0))
    agent.take("A", years * 365 * DAY)
    assert set(shown(metrics, "tocsin_leader_reports")) == set("ABCD")
    agent.take("B", HOUR)
    assert shown(metrics, "tocsin_leader_reports")["B"] == 1


def test_a_state_of_the_future_does_not_count_beside_a_clock(agent: Agent) -> None:
    made = Metrics()
    latest_ms = (START + HOUR).timestamp() * 1000
    made.before_scrape(LeaderGauges(agent, made, lambda: latest_ms).refresh)  # type: ignore[arg-type]  # a fake
    agent.take("A", timedelta(0))
    agent.take("B", 365 * DAY)
    assert "A" in shown(made, "tocsin_leader_reports")
