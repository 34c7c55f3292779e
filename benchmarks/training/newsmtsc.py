"""Reads NewsMTSC's training file, and parts it so that no story is on both sides.

NewsMTSC (Hamborg and Donnay 2021, MIT): sentences of political news, each with targets that were
labelled negative, neutral or positive by several readers. The file is not part of the project: get
it from the data set's authors. One JSON object a line: `primary_gid`, `sentence_normalized`, and
`targets` with `from`, `to` (exclusive) and `polarity` (2, 4, 6).
"""

import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

LABELS = ("negative", "neutral", "positive")
_LABEL_OF_POLARITY = {2: 0, 4: 1, 6: 2}


@dataclass(frozen=True, slots=True)
class Example:
    """One target in one sentence. `label` is an index into LABELS; `story` names its event."""

    sentence: str
    start: int
    end: int
    label: int
    story: str


def read(path: Path) -> list[Example]:
    """Reads all targets, in the order of the file; plain or gzip."""
    return list(_examples(path))


def part(examples: Sequence[Example], held_out: float) -> tuple[list[Example], list[Example]]:
    """Parts into (training, held out) by a hash of the story; repeated sentences go with the first.

    Args:
        examples: As read.
        held_out: The share of stories to hold out, 0 to 1.
    """
    inside: list[Example] = []
    outside: list[Example] = []
    side_of_sentence: dict[str, list[Example]] = {}
    for example in examples:
        digest = hashlib.blake2b(example.story.encode(), digest_size=8).digest()
        share = int.from_bytes(digest, "big") / 2**64
        side = side_of_sentence.setdefault(
            " ".join(example.sentence.split()), outside if share < held_out else inside
        )
        side.append(example)
    return inside, outside


def _examples(path: Path) -> Iterator[Example]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            for target in row["targets"]:
                yield Example(
                    sentence=row["sentence_normalized"],
                    start=target["from"],
                    end=target["to"],
                    label=_LABEL_OF_POLARITY[int(target["polarity"])],
                    story=_story(row["primary_gid"]),
                )


def _story(gid: str) -> str:
    """The event of an AllSides article (two or three articles each), or the article itself."""
    parts = gid.split("_")
    return f"allsides {parts[2]}" if parts[0] == "allsides" else " ".join(parts[:3])
