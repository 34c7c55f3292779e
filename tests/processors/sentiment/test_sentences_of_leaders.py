"""The labelled sentences of our own: what is said of a leader, and what must not ring."""

import csv
import re
from pathlib import Path

import pytest

from processors.contracts import Sentiment, Span
from processors.sentiment.news.lexicon import load_news
from processors.sentiment.news.scorer import NewsScorer

FILE = Path(__file__).parents[3] / "benchmarks/quality/sentiment_sentences.csv"
SCORER = NewsScorer(load_news())
RINGS = 0.75
LEAST_SECOND_TIER = 0.65


def read(marked: str) -> Sentiment:
    """Scores the sentence for the leader in square brackets; other leaders stand in braces."""
    spans: dict[str, list[Span]] = {"[": [], "{": []}
    text = ""
    for part in re.split(r"(\[[^\]]+\]|\{[^}]+\})", marked):
        if part[:1] in spans:
            name = part[1:-1]
            start, end = len(text), len(text) + len(name)
            spans[part[0]].append(Span(field="text", start=start, end=end, text=name, kind="name"))
            text += name
        else:
            text += part
    scored = SCORER.read("", text, spans["["] + spans["{"])
    return scored.towards(spans["["])[0]


def rows(tier: str) -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["tier"] == tier]


def label_of(sentiment: Sentiment) -> str:
    return "neutral" if sentiment.label == "unknown" else sentiment.label


@pytest.mark.parametrize("row", rows("1"), ids=lambda row: row["sentence"])
def test_the_first_tier_is_read_right(row: dict[str, str]) -> None:
    assert label_of(read(row["sentence"])) == row["label"]


def test_most_of_the_second_tier_is_read_right() -> None:
    read_right = [label_of(read(row["sentence"])) == row["label"] for row in rows("2")]
    assert sum(read_right) / len(read_right) >= LEAST_SECOND_TIER


@pytest.mark.parametrize(
    "row",
    [row for tier in ("1", "2") for row in rows(tier) if row["label"] == "neutral"],
    ids=lambda row: row["sentence"],
)
def test_what_says_nothing_of_a_leader_never_rings(row: dict[str, str]) -> None:
    assert abs(read(row["sentence"]).polarity) < RINGS


@pytest.mark.parametrize("row", [*rows("1"), *rows("2")], ids=lambda row: row["sentence"])
def test_nothing_rings_in_the_wrong_direction(row: dict[str, str]) -> None:
    polarity = read(row["sentence"]).polarity
    wrong = {"negative": polarity >= RINGS, "positive": polarity <= -RINGS}
    assert not wrong.get(row["label"], False)
