"""How fast the exact engine is beside TextBlob, and what a whole article costs, in one run.

    .venv/bin/python benchmarks/scoring.py [--corpus articles.jsonl.gz] [--articles 400]

Every round goes through all articles with each contender in turn, so that other work on the machine
meets both; medians of rounds are shown. The engine's memos are warmed by other articles of the same
corpus first, as in a stream: no article is read twice by a contender before the second round, and
the first round's figure is shown as well.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from corpus import documents
from textblob import TextBlob

from processors.leaders import Detector, load_registry
from processors.sentiment.news.lexicon import load_textblob
from processors.sentiment.scorer import load_scorer
from processors.sentiment.textblob.engine import Engine

Contender = Callable[[str, str], object]
WARMING = 400


def measure(
    contenders: dict[str, Contender], articles: Sequence[tuple[str, str]], rounds: int
) -> dict[str, list[float]]:
    """Milliseconds an article, by contender and round."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            began = time.perf_counter()
            for title, text in articles:
                contender(title, text)
            taken[name].append(1e3 * (time.perf_counter() - began) / len(articles))
    return taken


def contenders() -> dict[str, Contender]:
    """What is measured."""
    engine = Engine(load_textblob())
    plain, news = load_scorer("textblob"), load_scorer("textblob-news")
    detector = Detector(load_registry())
    on = datetime(2026, 11, 23, tzinfo=UTC).date()

    def whole(title: str, text: str) -> None:
        leaders = detector.detect(title, text, on)
        scored = news.read(title, text, [span for leader in leaders for span in leader.spans])
        for leader in leaders:
            scored.towards(leader.spans)

    return {
        "TextBlob(text).sentiment": lambda _, text: TextBlob(text).sentiment,
        "the exact engine": lambda _, text: engine.read(text),
        "scorer textblob: article and sentences": lambda title, text: plain.read(title, text, []),
        "scorer textblob-news: article and sentences": (
            lambda title, text: news.read(title, text, [])
        ),
        "leaders only": lambda title, text: detector.detect(title, text, on),
        "leaders, textblob-news, each leader": whole,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, help="JSONL of articles; the bundle, varied, if not")
    parser.add_argument("--articles", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--warming", type=int, default=WARMING, help="articles read before that")
    options = parser.parse_args()
    read = [
        json.loads(one) for one in documents(options.corpus, options.warming + options.articles)
    ]
    pairs = [(one["title"], one["text"]) for one in read]
    measured = contenders()
    measure(measured, pairs[: options.warming], 1)
    taken = measure(measured, pairs[options.warming :], options.rounds)
    characters = statistics.fmean(len(text) for _, text in pairs[options.warming :])
    print(f"{options.articles} articles of {characters:,.0f} characters, {options.rounds} rounds")
    base = statistics.median(taken["TextBlob(text).sentiment"])
    for name, times in taken.items():
        middle = statistics.median(times)
        ratio = base / middle
        print(f"{name:<46} {middle:7.3f} ms, first round {times[0]:7.3f}, {ratio:6.1f} x TextBlob")


if __name__ == "__main__":
    main()
