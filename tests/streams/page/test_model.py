"""Records in, and what a browser must hear of them out."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.contracts import Sentiment, Withdrawal
from streams.kafka.envelope import Record
from streams.page.model import PageModel
from streams.page.view_model import ShownAlert
from tests.streams.page.conftest import ALERTS, EXAMPLE, MENTION, MENTIONS, changed
from tools.contracts.examples import alerts, withdrawal

NOW = EXAMPLE.event_time.timestamp() + 60


@pytest.fixture
def model() -> PageModel:
    return PageModel(MENTIONS)


def take(model: PageModel, topic: str, value: object) -> ShownAlert | None:
    encoded = value if isinstance(value, bytes | None) else msgspec.json.encode(value)
    return model.take(Record(topic, 0, 0, 0, None, encoded, []), NOW)


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


ODD_TIMES = st.one_of(
    st.sampled_from(
        [
            "0001-01-01T00:00:00",
            "0001-01-01T00:00:00Z",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "2026-05-20T09:15:00",
            "2100-01-01T00:00:00Z",
            "1970-01-01T00:00:00Z",
            "no date",
            -1,
            0,
            None,
        ]
    ),
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.datetimes().map(lambda moment: f"{moment.isoformat()}+05:30"),
)


@given(st.lists(st.tuples(st.booleans(), *[ODD_TIMES] * 5), max_size=6))
def test_no_date_that_anyone_may_write_ends_the_page(values: list[tuple[Any, ...]]) -> None:
    model = PageModel(MENTIONS)
    for number, (is_mention, *times) in enumerate(values):
        value: Any = msgspec.to_builtins(MENTION if is_mention else alerts()["breaking"])
        if is_mention:
            value["context"] |= {"event_time": times[0], "published": times[1]}
            value["context"]["article"]["article_id"] = f"odd-{number}"
        else:
            value |= {"alert_id": f"odd{number}", "event_time": times[0], "processed_at": times[1]}
            value["window"] = {"start": times[2], "end": times[3]}
            value["story"]["first_seen"] = times[4]
        take(model, MENTIONS if is_mention else ALERTS, value)
    take(model, MENTIONS, MENTION)
    assert take(model, ALERTS, EXAMPLE) is not None
    assert "Q15031" in [leader_id for leader_id, _, _ in day(model)]
    assert model.picture().alerts
    assert model.newest_event_time is not None
    assert model.newest_event_time <= NOW


def test_an_alert_of_the_future_is_not_the_newest_for_years(model: PageModel) -> None:
    later = EXAMPLE.event_time.replace(year=2100)
    assert take(model, ALERTS, changed(event_time=later, alert_id="f")) is None
    assert model.unreadable == 1
