"""Sentences to learn from: labelled ones, invented ones, and those that a larger model labelled.

Owns what a lesson is and where lessons come from. Weights are the learner's business.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import hard_cases
import newsmtsc

from processors.sentiment.minilm.inputs import PRONOUNS
from processors.sentiment.news.roles import TITLES

_GIVEN_NAMES = r"(?:(?:Donald|Barack|Hillary) )?"


@dataclass(frozen=True, slots=True)
class Lesson:
    """A sentence, where its target stands, and what it says of the target.

    The first of `mentions` is asked about, the others name the same person. `probabilities` are
    those of negative, neutral and positive.
    """

    sentence: str
    mentions: Sequence[tuple[int, int]]
    probabilities: Sequence[float]


def of_newsmtsc(examples: Iterable[newsmtsc.Example]) -> Iterator[Lesson]:
    """Yield labelled examples, each with all mentions of the target's name."""
    for one in examples:
        certain = [float(one.label == label) for label in range(len(newsmtsc.LABELS))]
        yield Lesson(one.sentence, same_name(one.sentence, one.start, one.end), certain)


def invented(fillings: int) -> Iterator[Lesson]:
    """Yield invented sentences, so many of each pattern."""
    for one in hard_cases.sentences(fillings):
        yield Lesson(one.sentence, [(one.start, one.end)], one.probabilities)


def labelled(path: Path | None) -> Iterator[Lesson]:
    """Yield sentences that a larger model labelled; none without a path."""
    if path is None:
        return
    with path.open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            mentions = [(start, end) for start, end in row["mentions"]]
            yield Lesson(row["sentence"], mentions, row["probabilities"])


def same_name(sentence: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return where the name at `start` to `end` stands, itself first, by its last word."""
    named = sentence[start:end]
    words = named.split()
    if not words or named.lower() in PRONOUNS or not words[-1][:1].isupper():
        return [(start, end)]
    last = words[-1].removesuffix("'s").removesuffix("\u2019s")
    if not last.isalpha() or last.lower() in TITLES:
        return [(start, end)]
    is_full = len(words) > 1 and words[0].lower().rstrip(".") not in TITLES
    before = rf"(?:{re.escape(words[0])} )?" if is_full else _GIVEN_NAMES
    found = [m.span() for m in re.finditer(rf"\b{before}{re.escape(last)}\b", sentence)]
    return [(start, end), *(span for span in found if span[1] <= start or span[0] >= end)]
