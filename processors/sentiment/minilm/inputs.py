"""A sentence and where its target stands, as the model reads it.

Owns the marks around the target and the bounds of length. Must not know the model. Training and
reading both come through here, so that the model reads what it was trained on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from processors.sentiment.minilm.wordpiece import WordPiece

MOST_PIECES = 128
"""Of a longer sentence, the pieces nearest to the target are read."""
MOST_TARGET_PIECES = 24
MOST_SIDE_CHARACTERS = 1_500
"""What is read of a sentence on either side of the target: more cannot fit, and costs nothing."""

PAD, CLASSIFY, END, OPEN, CLOSE = "[PAD]", "[CLS]", "[SEP]", "[unused1]", "[unused2]"
SPECIAL_PIECES = (PAD, "[UNK]", CLASSIFY, END, OPEN, CLOSE)


@dataclass(frozen=True, slots=True)
class Encoded:
    """Piece ids, and the half-open range of those that are the target."""

    ids: tuple[int, ...]
    target_start: int
    target_end: int


def encode(sentence: str, start: int, end: int, pieces: WordPiece) -> Encoded:
    """Marks the target and splits the sentence.

    Args:
        sentence: Any Unicode text.
        start: Where the target begins in it; the offsets are clipped to the sentence.
        end: Where it ends, exclusive.
        pieces: The model's vocabulary.
    """
    start = min(max(start, 0), len(sentence))
    end = min(max(end, start), len(sentence))
    target_text = sentence[start : min(end, start + MOST_SIDE_CHARACTERS)]
    target = pieces.encode(target_text)[:MOST_TARGET_PIECES]
    left, right = _nearest(
        pieces.encode(sentence[max(0, start - MOST_SIDE_CHARACTERS) : start]),
        pieces.encode(sentence[end : end + MOST_SIDE_CHARACTERS]),
        MOST_PIECES - len(target) - 4,
    )
    ids = pieces.ids
    before = (ids[CLASSIFY], *left, ids[OPEN])
    return Encoded(
        ids=(*before, *target, ids[CLOSE], *right, ids[END]),
        target_start=len(before),
        target_end=len(before) + len(target),
    )


def _nearest(
    left: Sequence[int], right: Sequence[int], room: int
) -> tuple[Sequence[int], Sequence[int]]:
    """Both sides cut to `room` in all; what one side does not need, the other may take."""
    if len(left) + len(right) <= room:
        return left, right
    half = room // 2
    from_left = min(len(left), max(half, room - len(right)))
    return left[len(left) - from_left :], right[: room - from_left]
