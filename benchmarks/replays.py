"""Articles a second of a live worker, of a replay, and of a replay that two workers share.

All read the same archive on one Apache Kafka, in turns, in one run. The clock runs from the moment
at which a quarter of the articles is committed to the last mention, so that neither the start nor
the joining of the second worker counts; the time from start to end is shown beside it. With one
process for each worker (the
default here), two workers are two processes on two cores; with an analysing process each, one
worker fills two cores by itself.

    python benchmarks/replays.py [--corpus FILE.jsonl[.gz]] [--articles N] [--rounds N]
"""

import argparse
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from corpus import documents
from rich.console import Console
from rich.table import Table
from running import Deployment
from throughput import resident_bytes

from streams.service.settings import Settings
from tools.brokers.apache import ApacheKafka

PARTITIONS = 4
LOOK_SECONDS = 0.5
FROM_SHARE = 0.25
PER_DAY = 200
CONTENDERS = {"live worker": 0, "replay": 1, "replay, two workers": 2}


@dataclass
class Run:
    """What one run came to."""

    rate: float
    seconds: float
    memory_bytes: int


def dated(corpus: Path | None, count: int, path: Path) -> None:
    """Write articles with times of publication, some hundred a day until yesterday."""
    newest = datetime.now(UTC) - timedelta(days=1)
    with path.open("wb") as file:
        for number, value in enumerate(documents(corpus, count)):
            article = msgspec.json.decode(value)
            age = timedelta(days=(count - number) / PER_DAY)
            article["published"] = (newest - age).isoformat()
            file.write(msgspec.json.encode(article) + b"\n")


def live(deployment: Deployment, articles: int) -> Run:
    """Let a live worker read all of it, with a group of its own."""
    began = time.monotonic()
    child = deployment.start("worker")
    run = _followed(deployment, deployment.settings.application_id, articles, began)
    child.terminate()
    deployment.check(child)
    return run


def replay(deployment: Deployment, articles: int, workers: int) -> Run:
    """Replay all of it."""
    began = time.monotonic()
    deployment.begin("one")
    if workers > 1:
        deployment.until_prepared("one")
    for _ in range(workers - 1):
        deployment.start("replay", "--join", "one")
    group = f"{deployment.settings.application_id}.replay.one"
    run = _followed(deployment, group, articles, began, deployment.replay_prefix("one"))
    for child in deployment.children:
        deployment.check(child)
    return run


def _followed(
    deployment: Deployment, group: str, articles: int, began: float, prefix: str = ""
) -> Run:
    """Look on until the last mention is committed."""
    topic = deployment.settings.articles_topic
    mentions = (prefix or deployment.settings.topic_prefix) + "news.mentions"
    before, fewer = began, 0
    counted_from: float | None = None
    memory = 0
    while True:
        now, (done, left) = time.monotonic(), deployment.standing(group, topic)
        if counted_from is None and done >= (start := articles * FROM_SHARE):
            counted_from = before + (now - before) * (start - fewer) / max(1, done - fewer)
        before, fewer = now, done
        memory = max([memory, *(resident_bytes(x.pid) for x in deployment.running())])
        if counted_from is not None and not left and not deployment.standing(group, mentions)[1]:
            break
        time.sleep(LOOK_SECONDS)
    ended = time.monotonic()
    rate = articles * (1 - FROM_SHARE) / (ended - counted_from)
    return Run(rate, ended - began, memory)


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, help="JSONL, .gz too; else the bundle varied")
    parser.add_argument("--articles", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=0, help="that analyse beside each worker")
    asked = parser.parse_args()
    runs: dict[str, list[Run]] = {name: [] for name in CONTENDERS}
    with tempfile.TemporaryDirectory() as name, ApacheKafka() as broker:
        folder = Path(name)
        dated(asked.corpus, asked.articles, folder / "articles.jsonl")
        variables = {"TOCSIN_ANALYSIS_PROCESSES": str(asked.processes)}
        topic = "archive"
        for turn in range(asked.rounds):
            for contender, workers in CONTENDERS.items():
                app = f"t{turn}.{workers}"
                settings = Settings(
                    topic_prefix=f"{app}.",
                    application_id=app,
                    articles_topic=topic,
                    partitions=PARTITIONS,
                )
                deployment = Deployment(broker, settings, folder, variables)
                if not (turn or workers):
                    deployment.load(folder / "articles.jsonl")
                    deployment.children.clear()
                try:
                    run = (
                        replay(deployment, asked.articles, workers)
                        if workers
                        else live(deployment, asked.articles)
                    )
                finally:
                    deployment.end()
                runs[contender].append(run)
                told = f"{run.rate:,.0f} articles/s, {run.seconds:.1f} s in all"
                print(f"round {turn + 1}, {contender}: {told}", flush=True)
    report(runs)


def report(runs: dict[str, list[Run]]) -> None:
    """Print the medians and two ratios."""
    rates = {name: statistics.median(one.rate for one in several) for name, several in runs.items()}
    table = Table("", "articles/s, median", "from start to end", "memory of one worker, most")
    for name, several in runs.items():
        seconds = statistics.median(one.seconds for one in several)
        memory = max(one.memory_bytes for one in several)
        table.add_row(name, f"{rates[name]:,.0f}", f"{seconds:.1f} s", f"{memory / 1e6:.0f} MB")
    console = Console()
    console.print(table)
    one, alone, two = (rates[name] for name in CONTENDERS)
    console.print(f"replay : live = {alone / one:.2f}; two workers : one = {two / alone:.2f}")


if __name__ == "__main__":
    main()
