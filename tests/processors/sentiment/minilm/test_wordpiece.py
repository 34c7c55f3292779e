"""WordPiece splits as the library does, and takes any text."""

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordPiece as LibraryWordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from processors.sentiment.minilm.wordpiece import LONGEST_WORD_CHARACTERS, WordPiece, words

UNKNOWN = "[UNK]"
PIECES = [
    UNKNOWN,
    *"abcdefghijklmnopqrstuvwxyz0123456789.,;:!?'\"-()$%“”’–—…",
    *(f"##{character}" for character in "abcdefghijklmnopqrstuvwxyz0123456789"),
    *["un", "##aff", "##able", "the", "president", "##s", "war", "##rant", "é", "##ing", "中"],
]


def library(pieces: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(
        LibraryWordPiece(
            {piece: index for index, piece in enumerate(pieces)},
            unk_token=UNKNOWN,
            max_input_chars_per_word=LONGEST_WORD_CHARACTERS,
        )
    )
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer


LIBRARY = library(PIECES)
OURS = WordPiece(PIECES)

# The library's tables of characters are of an older Unicode; old scripts are the same in both.
_characters = st.characters(
    max_codepoint=0x2FFF, exclude_categories=("Cs", "Cn", "Mn", "Mc", "Me", "Co")
).filter(lambda character: unicodedata.ucd_3_2_0.category(character) != "Cn")
_news = st.sampled_from(["The President's", "unaffable", "warrants", "U.S.", "“War,”", "3.5%", " "])
_texts = st.one_of(st.text(_characters), st.lists(_news).map(" ".join))


@settings(max_examples=1_000)
@given(_texts)
def test_any_text_is_split_as_the_library_splits_it(text: str) -> None:
    assert OURS.encode(text) == LIBRARY.encode(text, add_special_tokens=False).ids


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Unaffable", ["un", "##aff", "##able"]),
        ("Président’s", ["president", "’", "s"]),
        ("war\u200b\x00rant", ["war", "##rant"]),
        ("a\tb\u3000c", ["a", "b", "c"]),
        ("中the", ["中", "the"]),
        ("war☃rant", ["[UNK]"]),
        ("İ", ["i"]),
        ("", []),
        (" \n\u2028", []),
        ("w" * 101, ["[UNK]"]),
    ],
)
def test_pieces(text: str, expected: list[str]) -> None:
    found = OURS.encode(text)
    assert [PIECES[piece] for piece in found] == expected
    assert found == LIBRARY.encode(text, add_special_tokens=False).ids


def test_what_was_read_before_changes_nothing() -> None:
    fresh = WordPiece(PIECES)
    texts = ["unaffable warrants", "warrants unaffable", "war rant"]
    first = [fresh.encode(text) for text in texts]
    assert [fresh.encode(text) for text in reversed(texts)] == first[::-1]


@settings(max_examples=300)
@given(st.text(st.characters(exclude_categories=())))
def test_no_text_is_refused(text: str) -> None:
    assert all(0 <= piece < len(PIECES) for piece in OURS.encode(text))
    assert all(words(text))


@pytest.mark.parametrize("text", ["x" * 1_000_000, "war " * 250_000, "." * 1_000_000, "\ud800" * 9])
def test_a_megabyte_takes_linear_time(text: str) -> None:
    begun = time.process_time()
    OURS.encode(text)
    assert time.process_time() - begun < 5.0
