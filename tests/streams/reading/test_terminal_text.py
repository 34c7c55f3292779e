"""What never reaches a terminal, whatever an article holds."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.reading.terminal_text import folded, visible, visible_json, visible_lines

ANYTHING = st.text(st.characters(exclude_categories=()))
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def obeyed(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"} or character in BIDI


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;owned\x07 \x1b[31mred", "]0;owned [31mred"),
        ("\x9b31m", "31m"),
        ("a\r\nb\tc\u2028d", "a b c d"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("a\x00b\x7fc\ufeffd\U000e0041e", "abcde"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("[bold]不变[/bold] :smile:", "[bold]不变[/bold] :smile:"),
    ],
)
def test_a_text_becomes_one_line_without_what_a_terminal_obeys(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(ANYTHING)
def test_nothing_that_is_obeyed_is_ever_left(text: str) -> None:
    assert not any(map(obeyed, visible(text)))
    assert not any(obeyed(c) for c in visible_lines(text) if c not in "\n\t")
    visible_lines(text).encode()


def test_lines_stay_and_what_is_unsafe_is_named() -> None:
    assert visible_lines("a\r\n\tb\x1b\u202e") == "a\n\tb<U+001B><U+202E>"


@given(st.recursive(st.text() | st.integers(), st.lists, max_leaves=5))
def test_a_json_document_stays_the_same_document(value: object) -> None:
    document = json.dumps(value, ensure_ascii=False)
    shown = visible_json(document)
    assert json.loads(shown) == value
    assert not any(map(obeyed, shown))


def test_a_character_beyond_16_bits_is_escaped_as_a_pair() -> None:
    assert visible_json('"\U000e0041"') == '"\\udb40\\udc41"'


def test_case_and_accents_do_not_matter_in_what_a_person_types() -> None:
    assert folded("ERDOĞAN") == folded("Erdog\u0306an") == "erdogan"
