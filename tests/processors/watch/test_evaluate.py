"""When a leader's mentions ring, when they do not, and what is remembered."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from processors.contracts import (
    Alert,
    ArticleRef,
    Evidence,
    LeaderRef,
    Mention,
    MentionContext,
    Sentiment,
    Versions,
)
from processors.watch import (
    HeldState,
    Suppressed,
    Watched,
    decode_state,
    encode_state,
    load_rules,
    new_state,
    watch,
)

# The start of an hour, and of a window of three days.
START = datetime(2026, 5, 19, tzinfo=UTC)
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MOMENT = timedelta(milliseconds=1)
LARGEST_STATE_BYTES = 65_536


def mention(
    article_id: str = "a1",
    *,
    leader_id: str = "Q15031",
    after: timedelta = timedelta(0),
    polarity: float = 0.0,
    relevance: int = 60,
    companions: Iterable[str] = (),
    published: datetime | None = None,
    **changes: Any,
) -> Mention:
    tone: dict[str, Any] = {"scored_words": 5, "coverage": 0.1}
    tone |= {
        name: changes.pop(name) for name in ("scored_words", "coverage", "label") if name in changes
    }
    sign = "positive" if polarity > 0 else "negative" if polarity < 0 else "neutral"
    said = Evidence(field="text", start=0, end=4, sentence="Dire", words=[("dire", -0.9)])
    fields: dict[str, Any] = {
        "mention_id": repr(
            (article_id, leader_id, after, polarity, relevance, companions, published)
        ),
        "article": ArticleRef(article_id=article_id, title="T", url="", source="S", family="S"),
        "revision": 1,
        "event_time": START + after,
        "published": published,
        "companions": [LeaderRef(leader_id=one, leader_name=one) for one in companions],
        "versions": Versions(tocsin="1", registry="r", lexicon="l", scorer="s"),
        **changes,
    }
    return Mention(
        leader_id=leader_id,
        leader_name=leader_id,
        country="CN",
        office="President",
        status="in_office",
        relevance=relevance,
        sentiment=Sentiment(polarity=polarity, subjectivity=0.5, **{"label": sign, **tone}),
        spans=[],
        evidence=[said],
        context=MentionContext(**fields),
    )


RULES = load_rules()


def copy(state: HeldState) -> HeldState:
    return decode_state(encode_state(state))


def watch_all(mentions: Sequence[Mention], state: HeldState | None = None) -> Watched:
    """Apply the mentions in this order to a copy of the state, and gather what came of them."""
    held = new_state() if state is None else copy(state)
    alerts: list[Alert] = []
    suppressed: list[Suppressed] = []
    for one in mentions:
        result = watch(held, one, RULES, NOW)
        alerts += result.alerts
        suppressed += result.suppressed
    return Watched(held, tuple(alerts), tuple(suppressed))


def kinds(watched: Watched) -> list[str]:
    return [alert.kind for alert in watched.alerts]


def reasons(watched: Watched) -> list[tuple[str, str]]:
    return [(one.rule, one.reason) for one in watched.suppressed]


@pytest.mark.parametrize(
    ("changes", "rings"),
    [
        ({"polarity": -0.5}, True),
        ({"polarity": 0.5}, True),
        ({"polarity": -0.4999}, False),
        ({"polarity": 0.4999}, False),
        ({"polarity": -0.9, "scored_words": 3}, True),
        ({"polarity": -0.9, "scored_words": 2}, False),
        ({"polarity": -0.9, "coverage": 0.02}, True),
        ({"polarity": -0.9, "coverage": 0.0199}, False),
        ({"polarity": -0.9, "relevance": 40}, True),
        ({"polarity": -0.9, "relevance": 39}, False),
        ({"polarity": -0.9, "label": "unknown"}, False),
        ({"polarity": -0.9, "label": "neutral"}, False),
    ],
)
def test_sentiment_rings_from_its_thresholds_on(changes: dict[str, Any], rings: bool) -> None:  # noqa: FBT001 - a table's column
    watched = watch_all([mention(**changes)])
    assert kinds(watched) == (["sentiment"] if rings else [])
    assert watched.suppressed == ()


@pytest.mark.parametrize(
    ("polarity", "severity"),
    [(-0.5, "low"), (-0.6499, "low"), (0.65, "medium"), (-0.7999, "medium"), (0.8, "high")],
)
def test_severity_follows_the_strength(polarity: float, severity: str) -> None:
    assert [a.severity for a in watch_all([mention(polarity=polarity)]).alerts] == [severity]


@pytest.mark.parametrize(
    ("published", "guard"),
    [
        (None, None),
        (START, None),
        (START - 2 * DAY, None),
        (START - 2 * DAY - MOMENT, "stale_article"),
        (START + timedelta(hours=1), None),
        (START + timedelta(hours=1) + MOMENT, "published_in_future"),
    ],
)
def test_old_articles_and_future_dates_ring_nothing(
    published: datetime | None, guard: str | None
) -> None:
    watched = watch_all([mention(polarity=-0.9, companions=["Q7747"], published=published)])
    if guard is None:
        assert kinds(watched) == ["sentiment", "encounter"]
    else:
        assert kinds(watched) == []
        assert reasons(watched) == [("strong-sentiment", guard), ("encounter", guard)]


def test_a_guarded_article_leaves_nothing_that_silences_a_good_one() -> None:
    old = mention("old", polarity=-0.9, companions=["Q7747"], published=START - 9 * DAY)
    assert kinds(watch_all([old, mention("new", polarity=-0.9, companions=["Q7747"])])) == [
        "sentiment",
        "encounter",
    ]


def test_a_direction_rings_once_in_an_hour_and_again_in_the_next() -> None:
    hour = timedelta(hours=1)
    watched = watch_all(
        [
            mention("a1", polarity=-0.9),
            mention("a2", polarity=-0.9, after=hour - MOMENT),
            mention("a3", polarity=0.9, after=hour - MOMENT),
            mention("a4", polarity=-0.9, after=hour),
        ]
    )
    assert [a.articles[0].article_id for a in watched.alerts] == ["a1", "a3", "a4"]
    assert reasons(watched) == [("strong-sentiment", "same_window")]
    assert len({a.alert_id for a in watched.alerts}) == 3


def test_an_edited_article_does_not_ring_again_for_the_same_tone() -> None:
    later = timedelta(hours=2)
    edited = mention("a1", polarity=-0.8, after=later, revision=2)
    watched = watch_all([mention("a1", polarity=-0.9), edited])
    assert kinds(watched) == ["sentiment"]
    assert reasons(watched) == [("strong-sentiment", "article_already_alerted")]
    # Another article may still ring in that hour.
    assert kinds(watch_all([mention("a2", polarity=-0.8, after=later)], watched.state)) == [
        "sentiment"
    ]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_edit_that_turns_the_tone_rings_both_ways_whichever_comes_first(
    order: tuple[int, int],
) -> None:
    versions = [mention("a1", polarity=-0.9), mention("a1", polarity=0.9, revision=2)]
    watched = watch_all([versions[index] for index in order])
    rang = [alert for alert in watched.alerts if alert.msg_type == "alert"]
    assert sorted(alert.observed for alert in rang) == [-0.9, 0.9]


def test_the_same_mention_twice_changes_nothing() -> None:
    one = mention(polarity=-0.9, companions=["Q7747"])
    first = watch_all([one])
    before = encode_state(first.state)
    again = watch(first.state, one, RULES, NOW)
    assert not again.changed
    assert encode_state(again.state) == before
    assert again.alerts == ()
    assert reasons(again) == [("none", "duplicate_mention")]


@pytest.mark.parametrize(
    ("changes", "rung", "suppressed"),
    [
        ({"companions": ["Q7747"]}, 1, []),
        ({"companions": ["Q7747"], "relevance": 30}, 1, []),
        ({"companions": ["Q7747"], "relevance": 29}, 0, []),
        ({"companions": ["Q7747", "Q8", "Q9"]}, 3, []),
        ({"companions": ["Q6", "Q7", "Q8", "Q9"]}, 0, [("encounter", "too_many_companions")] * 4),
        ({"companions": []}, 0, []),
        # "Q1" is smaller: the pair is that leader's.
        ({"companions": ["Q1"]}, 0, []),
    ],
)
def test_leaders_together_ring_unless_the_mention_is_slight_or_the_crowd_is_large(
    changes: dict[str, Any], rung: int, suppressed: list[tuple[str, str]]
) -> None:
    watched = watch_all([mention(**changes)])
    assert kinds(watched) == ["encounter"] * rung
    assert reasons(watched) == suppressed


def test_exactly_one_of_a_pairs_two_mentions_rings_and_it_is_the_smaller_ids() -> None:
    xi = watch_all([mention(leader_id="Q15031", companions=["Q7747"])])
    putin = watch_all([mention(leader_id="Q7747", companions=["Q15031"])])
    assert kinds(xi) == ["encounter"]
    assert [one.leader_id for one in xi.alerts[0].leaders] == ["Q15031", "Q7747"]
    assert kinds(putin) == []


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # Windows of three days; the quiet time runs across their border.
        (timedelta(0), timedelta(hours=1), "seen_recently"),
        (2 * DAY, 3 * DAY, "seen_recently"),
        (2 * DAY, 5 * DAY, "seen_recently"),
        (2 * DAY, 5 * DAY + MOMENT, None),
    ],
)
def test_a_pair_rings_again_only_after_the_quiet_time(
    first: timedelta, second: timedelta, expected: str | None
) -> None:
    watched = watch_all(
        [
            mention("a1", companions=["Q7747"], after=first),
            mention("a2", companions=["Q7747"], after=second),
        ]
    )
    assert reasons(watched) == ([("encounter", expected)] if expected else [])
    assert len({a.alert_id for a in watched.alerts}) == (1 if expected else 2)


def test_a_pair_that_is_seen_again_and_again_stays_silent() -> None:
    daily = [mention(f"a{n}", companions=["Q7747"], after=n * DAY) for n in range(30)]
    assert len(watch_all(daily).alerts) == 1


def test_alert_ids_of_the_built_in_rules_never_change() -> None:
    # A breaking change if it fails: after an upgrade or in a replay every alert would ring anew.
    # Whoever changes a rule's numbers raises its version, and these two ids with it.
    watched = watch_all([mention(polarity=-0.9, companions=["Q7747"])])
    assert [a.alert_id for a in watched.alerts] == [
        "a23d26f313e4902337ec534732c5aba5",
        "948e57438001f1efe7bbbf94e011c296",
    ]


def test_now_is_stamped_and_decides_nothing() -> None:
    one = mention(polarity=-0.9, companions=["Q7747"])
    today = watch(new_state(), one, RULES, NOW)
    later = watch(new_state(), one, RULES, NOW + 365 * DAY)
    assert encode_state(today.state) == encode_state(later.state)
    assert {a.processed_at for a in later.alerts} == {NOW + 365 * DAY}
    assert [msgspec.structs.replace(a, processed_at=NOW) for a in later.alerts] == list(
        today.alerts
    )


def test_alerts_rest_on_the_article_and_sentences_of_their_mention() -> None:
    for alert in watch_all([mention("a9", polarity=-0.9, companions=["Q7747"])]).alerts:
        assert [one.article_id for one in alert.articles] == ["a9"]
        assert [(e.article_id, e.leader_id) for e in alert.evidence] == [("a9", "Q15031")]


def test_a_mention_without_its_article_is_a_bug_of_the_caller() -> None:
    with pytest.raises(ValueError, match="without its article"):
        watch(new_state(), msgspec.structs.replace(mention(), context=None), RULES, NOW)
