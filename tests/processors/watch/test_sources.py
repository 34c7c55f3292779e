"""Surges, breaking stories, turns of tone, corrections and withdrawals; and that order is one."""

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
    Withdrawal,
)
from processors.ordering import Reordering, WatermarkSnapshot
from processors.stories import signature
from processors.watch import (
    HeldState,
    Suppressed,
    decode_state,
    encode_state,
    load_rules,
    may_know,
    new_state,
    watch,
    withdraw,
)

# A Wednesday noon.
START = datetime(2026, 5, 20, 12, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
RULES = load_rules()
VERSIONS = Versions(tocsin="1", registry="r", lexicon="l", scorer="s")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LARGEST_STATE_BYTES = 192 * 1024

# Three events, each told in three ways; the words that tell them apart are rare ones.
EVENTS = (
    "Kestrel ferry sinks off Norvane harbour, 214 drowned; rescuers search near Quill Reef",
    "Parliament in Zelmora rejects the Harrowgate budget 87 to 61 and the coalition totters",
    "Volcano Tarnak erupts, ash grounds flights, villagers of Oskelund evacuated overnight",
)


def words(seed: str, count: int = 8) -> str:
    """Make words that no other seed has."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    return " ".join(f"w{chance.randrange(10**9)}" for _ in range(count))


def mention(
    name: str,
    after: timedelta = timedelta(0),
    *,
    family: str = "S",
    told: str = EVENTS[0],
    polarity: float = 0.0,
    label: str | None = None,
    companions: Sequence[str] = (),
    **changes: Any,
) -> Mention:
    sign = "positive" if polarity > 0 else "negative" if polarity < 0 else "neutral"
    fields: dict[str, Any] = {
        "mention_id": f"{name}/{changes.get('revision', 1)}",
        "article": ArticleRef(
            article_id=name, title=told, url=f"https://{family}.example/{name}", source=family,
            family=family,
        ),
        "revision": 1,
        "event_time": START + after,
        "published": START + after,
        "companions": [LeaderRef(leader_id=one, leader_name=one) for one in companions],
        "versions": VERSIONS,
        # Every paper has its own words for it.
        "signature": signature(told, f"{told}. {words(name, 14)}"),
        **changes,
    }  # fmt: skip
    return Mention(
        leader_id="Q15031",
        leader_name="Xi Jinping",
        country="CN",
        office="President",
        status="in_office",
        relevance=60,
        sentiment=Sentiment(
            polarity=polarity,
            subjectivity=0.5,
            label=label or sign,  # type: ignore[arg-type]
            scored_words=5,
            coverage=0.1,
        ),
        spans=[],
        evidence=[],
        context=MentionContext(**fields),
    )


class Desk:
    """A leader's state, and what came of the mentions so far."""

    def __init__(self, state: HeldState | None = None) -> None:
        self.state = state or new_state()
        self.alerts: list[Alert] = []
        self.suppressed: list[Suppressed] = []

    def take(self, *mentions: Mention) -> "Desk":
        for one in mentions:
            result = watch(self.state, one, RULES, NOW)
            self.alerts += result.alerts
            self.suppressed += result.suppressed
        return self

    def of(self, kind: str) -> list[Alert]:
        return [alert for alert in self.alerts if alert.kind == kind]

    def reasons(self, rule: str) -> list[str]:
        return [one.reason for one in self.suppressed if one.rule == rule]


def known(*, an_hour: int = 0, days: int = 8) -> Desk:
    """A desk that knows the leader's past: so many independent reports in every hour."""
    desk = Desk()
    past = [-days * DAY] if not an_hour else [-n * HOUR for n in range(days * 24, 0, -1)]
    for n, when in enumerate(past):
        desk.take(
            *(
                mention(
                    f"past-{n}-{k}", when + k * MINUTE / 2, family=f"F{k}",
                    told=words(f"past-{n}-{k}"), label="unknown",
                )
                for k in range(max(1, an_hour))
            )
        )  # fmt: skip
    desk.alerts.clear()
    desk.suppressed.clear()
    return desk


def burst(count: int, *, every: timedelta = 8 * MINUTE, told: str | None = None) -> list[Mention]:
    """Independent reports, of one event or of as many as there are reports."""
    return [
        mention(
            f"burst-{n}", n * every, family=f"B{n}",
            told=told or words(f"burst-{n}"), label="unknown",
        )
        for n in range(count)
    ]  # fmt: skip


def test_a_rare_leader_surges_at_five_independent_reports_in_an_hour() -> None:
    desk = known().take(*burst(4))
    assert desk.of("surge") == []
    (alert,) = desk.take(burst(5)[-1]).of("surge")
    assert alert.observed == 5.0
    assert alert.expected is not None
    assert alert.expected < 0.1
    assert len(alert.articles) == 5
    assert alert.reason.startswith("5 independent sources on Xi Jinping within an hour where ")
    assert alert.articles[0].article_id == "burst-0"


def test_a_daily_headline_name_does_not_surge_at_fifty() -> None:
    desk = known(an_hour=45, days=4).take(*burst(50, every=MINUTE))
    assert desk.of("surge") == []


def test_sister_papers_copies_and_repeats_are_one_source() -> None:
    one_family = [mention(f"s{n}", n * MINUTE, family="Sisters") for n in range(9)]
    assert known().take(*one_family).alerts == []
    # One text in nine papers: every paper is a family, and all have the agency's words.
    copies = [
        mention(f"c{n}", n * MINUTE, family=f"P{n}", signature=signature(EVENTS[0], EVENTS[0]))
        for n in range(9)
    ]
    assert known().take(*copies).alerts == []


def test_who_is_not_known_yet_is_warming_and_it_is_counted() -> None:
    desk = Desk().take(*burst(6))
    assert desk.of("surge") == []
    assert desk.reasons("surge") == ["warming_up", "warming_up"]


def test_a_surge_is_told_again_when_it_grows_and_on_schedule_only() -> None:
    desk = known().take(*burst(12, every=4 * MINUTE))
    told = [(a.msg_type, a.severity, a.revision, len(a.references)) for a in desk.of("surge")]
    assert told[0][0] == "alert"
    assert [severity for _, severity, _, _ in told] == sorted(
        (severity for _, severity, _, _ in told), key=["low", "medium", "high"].index
    )
    assert [revision for _, _, revision, _ in told] == list(range(1, len(told) + 1))
    assert {kind for kind, _, _, _ in told[1:]} <= {"update"}
    assert "ongoing" in desk.reasons("surge")
    assert len({a.alert_id for a in desk.alerts}) == len(desk.alerts)
    first = desk.of("surge")[0].alert_id
    assert all(a.references[0] == first for a in desk.of("surge")[1:])


def test_a_story_breaks_when_four_families_report_it_within_half_an_hour() -> None:
    desk = Desk().take(*burst(3, told=EVENTS[0]))
    assert desk.of("breaking") == []
    (alert,) = desk.take(*burst(4, told=EVENTS[0])[3:]).of("breaking")
    assert alert.observed == 4.0
    assert [one.family for one in alert.articles] == ["B0", "B1", "B2", "B3"]
    assert alert.story is not None
    assert alert.story.reports == 4
    assert alert.story.novelty == 42
    late = [mention(f"l{n}", HOUR + n * MINUTE, family=f"L{n}") for n in range(9)]
    assert len(desk.take(*late).of("breaking")) == 1


def test_a_breaking_story_is_updated_at_its_steps() -> None:
    desk = Desk().take(*burst(17, every=MINUTE, told=EVENTS[0]))
    told = [(a.msg_type, a.observed, a.severity) for a in desk.of("breaking")]
    assert told == [
        ("alert", 4.0, "low"),
        ("update", 6.0, "medium"),
        ("update", 8.0, "high"),
        ("update", 16.0, "high"),
    ]


def test_two_stories_at_a_time_stay_two() -> None:
    both = [
        mention(f"{k}-{n}", n * MINUTE, family=f"B{n}", told=EVENTS[k])
        for n in range(4)
        for k in range(2)
    ]
    breaking = Desk().take(*both).of("breaking")
    assert len({alert.story.story_id for alert in breaking if alert.story}) == 2


@pytest.mark.parametrize(
    ("title", "published", "reason"),
    [
        ("Obituary: a statesman", START, "retrospective"),
        ("On this day: the treaty", START, "retrospective"),
        ("Plain news", START - 30 * DAY, "stale_article"),
        ("Plain news", START + 2 * DAY, "published_in_future"),
    ],
)
def test_what_looks_back_or_has_a_wrong_date_rings_nothing_and_is_counted(
    title: str, published: datetime, reason: str
) -> None:
    one = mention("g", told=title, polarity=-0.9, companions=["Q7747"], published=published)
    desk = Desk().take(one)
    assert desk.alerts == []
    assert {one.reason for one in desk.suppressed} == {reason}


def test_guarded_articles_do_not_count_as_sources() -> None:
    stale = [
        msgspec.structs.replace(
            one, context=msgspec.structs.replace(one.context, published=START - 30 * DAY)
        )
        for one in burst(12)
    ]
    assert known().take(*stale).alerts == []


def tones(*polarities: float, start: timedelta = timedelta(0)) -> list[Mention]:
    return [
        mention(f"tone-{start}-{n}", start + n * 6 * HOUR,
                told=words(f"tone-{start}-{n}"), polarity=polarity)
        for n, polarity in enumerate(polarities)
    ]  # fmt: skip


USUAL = (0.1, -0.1, 0.2, -0.2, 0.05, -0.05) * 5


def test_a_press_that_turns_rings_once_and_says_over_how_many_stories() -> None:
    desk = Desk().take(*tones(*USUAL))
    assert desk.of("shift") == []
    turned = tones(*[-0.35] * 30, start=10 * DAY)
    (alert,) = desk.take(*turned).of("shift")
    assert -0.35 <= alert.observed < -0.2
    assert f"over {len(alert.articles)} stories" in alert.reason
    assert "more negatively" in alert.reason


def test_a_steady_press_and_one_story_in_many_copies_turn_nothing() -> None:
    assert Desk().take(*tones(*USUAL * 4)).of("shift") == []
    copies = [
        mention(f"copy-{n}", 9 * DAY + n * MINUTE, told=EVENTS[1], polarity=-0.9, family=f"P{n}")
        for n in range(40)
    ]
    assert Desk().take(*tones(*USUAL), *copies).of("shift") == []


def test_an_edit_that_takes_the_tone_back_cancels_the_alert() -> None:
    desk = Desk().take(mention("a1", polarity=-0.9))
    desk.take(mention("a1", HOUR, polarity=-0.5, revision=2))
    assert [a.msg_type for a in desk.alerts] == ["alert"]
    desk.take(mention("a1", 2 * HOUR, polarity=0.0, revision=3))
    desk.take(mention("a1", 3 * HOUR, polarity=0.0, revision=4))
    first, cancelled = desk.alerts
    assert (cancelled.msg_type, cancelled.references) == ("cancel", [first.alert_id])
    assert cancelled.alert_id != first.alert_id
    assert "version 3" in cancelled.reason


def withdrawal(article_id: str) -> Withdrawal:
    taken = ArticleRef(article_id=article_id, title="", url="", source="S", family="S")
    return Withdrawal(withdrawn=taken, revision=2, event_time=START + HOUR, versions=VERSIONS)


def test_a_withdrawn_article_takes_its_alerts_with_it_once() -> None:
    desk = Desk().take(mention("a1", polarity=-0.9, companions=["Q7747"]))
    assert may_know(encode_state(desk.state), "a1")
    assert not may_know(encode_state(desk.state), "a2")
    cancelled = withdraw(desk.state, withdrawal("a1"), NOW)
    assert {a.msg_type for a in cancelled} == {"cancel"}
    assert {a.references[0] for a in cancelled} == {a.alert_id for a in desk.alerts}
    assert withdraw(desk.state, withdrawal("a1"), NOW) == []
    assert withdraw(desk.state, withdrawal("a2"), NOW) == []


def test_a_withdrawn_article_no_longer_counts_as_a_source() -> None:
    desk = known().take(*burst(4))
    withdraw(desk.state, withdrawal("burst-0"), NOW)
    assert desk.take(burst(5)[-1]).of("surge") == []


few = settings(max_examples=40)

reports = st.lists(
    st.builds(
        mention,
        st.integers(0, 60).map(lambda n: f"a{n}"),
        st.integers(0, 5 * 24 * 60).map(lambda minutes: minutes * MINUTE),
        family=st.sampled_from([f"F{n}" for n in range(9)]),
        told=st.sampled_from(EVENTS),
        polarity=st.sampled_from([-0.9, -0.5, 0.0, 0.6]),
        companions=st.lists(st.sampled_from(["Q7747", "Q8", "Q95"]), unique=True),
    ),
    max_size=60,
    # An article is one record; its versions are another test's.
    unique_by=lambda one: one.context.mention_id,
)


def sent(
    mentions: Sequence[Mention], partitions: int, chance: random.Random, *, crashes: bool = False
) -> list[str]:
    """Watch mentions that come through so many partitions of articles, read at any speed.

    A worker that crashes has the state of its last write, and reads again what was not released.
    """
    ordered = sorted(mentions, key=lambda one: (one.context.event_time, one.context.mention_id))  # type: ignore[union-attr]
    queues: list[list[Mention]] = [[] for _ in range(partitions)]
    for one in ordered:
        queues[chance.randrange(partitions)].append(one)
    finished = [float("-inf")] * partitions
    waiting: Reordering[Mention] = Reordering(max_held=10_000)
    state, written = new_state(), encode_state(new_state())
    log: list[Mention] = []
    rung: list[str] = []
    read_to = 0
    while any(queues) or read_to < len(log):
        open_queues = [n for n, queue in enumerate(queues) if queue]
        if open_queues and chance.random() < 0.7:
            n = chance.choice(open_queues)
            log.append(queues[n].pop(0))
            finished[n] = _ms(log[-1]) if queues[n] else float("inf")
            # Analysed twice, after a crash of analyse.
            if crashes and chance.random() < 0.1:
                log.append(log[-1])
            continue
        marks = WatermarkSnapshot(min(finished) - 1 if any(queues) else float("inf"), {0: len(log)})
        while read_to < len(log):
            one = log[read_to]
            waiting.add(0, read_to, _ms(one), one.context.mention_id, one)  # type: ignore[union-attr]
            read_to += 1
        waiting.mark(marks)
        for one in waiting.release(1_000):
            rung += [alert.alert_id for alert in watch(state, one, RULES, NOW).alerts]
            if crashes and chance.random() < 0.05:
                # Alerts are sent before the state is written: some ring again, under the same ids.
                state = decode_state(written)
                waiting, read_to = Reordering(max_held=10_000), 0
                break
            if chance.random() < 0.3:
                written = encode_state(state)
    return rung


def _ms(one: Mention) -> int:
    assert one.context is not None
    return round(one.context.event_time.timestamp() * 1000)


@few
@given(reports, st.integers(1, 4), st.integers(0, 2**32))
def test_partitions_and_their_speed_change_nothing(
    mentions: list[Mention], partitions: int, seed: int
) -> None:
    expected = sent(mentions, 1, random.Random(0))  # noqa: S311 - no secret
    got = sent(mentions, partitions, random.Random(seed))  # noqa: S311
    assert got == expected


@few
@given(reports, st.integers(1, 4), st.integers(0, 2**32))
def test_crashes_and_redelivery_add_no_alert_and_lose_none(
    mentions: list[Mention], partitions: int, seed: int
) -> None:
    expected = set(sent(mentions, 1, random.Random(0)))  # noqa: S311
    got = set(sent(mentions, partitions, random.Random(seed), crashes=True))  # noqa: S311
    assert got == expected


@few
@given(reports, st.integers(0, 60))
def test_the_state_is_the_same_after_the_changelog(mentions: list[Mention], at: int) -> None:
    straight, resumed = Desk().take(*mentions), Desk().take(*mentions[:at])
    state = decode_state(encode_state(resumed.state))
    resumed = Desk(state).take(*mentions[at:])
    assert encode_state(resumed.state) == encode_state(straight.state)
    assert [a.alert_id for a in resumed.alerts] == [
        a.alert_id for a in straight.alerts[-len(resumed.alerts) or len(straight.alerts) :]
    ]


def test_the_state_is_bounded_however_often_a_leader_is_named() -> None:
    chance = random.Random(5)  # noqa: S311
    long_name = "n" * 900
    desk = Desk()
    largest = 0
    for n in range(6_000):
        desk.take(
            mention(
                f"{n}{long_name}", n * 7 * MINUTE, family=f"F{chance.randrange(5_000)}{long_name}",
                told=words(str(n), 60), polarity=chance.uniform(-1, 1),
                companions=[f"Q{chance.randrange(10**6)}" for _ in range(3)],
            )
        )  # fmt: skip
        desk.alerts.clear()
        if n % 500 == 499:
            largest = max(largest, len(encode_state(desk.state)))
    assert 40_000 < largest < LARGEST_STATE_BYTES


def test_a_state_of_version_1_is_read_and_its_memory_holds() -> None:
    then_ms = round(START.timestamp() * 1000)
    old = msgspec.msgpack.encode(
        [1, {7: then_ms}, {"strong-sentiment/1/negative/x": then_ms}, {"Q7747": [then_ms]}]
    )
    desk = Desk(decode_state(old)).take(mention("new", DAY, companions=["Q7747"]))
    assert desk.reasons("encounter") == ["seen_recently"]


def test_a_state_of_a_version_that_is_not_known_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="has version 3"):
        decode_state(msgspec.msgpack.encode([3]))
    with pytest.raises(msgspec.ValidationError):
        decode_state(msgspec.msgpack.encode({"another": "form"}))
