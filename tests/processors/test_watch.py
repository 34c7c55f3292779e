"""When a leader's mentions ring, when they do not, and what is remembered."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from processors.rules import load_rules
from processors.watch import (
    MOST_APPLIED,
    MOST_PAIRS,
    MOST_RUNG,
    STATE_VERSION,
    Suppressed,
    Watched,
    WatchState,
    decode_state,
    encode_state,
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


def watch_all(mentions: Sequence[Mention], state: WatchState | None = None) -> Watched:
    """Apply the mentions in this order, and gather what came of them."""
    held = state or WatchState()
    alerts: list[Alert] = []
    suppressed: list[Suppressed] = []
    for one in mentions:
        result = watch(held, one, load_rules(), NOW)
        held = result.state
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
        ({"polarity": -0.4}, True),
        ({"polarity": 0.4}, True),
        ({"polarity": -0.3999}, False),
        ({"polarity": 0.3999}, False),
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
    [(-0.4, "low"), (-0.4999, "low"), (0.5, "medium"), (-0.6499, "medium"), (0.65, "high")],
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
    assert reasons(watched) == [("strong-sentiment", "article_rang_already")]
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
    assert sorted(alert.observed for alert in watched.alerts) == [-0.9, 0.9]


def test_the_same_mention_twice_changes_nothing() -> None:
    one = mention(polarity=-0.9, companions=["Q7747"])
    first = watch(WatchState(), one, load_rules(), NOW)
    again = watch(first.state, one, load_rules(), NOW)
    assert again.state is first.state
    assert again.alerts == ()
    assert reasons(again) == [("none", "duplicate_mention")]


@pytest.mark.parametrize(
    ("changes", "rung", "suppressed"),
    [
        ({"companions": ["Q7747"]}, 1, []),
        ({"companions": ["Q7747"], "relevance": 30}, 1, []),
        ({"companions": ["Q7747"], "relevance": 29}, 0, []),
        ({"companions": ["Q7747", "Q8", "Q9"]}, 3, []),
        ({"companions": ["Q6", "Q7", "Q8", "Q9"]}, 0, [("encounter", "crowd")] * 4),
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
        (timedelta(0), timedelta(hours=1), "same_window"),
        (2 * DAY, 3 * DAY, "seen_lately"),
        (2 * DAY, 5 * DAY, "seen_lately"),
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
        "df9b07125bc14bcc496196785a2feb27",
        "948e57438001f1efe7bbbf94e011c296",
    ]


def test_now_is_stamped_and_decides_nothing() -> None:
    one = mention(polarity=-0.9, companions=["Q7747"])
    today = watch(WatchState(), one, load_rules(), NOW)
    later = watch(WatchState(), one, load_rules(), NOW + 365 * DAY)
    assert today.state == later.state
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
        watch(WatchState(), msgspec.structs.replace(mention(), context=None), load_rules(), NOW)


few = settings(max_examples=60)

within_an_hour = st.builds(
    mention,
    st.sampled_from(["a1", "a2", "a3"]),
    after=st.integers(0, 3_599_999).map(lambda ms: ms * MOMENT),
    polarity=st.sampled_from([-0.9, -0.5, 0.0, 0.5, 0.9]),
    relevance=st.sampled_from([20, 35, 60]),
    companions=st.lists(st.sampled_from(["Q1", "Q7747", "Q8", "Q9", "Q95"]), unique=True),
    published=st.sampled_from([None, START, START - 9 * DAY]),
)


@few
@given(st.lists(within_an_hour, max_size=12), st.randoms(use_true_random=False))
def test_the_order_within_one_window_does_not_change_which_alerts_there_are(
    mentions: list[Mention], random: Any
) -> None:
    shuffled = list(mentions)
    random.shuffle(shuffled)
    ids = {a.alert_id for a in watch_all(mentions).alerts}
    assert {a.alert_id for a in watch_all(shuffled).alerts} == ids


@few
@given(
    st.lists(within_an_hour, max_size=6),
    st.lists(within_an_hour, max_size=8),
    st.randoms(use_true_random=False),
)
def test_what_rang_before_does_not_make_order_count_for_sentiment(
    before: list[Mention], mentions: list[Mention], random: Any
) -> None:
    held = watch_all(before).state
    next_hour = [_later(one, timedelta(hours=1)) for one in mentions]
    shuffled = list(next_hour)
    random.shuffle(shuffled)
    ids = [
        {a.alert_id for a in watch_all(order, held).alerts if a.kind == "sentiment"}
        for order in (next_hour, shuffled)
    ]
    assert ids[0] == ids[1]


@few
@given(st.lists(within_an_hour, max_size=12))
def test_every_mention_redelivered_changes_nothing(mentions: list[Mention]) -> None:
    once = watch_all(mentions)
    again = watch_all(mentions, once.state)
    assert again.state == once.state
    assert again.alerts == ()


@few
@given(st.lists(within_an_hour, max_size=12))
def test_an_alert_rings_once_from_one_state(mentions: list[Mention]) -> None:
    ids = [a.alert_id for a in watch_all(mentions).alerts]
    assert len(ids) == len(set(ids))


@few
@given(st.lists(within_an_hour, max_size=12))
def test_the_state_survives_the_changelog(mentions: list[Mention]) -> None:
    state = watch_all(mentions).state
    decoded = decode_state(encode_state(state))
    assert decoded == state
    assert encode_state(decoded) == encode_state(state)


def test_the_state_is_bounded_however_often_a_leader_is_named() -> None:
    # As many other leaders as are remembered, each seen in many hours; at the end new ones.
    with_others = [
        [f"Q{9_000_000 + (3 * n + k) % MOST_PAIRS}" for k in range(3)] for n in range(2_500)
    ]
    with_others += [[f"Q{9_500_000 + n}"] for n in range(9)]
    mentions = [
        mention(
            f"article-{n}",
            after=n * timedelta(minutes=61),
            polarity=-0.9 if n % 2 else 0.9,
            companions=others,
        )
        for n, others in enumerate(with_others)
    ]
    state = watch_all(mentions).state
    assert len(state.applied) == MOST_APPLIED
    assert len(state.rung) == MOST_RUNG
    assert len(state.pairs) == MOST_PAIRS
    assert len(encode_state(state)) < LARGEST_STATE_BYTES


@settings(max_examples=30)
@given(st.permutations(range(5)))
def test_an_hours_sightings_leave_the_same_memory_in_any_order(order: Sequence[int]) -> None:
    mentions = [
        mention(f"a{n}", after=timedelta(minutes=9 * n), companions=["Q7747"]) for n in order
    ]
    expected = mention(after=timedelta(minutes=36)).context.event_time
    assert watch_all(mentions).state.pairs["Q7747"] == (int(expected.timestamp() * 1000),)


def test_a_state_of_a_version_that_is_not_known_is_refused() -> None:
    newer = encode_state(WatchState(version=STATE_VERSION + 1))
    with pytest.raises(msgspec.ValidationError, match=f"has version {STATE_VERSION + 1}"):
        decode_state(newer)
    with pytest.raises(msgspec.ValidationError):
        decode_state(msgspec.msgpack.encode({"another": "form"}))


def _later(one: Mention, by: timedelta) -> Mention:
    context = one.context
    assert context is not None
    moved = msgspec.structs.replace(
        context, mention_id=context.mention_id + "+", event_time=context.event_time + by
    )
    return msgspec.structs.replace(one, context=moved)
