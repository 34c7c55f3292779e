"""Sentences with one target each, its name hidden: the small model and its teacher learn from them.

Every mention of the target is replaced by one stand-in piece, so that no answer can depend on who
is meant. Pronouns stay: they name no person, and their case tells who does what to whom.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import newsmtsc

from processors.sentiment.minilm.wordpiece import WordPiece

MAX_PIECES = 112
MAX_SIDE_CHARACTERS = 1_200
OPEN, CLOSE, STAND_IN = "[unused1]", "[unused2]", "[unused3]"


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


PRONOUNS = _words(
    """
    he him his himself she her hers herself it its they them their we us our i me my you your
    who whom whose
    """
)
TITLES = _words(
    """
    president mr mr. mrs mrs. ms ms. sen sen. rep rep. gov gov. senator governor secretary
    representative judge justice minister prime chancellor king queen pope dr dr. sir the former
    vice general gen. speaker mayor attorney house majority minority leader director
    """
)


@dataclass(frozen=True, slots=True)
class Target:
    """A sentence, the first mention that is asked about, and all mentions of the same person.

    `probabilities` are those of negative, neutral and positive.
    """

    sentence: str
    start: int
    end: int
    mentions: tuple[tuple[int, int], ...]
    probabilities: tuple[float, float, float]
    story: str = ""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Piece ids, and the half-open range of those that stand for the target."""

    ids: tuple[int, ...]
    target_start: int
    target_end: int


def of_example(example: newsmtsc.Example) -> Target:
    """Return the target of a labelled example, with all mentions of the same name."""
    mentions = same_name(example.sentence, example.start, example.end)
    hard = tuple(1.0 if label == example.label else 0.0 for label in range(3))
    return Target(
        example.sentence,
        example.start,
        example.end,
        mentions,
        hard,
        example.story,  # type: ignore[arg-type]
    )


def same_name(sentence: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """Return where the name at `start` to `end` stands in the sentence, by its last word."""
    named = sentence[start:end]
    words = named.split()
    if not words or named.lower() in PRONOUNS or not words[-1][:1].isupper():
        return ((start, end),)
    last = words[-1].removesuffix("'s").removesuffix("\u2019s")
    if not last.isalpha() or last.lower() in TITLES:
        return ((start, end),)
    first = words[0] if len(words) > 1 and words[0].lower() not in TITLES else ""
    before = rf"(?:{re.escape(first)} )?" if first else r"(?:(?:Donald|Barack|Hillary) )?"
    found = [m.span() for m in re.finditer(rf"\b{before}{re.escape(last)}\b", sentence)]
    others = [span for span in found if span[1] <= start or span[0] >= end]
    return tuple(sorted([(start, end), *others]))


def encode(target: Target, pieces: WordPiece, first: str, last: str) -> Pieces:
    """Split a sentence whose mentions are hidden and whose target is marked.

    Args:
        target: The sentence and where its target stands.
        pieces: The vocabulary.
        first: The piece before everything.
        last: The piece after everything.
    """
    ids = pieces.ids
    sides: list[list[int]] = [[], []]
    inside: list[int] = []
    at, side = 0, 0
    for start, end in target.mentions:
        if start < at:
            continue
        sides[side] += pieces.encode(target.sentence[at:start])
        named = target.sentence[start:end]
        if named.lower() in PRONOUNS:
            hidden = pieces.encode(named)
        else:
            hidden = [ids[STAND_IN]]
            if named.endswith(("'s", "\u2019s")):
                hidden += pieces.encode("'s")
        if (start, end) == (target.start, target.end):
            inside, side = hidden, 1
        else:
            sides[side] += hidden
        at = end
    sides[side] += pieces.encode(target.sentence[at:])
    left, right = nearest(sides[0], sides[1], MAX_PIECES - len(inside) - 4)
    before = (ids[first], *left, ids[OPEN])
    return Pieces(
        (*before, *inside, ids[CLOSE], *right, ids[last]), len(before), len(before) + len(inside)
    )


def nearest(
    left: Sequence[int], right: Sequence[int], room: int
) -> tuple[Sequence[int], Sequence[int]]:
    """Cut both sides to `room` pieces in all: what one side does not need, the other may take."""
    if len(left) + len(right) <= room:
        return left, right
    half = room // 2
    from_left = min(len(left), max(half, room - len(right)))
    return left[len(left) - from_left :], right[: room - from_left]
