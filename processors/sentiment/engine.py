"""TextBlob's sentiment, equal to the last bit and more than ten times as fast.

Owns TextBlob's scoring of words: modifiers, negations, exclamation marks, emoticons. Must not know
news, sentences or leaders. A port of `textblob._text.Sentiment` (textblob 0.20, adapted there from
the pattern library, BSD), whose oddities are kept on purpose: "isn't good" is +0.7, and "results:
(1)" holds a frown.

Why it is fast: each stretch between white space becomes a string of codes, remembered; a word of
three letters or more that no list knows cuts every influence, so what stands between two such words
is scored by itself, and remembered as well.
"""

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from processors.sentiment import chunks
from processors.sentiment.lexicon import TextBlobWord

NEGATIONS = ("no", "not", "n't", "never")
_IRONY, _MOOD = "irony", "mood"
_LONGEST_EMOTICON_CHARACTERS = 5

_CODE_BASE = 0xE000
_MOST_CODES = 0x1900
_MOST_MEMO_CHUNKS = 150_000
_MOST_MEMO_CHAINS = 50_000
_LONGEST_MEMO_CHARACTERS = 40

# Marks at the ends of a stretch where an emoticon could go on in the next one. A letter or a bracket
# can be followed by few characters, a mark such as ":" by many: two kinds keep false hits rare.
_AFTER_SIGN, _AFTER_LETTER = "\x01", "\x02"
_BEFORE_ANY, _BEFORE_LETTERS_TOO = "\x03", "\x04"
_AFTER, _BEFORE = (
    frozenset((_AFTER_SIGN, _AFTER_LETTER)),
    frozenset((_BEFORE_ANY, _BEFORE_LETTERS_TOO)),
)
_JUNCTION = re.compile("\x01[\x03\x04]|\x02\x04")
_MARKS = "\x01-\x04"
_DOUBLE_QUOTES = '"\u201c\u201d'
_LETTERS = frozenset("XxoOc8.(!")
_AFTER_LETTERS = frozenset(pair[1] for pair in chunks.PAIRS if pair[0] in _LETTERS)
_SMALL = {"b": "xx", "q": "'''"}


class Assessment(Struct, frozen=True):
    """Words that were assessed together ("not", "very", "good"), and their score.

    `raw` and `negated` are what the polarity was made of: an exclamation mark further on may boost
    it again.
    """

    words: tuple[str, ...]
    polarity: float
    subjectivity: float
    label: str | None
    raw: float
    negated: bool


class Reading(Struct, frozen=True):
    """A text as TextBlob scores it: polarity -1 to 1, subjectivity 0 to 1 (means over `assessed`)."""

    polarity: float
    subjectivity: float
    assessed: Sequence[Assessment]

    @property
    def assessments(self) -> list[tuple[list[str], float, float, str | None]]:
        """As in TextBlob's `sentiment_assessments.assessments`."""
        return [
            (list(one.words), one.polarity, one.subjectivity, one.label) for one in self.assessed
        ]


