"""The target is marked, and length is bounded around it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.sentiment.minilm.inputs import (
    MOST_PIECES,
    MOST_TARGET_PIECES,
    SPECIAL_PIECES,
    Encoded,
    encode,
)
from processors.sentiment.minilm.wordpiece import WordPiece

PIECES = WordPiece([*SPECIAL_PIECES, *"abcdefghijklmnopqrstuvwxyz.", "xi", "said", "war"])
NAMES = list(PIECES.ids)


def spelt(encoded: Encoded) -> list[str]:
    return [NAMES[piece] for piece in encoded.ids]


def test_the_target_stands_between_its_marks() -> None:
    encoded = encode("War, Xi said.", 5, 7, PIECES)
    assert spelt(encoded) == [
        *["[CLS]", "war", "[UNK]", "[unused1]", "xi", "[unused2]", "said", ".", "[SEP]"]
    ]
    assert encoded.ids[encoded.target_start : encoded.target_end] == (PIECES.ids["xi"],)


def test_of_a_long_sentence_what_is_near_the_target_is_read() -> None:
    text = "a " * 500 + "xi " + "b " * 500
    encoded = encode(text, 1_000, 1_002, PIECES)
    assert len(encoded.ids) == MOST_PIECES
    found = spelt(encoded)
    assert abs(found.count("a") - found.count("b")) <= 1
    assert found[encoded.target_start] == "xi"


@pytest.mark.parametrize(("at", "side"), [(0, "b"), (1_000, "a")], ids=["opens", "closes"])
def test_what_one_side_does_not_need_the_other_takes(at: int, side: str) -> None:
    text = "xi " + "b " * 500 if side == "b" else "a " * 500 + "xi"
    encoded = encode(text, at, at + 2, PIECES)
    assert len(encoded.ids) == MOST_PIECES
    assert spelt(encoded).count(side) == MOST_PIECES - 5


def test_a_long_target_is_cut() -> None:
    encoded = encode("xi " * 200, 0, 600, PIECES)
    assert encoded.target_end - encoded.target_start == MOST_TARGET_PIECES


@settings(max_examples=300)
@given(st.text(), st.integers(-5, 60), st.integers(-5, 60))
def test_any_text_and_any_offsets_are_read(text: str, start: int, end: int) -> None:
    encoded = encode(text, start, end, PIECES)
    assert 4 <= len(encoded.ids) <= MOST_PIECES
    assert 2 <= encoded.target_start <= encoded.target_end <= len(encoded.ids) - 2
    assert NAMES[encoded.ids[encoded.target_start - 1]] == "[unused1]"
    assert NAMES[encoded.ids[encoded.target_end]] == "[unused2]"
