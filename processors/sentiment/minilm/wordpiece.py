"""BERT's uncased WordPiece: words to piece ids.

Owns normalisation and the greedy longest-match split, as in Devlin et al. 2018 and the library
`tokenizers` (the tests hold it equal to that library). Must not know what the pieces are read for.
Kept here because it is 60 lines, and the library is a second compiled dependency.
"""

import unicodedata
from collections.abc import Mapping, Sequence

LONGEST_WORD_CHARACTERS = 100
"""A longer word is one unknown piece: keeps a hostile word linear."""

_MOST_MEMO_WORDS = 50_000
_LONGEST_MEMO_CHARACTERS = 24
_CJK = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


class WordPiece:
    """Splits text by one vocabulary; a bounded memo, no other state."""

    def __init__(self, pieces: Sequence[str], unknown: str = "[UNK]") -> None:
        self.ids: Mapping[str, int] = {piece: index for index, piece in enumerate(pieces)}
        self._unknown = (self.ids[unknown],)
        self._longest = max(map(len, pieces))
        self._memo: dict[str, tuple[int, ...]] = {}

    def encode(self, text: str) -> list[int]:
        """The ids of the pieces of any Unicode text, in order; empty for white space."""
        memo = self._memo
        found: list[int] = []
        for word in words(text):
            ids = memo.get(word)
            found += self._learn(word) if ids is None else ids
        return found

    def _learn(self, word: str) -> tuple[int, ...]:
        ids = self._split(word)
        if len(word) <= _LONGEST_MEMO_CHARACTERS:
            if len(self._memo) >= _MOST_MEMO_WORDS:
                self._memo.clear()
            self._memo[word] = ids
        return ids

    def _split(self, word: str) -> tuple[int, ...]:
        if len(word) > LONGEST_WORD_CHARACTERS:
            return self._unknown
        found: list[int] = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            for end in range(min(len(word), start + self._longest), start, -1):
                piece = self.ids.get(prefix + word[start:end])
                if piece is not None:
                    found.append(piece)
                    start = end
                    break
            else:
                return self._unknown
        return tuple(found)


def words(text: str) -> list[str]:
    """Lower case, without accents and control characters; every punctuation mark is a word."""
    return text.translate(_FOLDED).split()


class _Folded(dict[int, str]):
    """What stands for a character, by code point; learnt as characters are met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold(chr(code))
        return folded


_FOLDED = _Folded()


def _fold(character: str) -> str:
    if character in "\t\n\r":
        return " "
    if character == "\ufffd" or unicodedata.category(character)[0] == "C":
        return ""
    if character.isspace():
        return " "
    if any(first <= ord(character) <= last for first, last in _CJK):
        return f" {character} "
    # By character: a whole word's lower case minds its place ("ς"), and the vocabulary does not.
    return "".join(
        f" {part} " if _is_punctuation(part) else part.lower()
        for part in unicodedata.normalize("NFD", character)
        if unicodedata.category(part) != "Mn"
    )


def _is_punctuation(character: str) -> bool:
    ascii_mark = character.isascii() and character.isprintable() and not character.isalnum()
    return (ascii_mark and character != " ") or unicodedata.category(character)[0] == "P"
