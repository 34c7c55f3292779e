"""The port of TextBlob's tokenizer gives its tokens."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textblob import _text

from processors.sentiment.textblob import chunks

_characters = st.sampled_from(
    [*list(".,;:!?()[]{}'\"“”‘’-=8XxDPpobcsS3<>/\\*^_°♥AaMr"), "n't", "..."]
)
_stretches = st.one_of(
    st.lists(_characters, min_size=1, max_size=10).map("".join),
    st.text(min_size=1).map(lambda text: "".join(text.split())).filter(bool),
)


@settings(max_examples=1000)
@given(stretch=_stretches)
def test_tokens_are_textblobs(stretch: str) -> None:
    expected = " ".join(_text.find_tokens(stretch)).split()
    assert chunks.glue(chunks.tokens(stretch)) == expected


@pytest.mark.parametrize(
    ("stretch", "tokens"),
    [
        ("(2018).", ["(", "2018", ")", "."]),
        ("don't", ["do", "n", "'", "t"]),
        ("Mr.", ["Mr."]),
        ("U.S.,", ["U.S.", ","]),
        ("good...", ["good", "..."]),
        ("wait......", ["wait", "..."]),
        ("a—b", ["a—b"]),
    ],
)
def test_tokens_of_a_stretch(stretch: str, tokens: list[str]) -> None:
    assert chunks.tokens(stretch) == tokens


@settings(max_examples=500)
@given(core=_stretches)
def test_plain_words_are_all_the_words_there_are(core: str) -> None:
    words = chunks.plain_words(core)
    if words:
        assert [token for token in chunks.tokens(core) if token not in ("'", "’")] == words


@given(word=st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=8))
def test_a_full_stop_is_split_off_where_textblob_splits_it(word: str) -> None:
    if chunks.is_full_stop(word + "."):
        assert chunks.tokens(word + ".") == [word, "."]
