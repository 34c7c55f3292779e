"""Mentions counted in buckets of event time."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.page.leader_book import (
    BUCKETS,
    FUTURE_SECONDS,
    MAX_ARTICLES,
    SPANS_SECONDS,
    LeaderBook,
    MentionSeen,
    Ranking,
)

NOW = 1_800_000_000.0
DAY = SPANS_SECONDS.index(86_400)


def seen(
    leader: str = "Q1",
    article: str = "a",
    at: float = NOW,
    polarity: float | None = 0.5,
    revision: int = 1,
) -> MentionSeen:
    return MentionSeen(article, revision, leader, f"Name of {leader}", "FR", at, polarity)


def ranked(*mentions: MentionSeen) -> list[Ranking]:
    book = LeaderBook()
    for mention in mentions:
        book.take(mention, NOW)
    return book.rankings()


def test_leaders_are_ranked_by_mentions_and_then_by_name() -> None:
    day = ranked(seen("Q2", "a"), seen("Q1", "a"), seen("Q3", "a"), seen("Q3", "b"))[DAY]
    assert [(one.id, one.mentions) for one in day.leaders] == [("Q3", 2), ("Q1", 1), ("Q2", 1)]
    assert day.leaders_in_all == 3


def test_unknown_sentiment_is_counted_and_not_averaged_in() -> None:
    day = ranked(seen(article="a", polarity=-0.6), seen(article="b", polarity=None))[DAY]
    (leader,) = day.leaders
    assert (leader.mentions, leader.scored, leader.mean) == (2, 1, -0.6)
    assert ranked(seen(polarity=None))[DAY].leaders[0].mean is None


def test_buckets_lie_in_event_time_and_end_with_the_newest_mention() -> None:
    hour = 3_600
    day = ranked(
        seen(article="old", at=NOW - 30 * hour),
        seen(article="a", at=NOW - 23 * hour, polarity=-1.0),
        seen(article="b", at=NOW),
    )[DAY]
    (leader,) = day.leaders
    assert leader.mentions == 2
    assert leader.buckets[0] == (1, -1.0)
    assert leader.buckets[-1] == (1, 0.5)
    assert leader.buckets[1:-1] == [(0, None)] * (BUCKETS - 2)
    assert day.end == NOW


def test_a_window_that_was_not_seen_whole_says_from_when() -> None:
    hour, _, day = ranked(seen(article="a", at=NOW - 7_200), seen(article="b", at=NOW))
    assert day.counted_from == NOW - 7_200
    assert hour.counted_from == hour.start > NOW - 3_600


def test_a_timestamp_of_the_future_moves_no_window() -> None:
    book = LeaderBook()
    assert book.take(seen(), NOW)
    assert not book.take(seen(article="b", at=NOW + FUTURE_SECONDS + 1), NOW)
    assert book.rankings()[DAY].end == NOW


def test_an_article_counts_once_as_its_newest_version() -> None:
    book = LeaderBook()
    assert book.take(seen(polarity=-0.5), NOW)
    assert not book.take(seen(polarity=-0.5), NOW)
    assert book.take(seen(polarity=0.9, revision=2), NOW)
    assert not book.take(seen(polarity=-0.5), NOW)
    (leader,) = book.rankings()[DAY].leaders
    assert (leader.mentions, leader.mean) == (1, 0.9)


def test_a_withdrawn_article_counts_no_more_and_does_not_come_back_by_repetition() -> None:
    book = LeaderBook()
    book.take(seen(), NOW)
    book.take(seen("Q2", "b"), NOW)
    assert book.withdraw("a")
    assert not book.withdraw("never seen")
    assert not book.take(seen(), NOW)
    assert [one.id for one in book.rankings()[DAY].leaders] == ["Q2"]


MENTIONS = st.builds(
    seen,
    st.sampled_from(["Q1", "Q2"]),
    st.sampled_from(["a", "b", "c"]),
    st.integers(-100_000, 0).map(lambda seconds: NOW + seconds),
    st.none() | st.integers(-10, 10).map(lambda tenths: tenths / 10),
    st.integers(1, 3),
)


@given(st.lists(MENTIONS | st.sampled_from(["a", "b", "c"]), max_size=40))
def test_the_counts_are_those_of_what_stands(steps: Sequence[MentionSeen | str]) -> None:
    book = LeaderBook()
    standing: dict[tuple[str, str], tuple[int, MentionSeen | None]] = {}
    newest = 0.0
    for step in steps:
        if isinstance(step, str):
            book.withdraw(step)
            for key, (revision, _) in standing.items():
                if key[0] == step:
                    standing[key] = (revision, None)
            continue
        book.take(step, NOW)
        key = (step.article_id, step.leader_id)
        if standing.get(key, (0, None))[0] < step.revision:
            standing[key] = (step.revision, step)
            newest = max(newest, step.at)
    for ranking in book.rankings():
        width = ranking.seconds // BUCKETS
        first = int(newest // width) - BUCKETS + 1
        counted = [m for _, m in standing.values() if m is not None and m.at // width >= first]
        assert ranking.leaders_in_all == len({m.leader_id for m in counted})
        for leader in ranking.leaders:
            own = [m for m in counted if m.leader_id == leader.id]
            polarities = [m.polarity for m in own if m.polarity is not None]
            assert (leader.mentions, leader.scored) == (len(own), len(polarities))
            expected = (
                pytest.approx(sum(polarities) / len(polarities), abs=1e-3) if polarities else None
            )
            assert leader.mean == expected
            assert sum(count for count, _ in leader.buckets) == len(own)


def test_memory_is_bounded_whoever_is_written_about() -> None:
    book = LeaderBook()
    for number in range(MAX_ARTICLES + 500):
        book.take(seen(f"Q{number}", f"a{number}", NOW + number), NOW + number)
    assert len(book._articles) == MAX_ARTICLES  # noqa: SLF001 - what is bounded is not shown
    assert len(book._leaders) <= 5_000  # noqa: SLF001
    assert len(book.countries) <= 5_000
