"""What is known of feeds: kept together or not at all, bounded, and one process at a time."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from processors.contracts import Article
from processors.errors import MisconfigurationError
from streams.http_client.fetch import Validators
from streams.ingest.state import FeedState, FeedStates, open_states

A, B = "https://a.example/rss", "https://b.example/rss"


def article(identity: str, text: str = "First.") -> Article:
    return Article(article_id=identity, title="A title", text=text)


@pytest.fixture
def states() -> Iterator[FeedStates]:
    with open_states(None, "news.articles") as opened:
        yield opened


def seen(states: FeedStates, url: str, *articles: Article) -> list[bool]:
    look = states.look(url)
    known = [look.is_known(one) for one in articles]
    look.commit(states.load(url))
    return known


def test_an_entry_is_known_until_its_title_or_text_changes(states: FeedStates) -> None:
    assert seen(states, A, article("1"), article("2")) == [False, False]
    assert seen(states, A, article("1"), article("2", "Second.")) == [True, False]
    assert seen(states, A, article("2", "Second."), article("2")) == [True, False]


def test_an_entry_that_stands_twice_in_a_feed_is_known_the_second_time(states: FeedStates) -> None:
    assert seen(states, A, article("1"), article("1"), article("1", "x")) == [False, True, False]


def test_two_feeds_with_texts_of_their_own_do_not_take_turns(states: FeedStates) -> None:
    long, short = article("1", "The whole text."), article("1", "Short.")
    assert seen(states, A, long) == [False]
    assert seen(states, B, long) == [True]
    assert seen(states, B, short) == [False]
    for _ in range(2):
        assert seen(states, A, long) == [True]
        assert seen(states, B, short) == [True]


def test_a_look_that_is_not_kept_is_as_if_it_had_not_been(states: FeedStates) -> None:
    states.look(A).is_known(article("1"))
    assert seen(states, A, article("1")) == [False]


def test_what_a_feed_holds_is_remembered_and_of_the_rest_only_the_newest() -> None:
    with open_states(None, "t") as opened:
        states = FeedStates(opened._connection, kept_entries=2)  # noqa: SLF001 - its bound
        seen(states, A, *map(article, "12345"))
        assert seen(states, A, *map(article, "12345")) == [True] * 5
        seen(states, A, article("6"))
        seen(states, A, article("7"))
        assert seen(states, A, article("6")) == [True]
        assert [seen(states, A, article(one)) for one in "12345"].count([True]) < 3


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "feeds.db"
    state = FeedState(
        validators={A: Validators('"1"', "yesterday")},
        page_feed="https://a.example/real",
        parts=("https://a.example/1",),
        next_look=17.5,
        last_success=5.0,
    )
    with open_states(path, "t") as states:
        look = states.look(A)
        look.is_known(article("1"))
        look.commit(state)
    with open_states(path, "t") as states:
        kept = states.load(A)
        assert (kept.validators, kept.page_feed, kept.parts) == (
            state.validators,
            state.page_feed,
            state.parts,
        )
        assert (kept.next_look, kept.last_success) == (17.5, 5.0)
        assert seen(states, A, article("1")) == [True]


def test_two_processes_do_not_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "feeds.db"
    with (
        open_states(path, "t"),
        pytest.raises(MisconfigurationError, match="another `tocsin ingest` runs with it"),
        open_states(path, "t"),
    ):
        pass


def test_a_file_belongs_to_one_topic(tmp_path: Path) -> None:
    path = tmp_path / "feeds.db"
    with open_states(path, "news.articles"):
        pass
    with (
        pytest.raises(MisconfigurationError, match=r"sent to the topic news\.articles"),
        open_states(path, "other"),
    ):
        pass


def test_files_that_are_no_state_are_left_alone(tmp_path: Path) -> None:
    text, other = tmp_path / "feeds.csv", tmp_path / "other.db"
    text.write_text("url,name\n" * 100)
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()
    for path, said in (
        (text, "is not a state file"),
        (other, "not a state file of this version"),
        (tmp_path / "none" / "feeds.db", "in an existing, writable folder"),
    ):
        with pytest.raises(MisconfigurationError, match=said), open_states(path, "t"):
            pass
    assert text.read_text() == "url,name\n" * 100
