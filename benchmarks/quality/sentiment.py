"""How well the scorers read what is said of a leader: accuracy, macro-F1, calibration, time.

    make quality DATA=folder

Without a folder only the labelled sentences of the project are measured (`sentiment_sentences.csv`;
we wrote them, so they show traps and not accuracy). A folder may hold NewsMTSC's training set
(`sentiment-newsmtsc-train.jsonl.gz`) and PerSenT's development set
(`sentiment-persent-dev.jsonl.gz`), itself or in `dev/`. The linear model of `textblob-news` is
trained anew for every fold on the other folds (stories stay together), which takes the group
`training`; "unknown" counts as neutral.
"""

import argparse
import csv
import gzip
import hashlib
import json
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from processors.contracts import Sentiment, Span
from processors.sentiment.news.lexicon import load_news, single_words
from processors.sentiment.news.linear import parse_leader_model
from processors.sentiment.news.scorer import NewsScorer
from processors.sentiment.scorer import SCORERS, Scorer, load_scorer

HERE = Path(__file__).parent
LABELS = ("negative", "neutral", "positive")
OWN = HERE / "sentiment_sentences.csv"
NEWSMTSC, PERSENT = "sentiment-newsmtsc-train.jsonl.gz", "sentiment-persent-dev.jsonl.gz"
FALLBACK = HERE.parents[2] / "shared" / "data"
FOLDS = 5
TIMED_SENTENCES, TIMED_ROUNDS = 300, 5
NOT_LEARNT = frozenset({"minilm"})
"""Measured by a script of their own: they were trained on one part of the same set."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text, where it names who is meant, and what it says of them."""

    title: str
    text: str
    spans: tuple[Span, ...]
    others: tuple[Span, ...]
    label: str
    fold: int = 0


def own() -> Iterator[Labelled]:
    """The project's sentences: [the leader], {others}."""
    with OWN.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            text, spans, others = "", [], []
            for part in re.split(r"(\[[^\]]+\]|\{[^}]+\})", row["sentence"]):
                name = part[1:-1] if part[:1] in ("[", "{") else part
                if name != part:
                    (spans if part[0] == "[" else others).append(_span(len(text), name))
                text += name
            yield Labelled("", text, tuple(spans), tuple(others), row["label"])


def newsmtsc(path: Path) -> list[Labelled]:
    """NewsMTSC's training set; all targets of a story are in one fold."""
    sys.path.append(str(HERE.parent / "training"))
    from newsmtsc import read  # noqa: PLC0415 - beside this folder, not in it

    found = []
    for one in read(path):
        span = _span(one.start, one.sentence[one.start : one.end])
        fold = int.from_bytes(hashlib.sha256(one.story.encode()).digest()[:4], "big") % FOLDS
        found.append(Labelled("", one.sentence, (span,), (), LABELS[one.label], fold))
    return found


def persent(path: Path) -> Iterator[Labelled]:
    """PerSenT: documents, with the author's attitude to the main person."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            names = {row["target"], row["target"].split()[-1]}
            pattern = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))
            spans = [_span(m.start(), m.group()) for m in pattern.finditer(row["document"])]
            label = row["label"].lower()
            yield Labelled(row["title"], row["document"], tuple(spans), (), label)


def _span(start: int, name: str) -> Span:
    return Span(field="text", start=start, end=start + len(name), text=name, kind="name")


def score(scorer: Scorer, one: Labelled) -> Sentiment:
    """What a scorer makes of one text."""
    return scorer.read(one.title, one.text, one.spans + one.others).towards(one.spans)[0]


def score_folds(examples: Sequence[Labelled], path: Path) -> list[Sentiment]:
    """The news scorer's scores, each from a model that has not seen the story."""
    from leader_model import fit  # noqa: PLC0415 - needs the group `training`
    from newsmtsc import read  # noqa: PLC0415

    lexicon = load_news()
    raw = read(path)
    scored: dict[int, Sentiment] = {}
    for fold in range(FOLDS):
        seen = [one for one, labelled in zip(raw, examples, strict=True) if labelled.fold != fold]
        model = parse_leader_model(*fit(seen), single_words(lexicon))
        scorer = NewsScorer(lexicon, model)
        for at, labelled in enumerate(examples):
            if labelled.fold == fold:
                scored[at] = score(scorer, labelled)
    return [scored[at] for at in range(len(examples))]


def table(examples: Sequence[Labelled], runs: dict[str, Sequence[Sentiment]]) -> None:
    """Print accuracy, macro-F1 and F1 by class of each run."""
    counts = Counter(one.label for one in examples)
    print(", ".join(f"{counts[label]} {label}" for label in LABELS))
    print(f"{'scorer':<16} accuracy macro-F1 negative  neutral positive  unknown")
    for name, scores in runs.items():
        said = ["neutral" if s.label == "unknown" else s.label for s in scores]
        pairs = Counter(zip((one.label for one in examples), said, strict=True))
        by_class = [_f1(pairs, label) for label in LABELS]
        right = sum(pairs[label, label] for label in LABELS) / len(examples)
        unknown = sum(s.label == "unknown" for s in scores) / len(scores)
        values = [right, statistics.fmean(by_class), *by_class, unknown]
        print(f"{name:<16}" + "".join(f" {value:8.3f}" for value in values))


