"""What is shown of scored words: few, strong, and none that means nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.shown_words import MAX_SHOWN, shown_words

WEIGHTS = st.floats(-1.0, 1.0, allow_nan=False)


@pytest.mark.parametrize(
    "word",
    [
        "the",
        "by",
        "president",
        "prime minister",
        "friday",
        "left",
        "outside",
        "said",
        "of the",
        "48",
        "unless",
        "nothing",
        "either",
        "apparently",
        "don't",
        "thurs",
        "pres",
        "sheikh",
        "chairwoman of",
        "ambassador",
    ],
)
@pytest.mark.parametrize("weight", [-0.9, 0.9])
def test_words_without_meaning_are_never_shown(word: str, weight: float) -> None:
    assert shown_words([(word, weight)]) == []


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ([("tunnel", -0.26)], []),
        ([("massacre", -0.26)], ["massacre"]),
        ([("massacre", 0.26)], []),
        ([("tunnel", -0.5)], ["tunnel"]),
        ([("not corrupt", -0.3)], ["not corrupt"]),
        ([("massacre", -0.9), ("fraud", -0.2)], ["massacre"]),
        ([("massacre", -0.6), ("the", -0.5), ("fraud", -0.4)], ["massacre", "fraud"]),
    ],
)
def test_what_is_strong_or_known_is_shown(words: list[tuple[str, float]], shown: list[str]) -> None:
    assert [word for word, _ in shown_words(words)] == shown


@given(st.lists(st.tuples(st.sampled_from(["fraud", "hero", "the", "zebra", "", " "]), WEIGHTS)))
def test_few_are_shown_as_they_are_and_in_order(words: list[tuple[str, float]]) -> None:
    shown = shown_words(words)
    assert len(shown) <= MAX_SHOWN
    remaining = iter(words)
    assert all(word in remaining for word in shown)
