"""Records in, and what a browser must hear of them out."""

from typing import Any

import msgspec
import pytest

from processors.contracts import Sentiment, Withdrawal
from streams.contracts.examples import alerts, withdrawal
from streams.envelope import Incoming
from streams.page.model import PageModel
from streams.page.shown import ShownAlert
from tests.streams.page.conftest import ALERTS, EXAMPLE, MENTION, MENTIONS, changed

NOW = EXAMPLE.event_time.timestamp() + 60


@pytest.fixture
def model() -> PageModel:
    return PageModel(MENTIONS)


def take(model: PageModel, topic: str, value: object) -> ShownAlert | None:
    encoded = value if isinstance(value, bytes | None) else msgspec.json.encode(value)
    return model.take(Incoming(topic, 0, 0, 0, None, encoded, []), NOW)


def day(model: PageModel) -> list[tuple[str, int, float | None]]:
    return [(one.id, one.mentions, one.mean) for one in model.rankings()[-1].leaders]


def test_an_alert_is_told_with_the_marks_and_the_country_that_its_mention_gave(
    model: PageModel,
) -> None:
    assert take(model, MENTIONS, MENTION) is None
    told = take(model, ALERTS, EXAMPLE)
    assert told is not None
    assert told.leaders[0].country == "CN"
    marks = [part.text for part in told.evidence[0].parts if part.mark == "leader"]
    # The full name is marked by the mention's span; no surname is guessed beside it.
    assert marks == ["Xi Jinping"]
    assert model.picture().alerts == [told]


def test_a_repeated_alert_is_not_told(model: PageModel) -> None:
    assert take(model, ALERTS, EXAMPLE)
    assert take(model, ALERTS, EXAMPLE) is None


def test_an_unknown_sentiment_is_no_zero(model: PageModel) -> None:
    unknown = Sentiment(polarity=0.0, subjectivity=0.0, label="unknown", scored_words=0, coverage=0)
    take(model, MENTIONS, changed(MENTION, sentiment=unknown))
    assert day(model) == [("Q15031", 1, None)]


def test_a_withdrawn_article_is_counted_no_more(model: PageModel) -> None:
    take(model, MENTIONS, MENTION)
    assert day(model)
    taken_back: Withdrawal = withdrawal()
    take(model, MENTIONS, taken_back)
    assert day(model) == []


@pytest.mark.parametrize(
    ("topic", "value"),
    [
        (ALERTS, None),
        (ALERTS, b"\xff"),
        (ALERTS, b"{}"),
        (ALERTS, b'{"alert_id": "only"}'),
        (ALERTS, changed(leaders=[])),
        (MENTIONS, None),
        (MENTIONS, b"[]"),
        (MENTIONS, b"{}"),
        (MENTIONS, b'{"leader_id": "Q1", "context": 7}'),
        (MENTIONS, b'{"leader_id": "\xed\xa0\x80"}'),
        (MENTIONS, changed(MENTION, context=None)),
    ],
)
def test_what_cannot_be_read_is_counted_and_left_out(
    model: PageModel, topic: str, value: Any
) -> None:
    assert take(model, topic, value) is None
    assert model.unreadable == 1
    assert model.picture().alerts == []
    assert day(model) == []


def test_a_canary_is_no_news(model: PageModel) -> None:
    bird = alerts()["canary"]
    assert take(model, ALERTS, bird) is None
    assert take(model, ALERTS, changed(leaders=bird.leaders)) is None
    take(model, MENTIONS, changed(MENTION, leader_id=bird.leaders[0].leader_id))
    assert model.unreadable == 0
    assert model.picture().alerts == []
    assert day(model) == []


def test_fields_of_a_later_version_change_nothing(model: PageModel) -> None:
    for topic, value in ((MENTIONS, MENTION), (ALERTS, EXAMPLE)):
        more = {**msgspec.to_builtins(value), "added_later": {"deep": [1]}}
        take(model, topic, more)
    assert model.unreadable == 0
    assert len(model.picture().alerts) == len(day(model)) == 1
