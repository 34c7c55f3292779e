"""Read everything that Kafka can deliver, live and in a replay, through kills and broker restarts.

    python benchmarks/torture [--articles N] [--kills N] [--freezes N] [--restarts N] [--seed N]

A topic mixes codecs, committed and aborted transactions, null keys, tombstones, odd headers,
timestamps that cannot be, and broken records. Two workers read it while they are killed and frozen
and the broker is restarted; a replay reads it again in the same way. Then three things are
compared with what was written: the analyses, the dead letters, and the ids of the alerts, also with
those that the processors alone compute. A difference ends this program with code 1.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from chaos import Blows, Chaos, until_ended, until_read
from checking import Outcome, differences, expected_alerts, outcome
from records import Mix, Wanted
from running import Deployment
from writing import Writer, Written, create_archive

from streams.service.settings import Settings
from tools.brokers.apache import ApacheKafka

MINUTES_AGO_MS = 600_000
REPLAY_ID = "torture"
VARIABLES = {
    "TOCSIN_SESSION_TIMEOUT_SECONDS": "6",
    "TOCSIN_COMMIT_INTERVAL_SECONDS": "0.5",
    # A tenth of the records is bad on purpose.
    "TOCSIN_DEAD_LETTER_LIMIT_SHARE": "1",
}


@dataclass(frozen=True, slots=True)
class Run:
    """One reading of the topic: what came out, how long it took, and what hit it."""

    name: str
    outcome: Outcome
    seconds: float
    struck: str


def live(deployment: Deployment, asked: argparse.Namespace, tail: "Tail") -> Run:
    """Let ordinary workers read the topic, while the rest of the records is written."""
    chaos = _chaos(deployment, asked, asked.articles, lambda _: deployment.start("worker"))
    chaos.turn = tail.writer.turn
    began = time.monotonic()
    tail.start()
    chaos.alive = [deployment.start("worker") for _ in range(asked.workers)]
    topics = (deployment.settings.articles_topic, deployment.names.mentions)
    group = deployment.settings.application_id
    until_read(chaos, group, topics, asked.limit_seconds, lambda: tail.is_written)
    seconds = time.monotonic() - began
    for worker in chaos.alive:
        # Before it has started, a signal ends it at once and with another code.
        deployment.until_logged(worker, "worker.started")
        worker.terminate()
    for worker in chaos.alive:
        deployment.check(worker)
    return Run("live", outcome(deployment, deployment.names), seconds, _described(chaos))


class Tail:
    """The records that are written while the live workers run."""

    def __init__(self, writer: Writer, records: Sequence[Wanted], rate: float) -> None:
        self.writer = writer
        self.written: list[Written] = []
        self._records, self._rate = records, rate
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="tail", daemon=True)

    def start(self) -> None:
        """Start to write."""
        self._thread.start()

    @property
    def is_written(self) -> bool:
        """Return whether all is written.

        Raises:
            Exception: what ended the writing.
        """
        if self._failure is not None:
            raise self._failure
        return len(self.written) == len(self._records)

    def _run(self) -> None:
        try:
            self.written += self.writer.write_at(self._records, self._rate)
        except Exception as error:  # noqa: BLE001 - raised again by `is_written`
            self._failure = error


def replay(deployment: Deployment, asked: argparse.Namespace, total: int) -> Run:
    """Replay the whole topic."""

    def start(others_run: bool) -> subprocess.Popen[bytes]:  # noqa: FBT001 - a callback's
        return deployment.start("replay", "--join" if others_run else "--resume", REPLAY_ID)

    chaos = _chaos(deployment, asked, total, start)
    began = time.monotonic()
    chaos.alive = [deployment.begin(REPLAY_ID)]
    deployment.until_prepared(REPLAY_ID)
    chaos.alive += [start(True) for _ in range(asked.workers - 1)]
    group = f"{deployment.settings.application_id}.replay.{REPLAY_ID}"
    until_ended(chaos, group, deployment.settings.articles_topic, asked.limit_seconds)
    seconds = time.monotonic() - began
    names = deployment.replay_names(REPLAY_ID)
    return Run("replay", outcome(deployment, names), seconds, _described(chaos))


def _chaos(
    deployment: Deployment,
    asked: argparse.Namespace,
    total: int,
    start: Callable[[bool], subprocess.Popen[bytes]],
) -> Chaos:
    blows = Blows(asked.kills, asked.freezes, asked.restarts, asked.seed)
    return Chaos(deployment, start, blows.in_order(), total, asked.freeze_seconds, asked.seed)


def _described(chaos: Chaos) -> str:
    return ", ".join(f"{count} x {blow}" for blow, count in sorted(chaos.struck.items()))


def torture(asked: argparse.Namespace, folder: Path) -> list[str]:
    """Write, read live and in a replay, and return every difference."""
    with ApacheKafka(folder / "kafka") as broker:
        settings = Settings(
            application_id="torture", articles_topic="torture.archive", partitions=asked.partitions
        )
        deployment = Deployment(broker, settings, folder, VARIABLES)
        create_archive(broker.bootstrap_servers, settings.articles_topic, asked.partitions)
        first_ms = round(time.time() * 1000) - asked.articles * 1_000 - MINUTES_AGO_MS
        mix = Mix(asked.articles, asked.partitions, first_ms, asked.seed, asked.odd_share)
        records = [*mix.records()]
        backlog = round(len(records) * (1 - asked.live_share))
        with closing(Writer(broker.bootstrap_servers, settings.articles_topic)) as writer:
            written = [*writer.write(records[:backlog])]
            print(f"{len(written)} records written, {len(records) - backlog} to come", flush=True)
            tail = Tail(writer, records[backlog:], asked.live_rate)
            try:
                first = live(deployment, asked, tail)
                written += tail.written
                alerts = expected_alerts(written)
                found = _judged(first, written, alerts)
                found += _judged(replay(deployment, asked, len(written)), written, alerts)
            finally:
                deployment.end()
    return found


def _judged(run: Run, written: Sequence[Written], alerts: set[str]) -> list[str]:
    _report(run)
    return differences(run.name, run.outcome, written, alerts)


def _report(run: Run) -> None:
    outcome = run.outcome
    reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(outcome.reasons.items()))
    print(
        f"{run.name}: {run.seconds:.0f} s; {run.struck or 'undisturbed'}\n"
        f"  analyses {len(outcome.analyses)}, dead letters {len(outcome.dead)}, alerts "
        f"{len(outcome.alerts)}; written more than once: {outcome.repeated}\n"
        f"  dead letters by reason: {reasons}",
        flush=True,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run, report, and fail if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=40_000)
    parser.add_argument("--odd-share", type=float, default=0.15, help="records that are odd")
    parser.add_argument("--live-share", type=float, default=0.3, help="written while workers run")
    parser.add_argument("--live-rate", type=float, default=200.0, help="records a second of those")
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kills", type=int, default=8, help="each third one kills all workers")
    parser.add_argument("--freezes", type=int, default=3)
    parser.add_argument("--freeze-seconds", type=float, default=15.0)
    parser.add_argument("--restarts", type=int, default=3, help="times that the broker is killed")
    parser.add_argument("--limit-seconds", type=float, default=900.0, help="of one reading")
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="tocsin-torture-") as folder:
        found = torture(asked, Path(folder))
    print("\n".join(found) or "nothing lost, nothing extra, the same alerts")
    sys.exit(int(bool(found)))


if __name__ == "__main__":
    main()
