"""Reads the words of one sentence that carry sentiment in news, with their weights.

Owns masking of capitalised names, phrases, negation and intensifiers. Must not know leaders or
articles. The method is ours; negation and intensifiers work as in TextBlob, except that "n't"
negates, a negation reaches over function words, and there are no emoticons in news.
"""

import re
from collections.abc import Sequence

from processors.sentiment import weights
from processors.sentiment.codes import CAPITAL, FUNCTION, KNOWN, Coder, lower_known
from processors.sentiment.grammar import FUNCTION_WORDS, INTENSIFIERS, NAME_CONNECTORS, NEGATIONS
from processors.sentiment.lexicon import Entry, Lexicon
from processors.sentiment.scored import ScoredWord

_MOST_MEMO_CHAINS = 50_000
_LONGEST_MEMO_TOKENS = 24
_OPENS = frozenset('".;')
_CHAIN = re.compile(f"[{KNOWN}](?:[{FUNCTION}]{{0,3}}[{KNOWN}])*")
_ANY_CAPITAL = re.compile(f"[{CAPITAL}]")
_CAPITALISED = re.compile(f"[U{CAPITAL}]")
_LOWER = re.compile(f"[u{KNOWN}]")


class Reader:
    """Reads sentences by one lexicon; bounded memos, no other state."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.coder = Coder(lexicon.entries)
        words = self.coder.words
        self._entries = {}
        self._phrases = {}
        self._longest_phrase: dict[str, int] = {}
        for text, entry in lexicon.entries.items():
            codes = self.coder.phrase(text.split())
            if len(codes) == 1:
                self._entries[codes] = entry
            else:
                self._phrases[codes] = (text, entry)
                longest = max(self._longest_phrase.get(codes[0], 0), len(codes))
                self._longest_phrase[codes[0]] = longest
        self._textblob = frozenset(
            code for code, entry in self._entries.items() if entry.category == "textblob"
        )
        self._negations = frozenset(c for c, word in words.items() if word in NEGATIONS)
        self._functions = frozenset(c for c, word in words.items() if word in FUNCTION_WORDS)
        self._factors = {c: INTENSIFIERS[word] for c, word in words.items() if word in INTENSIFIERS}
        name_words = f"[UNn{CAPITAL}]"
        connectors = self.coder.of(sorted(NAME_CONNECTORS))
        self._name = re.compile(f"{name_words}(?:[{connectors}]{{0,2}}{name_words})+")
        self._memo: dict[str, tuple[ScoredWord, ...]] = {}

    def codes(self, sentence: str, *, headline: bool) -> str:
        """The sentence's token codes, with names masked and capitals gone from known words.

        In a headline in title case, or a sentence in upper case, capitals say nothing: only names
        that were masked before, and phrases of the lexicon, are names there.
        """
        codes = self.coder.encode(sentence)
        if headline or sentence.isupper():
            capitals = len(_CAPITALISED.findall(codes))
            if capitals > len(_LOWER.findall(codes)):
                return self.coder.encode(sentence.lower())
        codes = self._name.sub(self._mask_name, codes)
        if _ANY_CAPITAL.search(codes) is not None:
            codes = _ANY_CAPITAL.sub(_capital, codes)
        return codes

    def scored(self, codes: str) -> Sequence[ScoredWord]:
        """The words that carry sentiment, in order."""
        found: list[ScoredWord] = []
        for match in _CHAIN.finditer(codes):
            chain = match.group()
            words = self._memo.get(chain)
            if words is None:
                words = self._read_chain(chain)
                if len(chain) <= _LONGEST_MEMO_TOKENS:
                    if len(self._memo) >= _MOST_MEMO_CHAINS:
                        self._memo.clear()
                    self._memo[chain] = words
            if words:
                start = match.start()
                found += [
                    ScoredWord(word.text, word.weight, word.subjectivity, start + word.token)
                    for word in words
                ]
        return found

    def _mask_name(self, match: re.Match[str]) -> str:
        """`n` for every word of a capitalised name, but a loaded word that opens a sentence.

        "Embattled President Moon" opens with a word of the news lexicon, which stays; TextBlob's
        adjectives open names, as in "Great Britain".
        """
        name = match.group()
        masked = "".join("N" if code == "N" else "n" for code in name)
        if _CAPITALISED.match(name) and (
            match.start() == 0 or match.string[match.start() - 1] in _OPENS
        ):
            first = lower_known(name[0])
            if first in self._entries and first not in self._textblob:
                return first + masked[1:]
        return masked

    def _read_chain(self, chain: str) -> tuple[ScoredWord, ...]:
        words: list[ScoredWord] = []
        before: list[str] = []  # negation and intensifiers that wait for a word
        negated_at: int | None = None
        factor = 1.0
        at = 0
        while at < len(chain):
            length, text, entry = self._longest_at(chain, at)
            code = chain[at]
            if entry is not None and entry.weight != 0.0:
                weight = entry.weight * factor
                if negated_at is not None and at - negated_at <= weights.NEGATION_REACH_WORDS:
                    positive = weight > 0.0
                    weight *= weights.NEGATED_POSITIVE if positive else weights.NEGATED_NEGATIVE
                    text = " ".join([*before, text])
                elif factor != 1.0:
                    text = " ".join([*before, text])
                weight = max(-1.0, min(1.0, weight))
                words.append(ScoredWord(text, weight, entry.subjectivity, at))
                before, negated_at, factor = [], None, 1.0
            elif length == 1 and code in self._negations:
                before.append(self.coder.words[code])
                negated_at = at
            elif length == 1 and code in self._factors:
                before.append(self.coder.words[code])
                factor *= self._factors[code]
            elif code not in self._functions:
                before, negated_at, factor = [], None, 1.0
            at += length
        return tuple(words)

    def _longest_at(self, chain: str, at: int) -> tuple[int, str, Entry | None]:
        code = chain[at]
        for length in range(self._longest_phrase.get(code, 0), 1, -1):
            phrase = self._phrases.get(chain[at : at + length])
            if phrase is not None:
                return length, phrase[0], phrase[1]
        return 1, self.coder.words[code], self._entries.get(code)


def _capital(match: re.Match[str]) -> str:
    """A lone capitalised word: what opens a sentence or a quotation is read, the rest is a name."""
    start = match.start()
    if start == 0 or match.string[start - 1] in _OPENS:
        return lower_known(match.group())
    return "n"
