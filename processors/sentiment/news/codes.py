"""Token codes: one character for each token of a sentence, so that regular expressions can read it.

Owns the alphabet, and how a stretch between white space becomes codes, with a bounded memo. Must
not know weights. Scoring a sentence is then a few searches in a string that is a tenth as long.

The alphabet: `u` a word that no list knows, `U` the same with a capital, `N` a masked name, `n` a
word inside a capitalised name, `,` `;` `-` `"` `.` punctuation by what it does; from U+3400
function words, from U+3A00 words that only roles ask for, from U+4000 the lexicon's words, and
0x4000 further the same with a capital.
"""

import re
from collections.abc import Iterable, Sequence

from processors.contracts import Span
from processors.sentiment.news.grammar import (
    BE_FORMS,
    CONTRASTS,
    FUNCTION_WORDS,
    INTENSIFIERS,
    NAME_CONNECTORS,
    NEGATIONS,
    REPORTING_VERBS,
    UNSPLIT_PREFIXES,
)

FILLER = "\ue000"
BREAK = "\ue001"
"""Between sentences that are coded in one go; a token of its own."""
FUNCTION = "\u3400-\u39ff"
KNOWN = "\u4000-\u7fff"
CAPITAL = "\u8000-\ubfff"
_FUNCTION_BASE = 0x3400
_ASIDE_BASE = 0x3A00
_KNOWN_BASE = 0x4000
_CAPITAL_SHIFT = 0x4000

_MOST_MEMO_CHUNKS = 100_000
_LONGEST_MEMO_CHARACTERS = 40
_TOKEN = re.compile(
    f"{FILLER}+(?:['\u2019]s\\b)?|[^\\W_]+(?:['\u2019.\u2010\u2011-][^\\W_]+)*"
    '|[,;:\u2014\u2013()"\u201c\u201d\u00ab\u00bb.!?\u2026]'
)
_PUNCTUATION = {",": ",", ";": ";"}
_PUNCTUATION |= dict.fromkeys(":\u2014\u2013()", "-")
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
        phrases: The words and phrases that are scored, lower-case.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        super().__init__()
        known = {part for phrase in phrases for part in phrase.split()}
        told_apart = known | BE_FORMS | CONTRASTS | NAME_CONNECTORS
        known |= NEGATIONS | INTENSIFIERS.keys()
        known -= FUNCTION_WORDS | NAME_CONNECTORS
        # Function words that no rule and no phrase asks for share one code: the fewer chains there
        # are, the more of them are remembered.
        self._codes = dict.fromkeys(FUNCTION_WORDS | NAME_CONNECTORS, chr(_FUNCTION_BASE))
        functions = sorted(self._codes.keys() & told_apart)
        self._codes |= {word: chr(_FUNCTION_BASE + 1 + n) for n, word in enumerate(functions)}
        aside = sorted((REPORTING_VERBS | CONTRASTS) - known - self._codes.keys())
        self._codes |= {word: chr(_ASIDE_BASE + n) for n, word in enumerate(aside)}
        if len(known) >= _CAPITAL_SHIFT:
            raise ValueError(f"{len(known)} known words do not fit the alphabet of token codes")
        self._codes |= {word: chr(_KNOWN_BASE + n) for n, word in enumerate(sorted(known))}
        self.words = {code: word for word, code in self._codes.items()}

    def __missing__(self, chunk: str) -> str:
        if chunk.isalnum():
            codes = self._word(chunk)
        elif chunk == BREAK:
            codes = BREAK
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
