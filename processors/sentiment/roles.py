"""Which words of a sentence count for one leader: subject or object, speaker, side of a contrast.

Owns the rules; works on token codes alone. Must not know weights or texts. What the rules are worth
was seen on NewsMTSC's training set: the object of a condemning verb is negative in 99 of 100
sentences, its subject mostly is not; what a speaker says does not colour the speaker.
"""

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from processors.sentiment import weights
from processors.sentiment.codes import FUNCTION, Coder
from processors.sentiment.grammar import BE_FORMS, CONTRASTS, INTENSIFIERS, REPORTING_VERBS
from processors.sentiment.lexicon import Lexicon
from processors.sentiment.scored import ScoredWord


class Cut(Struct, frozen=True):
    """Tokens from `start` to `end` (half-open) keep `share` of their weight; 0 drops them."""

    start: int
    end: int
    share: float = 0.0


def apply(
    cuts: Sequence[Cut], scored: Sequence[ScoredWord], tokens: Sequence[int]
) -> list[ScoredWord]:
    """The words that are left, each with the weight that is left to it."""
    kept = []
    for word, token in zip(scored, tokens, strict=True):
        share = min((cut.share for cut in cuts if cut.start <= token < cut.end), default=1.0)
        if share == 1.0:
            kept.append(word)
        elif share > 0.0:
            kept.append(ScoredWord(word.text, word.weight * share, word.subjectivity))
    return kept


class Roles:
    """Reads a leader's role off a sentence's codes."""

    def __init__(self, coder: Coder, lexicon: Lexicon) -> None:
        judging = [w for w, e in lexicon.entries.items() if e.category == "criticism"]
        accusing = [w for w, e in lexicon.entries.items() if e.category == "accusation"]
        verbs = f"[{coder.of(w for w in judging + accusing if w.endswith(('s', 'ed', 'ing')))}]"
        reports = f"[{coder.of(sorted(REPORTING_VERBS))}]"
        self._accusing = frozenset(coder.of(accusing))
        self._be = frozenset(coder.of(sorted(BE_FORMS)))
        adverbs = coder.of(sorted(INTENSIFIERS))
        # After the name: the rest of the name, an apposition, up to three small or adverbial words.
        lead = f'[nNU]{{0,3}}(?:,[^,;."-]{{1,12}},)?[{FUNCTION}{adverbs}u]{{0,3}}?'
        self._judges = re.compile(f"{lead}({verbs})")
        self._reports = re.compile(f"{lead}({reports})")
        self._reported_before = re.compile(f"{reports}[{FUNCTION}nU]{{0,4}}$")
        self._quote_before = re.compile('"[nU]{0,3}$')
        self._comma_before = re.compile(",[nU]{0,3}$")
        self._contrast = re.compile(f"[;{coder.of(sorted(CONTRASTS))}]")

    def cuts(self, codes: str, places: Sequence[tuple[int, int]]) -> list[Cut]:
        """What does not count for a leader who is named at `places` (token ranges, in order)."""
        if not places:
            return []
        found = list(self._other_sides(codes, places[0][0], places[-1][1]))
        for start, end in places:
            found += self._cuts(codes, start, end)
        return found

    def _cuts(self, codes: str, start: int, end: int) -> Iterable[Cut]:
        reports = self._reports.match(codes, end)
        if reports is not None:
            verb = reports.start(1)
            yield Cut(verb + 1, len(codes))
            ends = codes[verb + 1 : verb + 2] in ("", ".", ",")
            if self._quote_before.search(codes, max(0, start - 4), start) is not None or (
                ends and self._comma_before.search(codes, max(0, start - 4), start) is not None
            ):
                yield Cut(0, start)
            return
        if self._reported_before.search(codes, max(0, start - 6), start) is not None:
            yield Cut(0, start)
            yield Cut(end, len(codes))
            return
        judges = self._judges.match(codes, end)
        if judges is not None:
            verb = judges.start(1)
            if self._be.isdisjoint(codes[end:verb]):
                share = weights.ACCUSER_SHARE if codes[verb] in self._accusing else 0.0
                yield Cut(verb, verb + 1, share)
                yield Cut(verb + 1, len(codes))

    def _other_sides(self, codes: str, start: int, end: int) -> Iterable[Cut]:
        """Where another masked name stands beyond a contrast, that side is not about this one."""
        before = after = None
        for match in self._contrast.finditer(codes):
            if match.end() <= start:
                before = match.start()
            elif match.start() >= end:
                after = match.start()
                break
        if before is not None and "N" in codes[:before]:
            yield Cut(0, before)
        if after is not None and "N" in codes[after:]:
            yield Cut(after, len(codes))
