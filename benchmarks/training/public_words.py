"""Finds how much each word speaks of public affairs, from headlines.

A logistic regression on the mean of a headline's word vectors tells headlines about leaders from
others: the project's own frames (split train), political headlines of a stream, company headlines
of another (they name a ticker, "<BRC>"), and seed words. A word's score is its vector's share.
"""

import gzip
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.quality.headlines.frames import load_frames

SEEDS = Path(__file__).with_name("topic_seeds.toml")
PUBLIC_SEEDS = "politics"
OTHER_SEEDS = ("sport", "crime", "business", "arts", "science", "life", "trades")
FOLDS = 4
FRAME_WEIGHT = 3.0
POLITICAL_WEIGHT = 0.05
COMPANY_WEIGHT = 0.02
SEED_WEIGHT = 0.25
STRENGTH = 0.3
WORD = re.compile(r"[a-z][a-z']+")
TICKER = re.compile(r"<.*?>")
PLACE = re.compile(r"\{\w+\}")
SILENT = frozenset(
    [
        *("the", "a", "an", "of", "to", "in", "on", "at", "for", "and", "or", "by", "with", "from"),
        *("as", "is", "are", "was", "were", "be", "been", "it", "its", "his", "her", "he", "she"),
        *("they", "that", "this"),
    ]
)

Example = tuple[list[str], bool, float]


def fold_of(headline: str) -> int:
    """Return the fold of a frame: by its text, the same in every run."""
    return sum(headline.encode()) % FOLDS


def frame_examples(left_out: int | None) -> Iterator[Example]:
    """Yield the words of the frames; one fold can be left out."""
    for frame in load_frames("train"):
        if fold_of(frame.headline) != left_out:
            words = WORD.findall(PLACE.sub(" ", frame.headline).lower())
            yield words, frame.about_leader, FRAME_WEIGHT


def stream_examples(paths: Sequence[Path], names: frozenset[str]) -> list[Example]:
    """Return the words of headlines that name a ticker, and of those of a political stream."""
    examples = []
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                title = json.loads(line)["title"]
                is_political = "politics" in path.name
                if not is_political and not TICKER.search(title):
                    continue
                found = WORD.findall(TICKER.sub(" ", title).lower())
                words = [word for word in found if word not in names]
                weight = POLITICAL_WEIGHT if is_political else COMPANY_WEIGHT
                examples.append((words, is_political, weight))
    return examples


def seed_examples() -> Iterator[Example]:
    """Yield each seed word."""
    seeds = tomllib.loads(SEEDS.read_text("utf-8"))
    for name in (PUBLIC_SEEDS, *OTHER_SEEDS):
        for word in seeds[name].split():
            yield [word], name == PUBLIC_SEEDS, SEED_WEIGHT


def fit_direction(
    examples: Iterable[Example], at: dict[str, int], vectors: np.ndarray
) -> np.ndarray:
    """Return the direction along which words speak of public affairs."""
    rows, labels, weights = [], [], []
    for words, is_public, weight in examples:
        known = [at[word] for word in words if word in at and word not in SILENT]
        if known:
            rows.append(vectors[known].sum(axis=0) / np.sqrt(len(known)))
            labels.append(is_public)
            weights.append(weight)
    model = LogisticRegression(C=STRENGTH, max_iter=5_000, tol=1e-6, class_weight="balanced")
    model.fit(np.stack(rows), labels, sample_weight=weights)
    return np.asarray(model.coef_[0])


def public_scores(
    paths: Sequence[Path], names: frozenset[str], at: dict[str, int], vectors: np.ndarray
) -> list[np.ndarray]:
    """Return each word's score, and those with one fold of the frames left out."""
    streams = stream_examples(paths, names)
    directions = [
        fit_direction([*frame_examples(left_out), *streams, *seed_examples()], at, vectors)
        for left_out in (None, *range(FOLDS))
    ]
    return [vectors @ direction for direction in directions]
