"""Codes of a text for the engine: a character for each token that matters to TextBlob's scores.

Owns the memo from a stretch between white space to codes, and finding where an emoticon reaches
over white space. Must not know scores. The alphabet: a private character for each known word, `b`
for an unknown one of two letters, `q` for quotation marks alone, a space for every other unknown
word (it cuts every influence), nothing for what touches nothing.
"""

import re
from collections.abc import Mapping, Sequence

from processors.sentiment.textblob import chunks

SHORT, QUOTES = "b", "q"
MARKS = "\x01-\x04"
_MOST_MEMO_CHUNKS = 150_000
_LONGEST_MEMO_CHARACTERS = 40

# Marks at the ends of a stretch where an emoticon could go on in the next one. A letter or a
# bracket can be followed by few characters, a sign such as ":" by many: two kinds keep false hits
# rare.
_AFTER_SIGN, _AFTER_LETTER = "\x01", "\x02"
_BEFORE_ANY, _BEFORE_LETTERS_TOO = "\x03", "\x04"
_AFTER = frozenset((_AFTER_SIGN, _AFTER_LETTER))
_BEFORE = frozenset((_BEFORE_ANY, _BEFORE_LETTERS_TOO))
_JUNCTION = re.compile("\x01[\x03\x04]|\x02\x04")
_DOUBLE_QUOTES = '"\u201c\u201d'
_LETTERS = frozenset("XxoOc8.(!")
_AFTER_LETTERS = frozenset(pair[1] for pair in chunks.PAIRS if pair[0] in _LETTERS)


class Encoder(dict[str, str]):
    """Maps a stretch between white space to its codes; a memo of itself, cleared when full.

    Args:
        codes: Each word that is to be distinguished, in lower case, and its one code.
    """

    def __init__(self, codes: Mapping[str, str]) -> None:
        super().__init__()
        self._codes = codes

    def __missing__(self, chunk: str) -> str:
        plain = chunk.isalnum() and chunk[-1] not in _LETTERS and chunk not in chunks.INNER_TOKENS
        coded = self._spell_word(chunk) if plain else self._code(chunk)
        if len(chunk) <= _LONGEST_MEMO_CHARACTERS:
            if len(self) >= _MOST_MEMO_CHUNKS:
                self.clear()
            self[chunk] = coded
        return coded

    def encode(self, text: str) -> str:
        """The codes of a text, emoticons glued also where they reach over white space."""
        if "\r\n" in text:
            text = text.replace("\r\n", "\n")
        if "\n\n" in text:
            text = text.replace("\n\n", f" {chunks.END_OF_SENTENCE} ")
        parts = text.split()
        coded = list(map(self.__getitem__, parts))
        codes = "".join(coded)
        if _JUNCTION.search(codes) is None:
            return codes
        return self._glued(parts, coded)

    def encode_parts(self, parts: Sequence[str]) -> tuple[list[str], str | None]:
        """The codes of the parts of a text that is cut at white space, and of the text as a whole.

        None for the whole where an emoticon might reach over white space: then it must be encoded
        by itself.
        """
        coded = ["".join(map(self.__getitem__, part.split())) for part in parts]
        whole = "".join(coded)
        if _JUNCTION.search(whole) is None:
            return coded, whole
        return list(map(self.encode, parts)), None

    def _code(self, chunk: str) -> str:
        # Most stretches are a word, perhaps in quotation marks, perhaps with a comma or full stop:
        # these tokens have no codes, and cannot be part of an emoticon.
        core = chunk.strip(_DOUBLE_QUOTES)
        if core[-1:] == "," or (core[-1:] == "." and chunks.is_full_stop(core)):
            core = core[:-1]
        words = chunks.plain_words(core)
        if words:
            spelt = self._spell_word(core) if len(words) == 1 else self._spell(words)
            if core[0] == chunk[0] and words[0] in chunks.INNER_TOKENS:
                spelt = self._before(words[0]) + spelt
            if core[-1] == chunk[-1] and core[-1] in chunks.FIRSTS:
                spelt += self._after(core)
            return spelt
        words = chunks.tokens(chunk)
        spoken = chunks.spoken(words)
        if not spoken:
            return ""
        if len(words) > 1 and (chunks.glues(spoken) or len(spoken) < len(words)):
            words = chunks.glue(words)
        return self._before(spoken[0]) + self._spell(words) + self._after(spoken[-1])

    def _glued(self, parts: list[str], coded: list[str]) -> str:
        """Scores each run of stretches that emoticons could span as one; `coded` is used up."""
        run: list[str] = []
        start = previous = -1
        for at, codes in enumerate(coded):
            if not codes:
                continue  # a paragraph's end, which emoticons can reach over
            joined = (
                codes[0] in _BEFORE
                and previous >= 0
                and coded[previous][-1:] in _AFTER
                and self._is_pair(parts[previous], parts[at])
            )
            if joined and not run:
                start, run = previous, chunks.tokens(parts[previous])
            if joined:
                between = parts[previous + 1 : at + 1]
                run += [word for part in between for word in chunks.tokens(part)]
            elif run:
                self._put(coded, start, at, run)
                run = []
            previous = at
        if run:
            self._put(coded, start, len(coded), run)
        return "".join(coded)

    def _put(self, coded: list[str], start: int, end: int, run: list[str]) -> None:
        coded[start:end] = [self._spell(chunks.glue(run))] + [""] * (end - start - 1)

    @staticmethod
    def _is_pair(before: str, after: str) -> bool:
        last = chunks.spoken(chunks.tokens(before))[-1]
        first = chunks.spoken(chunks.tokens(after))[0]
        return last[-1] + first[0] in chunks.PAIRS

    def _spell(self, words: Sequence[str]) -> str:
        return "".join(map(self._spell_word, words))

    def _spell_word(self, word: str) -> str:
        lower = word.lower()
        code = self._codes.get(lower)
        if code is not None:
            return code
        if len(lower) == 1:
            return ""  # touches nothing
        if lower[0] == "'" and len(lower.strip("'")) <= 1:
            return QUOTES
        return SHORT if len(lower) == 2 else " "  # noqa: PLR2004 - TextBlob's small words

    @staticmethod
    def _before(first: str) -> str:
        if first not in chunks.INNER_TOKENS:
            return ""
        return _BEFORE_LETTERS_TOO if first[0] in _AFTER_LETTERS else _BEFORE_ANY

    @staticmethod
    def _after(last: str) -> str:
        if last[-1] not in chunks.FIRSTS:
            return ""
        return _AFTER_LETTER if last[-1] in _LETTERS else _AFTER_SIGN
