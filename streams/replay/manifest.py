"""The manifest of a replay: everything that its workers must agree on, as one value.

Owns the form, and how a replay's settings follow from the live ones. Must not know where manifests
are kept (`streams.replay.manifests`). It is a value of a Kafka topic, so that a worker on another
machine needs nothing but the replay's id.
"""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from processors.contracts import Versions
from streams.analysis.selection import Selection
from streams.errors import ReplayIncompleteError, ReplayRangeError, ReplayStateError
from streams.kafka.deployment import Deployment
from streams.replay.proof import Proof
from streams.replay.range import Span
from streams.service.settings import Settings
from streams.worker.bounds import Bounds

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
PREFIX = "replay."
_SPEED = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)x?", re.ASCII)
FASTEST = 1e9
# Mentions of so many articles wait in memory, a few of 5 kB for each at most.
AHEAD_RECORDS = 10_000


class ReplayOutcome(Struct, frozen=True, kw_only=True):
    """What a replay came to: records of its topics, and when its end was first seen.

    `proof` compares its outputs with the records of its range. None: the version that finished it
    did not, and it counts as incomplete.
    """

    at: datetime
    analyses: int
    mentions: int
    alerts: int
    dead_letters: int
    proof: Proof | None = None

    @property
    def is_complete(self) -> bool:
        """Return whether every record of the range is known to have an outcome."""
        return self.proof is not None and self.proof.complete

    @property
    def why_incomplete(self) -> str:
        """What is wrong, for a person; empty where it is complete."""
        if self.proof is None:
            return "the version that finished it did not compare its results with its range"
        return self.proof.why_incomplete


class Manifest(Struct, frozen=True, kw_only=True):
    """One replay. Only optional fields are added, because other versions read it.

    Attributes:
        replay_id: In every topic's name and every record's header.
        claim: Random; tells apart two who made a replay of one id at the same moment.
        created: When it was made.
        asked: The range as it was typed.
        topic: The topic of articles.
        spans: Of every partition of it.
        topic_prefix: Of the output topics.
        application_id: Consumer group; the watch state's changelog starts with it.
        versions: The system that began it; a worker of another one is refused.
        rules: Digest of the rules, likewise.
        lateness_seconds: As set when it was made: it decides the order of mentions.
        pace_ms: How far in event time a partition may be read ahead of the others.
        since: First event time of the range; None: that of its first record.
        until: The first event time after it.
        rate: Articles a second of one worker at most.
        speed: Seconds of event time that go by in a second.
        selection: What it is about.
        held_back: Partition to the offsets behind its end that waited for an open transaction.
        prepared: Whether topics and offsets stand.
        finished: What it came to; None: it is not at its end.
        latest_ms: The latest event time that is allowed, in Unix milliseconds.
        refused: Partition to ranges of offsets that live workers refused for their timestamps.
    """

    replay_id: str
    claim: str
    created: datetime
    asked: str
    topic: str
    spans: Sequence[Span]
    topic_prefix: str
    application_id: str
    versions: Versions
    rules: str
    lateness_seconds: float
    pace_ms: int
    since: datetime | None = None
    until: datetime | None = None
    rate: float | None = None
    speed: float | None = None
    selection: Selection = Selection()
    held_back: Mapping[int, int] = {}
    prepared: bool = False
    finished: ReplayOutcome | None = None
    latest_ms: float | None = None
    refused: dict[int, list[tuple[int, int]]] = {}

    @property
    def partitions(self) -> int:
        """How many partitions every topic of it has: as many as the articles'."""
        return len(self.spans)

    @property
    def offsets(self) -> int:
        """The most records that it reads."""
        return sum(span.offsets for span in self.spans)

    @property
    def bounds(self) -> Bounds:
        """What a worker must know of it."""
        spans = {one.partition: (one.start, one.end) for one in self.spans}
        latest_ms = math.inf if self.latest_ms is None else self.latest_ms
        return Bounds(
            self.replay_id,
            spans,
            self.pace_ms,
            self.rate,
            self.speed,
            latest_ms=latest_ms,
            refused=self.refused,
        )