def _f1(pairs: Counter[tuple[str, str]], label: str) -> float:
    hit = pairs[label, label]
    wrong = sum(n for (true, said), n in pairs.items() if (true == label) != (said == label))
    return 2 * hit / (2 * hit + wrong) if hit else 0.0


def calibration(examples: Sequence[Labelled], scores: Sequence[Sentiment]) -> None:
    """Print, for each tenth of |polarity|, how many are right, and of all from there up."""
    print("|polarity|      n   right | from here up: n   right  negative  positive")
    for tenth in range(1, 10):
        low = tenth / 10
        here = _right(examples, scores, lambda p, low=low: low <= abs(p) < low + 0.1)
        up = _right(examples, scores, lambda p, low=low: abs(p) >= low)
        below = _right(examples, scores, lambda p, low=low: p <= -low)
        above = _right(examples, scores, lambda p, low=low: p >= low)
        print(
            f"{low:.1f} to {low + 0.1:.1f} {here[0]:6} {here[1]:7.3f} |       "
            f"  {up[0]:8} {up[1]:7.3f}   {below[1]:7.3f}   {above[1]:7.3f}"
        )
    for rings in (0.4, 0.7, 0.75, 0.8):
        count, right = _right(
            examples, scores, lambda p, rings=rings: abs(p) >= rings, least_words=3
        )
        print(f"would ring at {rings:.2f} with 3 scored words: {count}, precision {right:.3f}")


def _right(
    examples: Sequence[Labelled],
    scores: Sequence[Sentiment],
    chosen: Callable[[float], bool],
    least_words: int = 0,
) -> tuple[int, float]:
    hits = [
        one.label == ("negative" if s.polarity < 0 else "positive")
        for one, s in zip(examples, scores, strict=True)
        if s.label != "unknown" and s.scored_words >= least_words and chosen(s.polarity)
    ]
    return len(hits), statistics.fmean(hits) if hits else 0.0


def timing(scorers: dict[str, Scorer], examples: Sequence[Labelled]) -> None:
    """Print the median time of a sentence, in interleaved rounds, memos warm and cold."""
    some = examples[:: max(1, len(examples) // TIMED_SENTENCES)]
    times: dict[str, list[float]] = {name: [] for name in scorers}
    for _ in range(TIMED_ROUNDS):
        for name, scorer in scorers.items():
            for one in some:
                began = time.perf_counter()
                score(scorer, one)
                times[name].append(time.perf_counter() - began)
    for name, taken in times.items():
        cold = statistics.median(taken[: len(some)])
        warm = statistics.median(taken[len(some) :])
        print(f"{name:<16} {1e3 * cold:.3f} ms a new sentence, {1e3 * warm:.3f} ms seen before")


def main() -> None:
    """Measure what there is to measure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, help="folder with labelled sets")
    folder = parser.parse_args().data
    if folder is None and FALLBACK.is_dir():
        folder = FALLBACK
    scorers = {name: load_scorer(name) for name in SCORERS if name not in NOT_LEARNT}
    sentences = list(own())
    print(f"\nSentiment: our own {len(sentences)} sentences (traps, written by us)")
    table(sentences, {n: [score(s, one) for one in sentences] for n, s in scorers.items()})
    path = _find(folder, NEWSMTSC)
    if path is None:
        print("No labelled set of others was measured: give --data a folder with them.")
        timing(scorers, sentences)
        return
    examples = newsmtsc(path)
    print(f"\nSentiment: NewsMTSC's training set, {len(examples)} targets, {FOLDS} folds by story")
    runs: dict[str, Sequence[Sentiment]] = {
        name: [score(scorer, one) for one in examples]
        for name, scorer in scorers.items()
        if not isinstance(scorer, NewsScorer)
    }
    try:
        runs["textblob-news"] = score_folds(examples, path)
    except ImportError as error:
        print(
            f"textblob-news is left out: {error}; install with: uv sync --inexact --group training"
        )
    table(examples, runs)
    if "textblob-news" in runs:
        print("\ntextblob-news: of what is scored so, how much is right")
        calibration(examples, runs["textblob-news"])
    print("\nTime of a sentence, median")
    timing(scorers, examples)
    path = _find(folder, PERSENT)
    if path is not None:
        documents = list(persent(path))
        print(f"\nSentiment: PerSenT's development set, {len(documents)} documents")
        table(documents, {n: [score(s, one) for one in documents] for n, s in scorers.items()})


def _find(folder: Path | None, name: str) -> Path | None:
    if folder is None:
        return None
    return next((p for p in (folder / name, folder / "dev" / name) if p.is_file()), None)


if __name__ == "__main__":
    main()
