"""How a sentence speaks of a leader: a linear model over words and where they stand.

Owns the features, their weights and what each word adds. Must not know articles. Trained on
NewsMTSC (Hamborg and Donnay 2021, MIT) by `benchmarks/training/leader_model.py`; the word vectors
are GloVe's (Pennington, Socher and Manning 2014, PDDL) turned onto the six axes that tell most.

Every feature belongs to one word or to two side by side, so the score is a sum over words, and what
a word added can be shown.
"""

import csv
import hashlib
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources

from msgspec import Struct

from processors.errors import BadLexiconError
from processors.sentiment.news.places import (
    DENIERS,
    NEAR_AFTER,
    NEAR_BEFORE,
    NEXT_AFTER,
    PLACES,
    RELIEVED,
    REPORTED,
    SILENT,
    leaders_in,
    negated,
    places,
)
from processors.sentiment.news.relief import relief
from processors.sentiment.news.roles import ROLES, roles

MODEL, VECTORS = "data/leader_model.csv", "data/word_vectors.csv"
AXES = 6
SIDES = ("before",) * 4 + ("after",) * 4 + ("beyond",) * 2 + ("reported", "relieved")
"""By place."""
SLOTS = (*map(str, range(RELIEVED)), "relieved", *ROLES)
"""Places, and after them roles: a word with a role counts in both."""
_PAIRED = frozenset((NEAR_BEFORE, NEXT_AFTER, NEAR_AFTER))
_NEGATED_SHARE = -0.5
_MOST_MEMO_WORDS = 20_000
_LONGEST_MEMO_CHARACTERS = 40
_HEADER = ["feature", "negative", "positive"]

FIRST_ROLE = PLACES

Moved = tuple[float, float]
"""What is added to the score of negative and of positive; neutral's stays 0."""
NOTHING: Moved = (0.0, 0.0)
Paired = tuple[float, float, float]
"""What two neighbours add, and the share of it that is the first one's."""
Known = tuple[float, float, Mapping[str, Paired] | None]
"""What a word adds, and what each word that may follow it adds with it."""


class Decision(Struct, frozen=True, gc=False):
    """What one sentence says of the leader: probabilities, and what each word moved.

    `moved` says of every word how far it pushed positive against negative, in logits; silent words
    push nothing.
    """

    negative: float
    neutral: float
    positive: float
    moved: Sequence[float]


def word_features(word: str, place: int) -> Iterator[str]:
    """Yield the features of a word that is not silent, each of value 1."""
    if place == REPORTED:
        return
    if place >= RELIEVED:
        yield f"{SLOTS[place]}:{word}"
        return
    yield f"any:{word}"
    yield f"{SIDES[place]}:{word}"
    if SIDES[place] != "beyond":
        yield f"{place}:{word}"


def pair_features(first: str, second: str, place: int) -> Iterator[str]:
    """Yield the features of two neighbours, not both silent, by the first one's place."""
    if place == REPORTED:
        return
    yield f"{SIDES[place]}:{first} {second}"
    if place in _PAIRED:
        yield f"{place}:{first} {second}"


def lexicon_features(weight: float, place: int) -> Iterator[str]:
    """Yield the features of a word of the news lexicon, each of the weight's absolute value."""
    if place == REPORTED:
        return
    sign = "+" if weight > 0.0 else "-"
    if place < RELIEVED:
        yield f"any:{sign}"
    yield f"{SLOTS[place]}:{sign}"


def lexicon_weight(weight: float, *, negation: bool) -> float:
    """Return what is left of a word of the lexicon where it may stand behind a negation."""
    return weight * _NEGATED_SHARE if negation else weight


class _Known(dict[str, Known]):
    """Maps a word to what it adds at one place: a bounded memo of the model."""

    def __init__(self, model: "LeaderModel", place: int, *, negation: bool) -> None:
        super().__init__()
        self._model = model
        self._place = place
        self._negation = negation

    def __missing__(self, word: str) -> Known:
        known = self._model.learn(word, self._place, negation=self._negation)
        if len(word) > _LONGEST_MEMO_CHARACTERS:
            return known
        if len(self) >= _MOST_MEMO_WORDS:
            self.clear()
        self[word] = known
        return known


