"""A sentence and where its target stands, as the model reads it.

Owns the marks around the target, the piece that stands in for its name, and the bounds of length.
Training and reading both come through here, so that the model reads what it was trained on. No name
of the target reaches the model: the same words give the same answer, for every leader.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from processors.sentiment.minilm.wordpiece import WordPiece

MAX_PIECES = 128
"""Of a longer sentence, the pieces nearest to the target are read."""
MAX_SIDE_CHARACTERS = 1_500
"""What is read of a sentence on either side of the target: more cannot fit, and costs nothing."""

PAD, CLASSIFY, END, OPEN, CLOSE = "[PAD]", "[CLS]", "[SEP]", "[unused1]", "[unused2]"
STAND_IN = "he"
"""For every mention of the target: a word that the base model knows, and that names no person."""
SPECIAL_PIECES = (PAD, "[UNK]", CLASSIFY, END, OPEN, CLOSE)
PRONOUNS = frozenset(
    [
        *("he", "him", "his", "himself", "she", "her", "hers", "herself", "it", "its", "they"),
        *(
            "them",
            "their",
            "we",
            "us",
            "our",
            "i",
            "me",
            "my",
            "you",
            "your",
            "who",
            "whom",
            "whose",
        ),
    ]
)
"""Targets of training that stay as they are: they name no person, and tell case and number."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """Piece ids, and the half-open range of those that stand for the target."""

    ids: tuple[int, ...]
    target_start: int
    target_end: int


def encode(
    sentence: str,
    mentions: Sequence[tuple[int, int]],
    pieces: WordPiece,
    edges: tuple[str, str] = (CLASSIFY, END),
) -> Encoded:
    """Hide the target's name, mark its first mention and split the sentence.

    Args:
        sentence: Any Unicode text.
        mentions: Where the target stands, half-open offsets, at least one. The first one is the
            target; offsets are clipped to the sentence, and mentions that overlap are one.
        pieces: The model's vocabulary.
        edges: The pieces before and after everything.
    """
    length = len(sentence)
    clipped = [(max(0, min(start, length)), max(0, min(end, length))) for start, end in mentions]
    start, end = clipped[0]
    end = max(start, end)
    others = sorted(span for span in clipped[1:] if span[1] <= start or span[0] >= end)
    named = sentence[start:end].lower()
    ids = pieces.ids
    target = pieces.encode(named) if named in PRONOUNS else [ids[STAND_IN]]
    left, right = _nearest(
        _side(sentence, max(0, start - MAX_SIDE_CHARACTERS), start, others, pieces),
        _side(sentence, end, min(length, end + MAX_SIDE_CHARACTERS), others, pieces),
        MAX_PIECES - len(target) - 4,
    )
    before = (ids[edges[0]], *left, ids[OPEN])
    return Encoded(
        ids=(*before, *target, ids[CLOSE], *right, ids[edges[1]]),
        target_start=len(before),
        target_end=len(before) + len(target),
    )


def _side(
    sentence: str, start: int, end: int, others: Sequence[tuple[int, int]], pieces: WordPiece
) -> list[int]:
    """Return the pieces of a stretch, one stand-in for every other mention of the target in it."""
    found: list[int] = []
    at = start
    for first, last in others:
        if at <= first < last <= end:
            found += pieces.encode(sentence[at:first])
            found.append(pieces.ids[STAND_IN])
            at = last
    return found + pieces.encode(sentence[at:end])


def _nearest(
    left: Sequence[int], right: Sequence[int], room: int
) -> tuple[Sequence[int], Sequence[int]]:
    """Cut both sides to `room` in all; what one side does not need, the other may take."""
    if len(left) + len(right) <= room:
        return left, right
    half = room // 2
    from_left = min(len(left), max(half, room - len(right)))
    return left[len(left) - from_left :], right[: room - from_left]
