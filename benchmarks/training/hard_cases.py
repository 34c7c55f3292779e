"""Invented sentences of kinds that labelled news has too few of: acquittals, agents, averted wars.

A line of `hard_case_patterns.txt` is a sentence pattern, then what it says of [A] and, where there
is one, of [B]: N negative, U neutral, P positive, M neutral or positive, H neutral or negative.
`<slot>` is filled from `hard_case_slots.csv`. `sentences` fills patterns by a fixed seed: the same
count gives the same list. All texts are our own; `benchmarks/quality/said_frames.csv` holds other
ones, to measure with.
"""

import csv
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LABELS = {
    "N": (0.96, 0.03, 0.01),
    "U": (0.03, 0.94, 0.03),
    "P": (0.01, 0.04, 0.95),
    "M": (0.01, 0.52, 0.47),
    "H": (0.47, 0.52, 0.01),
}
HERE = Path(__file__).parent
_SLOT = re.compile(r"<(\w+)>")
_PERSON = re.compile(r"\[([AB])\]")
_TRIES = 40


@dataclass(frozen=True, slots=True)
class Case:
    """A filled pattern with one target."""

    sentence: str
    start: int
    end: int
    probabilities: tuple[float, float, float]


def patterns() -> list[tuple[str, tuple[str, ...]]]:
    """Return the patterns, each with its labels of [A] and [B]."""
    lines = (HERE / "hard_case_patterns.txt").read_text("utf-8").splitlines()
    parts = [line.split(" | ") for line in lines]
    return [(text, tuple(labels)) for text, *labels in parts]


def slots() -> dict[str, list[str]]:
    """Return what may fill each slot."""
    found: dict[str, list[str]] = {}
    with (HERE / "hard_case_slots.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["slot"], []).append(row["filling"])
    return found


def sentences(each: int, seed: int = 11) -> Iterator[Case]:
    """Yield `each` different fillings of every pattern, for each of its people."""
    rng = random.Random(seed)  # noqa: S311 - fillings, no secret
    fillings = slots()
    for text, labels in patterns():
        seen: set[str] = set()
        for _ in range(_TRIES * each):
            if len(seen) == each:
                break
            names = dict(zip("AB", rng.sample(fillings["name"], 2), strict=True))
            filled = _SLOT.sub(lambda m: rng.choice(fillings[m.group(1)]), text)
            filled, spans = _named(filled, names)
            if filled in seen:
                continue
            seen.add(filled)
            for person, label in zip("AB", labels, strict=False):
                yield Case(filled, *spans[person], LABELS[label])


def _named(filled: str, names: dict[str, str]) -> tuple[str, dict[str, tuple[int, int]]]:
    """Put names in; start with a capital, whatever was filled in."""
    found = ""
    spans = {}
    at = 0
    for match in _PERSON.finditer(filled):
        found += filled[at : match.start()]
        name = names[match.group(1)]
        spans[match.group(1)] = (len(found), len(found) + len(name))
        found += name
        at = match.end()
    found += filled[at:]
    first = 1 if found[:1] == '"' else 0
    return found[:first] + found[first : first + 1].upper() + found[first + 1 :], spans
