"""One realistic value of every kind, for the schemas, the AsyncAPI document and the tests.

Owns the examples. They are made from the structs, so that they are valid by construction, and their
offsets are found in the text, not counted by hand. The news in them is made
up; so are the publishers, under a top-level domain that is reserved for examples.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zlib import crc32

from processors.alerts import Trigger
from processors.canary import (
    ARTICLE_PREFIX,
    CANARY_ID,
    CANARY_KIND,
    CANARY_NAME,
    CANARY_SOURCE,
)
from processors.contracts import (
    Alert,
    AlertKind,
    Analysis,
    ArticleRef,
    Evidence,
    LeaderRef,
    Mention,
    MentionContext,
    MentionCounts,
    Sentiment,
    Span,
    StoryRef,
    Versions,
    Withdrawal,
)
from processors.rules import Rule
from processors.stories import signature
from processors.watch import KINDS, Kind, load_rules
from processors.watch.kind import Sample
from processors.watch.kinds.canary import canary_alert
from processors.watch.state import Report
from processors.windows import milliseconds, tumbling

TITLE: Final = "Xi Jinping hails “excellent” talks with Vladimir Putin in Beijing"
LEAD: Final = (
    "Chinese leader Xi Jinping and Vladimir Putin met for warm, productive and kind talks."
)
TEXT: Final = f"{LEAD} Neither side spoke of the weapons trade, which critics call a grave danger."
ARTICLE_ID: Final = "urn:example:article:20240516-0042"
URL: Final = "https://news.example/world/2024/05/16/beijing-talks"

_PUBLISHED: Final = datetime(2024, 5, 16, 9, 30, tzinfo=UTC)
_ENTERED: Final = datetime(2024, 5, 16, 9, 31, 12, 250_000, tzinfo=UTC)
_VERSIONS: Final = Versions(
    tocsin="0.2.0",
    registry="2026.11+3f9a61c2",
    lexicon="2026.11+b07d44e9",
    scorer="textblob-news/1",
)
_XI: Final = LeaderRef(leader_id="Q15031", leader_name="Xi Jinping")
_PUTIN: Final = LeaderRef(leader_id="Q7747", leader_name="Vladimir Putin")
_ARTICLE: Final = ArticleRef(
    article_id=ARTICLE_ID, title=TITLE, url=URL, source="Example Wire", family="Example Group"
)
_WORDS: Final = [("warm", 0.6), ("productive", 0.5), ("kind", 0.6)]


def flat_article() -> dict[str, Any]:
    """Make the article in the flat form."""
    return {
        "id": ARTICLE_ID,
        "url": URL,
        "title": TITLE,
        "text": TEXT,
        "source": "Example Wire",
        "published": "2024-05-16T09:30:00Z",
        "language": "en",
        "version": 1,
    }


def ninjs_article() -> dict[str, Any]:
    """Make the same article in the ninjs form."""
    return {
        "uri": ARTICLE_ID,
        "url": URL,
        "headlines": [{"role": "main", "value": TITLE}],
        "bodies": [{"role": "main", "contentType": "text/plain", "value": TEXT}],
        "versionCreated": "2024-05-16T09:30:00Z",
        "language": "en",
        "infoSources": [{"name": "Example Wire", "role": "publisher"}],
        "pubStatus": "usable",
        "version": "1",
    }


def cloudevent_article() -> dict[str, Any]:
    """Make the same article in a CloudEvent, in structured mode."""
    return {
        "specversion": "1.0",
        "id": "20240516-0042-1",
        "source": "/wire",
        "type": "example.article.published",
        "datacontenttype": "application/json",
        "data": flat_article(),
    }


def analysis() -> Analysis:
    """Make what that article says."""
    return Analysis(
        article_id=ARTICLE_ID,
        revision=1,
        event_time=_ENTERED,
        published=_PUBLISHED,
        source="Example Wire",
        language="en",
        sentiment=_sentiment(0.28, 4, 25),
        mentions=[_mention(_XI, "CN", None), _mention(_PUTIN, "RU", None)],
        versions=_VERSIONS,
        title=TITLE,
        url=URL,
    )


def mention() -> Mention:
    """Make one of its mentions, as it travels alone."""
    context = MentionContext(
        mention_id="7d1c0c5be2f4a96b1e8f52d3c0a9b417",
        article=_ARTICLE,
        revision=1,
        event_time=_ENTERED,
        published=_PUBLISHED,
        language="en",
        companions=[_PUTIN],
        in_lead=True,
        versions=_VERSIONS,
        signature=signature(TITLE, TEXT),
    )
    return _mention(_XI, "CN", context)


def alerts() -> dict[AlertKind, Alert]:
    """Make an alert of every kind, by the built-in rule of the kind if there is one."""
    now = _ENTERED + timedelta(milliseconds=180)
    made = {name: _alert(kind, now) for name, kind in KINDS.items()}
    return {**made, CANARY_KIND: _canary(now)}


def sample() -> Sample:
    """Make the news from which every kind makes its example."""
    return Sample(mention(), _PUTIN, [_report(_ARTICLE), *map(_report, _other_articles())])


def _alert(kind: Kind[Any, Any], now: datetime) -> Alert:
    builtin = load_rules().of_kind(kind.name)
    rule = builtin[0] if builtin else Rule.with_defaults(kind.rule)
    news = sample()
    example = kind.example(news, rule)
    window = tumbling(_ENTERED, example.window_seconds)
    trigger = Trigger(news.mention, example.severity, window, now, _story())
    return kind.build(trigger, rule, example.measured)


def _other_articles() -> list[ArticleRef]:
    return [
        ArticleRef(article_id=f"{ARTICLE_ID}-{name}", title=TITLE, url="", source=name, family=name)
        for name in ("Example Post", "Example Courier", "Example Gazette", "Example Herald")
    ]


def _report(article: ArticleRef) -> Report:
    return Report(
        moment_ms=milliseconds(_ENTERED),
        story=int(_story().story_id, 16),
        origin=crc32(article.family.encode()),
        mark=b"",
        article_id=article.article_id,
        title=article.title,
        url=article.url,
        source=article.source,
        family=article.family,
    )


def withdrawal() -> Withdrawal:
    """Make the withdrawal of the article."""
    return Withdrawal(
        withdrawn=_ARTICLE,
        revision=2,
        event_time=_ENTERED + timedelta(minutes=20),
        versions=_VERSIONS,
    )


def _canary(now: datetime) -> Alert:
    article = ArticleRef(
        article_id=f"{ARTICLE_PREFIX}host-1:2024-05-16T09:31:12.250Z",
        title="Tocsin Canary: a test of the alarm, and no news",
        url="",
        source=CANARY_SOURCE,
        family=CANARY_SOURCE,
    )
    context = MentionContext(
        mention_id="40c9d0a71f5b2e86a3d4c7b8e9f01526",
        article=article,
        revision=1,
        event_time=_ENTERED,
        versions=_VERSIONS,
    )
    canary = LeaderRef(leader_id=CANARY_ID, leader_name=CANARY_NAME)
    return canary_alert(canary, context, now)


def _story() -> StoryRef:
    return StoryRef(
        story_id="4be1c09a77d203",
        novelty=32,
        reports=5,
        first_seen=_ENTERED,
        similar=MentionCounts(h12=5, h24=5, d3=5, d7=5),
        mentions=MentionCounts(h12=7, h24=9, d3=20, d7=41),
    )


def _mention(leader: LeaderRef, country: str, context: MentionContext | None) -> Mention:
    return Mention(
        leader_id=leader.leader_id,
        leader_name=leader.leader_name,
        country=country,
        office="President",
        status="in_office",
        relevance=92,
        sentiment=_sentiment(0.55, 3, 15),
        spans=[_span("headline", TITLE, leader), _span("text", TEXT, leader)],
        evidence=[_evidence()],
        context=context,
    )


def _sentiment(polarity: float, scored_words: int, words: int) -> Sentiment:
    return Sentiment(
        polarity=polarity,
        subjectivity=0.6,
        label="positive",
        scored_words=scored_words,
        coverage=round(scored_words / words, 3),
    )


def _span(field: Any, text: str, leader: LeaderRef) -> Span:
    start = text.index(leader.leader_name)
    end = start + len(leader.leader_name)
    return Span(field=field, start=start, end=end, text=text[start:end], kind="name")


def _evidence() -> Evidence:
    start = TEXT.index(LEAD)
    return Evidence(
        field="text",
        start=start,
        end=start + len(LEAD),
        sentence=LEAD,
        words=_WORDS,
    )