class Engine:
    """Scores texts as TextBlob does. Bounded memos, no other state.

    Args:
        words: TextBlob's lexicon, from `lexicon.load_textblob`.
    """

    def __init__(self, words: Mapping[str, TextBlobWord]) -> None:
        self._words = words
        self._emoticons = _emoticons()
        told_apart = sorted({*words, *NEGATIONS, *self._emoticons, "!", "(!)"})
        if len(told_apart) > _MOST_CODES:
            raise ValueError(f"{len(told_apart)} words do not fit the engine's alphabet")
        self._codes = {word: chr(_CODE_BASE + n) for n, word in enumerate(told_apart)}
        self._spelt = {code: word for word, code in self._codes.items()} | _SMALL
        last = chr(_CODE_BASE + len(told_apart) - 1)
        told = f"[\ue000-{last}]"
        self._chain = re.compile(f"{told}(?:[bq{_MARKS}]*{told})*")
        self._chunks = _Chunks(self._codes)
        self._chains: dict[str, tuple[int, tuple[Assessment, ...]]] = {}

    def read(self, text: str) -> Reading:
        """Scores a text, exactly as `TextBlob(text)` does."""
        assessed: list[Assessment] = []
        known = self._chains
        for chain in self._chain.findall(self._chunks.encode(text)):
            boosts, found = known[chain] if chain in known else self._learn(chain)
            if boosts and assessed:
                assessed[-1] = _boosted(assessed[-1], boosts)
            assessed += found
        # Added up one by one, in order: from Python 3.12 on, sum() rounds otherwise.
        polarity = subjectivity = 0.0
        for one in assessed:
            polarity += one.polarity
            subjectivity += one.subjectivity
        count = len(assessed) or 1
        return Reading(polarity / count, subjectivity / count, assessed)

    def _learn(self, chain: str) -> tuple[int, tuple[Assessment, ...]]:
        known = self._read_chain(chain)
        if len(chain) <= _LONGEST_MEMO_CHARACTERS:
            if len(self._chains) >= _MOST_MEMO_CHAINS:
                self._chains.clear()
            self._chains[chain] = known
        return known

    def _read_chain(self, chain: str) -> tuple[int, tuple[Assessment, ...]]:
        """How often the chain boosts what came before it, and its own assessments."""
        found: list[_Open] = []
        boosts = 0
        modifier: str | None = None
        negation: str | None = None
        for code in chain:
            word = self._spelt.get(code)
            if word is None:
                continue  # a mark
            seen = self._words.get(word)
            if seen is not None:
                if modifier is None:
                    found.append(_Open([word], seen.polarity, seen.subjectivity, seen.intensity))
                    found[-1].label = seen.label
                else:
                    found[-1].extend(word, seen)
                if negation is not None:
                    found[-1].words.insert(0, negation)
                    found[-1].intensity = 1.0 / found[-1].intensity
                    found[-1].negated = True
                modifier = word if seen.modifier else None
                negation = word if word in NEGATIONS else None
                continue
            if word in NEGATIONS:
                negation = word
            elif negation is not None and len(word.strip("'")) > 1:
                negation = None
            if negation is not None and modifier is not None and modifier.endswith("ly"):
                found[-1].words.append(negation)
                found[-1].negated = True
                negation = None
            elif modifier is not None and len(word) > 2:  # noqa: PLR2004 - TextBlob's small words
                modifier = None
            if word == "!":
                if found:
                    found[-1].boost()
                else:
                    boosts += 1
            elif word == "(!)":
                found.append(_Open([word], 0.0, 1.0, 1.0, _IRONY))
            if word in self._emoticons:
                found.append(_Open([word], self._emoticons[word], 1.0, 1.0, _MOOD))
        return boosts, tuple(one.closed() for one in found)


class _Open:
    """An assessment that words still join."""

    __slots__ = ("intensity", "label", "negated", "polarity", "subjectivity", "words")

    def __init__(
        self,
        words: list[str],
        polarity: float,
        subjectivity: float,
        intensity: float,
        label: str | None = None,
    ) -> None:
        self.words = words
        self.polarity = polarity
        self.subjectivity = subjectivity
        self.intensity = intensity
        self.negated = False
        self.label = label

    def extend(self, word: str, seen: TextBlobWord) -> None:
        self.words.append(word)
        self.polarity = max(-1.0, min(seen.polarity * self.intensity, +1.0))
        self.subjectivity = max(-1.0, min(seen.subjectivity * self.intensity, +1.0))
        self.intensity = seen.intensity
        self.label = seen.label

    def boost(self) -> None:
        self.words.append("!")
        self.polarity = max(-1.0, min(self.polarity * 1.25, +1.0))

    def closed(self) -> Assessment:
        polarity = self.polarity * -0.5 if self.negated else self.polarity
        return Assessment(
            tuple(self.words), polarity, self.subjectivity, self.label, self.polarity, self.negated
        )


class _Chunks(dict[str, str]):
    """Maps a stretch between white space to its codes; a memo of itself, cleared when full."""

    def __init__(self, codes: Mapping[str, str]) -> None:
        super().__init__()
        self._codes = codes

    def __missing__(self, chunk: str) -> str:
        coded = self._code(chunk)
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
            return "q"
        return "b" if len(lower) == 2 else " "  # noqa: PLR2004 - TextBlob's small words

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


def _emoticons() -> dict[str, float]:
    """Lower-case emoticon → polarity, those that TextBlob can ever meet."""
    found: dict[str, float] = {}
    for (_, polarity), kind in chunks.EMOTICONS.items():
        for emoticon in kind:
            lower = emoticon.lower()
            short = len(lower) <= _LONGEST_EMOTICON_CHARACTERS
            if short and not lower.isalpha() and lower not in chunks._text.PUNCTUATION:
                found.setdefault(lower, polarity)
    return found


def _boosted(assessment: Assessment, times: int) -> Assessment:
    polarity = assessment.raw
    for _ in range(times):
        polarity = max(-1.0, min(polarity * 1.25, +1.0))
    return Assessment(
        (*assessment.words, *("!" * times)),
        polarity * -0.5 if assessment.negated else polarity,
        assessment.subjectivity,
        assessment.label,
        polarity,
        assessment.negated,
    )
