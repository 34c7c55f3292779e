"""A timestamp that cannot be, or a clock that was wrong for a while, silences nothing after it."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.contracts import (
    Alert,
    ArticleRef,
    LeaderRef,
    Mention,
    MentionContext,
    Sentiment,
    Versions,
)
from processors.stories import signature
from processors.watch import HeldState, decode_state, encode_state, load_rules, new_state, watch
from processors.watch.state import MAX_APPLIED, MAX_RECENT, WatchState

START = datetime(2026, 5, 20, 12, tzinfo=UTC)
RULES = load_rules()
VERSIONS = Versions(tocsin="1", registry="r", lexicon="l", scorer="s")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STRAY = "stray"
FERRY = "Kestrel ferry sinks off Norvane harbour, 214 drowned; rescuers search near Quill Reef"
few = settings(deadline=None, max_examples=40)


def words(seed: str) -> str:
    """Make words that no other seed has."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    return " ".join(f"w{chance.randrange(10**9)}" for _ in range(8))


def mention(
    name: str,
    moment: datetime,
    *,
    family: str = "S",
    told: str = "",
    polarity: float | None = None,
    companions: Sequence[str] = (),
) -> Mention:
    title = told or words(name)
    label: Any = "unknown" if polarity is None else "positive" if polarity > 0 else "negative"
    return Mention(
        leader_id="Q15031",
        leader_name="Xi Jinping",
        country="CN",
        office="President",
        status="in_office",
        relevance=60,
        sentiment=Sentiment(
            polarity=polarity or 0.0, subjectivity=0.5, label=label, scored_words=5, coverage=0.1
        ),
        spans=[],
        evidence=[],
        context=MentionContext(
            mention_id=name,
            article=ArticleRef(article_id=name, title=title, url="", source=family, family=family),
            revision=1,
            event_time=moment,
            companions=[LeaderRef(leader_id=one, leader_name=one) for one in companions],
            versions=VERSIONS,
            signature=signature(title, f"{title}. {words(name)}"),
        ),
    )


class Desk:
    """A leader's state, and what came of the mentions so far."""

    def __init__(self, state: HeldState | None = None) -> None:
        self.state = state or new_state()
        self.alerts: list[Alert] = []
        self.discarded: list[str] = []

    def take(self, mentions: Sequence[Mention], *, restarts: bool = False) -> "Desk":
        for one in mentions:
            if restarts:
                self.state = decode_state(encode_state(self.state))
            result = watch(self.state, one, RULES, START)
            self.alerts += result.alerts
            self.discarded += [s.reason for s in result.suppressed if s.rule == "none"]
        return self

    @property
    def ids(self) -> list[str]:
        """The ids of the alerts that do not name the stray article."""
        return [
            alert.alert_id
            for alert in self.alerts
            if not any(article.article_id.startswith(STRAY) for article in alert.articles)
        ]

    @property
    def kinds(self) -> set[str]:
        return {alert.kind for alert in self.alerts}


def ordinary(since: datetime, hours: int, name: str = "past", every: int = 1) -> list[Mention]:
    """One article in so many hours, of one source after another, mildly well disposed."""
    return [
        mention(f"{name}-{n}", since + n * HOUR, family=f"F{n % 9}", polarity=0.1)
        for n in range(0, hours, every)
    ]


def week(since: datetime, name: str = "w") -> list[Mention]:
    """Ten days in which every kind of alert rings."""
    mentions = ordinary(since, 240, name, every=6)
    at = since + 200 * HOUR
    mentions += [
        mention(f"{name}-ferry-{n}", at + n * MINUTE, family=f"B{n}", told=FERRY) for n in range(9)
    ]
    mentions += [
        mention(f"{name}-burst-{n}", at + DAY + n * MINUTE, family=f"C{n}") for n in range(9)
    ]
    mentions += [
        mention(f"{name}-blame-{n}", at + (30 + n) * HOUR, family=f"D{n}", polarity=-0.8)
        for n in range(9)
    ]
    mentions += [
        mention(f"{name}-met-{n}", since + n * DAY, companions=[f"Q9{n % 3}"]) for n in range(9)
    ]
    return in_order(mentions)


def in_order(mentions: Sequence[Mention]) -> list[Mention]:
    return sorted(mentions, key=lambda one: (_time(one), one.context.mention_id))  # type: ignore[union-attr]


def _time(one: Mention) -> datetime:
    assert one.context is not None
    return one.context.event_time


ALL_KINDS = {"sentiment", "encounter", "surge", "breaking", "shift"}
FAR = [
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(1970, 1, 21, tzinfo=UTC),
    datetime(1987, 2, 26, tzinfo=UTC),
    START - 90 * DAY,
    START + 90 * DAY,
    datetime(2100, 1, 1, tzinfo=UTC),
    datetime(9998, 12, 31, tzinfo=UTC),
]


def test_ten_days_ring_every_kind() -> None:
    assert Desk().take(week(START)).kinds == ALL_KINDS