class LeaderModel:
    """Reads sentences for a leader; bounded memos, no other state.

    Args:
        weights: Feature → what it adds for its value of 1. `bias` is what every sentence has.
        vectors: Word → its place on each axis, in hundredths, as in the file: read when asked for.
        axes: By place and axis, what a step along the axis adds.
        lexicon: Weights of the news lexicon's single words, -1 to 1.
        version: Says which model this is.
    """

    def __init__(
        self,
        weights: Mapping[str, Moved],
        vectors: Mapping[str, str],
        axes: Sequence[Sequence[Moved]],
        lexicon: Mapping[str, float],
        version: str,
    ) -> None:
        self.version = version
        self._bias = weights.get("bias", NOTHING)
        self._weights = weights
        self._vectors = vectors
        self._steps: dict[str, list[float]] = {}
        self._axes = axes
        self._lexicon = lexicon
        # By place and role, and again by place for words that are negated.
        self._known = [_Known(self, slot, negation=False) for slot in range(len(SLOTS))]
        self._denied = [_Known(self, place, negation=True) for place in range(PLACES)]
        self._weighed = {key.partition(":")[2] for key in weights}
        # First word → where → second word → what the pair adds.
        self._pairs: dict[str, dict[str, dict[str, Moved]]] = {}
        for key, added in weights.items():
            where, _, text = key.partition(":")
            first, _, second = text.partition(" ")
            if second:
                self._pairs.setdefault(first, {}).setdefault(where, {})[second] = added

    def decide(self, words: Sequence[str]) -> Decision:
        """Read one sentence.

        Args:
            words: As `places.join` gives them, with at least one `@`.
        """
        relieved_words, relieved = relief(words)
        at = places(words, relieved_words)
        denied = negated(words) if not DENIERS.isdisjoint(words) else None
        negative, positive = self._bias
        moved = [0.0] * len(words)
        known = self._known
        for index, role in roles(words, leaders_in(words)):
            if at[index] == REPORTED:
                continue
            below, above, _ = known[FIRST_ROLE + role][words[index]]
            negative += below
            positive += above
            moved[index] += above - below
        last = len(words) - 1
        for index, place in enumerate(at):
            if place < 0:
                continue
            if denied is not None and denied[index]:
                below, above, pairs = self._denied[place][words[index]]
            else:
                below, above, pairs = known[place][words[index]]
            if below or above:
                negative += below
                positive += above
                moved[index] += above - below
            if pairs is not None and index < last:
                pair = pairs.get(words[index + 1])
                if pair is not None and at[index + 1] >= 0:
                    below, above, share = pair
                    negative += below
                    positive += above
                    pushed = above - below
                    moved[index] += share * pushed
                    moved[index + 1] += pushed - share * pushed
        decision = _decision(negative, positive, moved)
        return _milder(decision) if relieved else decision

    def learn(self, word: str, place: int, *, negation: bool) -> Known:
        """Return what a word adds at a place, and with each word that may follow it."""
        negative, positive = (
            NOTHING if word in SILENT else self._word(word, place, negation=negation)
        )
        pairs: dict[str, Moved] = {}
        if word in self._pairs and place != REPORTED and place < PLACES:
            by_where = self._pairs[word]
            pairs |= by_where.get(SIDES[place], {})
            if place in _PAIRED:
                for second, added in by_where.get(str(place), {}).items():
                    pairs[second] = _sum((pairs.get(second), added))
        if not pairs:
            return negative, positive, None
        shared = {
            second: (*added, 0.0 if word in SILENT else 1.0 if second in SILENT else 0.5)
            for second, added in pairs.items()
        }
        return negative, positive, shared

    def _word(self, word: str, place: int, *, negation: bool) -> Moved:
        negative, positive = NOTHING
        if word in self._weighed:
            negative, positive = _sum(self._weights.get(f) for f in word_features(word, place))
        weight = lexicon_weight(self._lexicon.get(word, 0.0), negation=negation)
        if weight:
            known = _sum(self._weights.get(f) for f in lexicon_features(weight, place))
            negative += abs(weight) * known[0]
            positive += abs(weight) * known[1]
        if word in self._vectors and place != REPORTED:
            steps = self._steps.get(word)
            if steps is None:  # no more words than the file has
                steps = self._steps[word] = _steps(word, self._vectors[word])
            for step, axis in zip(steps, self._axes[place], strict=True):
                negative += step * axis[0]
                positive += step * axis[1]
        return (negative, positive) if negative or positive else NOTHING


