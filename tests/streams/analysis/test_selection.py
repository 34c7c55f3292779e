"""Which articles and mentions a replay is about."""

from typing import Any

import msgspec
import pytest
from msgspec import convert

from processors.analyse import load_analyser
from processors.articles.decode import DecodeLimits
from processors.contracts import Article, ArticleRef, LeaderRef
from processors.sentiment.scorer import DEFAULT_SCORER
from streams.analysis.reader import ArticleReader
from streams.analysis.selection import Selection
from streams.kafka.envelope import Record
from streams.kafka.topics import TopicNames
from streams.service.settings import Settings
from tools.contracts import examples


@pytest.mark.parametrize(
    ("selection", "chosen"),
    [
        (Selection(), True),
        (Selection(articles=("a", "b")), True),
        (Selection(articles=("b",)), False),
        (Selection(sources=("THE PAPER",)), True),
        (Selection(sources=("Another",)), False),
        (Selection(languages=("en", "fr")), True),
        (Selection(languages=("fr",)), False),
        (Selection(articles=("a",), languages=("fr",)), False),
        # Leaders choose mentions, not articles.
        (Selection(leaders=("Q1",), countries=("XX",)), True),
    ],
)
def test_an_article_is_chosen_when_everything_holds(selection: Selection, *, chosen: bool) -> None:
    article = Article(article_id="a", source="The Paper", language="en")
    assert selection.has_article(article) is chosen
    assert bool(selection) is (selection != Selection())


@pytest.mark.parametrize(
    ("selection", "keys", "left_out"),
    [
        ({}, [b"Q3052772", b"Q567"], {}),
        ({"countries": ["DE"]}, [b"Q567"], {"analyse": 1}),
        ({"leaders": ["Q3052772"]}, [b"Q3052772"], {"analyse": 1}),
        ({"leaders": ["Q1"]}, [], {"analyse": 2}),
        ({"languages": ["de"]}, None, {"decode": 1}),
    ],
)
def test_what_is_not_chosen_is_left_out_and_counted(
    selection: dict[str, Any], keys: list[bytes] | None, left_out: dict[str, int]
) -> None:
    names = TopicNames.of(Settings())
    analyser = load_analyser("0", DEFAULT_SCORER, "off")
    reader = ArticleReader(analyser, DecodeLimits(), names, 4, convert(selection, Selection))
    value = b"""{"id": "a", "title": "Emmanuel Macron meets Angela Merkel", "language": "en",
                 "published": "2018-06-01T00:00:00Z"}"""
    moment_ms = 1_527_811_200_000
    outcome = reader.read(Record(names.articles, 0, 0, moment_ms, None, value, []))
    assert not outcome.reason
    assert outcome.left_out == left_out
    mentions = [one.key for one in outcome.outputs if one.topic == names.mentions]
    assert sorted(mentions) == (keys or [])
    assert len(outcome.mentions) == len(mentions)
    analyses = [one for one in outcome.outputs if one.topic == names.analyses]
    assert len(analyses) == (keys is not None)


@pytest.mark.parametrize(
    ("selection", "chosen"),
    [
        (Selection(), True),
        (Selection(leaders=("Q2", "Q9")), True),
        (Selection(leaders=("Q9",)), False),
        (Selection(countries=("FR",)), True),
        (Selection(countries=("AR",)), False),
        # Both of one leader, not of two.
        (Selection(leaders=("Q1",), countries=("FR",)), False),
        (Selection(articles=("b",)), True),
        (Selection(articles=("c",)), False),
        (Selection(sources=("the paper",)), True),
        (Selection(sources=("Another",)), False),
        # It does not say of which language its articles are.
        (Selection(languages=("fr",)), True),
        (Selection(articles=("a",), leaders=("Q9",)), False),
    ],
)
def test_an_alert_can_be_of_the_chosen_part(selection: Selection, *, chosen: bool) -> None:
    alert = msgspec.structs.replace(
        examples.alerts()["sentiment"],
        leaders=[LeaderRef(leader_id=one, leader_name=one) for one in ("Q1", "Q2")],
        articles=[
            ArticleRef(article_id=one, title="", url="", source=source, family="")
            for one, source in (("a", "The Paper"), ("b", "Elsewhere"))
        ],
    )
    countries = {"Q1": {"US"}, "Q2": {"FR", "EU"}}
    assert selection.may_have_fired(alert, countries.__getitem__) is chosen
