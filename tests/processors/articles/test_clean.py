"""What clean text is."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.articles import clean
from processors.articles.clean import clean_line, clean_text

EVERY_SIGN = [chr(code) for code in range(sys.maxunicode + 1)]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("", ""),
        ("  a  b\t c ", "a b c"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a \n \n\n\n b", "a\n\nb"),
        ("Xi\u00a0Jinping", "Xi Jinping"),
        ("Pu\u00adtin \u200band\ufeff", "Putin and"),
        ("Erdog\u0306an", "Erdo\u011fan"),
        ("Putin\x92s \x93aim\x94", "Putin’s “aim”"),
        ("a\x00b\x1fc\x7fd\x81e", "a b c d e"),
        ("\ud83d and \udc00", "\ufffd and \ufffd"),
        ("\U0001f469\u200d\U0001f4bb", "\U0001f469\u200d\U0001f4bb"),
        ("习近平 и Путин", "习近平 и Путин"),
    ],
)
def test_text_is_cleaned(raw: str, expected: str) -> None:
    assert clean_text(raw) == expected


def test_a_line_has_no_line_ends() -> None:
    assert clean_line("Xi\nand\n\nPutin") == "Xi and Putin"


def test_long_runs_of_combining_marks_are_cut_at_thirty() -> None:
    assert clean_text("x" + "\u0316" * 100 + "y") == "x" + "\u0316" * 30 + "y"


def test_long_runs_of_other_signs_are_kept() -> None:
    assert clean_text("\U0001f525" * 100) == "\U0001f525" * 100


def test_signs_that_pass_unlooked_at_need_no_cleaning() -> None:
    for sign in EVERY_SIGN:
        if not clean._UNUSUAL.search(sign):  # noqa: SLF001 - its claim is tested for all Unicode
            assert sign == "\n" or sign.isprintable(), hex(ord(sign))
            assert not unicodedata.combining(sign), hex(ord(sign))
            # With a mark that composes with most letters after it, NFC may only change that pair.
            assert unicodedata.is_normalized("NFC", f"e{sign}e"), hex(ord(sign))


def test_every_combining_mark_may_be_part_of_a_run() -> None:
    for sign in EVERY_SIGN:
        parts = unicodedata.normalize("NFD", sign)
        if unicodedata.combining(parts[0]):
            assert clean._MARK_RUN.fullmatch(sign * 31), hex(ord(sign))  # noqa: SLF001 - as above
            is_mark = unicodedata.combining(sign) or sign in clean._MARKS_IN_DISGUISE  # noqa: SLF001
            assert is_mark, hex(ord(sign))


@given(st.text(st.characters(exclude_categories=[])))
def test_clean_text_is_nfc_encodable_and_stays_as_it_is(text: str) -> None:
    cleaned = clean_text(text)
    cleaned.encode()
    assert unicodedata.is_normalized("NFC", cleaned)
    assert clean_text(cleaned) == cleaned
    assert "\x00" not in cleaned
    assert "\r" not in cleaned