@few
@given(st.sampled_from(FAR), st.integers(0, 75), st.booleans())
def test_one_stray_article_changes_no_alert_but_those_that_name_it(
    moment: datetime,
    at: int,
    restarts: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    mentions = week(START)
    expected = Desk().take(mentions)
    stray = mention(STRAY, moment, family="Stray")
    desk = Desk().take([*mentions[:at], stray, *mentions[at:]], restarts=restarts)
    assert desk.ids == expected.ids
    assert desk.discarded == []


@pytest.mark.parametrize("moment", FAR)
def test_all_kinds_ring_after_one_stray_and_four_hundred_articles(moment: datetime) -> None:
    # More than any memory of the state holds.
    past = ordinary(START - 20 * DAY, 400)
    stray = mention(STRAY, moment, family="Stray")
    desk = Desk().take([*past[:200], stray, *past[200:]])
    desk.alerts.clear()
    desk.take(week(START), restarts=True)
    assert desk.kinds == ALL_KINDS
    assert desk.discarded == []


@pytest.mark.parametrize("is_one_source", [True, False])
@pytest.mark.parametrize("ahead", [55 * MINUTE, 5 * HOUR, 3 * DAY, 74 * 365 * DAY])
@pytest.mark.parametrize("count", [20, 300, 600])
def test_a_feeder_that_ran_ahead_silences_nothing_when_its_clock_is_right_again(
    ahead: timedelta,
    count: int,
    is_one_source: bool,  # noqa: FBT001 - a table's column
) -> None:
    past = ordinary(START - 12 * DAY, 12 * 24)
    fast = [
        mention(
            f"{STRAY}-{n}", START + ahead + n * 10 * timedelta(seconds=1),
            family="Fast" if is_one_source else f"Fast{n}", polarity=-0.9 if n % 2 else None,
        )
        for n in range(count)
    ]  # fmt: skip
    # The feeder's clock is set again; the world goes on meanwhile.
    now = START + count * timedelta(seconds=10)
    after = [
        *(mention(f"f-{n}", now + n * MINUTE, family=f"B{n}", told=FERRY) for n in range(9)),
        *(mention(f"b-{n}", now + (10 + n) * MINUTE, family=f"C{n}") for n in range(20)),
        *(
            mention(f"s-{n}", now + (40 + n) * MINUTE, family=f"D{n}", polarity=0.9)
            for n in range(6)
        ),
        *(mention(f"e-{n}", now + (50 + n) * MINUTE, companions=[f"Q9{n}"]) for n in range(5)),
    ]
    desk = Desk().take(past).take(fast)
    desk.alerts.clear()
    desk.take(after, restarts=True)
    assert desk.discarded == []
    wanted = {"breaking", "sentiment", "encounter"}
    # Where many sources ran ahead by less than its cooldown, they have made the surge ring.
    if is_one_source or ahead > 6 * HOUR:
        wanted.add("surge")
    assert wanted <= desk.kinds


def test_a_first_article_of_long_ago_does_not_make_a_past() -> None:
    for moment in FAR[:3]:
        first = mention(STRAY, moment)
        burst = [mention(f"b-{n}", START + n * MINUTE, family=f"B{n}") for n in range(9)]
        assert "surge" not in Desk().take([first, *burst]).kinds


def test_what_a_leader_was_used_to_is_as_it_was_after_a_stray() -> None:
    past = ordinary(START - 12 * DAY, 12 * 24)
    for moment in (*FAR, START + 3 * HOUR, START - 30 * HOUR):
        for at in (3, 150, 287):
            straight = Desk().take(past)
            desk = Desk().take([*past[:at], mention(STRAY, moment), *past[at:]])
            assert [
                desk.state.past.expected(_ms(START + n * HOUR), 3_600, 0.1) for n in range(168)
            ] == pytest.approx(
                [
                    straight.state.past.expected(_ms(START + n * HOUR), 3_600, 0.1)
                    for n in range(168)
                ],
                rel=0.02,
            )


def test_a_feeder_that_is_always_late_does_not_wear_the_past_away() -> None:
    # Forty old articles after every ten new ones: each time they are believed for a while.
    past = ordinary(START - 12 * DAY, 12 * 24)
    mixed: list[Mention] = []
    for n in range(0, len(past), 10):
        mixed += past[n : n + 10]
        mixed += [
            mention(f"old-{n}-{k}", START - 60 * DAY + n * HOUR + k * MINUTE) for k in range(40)
        ]
    usual = [Desk().take(one).state.past.usual_per_day for one in (past, mixed)]
    assert usual[1] == pytest.approx(usual[0], rel=0.5)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


@few
@given(
    st.lists(st.integers(0, 3 * 24 * 60), min_size=1, max_size=40),
    st.lists(st.sampled_from([0, 55, 600, 10**7]), min_size=40, max_size=40),
    st.integers(0, 2**32),
)
def test_what_was_applied_is_never_applied_again_whatever_its_time(
    minutes: list[int], ahead: list[int], seed: int
) -> None:
    # Redelivered after a crash, in any order, and after more than the memory of ids holds.
    many = [
        mention(f"m-{n}-{k}", START + (minute + ahead[n] + k * 9) * MINUTE)
        for n, minute in enumerate(sorted(minutes))
        for k in range(24)
    ]
    desk = Desk().take(many)
    before = encode_state(desk.state)
    again = list(many)
    random.Random(seed).shuffle(again)  # noqa: S311 - no secret
    applied = len(many) - len(desk.discarded)
    desk.discarded.clear()
    desk.take(again)
    assert encode_state(desk.state) == before
    assert len(desk.discarded) == len(many)
    assert applied >= min(len(many), MAX_APPLIED + MAX_RECENT)


def test_a_state_that_an_earlier_version_left_poisoned_recovers() -> None:
    desk = Desk().take(ordinary(START - 20 * DAY, 400))
    kept = desk.state.kept
    # As it was: the first in memory was the one of the future, and all time went before it.
    future_ms = _ms(datetime(2100, 1, 1, tzinfo=UTC))
    first, *others = kept.applied.items()
    kept.applied = {first[0]: future_ms, **dict(others)}
    kept.newest_ms, kept.forgotten = future_ms, None
    fields = msgspec.structs.astuple(kept)
    old = msgspec.msgpack.encode(fields[: WatchState.__struct_fields__.index("forgotten")])
    desk = Desk(decode_state(old)).take(week(START))
    assert desk.kinds == ALL_KINDS
    assert desk.discarded == []