def _sum(moves: Iterable[Moved | None]) -> Moved:
    negative = positive = 0.0
    for move in moves:
        if move is not None:
            negative += move[0]
            positive += move[1]
    return (negative, positive) if negative or positive else NOTHING


def _decision(negative: float, positive: float, moved: Sequence[float]) -> Decision:
    most = max(negative, positive, 0.0)
    below, level, above = (math.exp(score - most) for score in (negative, 0.0, positive))
    total = below + level + above
    return Decision(below / total, level / total, above / total, moved)


def _milder(decision: Decision) -> Decision:
    """Make neutral of what is more negative than positive."""
    negative = min(decision.negative, decision.positive)
    neutral = 1.0 - negative - decision.positive
    return Decision(negative, neutral, decision.positive, decision.moved)


def load_leader_model(lexicon: Mapping[str, float]) -> LeaderModel:
    """Reads the packaged model.

    Args:
        lexicon: Weights of the news lexicon's single words.

    Raises:
        BadLexiconError: A row is wrong.
    """
    folder = resources.files(__package__)
    model, vectors = (folder.joinpath(file).read_text("utf-8") for file in (MODEL, VECTORS))
    return parse_leader_model(model, vectors, lexicon)


def parse_leader_model(model: str, vectors: str, lexicon: Mapping[str, float]) -> LeaderModel:
    """Reads a model.

    Args:
        model: CSV with the columns feature, negative, positive; `place:axis n` are the axes.
        vectors: CSV of word and its steps along the axes, in hundredths; no header.
        lexicon: Weights of the news lexicon's single words.

    Raises:
        BadLexiconError: A row is wrong; names file, line and what to do.
    """
    weights: dict[str, Moved] = {}
    rows = csv.reader(io.StringIO(model))
    if next(rows, []) != _HEADER:
        raise BadLexiconError(f"{MODEL}, line 1: make the header {','.join(_HEADER)!r}.")
    for row in rows:
        feature, *numbers = row
        weights[feature] = _numbers(numbers, 2, MODEL, rows.line_num)  # type: ignore[assignment]
    axes = [[weights.pop(f"{slot}:axis {axis}", NOTHING) for axis in range(AXES)] for slot in SLOTS]
    rows_of = (line.partition(",") for line in vectors.splitlines())
    steps = {word: numbers for word, _, numbers in rows_of}
    digest = hashlib.sha256((model + vectors).encode()).hexdigest()[:8]
    return LeaderModel(weights, steps, axes, lexicon, digest)


def _steps(word: str, written: str) -> list[float]:
    numbers = _numbers(written.split(","), AXES, f"{VECTORS}, word {word!r}", 0)
    return [number / 100 for number in numbers]


def _numbers(texts: Sequence[str], count: int, file: str, line: int) -> tuple[float, ...]:
    try:
        numbers = tuple(map(float, texts))
    except ValueError as error:
        raise BadLexiconError(f"{file}, line {line}: {error}: make the file anew.") from error
    if len(numbers) != count or not all(map(math.isfinite, numbers)):
        raise BadLexiconError(
            f"{file}, line {line}: {len(numbers)} numbers, {count} finite ones wanted: "
            "make the file anew with benchmarks/training/leader_model.py."
        )
    return numbers
