"""Cleans text, so that it can be read, compared and encoded again.

Every text that leaves `decode` is clean: offsets in mentions and evidence count the code points of
the cleaned text.

The form is Unicode NFC (registry and lexicon are NFC: "Erdoğan" must match however it was typed).
Lone surrogates become U+FFFD. Characters U+0080-U+009F are read as Windows-1252, as browsers do,
because they are nearly always misread quotes and dashes. Other controls, tabs and every kind of
space become one plain space, every line end becomes a newline, and invisible joints within words
(soft hyphen, zero-width space, byte order mark) are removed. Runs of combining marks are cut at 30,
the bound of the Stream-Safe Text Format (UAX 15): sorting longer runs makes normalising quadratic.
"""

import re
import unicodedata
from functools import cache
from typing import Final

_MARKS_IN_A_ROW: Final = 30
_REPLACEMENT: Final = "\ufffd"

# What is not in here needs nothing done: Latin letters and the punctuation of print, each of them
# printable and the same in NFC beside any other of them (tested).
_UNUSUAL: Final = re.compile(
    r"[^\n\x20-\x7e\xa1-\xac\xae-\u02ff\u2010-\u2027\u2030-\u205e\u20a0-\u20c0\u2122]"
)
# Anything in here may be a combining mark, and every combining mark is in here (tested). The class
# stands twice because the engine skips fast only to a pattern's first single class.
_MARK_RUN: Final = re.compile(r"[^\x00-\u02ff\w\s][^\x00-\u02ff\w\s]{30,}")
# Three signs that count as starters, yet come apart into marks.
_MARKS_IN_DISGUISE: Final = frozenset("\u0f73\u0f75\u0f81")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_SPACES: Final = re.compile(r" {2,}")
_NEWLINES: Final = re.compile(r"\n{3,}")


def clean_text(text: str) -> str:
    """Clean a text of several paragraphs: one newline ends a line, two end a paragraph.

    Returns NFC without controls, without runs of spaces and without spaces at either end of a
    line; always encodable as UTF-8. Linear in the length of the text.
    """
    # One scan clears nearly every article in a Latin script; the rest costs three times as much.
    if _UNUSUAL.search(text):
        text = _SURROGATE.sub(_REPLACEMENT, text.replace("\r\n", "\n")).translate(_replacements())
        text = unicodedata.normalize("NFC", _MARK_RUN.sub(_cut_marks, text))
    if "  " in text:
        text = _SPACES.sub(" ", text)
    text = text.replace(" \n", "\n").replace("\n ", "\n")
    if "\n\n\n" in text:
        text = _NEWLINES.sub("\n\n", text)
    return text.strip()


def clean_line(text: str) -> str:
    """Clean a text of one line, such as a headline: as `clean_text`, with spaces for newlines."""
    text = clean_text(text)
    return " ".join(text.split("\n")).replace("  ", " ") if "\n" in text else text


@cache
def _replacements() -> dict[int, str]:
    table: dict[int, str] = dict.fromkeys((*range(0x20), 0x7F), " ")
    table |= dict.fromkeys((0x0A, 0x0D, 0x85, 0x2028, 0x2029), "\n")
    for code in range(0x80, 0xA0):
        if code != 0x85:  # noqa: PLR2004 - U+0085 is a line end in Unicode, done above
            table[code] = bytes([code]).decode("cp1252", "replace").replace(_REPLACEMENT, " ")
    table |= dict.fromkeys((0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " ")
    table |= dict.fromkeys((0xAD, 0x200B, 0x2060, 0xFEFF), "")
    return table


def _cut_marks(run: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for sign in run.group():
        is_mark = unicodedata.combining(sign) or sign in _MARKS_IN_DISGUISE
        marks = marks + 1 if is_mark else 0
        if marks <= _MARKS_IN_A_ROW:
            kept.append(sign)
    return "".join(kept)
