"""Kill and freeze workers, and kill the broker, while a topic is read to its end."""

import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from kafka.errors import KafkaError
from running import LOOK_SECONDS, Deployment

from streams.errors import EXIT_PASSING_FAULT

RESTARTED = "worker ended with a transient error"


class Blow(StrEnum):
    """What can hit a running system."""

    KILL = "worker killed"
    KILL_ALL = "all workers killed"
    FREEZE = "worker frozen"
    BROKER = "broker killed"


@dataclass(frozen=True, slots=True)
class Blows:
    """How often each blow comes."""

    kills: int
    freezes: int
    restarts: int
    seed: int

    def in_order(self) -> list[Blow]:
        """Return the blows in a random order that the seed repeats."""
        kills = [Blow.KILL_ALL if n % 3 == 2 else Blow.KILL for n in range(self.kills)]  # noqa: PLR2004 - each third
        blows = [*kills, *[Blow.FREEZE] * self.freezes, *[Blow.BROKER] * self.restarts]
        random.Random(self.seed).shuffle(blows)  # noqa: S311 - repeatable, not secret
        return blows


@dataclass(slots=True)
class Chaos:
    """Strikes each time that another share of the topic is committed.

    Args:
        deployment: Whose workers are hit.
        start: Starts a worker. Its argument says whether another one still runs.
        blows: What comes.
        total: Offsets of the topic.
        freeze_seconds: How long a frozen worker stays frozen.
        seed: The same seed hits the same workers.
    """

    deployment: Deployment
    start: Callable[[bool], subprocess.Popen[bytes]]
    blows: list[Blow]
    total: int
    freeze_seconds: float
    seed: int
    # Held while the broker is killed: see `Writer.turn`.
    turn: threading.Lock = field(default_factory=threading.Lock)
    struck: Counter[str] = field(default_factory=Counter)
    alive: list[subprocess.Popen[bytes]] = field(default_factory=list)
    ended: int = 0
    _shares: list[int] = field(default_factory=list)
    _done_at_last: int = -1
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311 - repeatable, not secret
        count = len(self.blows)
        self._shares = [self.total * (n + 1) // (count + 1) for n in range(count)]

    def strike_if_due(self, done: int, left: int) -> None:
        """Strike once if another share is done, and something since the last blow, or all."""
        if not self.blows or done < self._shares[0] or (left and done == self._done_at_last):
            return
        self._done_at_last = done
        self._shares.pop(0)
        blow = self.blows.pop(0)
        self.struck[blow] += 1
        print(f"  {done} of {self.total} offsets: {blow}", flush=True)
        if blow is Blow.BROKER:
            with self.turn:
                self.deployment.broker.kill()
                self.deployment.broker.restart()
        elif blow is Blow.FREEZE:
            self._freeze(self._chance.choice(self.alive))
        else:
            doomed = [*self.alive] if blow is Blow.KILL_ALL else [self._chance.choice(self.alive)]
            for one in doomed:
                one.kill()
                one.wait()
                self.alive.remove(one)
            for _ in doomed:
                self.alive.append(self.start(bool(self.alive)))

    def revive(self) -> None:
        """Start a worker that ended with a transient error again, as a supervisor would.

        Raises:
            SystemExit: a worker ended with another error.
        """
        for worker in [one for one in self.alive if one.poll() is not None]:
            self.alive.remove(worker)
            if worker.returncode == EXIT_PASSING_FAULT:
                self.struck[RESTARTED] += 1
                self.alive.append(self.start(bool(self.alive)))
            else:
                self.deployment.check(worker)
                self.ended += 1

    def _freeze(self, worker: subprocess.Popen[bytes]) -> None:
        worker.send_signal(signal.SIGSTOP)
        # A frozen process is what is tested: time has to pass.
        time.sleep(self.freeze_seconds)
        worker.send_signal(signal.SIGCONT)


def committed(deployment: Deployment, group: str, topic: str) -> tuple[int, int] | None:
    """Return the offsets that a group has committed, and how many are left; None: not known."""
    try:
        return deployment.standing(group, topic)
    except (KafkaError, OSError, KeyError):
        # A broker that has just come back does not answer for every partition.
        deployment.forget_clients()
        return None


def until_read(
    chaos: Chaos,
    group: str,
    topics: tuple[str, ...],
    limit_seconds: float,
    is_written: Callable[[], bool],
) -> None:
    """Strike until everything is written and the topics are read to their ends.

    Raises:
        SystemExit: a worker ended by itself, or the end is not reached in time.
    """
    deadline = time.monotonic() + limit_seconds
    while True:
        ended = is_written() and not chaos.blows
        standing = [committed(chaos.deployment, group, topic) for topic in topics]
        chaos.revive()
        if chaos.ended:
            raise SystemExit("a worker ended by itself, with exit code 0")
        if standing[0] is not None:
            chaos.strike_if_due(*standing[0])
        if ended and all(one is not None and not one[1] for one in standing):
            return
        if time.monotonic() > deadline:
            raise SystemExit(
                f"not at the end after {limit_seconds:.0f} s: committed and left: "
                f"{dict(zip(topics, standing, strict=True))}"
            )
        time.sleep(LOOK_SECONDS)


def until_ended(chaos: Chaos, group: str, topic: str, limit_seconds: float) -> None:
    """Strike until every worker of a replay has ended by itself with exit code 0.

    Raises:
        SystemExit: a worker failed, or the end is not reached in time.
    """
    deadline = time.monotonic() + limit_seconds
    while chaos.alive:
        chaos.revive()
        standing = committed(chaos.deployment, group, topic)
        if standing is not None and chaos.alive and standing[1]:
            chaos.strike_if_due(*standing)
        if time.monotonic() > deadline:
            raise SystemExit(f"not at the end after {limit_seconds:.0f} s: {standing}")
        time.sleep(LOOK_SECONDS)
