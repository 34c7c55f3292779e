"""Checks that replays send the live alerts, with killed workers, on both brokers.

Articles are loaded as an archive, a live worker reads them, and replays of the whole range follow.
Workers of a replay are killed with SIGKILL whenever another share of the articles is committed, one
or all of them, and started again. Then the ids of the alerts are compared. A difference ends this
program with code 1.

    python benchmarks/equality.py --corpus FILE.jsonl[.gz] [--kills N] [--broker apache|embedded]
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table
from running import Deployment

from streams.demo.broker import Broker
from streams.demo.embedded_broker import EmbeddedBroker
from streams.service.settings import Settings
from tools.brokers.apache import ApacheKafka

SEED = 7
LOOK_SECONDS = 0.2
LIVE_SECONDS = 600.0
# So slow that there is time to kill, and each worker has something in hand when it dies.
RATE = 700
BROKERS = {"apache": ApacheKafka, "embedded": EmbeddedBroker}
VARIABLES = {"TOCSIN_SESSION_TIMEOUT_SECONDS": "6", "TOCSIN_COMMIT_INTERVAL_SECONDS": "0.5"}


def live(deployment: Deployment) -> set[str]:
    """Let a live worker read the articles; give the ids of its alerts."""
    group, names = deployment.settings.application_id, deployment.names
    worker = deployment.start("worker")
    deadline = time.monotonic() + LIVE_SECONDS
    # Articles first: their mentions are in the log before they are committed.
    while any(deployment.standing(group, one)[1] for one in (names.articles, names.mentions)):
        if worker.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("the live worker did not come to the end of the articles")
        time.sleep(LOOK_SECONDS)
    worker.terminate()
    deployment.check(worker)
    return deployment.alert_ids(deployment.settings.topic_prefix)


def replay(
    deployment: Deployment, workers: int, kills: int, articles: int, *, all_at_once: bool
) -> tuple[set[str], int]:
    """Replay all of it with that many workers; give the alerts' ids, and how many were killed."""
    replay_id = f"by-{workers}"
    group = f"{deployment.settings.application_id}.replay.{replay_id}"
    chance = random.Random(SEED)  # noqa: S311 - repeatable, not secret
    shares = [articles * (n + 1) // (kills + 1) for n in range(kills)]
    alive = [deployment.begin(replay_id, "--rate", str(RATE))]
    killed, resumed_at = 0, 0
    while True:
        for one in [one for one in alive if one.poll() is not None]:
            deployment.check(one)
            alive.remove(one)
            if not alive:
                return deployment.alert_ids(deployment.replay_prefix(replay_id)), killed
        done, left = deployment.standing(group, deployment.settings.articles_topic)
        # Whoever resumes first waits until it is alone.
        if done > resumed_at and left and len(alive) < workers:
            alive.append(deployment.start("replay", "--join", replay_id))
        if shares and done >= shares[0]:
            shares.pop(0)
            is_all = all_at_once or chance.random() < 1 / 2
            doomed = list(alive) if is_all else [chance.choice(alive)]
            killed += len(doomed)
            for one in doomed:
                one.kill()
                one.wait()
                alive.remove(one)
            if not alive:
                resumed_at = done
                alive.append(deployment.start("replay", "--resume", replay_id))
        time.sleep(LOOK_SECONDS)


def rows(
    broker: Broker, name: str, folder: Path, asked: argparse.Namespace
) -> Iterator[tuple[str, ...]]:
    """Run everything on one broker; give a row for each replay."""
    for partitions in asked.partitions:
        prefix = f"p{partitions}."
        settings = Settings(
            topic_prefix=prefix,
            application_id=f"{prefix}{name}",
            articles_topic=f"{prefix}archive",
            partitions=partitions,
        )
        deployment = Deployment(broker, settings, folder, VARIABLES)
        try:
            articles = deployment.load(asked.corpus)
            rang = live(deployment)
            for workers in asked.workers:
                began = time.monotonic()
                # The embedded broker never takes a dead member out of a group. --resume does, which
                # is for when no worker is left.
                replayed, killed = replay(
                    deployment, workers, asked.kills, articles, all_at_once=name == "embedded"
                )
                took = f"{time.monotonic() - began:.0f} s"
                same = [len(rang & replayed), len(replayed - rang), len(rang - replayed)]
                counted = [articles, partitions, workers, killed, *same]
                yield (name, *map(str, counted), took)
        finally:
            deployment.end()


def main() -> None:
    """Run, report, and fail if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True, help="dated articles, JSONL, .gz too")
    parser.add_argument("--kills", type=int, default=10, help="times that workers are killed")
    parser.add_argument("--broker", choices=BROKERS, action="append", help="both, if not given")
    parser.add_argument("--partitions", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    asked = parser.parse_args()
    heads = ("broker", "articles", "partitions", "workers", "killed", "same", "added", "gone", "")
    table, differ = Table(*heads), False
    for name in asked.broker or BROKERS:
        with tempfile.TemporaryDirectory() as folder, BROKERS[name]() as broker:
            for row in rows(broker, name, Path(folder), asked):
                differ |= row[6:8] != ("0", "0")
                table.add_row(*row)
                print("\t".join(row), flush=True)
    Console().print(table)
    sys.exit(int(differ))


if __name__ == "__main__":
    main()
