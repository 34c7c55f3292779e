"""The target is hidden and marked, and length is bounded around it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.sentiment.minilm.inputs import MAX_PIECES, SPECIAL_PIECES, STAND_IN, Encoded, encode
from processors.sentiment.minilm.wordpiece import WordPiece

PIECES = WordPiece(
    [*SPECIAL_PIECES, STAND_IN, *"abcdefghijklmnopqrstuvwxyz.", "xi", "said", "war", "him"]
)
NAMES = list(PIECES.ids)


def spelt(encoded: Encoded) -> str:
    return " ".join(NAMES[piece] for piece in encoded.ids)


def test_the_target_is_hidden_between_its_marks() -> None:
    encoded = encode("War. Xi said.", [(5, 7)], PIECES)
    assert spelt(encoded) == "[CLS] war . [unused1] he [unused2] said . [SEP]"
    assert encoded.ids[encoded.target_start : encoded.target_end] == (PIECES.ids["he"],)


def test_no_mention_tells_who_is_meant() -> None:
    short = encode("Xi said. War. Xi said.", [(0, 2), (14, 16)], PIECES)
    other = encode("Emmanuel Macron said. War. Macron said.", [(0, 15), (27, 33)], PIECES)
    assert short == other
    assert spelt(short).count("he") == 2


def test_a_mention_before_the_one_that_is_asked_about_is_hidden_too() -> None:
    encoded = encode("Xi said. Xi said.", [(9, 11), (0, 2)], PIECES)
    assert spelt(encoded).startswith("[CLS] he said . [unused1] he")


def test_a_pronoun_is_no_name() -> None:
    assert "[unused1] him [unused2]" in spelt(encode("Him.", [(0, 3)], PIECES))


def test_the_edges_can_be_another_models() -> None:
    encoded = encode("Xi said.", [(0, 2)], PIECES, ("a", "z"))
    assert spelt(encoded) == "a [unused1] he [unused2] said . z"


def test_of_a_long_sentence_what_is_near_the_target_is_read() -> None:
    text = "a " * 500 + "xi " + "b " * 500
    encoded = encode(text, [(1_000, 1_002)], PIECES)
    assert len(encoded.ids) == MAX_PIECES
    found = spelt(encoded).split()
    assert abs(found.count("a") - found.count("b")) <= 1
    assert found[encoded.target_start] == "he"


@pytest.mark.parametrize(("at", "side"), [(0, "b"), (1_000, "a")], ids=["opens", "closes"])
def test_what_one_side_does_not_need_the_other_takes(at: int, side: str) -> None:
    text = "xi " + "b " * 500 if side == "b" else "a " * 500 + "xi"
    encoded = encode(text, [(at, at + 2)], PIECES)
    assert len(encoded.ids) == MAX_PIECES
    assert spelt(encoded).split().count(side) == MAX_PIECES - 5


@settings(max_examples=300)
@given(
    st.text(), st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60)), min_size=1, max_size=4)
)
def test_any_text_and_any_offsets_are_read(text: str, mentions: list[tuple[int, int]]) -> None:
    encoded = encode(text, mentions, PIECES)
    assert 5 <= len(encoded.ids) <= MAX_PIECES
    assert 2 <= encoded.target_start <= encoded.target_end <= len(encoded.ids) - 2
    assert NAMES[encoded.ids[encoded.target_start - 1]] == "[unused1]"
    assert NAMES[encoded.ids[encoded.target_end]] == "[unused2]"
