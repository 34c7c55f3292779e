"""Masking, and token codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.contracts import Span
from processors.sentiment.news import codes
from processors.sentiment.news.codes import FILLER, Coder, mask


def span(start: int, end: int) -> Span:
    return Span(field="text", start=start, end=end, text="", kind="name")


def test_a_mask_keeps_offsets() -> None:
    assert mask("Xi met Putin.", [span(7, 12), span(0, 2)]) == f"{FILLER * 2} met {FILLER * 5}."


def test_overlapping_and_outlying_spans_are_masked_once() -> None:
    assert mask("abcdef", [span(1, 3), span(2, 4), span(5, 99)]) == f"a{FILLER * 3}e{FILLER}"


@given(st.text(), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40))))
def test_a_masked_text_is_as_long_as_the_text(text: str, places: list[tuple[int, int]]) -> None:
    assert len(mask(text, [span(start, end) for start, end in places])) == len(text)


def test_each_token_has_one_code() -> None:
    coder = Coder(["war", "war crimes"])
    war = coder.of(["war"])
    crimes = coder.of(["crimes"])
    assert coder.encode("war crimes, tables Chairs (war’s).") == f"{war}{crimes},uU-{war}-."
    assert coder.encode(f"{FILLER * 4}’s chair") == "Nu"


def test_contractions_negate_and_prefixed_words_stay_whole() -> None:
    coder = Coder(["war"])
    assert coder.encode("isn't isn’t") == coder.of(["n't"]) * 2
    assert coder.encode("anti-war") == "u"
    assert coder.encode("war-torn") == coder.of(["war"]) + "u"


def test_long_stretches_are_not_remembered() -> None:
    coder = Coder(["war"])
    coder.encode("x" * 41 + " " + "y" * 40)
    assert set(coder) == {"y" * 40}


def test_the_memo_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "_MOST_MEMO_CHUNKS", 3)
    coder = Coder(["war"])
    assert coder.encode("war a b c d war") == coder.of(["war"]) + coder.encode("a b c d war")
    assert len(coder) <= 3
