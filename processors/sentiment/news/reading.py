"""Reads the words of one sentence that carry sentiment in news, with their weights.

Owns masking of capitalised names, phrases, negation and intensifiers. Must not know leaders or
articles. The method is ours; negation and intensifiers work as in TextBlob, except that "n't"
negates, a negation holds for every scored word in its reach, and there are no emoticons in news.
"""

import re
from collections.abc import Sequence

from processors.sentiment import weights
from processors.sentiment.news.codes import (
    BREAK,
    CAPITAL,
    FILLER,
    FUNCTION,
    KNOWN,
    Coder,
    lower_known,
)
from processors.sentiment.news.grammar import (
    FUNCTION_WORDS,
    INTENSIFIERS,
    NAME_CONNECTORS,
    NEGATIONS,
)
from processors.sentiment.news.lexicon import Entry, Lexicon
from processors.sentiment.scored import ScoredWord

_MOST_MEMO_CHAINS = 50_000
_LONGEST_MEMO_TOKENS = 24
_OPENS = frozenset(f'".;-{BREAK}')
_BETWEEN = f" {BREAK} "
_ANY_CAPITAL = re.compile(f"[{CAPITAL}]")
_CAPITALISED = re.compile(f"[U{CAPITAL}]")
_LOWER = re.compile(f"[u{KNOWN}]")


class Reader:
    """Reads sentences by one lexicon; bounded memos, no other state."""

    def __init__(self, lexicon: Lexicon) -> None:
        phrases = {part for text in lexicon.entries if " " in text for part in text.split()}
        entries = {
            text: entry
            for text, entry in lexicon.entries.items()
            if entry.weight != 0.0 or " " in text or text in phrases
        }
        self.coder = Coder(entries)
        words = self.coder.words
        self._entries: dict[str, Entry] = {}
        self._phrases: dict[str, tuple[str, Entry]] = {}
        self._longest_phrase: dict[str, int] = {}
        for text, entry in entries.items():
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
        # From a known word to the last one that function words join to it, and a function word more
        # where a phrase of the lexicon ends in it.
        last_words = {text.split()[-1] for text, _ in self._phrases.values()}
        enders = self.coder.of(sorted(last_words & FUNCTION_WORDS))
        more = f"[{enders}]?" if enders else ""
        self._chain = re.compile(f"[{KNOWN}](?:[{FUNCTION}]{{0,3}}[{KNOWN}])*{more}")
        self._memo: dict[str, tuple[ScoredWord, ...]] = {}

    def codes(self, field: str, spans: Sequence[tuple[int, int]], *, headline: bool) -> list[str]:
        """The token codes of each sentence, with names masked and capitals gone from known words.

        In a headline in title case, or a sentence in upper case, capitals say nothing: only names
        that were masked before, and phrases of the lexicon, are names there.

        Args:
            field: The field's text.
            spans: Its sentences.
            headline: Whether capitals are to be distrusted.
        """
        if not spans:
            return []
        if BREAK in field:
            field = field.replace(BREAK, FILLER)  # a text may hold any character
        sentences = [field[start:end] for start, end in spans]
        codes = self.coder.encode(_BETWEEN.join(sentences))
        masked = self._name.sub(self._mask_name, codes)
        masked = _ANY_CAPITAL.sub(_capital, masked)
        found = masked.split(BREAK)
        if headline:
            found = [
                self.coder.encode(sentence.lower()) if _in_title_case(before) else after
                for sentence, before, after in zip(
                    sentences, codes.split(BREAK), found, strict=True
                )
            ]
        elif any(map(str.isupper, sentences)):
            found = [
                self.coder.encode(sentence.lower()) if sentence.isupper() else after
                for sentence, after in zip(sentences, found, strict=True)
            ]
        return found

    def scored(self, codes: str) -> Sequence[ScoredWord]:
        """The words of a sentence that carry sentiment, in order."""
        memo = self._memo
        found: list[ScoredWord] = []
        for chain in self._chain.findall(codes):
            words = memo.get(chain)
            found += self._learn(chain) if words is None else words
        return found

    def _learn(self, chain: str) -> tuple[ScoredWord, ...]:
        words = self._read_chain(chain)
        if len(chain) <= _LONGEST_MEMO_TOKENS:
            if len(self._memo) >= _MOST_MEMO_CHAINS:
                self._memo.clear()
            self._memo[chain] = words
        return words

    def _mask_name(self, match: re.Match[str]) -> str:
        """`n` for every word of a capitalised name, but a loaded word that opens a sentence.

        "Embattled President Moon" opens with a word of the news lexicon, which stays; TextBlob's
        adjectives open names, as in "Great Britain".
        """
        name = match.group()
        masked = "n" * len(name)
        if "N" in name:
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
        negation, negated_at = "", -1
        intensifiers: list[str] = []
        factor = 1.0
        at = 0
        while at < len(chain):
            length, text, entry = self._longest_at(chain, at)
            code = chain[at]
            if negation and at - negated_at > weights.NEGATION_REACH_WORDS:
                negation = ""
            if entry is not None and entry.weight != 0.0:
                weight = max(-1.0, min(1.0, entry.weight * factor))
                if negation:
                    positive = weight > 0.0
                    weight *= weights.NEGATED_POSITIVE if positive else weights.NEGATED_NEGATIVE
                spelt = " ".join(filter(None, [negation, *intensifiers, text]))
                words.append(ScoredWord(spelt, weight, entry.subjectivity))
                intensifiers, factor = [], 1.0
            elif length == 1 and code in self._negations:
                negation, negated_at = self.coder.words[code], at
            elif length == 1 and code in self._factors:
                intensifiers.append(text)
                factor *= self._factors[code]
            elif code not in self._functions:
                negation, intensifiers, factor = "", [], 1.0
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


def _in_title_case(codes: str) -> bool:
    return len(_CAPITALISED.findall(codes)) > len(_LOWER.findall(codes))