def check_id(replay_id: str) -> str:
    """Give the id back if it is one.

    Raises:
        ReplayStateError: it is none.
    """
    if not _ID.fullmatch(replay_id):
        raise ReplayStateError(
            f"{replay_id!r} is no id of a replay: it has 1 to 40 of a-z, 0-9 and -, and begins "
            f"with a letter or digit"
        )
    return replay_id


def read_speed(text: str) -> float:
    """Read a speed such as `60x` or `0.5`.

    Raises:
        ReplayRangeError: it is none.
    """
    read = _SPEED.fullmatch(text.strip())
    speed = float(read[1]) if read else 0.0
    if not 0 < speed <= FASTEST:
        raise ReplayRangeError(
            f"--speed {text!r} is no speed: write how many times as fast as the past it is to go, "
            f"such as 60x"
        )
    return speed


def pace_ms(
    offsets: int, since: datetime | None, until: datetime | None, lateness_seconds: float
) -> int:
    """Say how far a partition may be ahead: about `AHEAD_RECORDS` articles of all partitions.

    Below twice the lateness the slowest partition might wait for itself.
    """
    least = round(2_000 * lateness_seconds) + 60_000
    if since is None or until is None:
        return least
    span_ms = (until - since).total_seconds() * 1000
    return max(least, round(span_ms * AHEAD_RECORDS / max(1, offsets)))


def new_id(now: datetime) -> str:
    """Make an id of the time."""
    return now.strftime("%Y%m%d-%H%M%S")


def topic_prefix(settings: Settings, replay_id: str) -> str:
    """Give the prefix of a replay's output topics."""
    return f"{settings.topic_prefix}{PREFIX}{replay_id}."


def application_id(settings: Settings, replay_id: str) -> str:
    """Give the consumer group of a replay."""
    return f"{settings.application_id}.{PREFIX}{replay_id}"


def settings_of(manifest: Manifest, settings: Settings) -> Settings:
    """Give the settings of a replay's worker: the live ones, but for what sets it apart."""
    return msgspec.structs.replace(
        settings,
        articles_topic=manifest.topic,
        topic_prefix=manifest.topic_prefix,
        application_id=manifest.application_id,
        partitions=manifest.partitions,
        lateness_seconds=manifest.lateness_seconds,
        batch_records=_batch_records(manifest, settings.batch_records),
        group_instance_id="",
        create_topics=False,
    )


def deployment_of(manifest: Manifest, live: Deployment) -> Deployment:
    """Return the deployment of a replay: the live one under the replay's settings."""
    return live.with_settings(settings_of(manifest, live.settings))


def _batch_records(manifest: Manifest, usual: int) -> int:
    """Give smaller batches to a throttled replay, which waits for the last of each."""
    if manifest.speed:
        return min(usual, 10)
    return min(usual, max(1, round(manifest.rate / 4))) if manifest.rate else usual


def require_complete(manifest: Manifest, *, incomplete: bool = False) -> None:
    """Refuse to use the results of a replay that is not finished, or not complete.

    Args:
        manifest: The replay.
        incomplete: Whether the operator wants those of an incomplete one.

    Raises:
        ReplayStateError: it is not finished.
        ReplayIncompleteError: its outputs do not cover its range.
    """
    if manifest.finished is None:
        raise ReplayStateError(
            f"the replay {manifest.replay_id} is not finished: `tocsin replay --resume "
            f"{manifest.replay_id}` continues it"
        )
    if not manifest.finished.is_complete and not incomplete:
        raise ReplayIncompleteError(
            f"the replay {manifest.replay_id} is incomplete: {manifest.finished.why_incomplete}. "
            f"Delete it and make it again, or use what it has with --incomplete"
        )


def check_system(manifest: Manifest, versions: Versions, rules: str) -> None:
    """Refuse to go on with another system than the one that began.

    Raises:
        ReplayStateError: naming what differs.
    """
    before = _system(manifest.versions, manifest.rules)
    now = _system(versions, rules)
    different = [
        f"{name} was {before[name]}, is {now[name]}" for name in now if before[name] != now[name]
    ]
    if different:
        raise ReplayStateError(
            f"the replay {manifest.replay_id} was begun by another system "
            f"({'; '.join(different)}), and its alerts would be of two: make a new one, or go on "
            f"with the system that began it"
        )


def _system(versions: Versions, rules: str) -> Mapping[str, str]:
    return {**msgspec.structs.asdict(versions), "rules": rules}
