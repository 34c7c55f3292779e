"""Invented sentences by kind: whom blame is taken off, who is the agent, who only speaks.

The scorers of both kinds must read the kinds that never may be negative without an exception, and
most of the others.
"""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from processors.contracts import Field, Span
from processors.sentiment.scorer import Scorer, load_scorer

FILE = Path(__file__).parents[3] / "benchmarks/quality/said_frames.csv"
NEVER_NEGATIVE = {"exonerated", "averted", "ended", "freed", "apology", "passive by"}
MIN_RIGHT = {"textblob-news": 0.9, "minilm": 0.95}


def rows() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module", params=sorted(MIN_RIGHT))
def scorer(request: pytest.FixtureRequest) -> Scorer:
    return load_scorer(request.param)


def label(scorer: Scorer, row: dict[str, str]) -> str:
    """Read one sentence for the leader in square brackets."""
    field: Field = "headline" if row["field"] == "headline" else "text"
    spans: dict[str, list[Span]] = {"[": [], "{": []}
    text = ""
    for part in re.split(r"(\[[^\]]+\]|\{[^}]+\})", row["sentence"]):
        name = part[1:-1] if part[:1] in spans else part
        if name != part:
            end = len(text) + len(name)
            spans[part[0]].append(
                Span(field=field, start=len(text), end=end, text=name, kind="name")
            )
        text += name
    fields = (text, "") if field == "headline" else ("", text)
    return scorer.read(*fields, spans["["] + spans["{"]).towards(spans["["])[0].label


def is_right(expected: str, found: str) -> bool:
    if expected.startswith("~"):
        return found != expected[1:]
    return found == expected or (expected == "neutral" and found == "unknown")


def test_relief_is_never_negative(scorer: Scorer) -> None:
    wrong = [
        row["sentence"]
        for row in rows()
        if row["kind"] in NEVER_NEGATIVE
        and row["expect"] == "~negative"
        and label(scorer, row) == "negative"
    ]
    assert wrong == []


def test_most_of_every_kind_is_right(scorer: Scorer) -> None:
    right = Counter(is_right(row["expect"], label(scorer, row)) for row in rows())
    assert right[True] / right.total() >= MIN_RIGHT[scorer.name]
