"""Folds text for matching: accents, typographic quotes, hyphens and odd spaces become plain ones.

Owns the mapping between a folded text and the original's offsets. Must not know any name. Every
single character folds to a single character, so offsets stay as they are; only runs of white space,
combining accents and invisible characters shorten a text, and then a map of offsets is kept.
Normal forms are Unicode's own (NFD and NFC).
"""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

# Quotes, hyphens, spaces, and letters that Unicode does not take apart into a letter and an accent.
_PLAIN = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc`\u00b4\uff07", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d", "-"),
    **dict.fromkeys("\u00a0\u1680\u202f\u205f\u3000\u2028\u2029\u0085", " "),
    **dict.fromkeys(map(chr, range(0x2000, 0x200B)), " "),
    "\u00f8": "o", "\u00d8": "O", "\u0142": "l", "\u0141": "L", "\u0111": "d", "\u0110": "D",
    "\u0131": "i", "\u00e6": "a", "\u00c6": "A", "\u0153": "o", "\u0152": "O", "\u00df": "s",
    "\u00f0": "d", "\u00fe": "t", "\u0127": "h", "\u0167": "t", "\u0259": "a", "\u018f": "A",
    "\u02bb": "'",
}  # fmt: skip

_ASCII_BYTES = bytes(range(128))
_FEW_CHARACTERS = 24
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
# What shortens a text: runs of white space that are no plain paragraph break, combining accents,
# soft hyphens, zero-width characters and direction marks.
_INVISIBLE = "\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
_SHORTENED = re.compile(rf"[ \t\r\n\f\v]{{2,}}|[\t\r\f\v]|[{_INVISIBLE}]+")
_ANY_INVISIBLE = re.compile(f"[{_INVISIBLE}]")
_STAND_IN = "\x00"
_ODD_SPACES = ("  ", " \n", "\n ", "\t", "\r", "\f", "\v", "\n\n\n")


@lru_cache(maxsize=4096)
def _fold_one(character: str) -> str:
    return _PLAIN.get(character) or _base_letter(character)


def _fold_match(match: re.Match[str]) -> str:
    return _fold_one(match[0])


def _base_letter(character: str) -> str:
    base = unicodedata.normalize("NFD", character)[0]
    # A letter keeps its place in the text only if it stays one character of the same kind.
    return base if base.isascii() and base.isalpha() else character


def fold_characters(text: str) -> str:
    """Fold character by character; the result is exactly as long as `text`."""
    if text.isascii():
        return text
    # Bytes are three times as fast here as a set of the text's characters.
    foreign = text.encode("utf-8", "surrogatepass").translate(None, _ASCII_BYTES)
    distinct = set(foreign.decode("utf-8", "surrogatepass"))
    if len(distinct) > _FEW_CHARACTERS:
        return _NOT_ASCII.sub(_fold_match, text)
    # A news text has a handful of them: a replacement each costs less than a search through it all.
    for character in distinct:
        text = text.replace(character, _fold_one(character))
    return text


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and the way back to the original's offsets."""

    text: str
    _starts: tuple[int, ...] = ()
    _removed: tuple[int, ...] = ()

    def original(self, offset: int) -> int:
        """The original's offset of a character of the folded text."""
        if not self._starts:
            return offset
        place = bisect_right(self._starts, offset)
        return offset + (self._removed[place - 1] if place else 0)


def _blank(run: str) -> str:
    if not run.isspace():
        return ""
    # A blank line ends a paragraph: no name reaches across it.
    return "\n\n" if run.count("\n") > 1 else " "


def _needs_shortening(text: str) -> bool:
    for space in _ODD_SPACES:
        if space in text:
            return True
    return not text.isascii() and _ANY_INVISIBLE.search(text) is not None


def _join_lines(text: str) -> str:
    """Make single line breaks spaces; a blank line stays, for no name reaches across it."""
    if "\n" not in text:
        return text
    if _STAND_IN in text:
        return "\n\n".join(part.replace("\n", " ") for part in text.split("\n\n"))
    # Three replacements cost a quarter of parting the text.
    return text.replace("\n\n", _STAND_IN).replace("\n", " ").replace(_STAND_IN, "\n\n")


def fold(text: str) -> Folded:
    """Fold `text` for matching, white space and invisible characters included.

    In the result a paragraph ends with two line feeds; there is no other line feed.
    """
    plain = fold_characters(text)
    if not _needs_shortening(plain):
        return Folded(_join_lines(plain))
    pieces: list[str] = []
    starts: list[int] = []
    removed: list[int] = []
    at = 0
    length = 0
    gone = 0
    for match in _SHORTENED.finditer(plain):
        begin, end = match.span()
        blank = _blank(match[0])
        pieces += (plain[at:begin], blank)
        length += begin - at + len(blank)
        at = end
        if end - begin != len(blank):
            gone += end - begin - len(blank)
            starts.append(length)
            removed.append(gone)
    pieces.append(plain[at:])
    return Folded(_join_lines("".join(pieces)), tuple(starts), tuple(removed))
