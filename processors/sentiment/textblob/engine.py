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

from processors.sentiment.news.lexicon import TextBlobWord
from processors.sentiment.textblob import chunks
from processors.sentiment.textblob.encoder import MARKS, QUOTES, SHORT, Encoder

NEGATIONS = ("no", "not", "n't", "never")
_IRONY, _MOOD = "irony", "mood"
_LONGEST_EMOTICON_CHARACTERS = 5

_CODE_BASE = 0xE000
_MOST_CODES = 0x1900
_MOST_MEMO_CHAINS = 50_000
_LONGEST_MEMO_CODES = 40
_SMALL = {SHORT: "xx", QUOTES: "'''"}


class Assessment(Struct, frozen=True, gc=False):
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


class Reading(Struct, frozen=True, gc=False):
    """A text as TextBlob scores it: polarity -1 to 1, subjectivity 0 to 1, means of `assessed`."""

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
        codes = {word: chr(_CODE_BASE + n) for n, word in enumerate(told_apart)}
        self._spelt = {code: word for word, code in codes.items()} | _SMALL
        last = chr(_CODE_BASE + len(told_apart) - 1)
        told = f"[\ue000-{last}]"
        self._chain = re.compile(f"{told}(?:[{SHORT}{QUOTES}{MARKS}]*{told})*")
        self._chunks = Encoder(codes)
        self._chains: dict[str, tuple[int, tuple[Assessment, ...]]] = {}

    def read(self, text: str) -> Reading:
        """Scores a text, exactly as `TextBlob(text)` does."""
        return self._read(self._chunks.encode(text))

    def read_parts(
        self, text: str, spans: Sequence[tuple[int, int]]
    ) -> tuple[Reading, list[Reading]]:
        """Scores a text and its sentences in one pass, each exactly as `TextBlob` does.

        Args:
            text: Any.
            spans: Its sentences as `sentences.split` gives them: nothing but white space between.
        """
        coded, whole = self._chunks.encode_parts([text[start:end] for start, end in spans])
        reading = self.read(text) if whole is None else self._read(whole)
        return reading, list(map(self._read, coded))

    def _read(self, codes: str) -> Reading:
        assessed: list[Assessment] = []
        known = self._chains.get
        for chain in self._chain.findall(codes):
            boosts, found = known(chain) or self._learn(chain)
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
        if len(chain) <= _LONGEST_MEMO_CODES:
            if len(self._chains) >= _MOST_MEMO_CHAINS:
                self._chains.clear()
            self._chains[chain] = known
        return known

    def _read_chain(self, chain: str) -> tuple[int, tuple[Assessment, ...]]:
        """How often the chain boosts what came before it, and its own assessments."""
        state = _Chain()
        for code in chain:
            word = self._spelt.get(code)
            if word is None:
                continue  # a mark
            seen = self._words.get(word)
            if seen is not None:
                state.known(word, seen)
            else:
                state.unknown(word)
                if word in self._emoticons:
                    state.found.append(_Open([word], self._emoticons[word], 1.0, 1.0, _MOOD))
        return state.boosts, tuple(one.closed() for one in state.found)


class _Chain:
    """What TextBlob remembers from word to word."""

    __slots__ = ("boosts", "found", "modifier", "negation")

    def __init__(self) -> None:
        self.found: list[_Open] = []
        self.boosts = 0
        self.modifier: str | None = None
        self.negation: str | None = None

    def known(self, word: str, seen: TextBlobWord) -> None:
        if self.modifier is None:
            self.found.append(
                _Open([word], seen.polarity, seen.subjectivity, seen.intensity, seen.label)
            )
        else:
            self.found[-1].extend(word, seen)
        if self.negation is not None:
            self.found[-1].words.insert(0, self.negation)
            self.found[-1].intensity = 1.0 / self.found[-1].intensity
            self.found[-1].negated = True
        self.modifier = word if seen.modifier else None
        self.negation = word if word in NEGATIONS else None

    def unknown(self, word: str) -> None:
        if word in NEGATIONS:
            self.negation = word
        elif self.negation is not None and len(word.strip("'")) > 1:
            self.negation = None
        adverb = self.modifier is not None and self.modifier.endswith("ly")
        if self.negation is not None and adverb:
            self.found[-1].words.append(self.negation)
            self.found[-1].negated = True
            self.negation = None
        elif self.modifier is not None and len(word) > 2:  # noqa: PLR2004 - TextBlob's small words
            self.modifier = None
        if word == "!":
            if self.found:
                self.found[-1].boost()
            else:
                self.boosts += 1
        elif word == "(!)":
            self.found.append(_Open([word], 0.0, 1.0, 1.0, _IRONY))


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


def _emoticons() -> dict[str, float]:
    """Lower-case emoticon → polarity, those that TextBlob can ever meet."""
    found: dict[str, float] = {}
    for (_, polarity), kind in chunks.EMOTICONS.items():
        for emoticon in kind:
            lower = emoticon.lower()
            short = len(lower) <= _LONGEST_EMOTICON_CHARACTERS
            if short and not lower.isalpha() and lower not in chunks.PUNCTUATION:
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
