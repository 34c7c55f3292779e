"""Where words stand to a leader: near and far, beyond a turn, reported."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.sentiment.news import places as at
from processors.sentiment.news.codes import FILLER
from processors.sentiment.news.places import Chunks, in_title_case, join, negated, places

CHUNKS = Chunks()


def words_of(marked: str, *, cased: bool = True) -> list[str]:
    """The words of a sentence in which `@` is the leader."""
    return join([CHUNKS.words(part) for part in marked.split("@")], cased=cased)


def reported(marked: str) -> list[str]:
    words = words_of(marked)
    return [word for word, place in zip(words, places(words), strict=True) if place == at.REPORTED]


def test_names_and_numbers_are_no_words() -> None:
    assert words_of("Angela Merkel met @ in 2015, he said.") == (
        ["angela", "^", "met", "@", "in", "#", ",", "he", "said", "."]
    )
    assert words_of(f"then {FILLER * 4}’s @ left") == ["then", "^", "@", "left"]
    assert words_of("Dozens Killed As @ Speaks", cased=False)[:3] == ["dozens", "killed", "as"]


@pytest.mark.parametrize(
    ("headline", "title"),
    [("Dozens Killed in Attack on Market", True), ("Dozens killed in attack on market", False)],
)
def test_title_case_is_told(headline: str, title: bool) -> None:  # noqa: FBT001 - a table's column
    assert in_title_case([CHUNKS.words(headline)]) is title


def test_places_count_words_from_the_leader() -> None:
    words = ["w"] * 10 + ["@"] + ["w"] * 10
    assert places(words) == [0, 0, 1, 1, 1, 1, 1, 2, 2, 3, -1, 4, 5, 5, 6, 6, 6, 6, 6, 7, 7]


def test_words_between_two_places_go_to_the_nearer() -> None:
    assert places(["@", "w", "w", "w", "@"]) == [-1, 4, 5, 3, -1]
    assert places(["w"] * 3) == [-1] * 3


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("@ said the plan failed.", "the plan failed ."),
        ("@ has strongly condemned the attack.", "condemned the attack ."),
        ("@, who is ill, called it a shame", "it a shame"),
        ("@ praised the deal", "the deal"),
        ("“Shame,” @ said.", '" shame , " .'),
        ("It failed, @ said.", "it failed , ."),
        ("“Shame,” said @.", '" shame , "'),
        ("“Shame,” @ told the crowd.", '" shame , " the crowd .'),
        ("Critics say @ failed.", ""),
        ("@ was condemned by critics", ""),
        ("@ did not condemn it", ""),
        ("@ failed, critics say.", ""),
    ],
)
def test_what_a_leader_says_is_reported(marked: str, expected: str) -> None:
    assert " ".join(reported(marked)) == expected


def test_beyond_a_turn_with_a_name_of_its_own() -> None:
    words = words_of("@ was praised but Putin was condemned")
    assert places(words)[-2:] == [at.BEYOND_AFTER] * 2
    words = words_of("@ was praised but then condemned")
    assert at.BEYOND_AFTER not in places(words)


def test_negation_reaches_four_words_and_no_sign() -> None:
    assert negated(["it", "is", "not", "a", "very", "good", "big", "red", "plan"]) == (
        [False] * 3 + [True] * 4 + [False] * 2
    )
    assert negated(["no", ",", "good"]) == [False] * 3


@given(st.lists(st.sampled_from(["@", "^", "said", '"', ",", "but", "not", "w", "."])))
def test_every_word_has_a_place_and_leaders_have_none(words: list[str]) -> None:
    found = places(words)
    assert len(found) == len(words) == len(negated(words))
    if "@" in words:
        for word, place in zip(words, found, strict=True):
            assert (place == at.AT_LEADER) == (word == "@")
            assert place < at.PLACES


def test_long_stretches_are_not_remembered() -> None:
    chunks = Chunks()
    chunks.words("x" * 41 + " " + "y" * 40)
    assert set(chunks) == {"y" * 40}


@pytest.mark.parametrize("word", ["'peace'", "\u2018peace\u2019", "'peace',"])
def test_a_word_in_single_quotation_marks_says_nothing(word: str) -> None:
    assert Chunks().words(f"a {word} plan") == ["a", "#", "plan"]
    assert Chunks().words("a peace plan") == ["a", "peace", "plan"]
