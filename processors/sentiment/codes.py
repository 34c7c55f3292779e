"""Token codes: one character for each token of a sentence, so that regular expressions can read it.

Owns the alphabet, and how a stretch between white space becomes codes, with a bounded memo. Must
not know weights. Scoring a sentence is then a few searches in a string that is a tenth as long.

The alphabet: `u` a word that no list knows, `U` the same with a capital, `N` a masked name, `n` a
word inside a capitalised name, `,` `;` `"` `.` punctuation by what it does, U+3400… a function word,
U+4000… a known word, and 0x4000 further the same word with a capital.
"""

import re
from collections.abc import Iterable, Sequence

from processors.contracts import Span
from processors.sentiment.grammar import (
    FUNCTION_WORDS,
    INTENSIFIERS,
    NAME_CONNECTORS,
    NEGATIONS,
    REPORTING_VERBS,
    UNSPLIT_PREFIXES,
)

FILLER = "\ue000"
FUNCTION = "\u3400-\u3fff"
KNOWN = "\u4000-\u7fff"
CAPITAL = "\u8000-\ubfff"
_FUNCTION_BASE = 0x3400
_KNOWN_BASE = 0x4000
_CAPITAL_SHIFT = 0x4000

_MOST_MEMO_CHUNKS = 100_000
_LONGEST_MEMO_CHARACTERS = 40
_TOKEN = re.compile(
    f"{FILLER}+|[^\\W_]+(?:['\u2019.\u2010\u2011-][^\\W_]+)*"
    '|[,;:\u2014\u2013()"\u201c\u201d\u00ab\u00bb.!?\u2026]'
)
_PUNCTUATION = dict.fromkeys(",", ",")
_PUNCTUATION |= dict.fromkeys(";:\u2014\u2013()", ";")
_PUNCTUATION |= dict.fromkeys('"\u201c\u201d\u00ab\u00bb', '"')
_PUNCTUATION |= dict.fromkeys(".!?\u2026", ".")


def mask(text: str, spans: Iterable[Span]) -> str:
    """Replaces named stretches by filler of the same length, so that offsets hold.

    Spans may overlap; what lies outside the text is left out.
    """
    parts: list[str] = []
    done = 0
    for start, end in sorted((span.start, span.end) for span in spans):
        begin = max(start, done)
        stop = min(end, len(text))
        if stop > begin:
            parts += (text[done:begin], FILLER * (stop - begin))
            done = stop
    if not parts:
        return text
    parts.append(text[done:])
    return "".join(parts)


class Coder(dict[str, str]):
    """Maps a stretch between white space to the codes of its tokens; a memo of itself.

    Bounded: it forgets everything at 100,000 stretches, and never keeps one over 40 characters.

    Args:
        words: The single words and phrases, lower-case, that are to be told apart.
    """

    def __init__(self, words: Iterable[str]) -> None:
        super().__init__()
        vocabulary = {part for word in words for part in word.split()}
        vocabulary |= NEGATIONS | REPORTING_VERBS | set(INTENSIFIERS)
        functions = sorted((FUNCTION_WORDS | NAME_CONNECTORS) - NEGATIONS)
        self._codes = {word: chr(_FUNCTION_BASE + n) for n, word in enumerate(functions)}
        known = sorted(vocabulary - self._codes.keys())
        if len(known) >= _CAPITAL_SHIFT:
            raise ValueError(f"{len(known)} known words do not fit the alphabet of token codes")
        self._codes |= {word: chr(_KNOWN_BASE + n) for n, word in enumerate(known)}
        self.words = {code: word for word, code in self._codes.items()}

    def __missing__(self, chunk: str) -> str:
        if chunk.isalnum():
            codes = self._word(chunk)
        elif chunk[-1] in _PUNCTUATION and chunk[:-1].isalnum():
            codes = self._word(chunk[:-1]) + _PUNCTUATION[chunk[-1]]
        else:
            codes = "".join(map(self._token, _TOKEN.findall(chunk)))
        if len(chunk) <= _LONGEST_MEMO_CHARACTERS:
            if len(self) >= _MOST_MEMO_CHUNKS:
                self.clear()
            self[chunk] = codes
        return codes

    def encode(self, text: str) -> str:
        """The codes of every token of a text, in order."""
        return "".join(map(self.__getitem__, text.split()))

    def of(self, words: Iterable[str]) -> str:
        """The lower-case codes of words, for a character class; unknown words are left out."""
        return "".join(self._codes.get(word, "") for word in words)

    def phrase(self, words: Sequence[str]) -> str:
        """The codes of a phrase whose every word is known."""
        return "".join(self._codes[word] for word in words)

    def _token(self, token: str) -> str:
        if token[0] == FILLER:
            return "N"
        return _PUNCTUATION.get(token) or self._word(token)

    def _word(self, token: str) -> str:
        lower = token.lower()
        code = self._codes.get(lower)
        if code is None and not lower.isalnum():
            lower = lower.replace("\u2019", "'").replace("\u2010", "-").replace("\u2011", "-")
            if lower not in self._codes and lower.endswith("n't"):
                return self._codes["n't"]
            if lower not in self._codes:
                lower = lower.partition("'")[0]
            code = self._codes.get(lower)
            if code is None and "-" in lower and not token[0].isupper():
                return self._hyphenated(lower)
        capital = token[0].isupper()
        if code is None:
            return "U" if capital else "u"
        return chr(ord(code) + _CAPITAL_SHIFT) if capital and code >= "\u4000" else code

    def _hyphenated(self, lower: str) -> str:
        parts = lower.split("-")
        if parts[0] in UNSPLIT_PREFIXES:
            return "u"
        return "".join(self._codes.get(part, "u") for part in parts)


def lower_known(codes: str) -> str:
    """Takes the capitals off known words."""
    return "".join(chr(ord(c) - _CAPITAL_SHIFT) if "\u8000" <= c <= "\ubfff" else c for c in codes)
