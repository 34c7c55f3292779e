"""The manifest of a replay: everything that its workers must agree on, as one value.

It is stored in a Kafka topic (`streams.replay.manifests`), so that a worker on another machine only
needs the replay's id. This module also derives a replay's settings from the live ones.
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
MAX_SPEED = 1e9
# The mentions of so many articles wait in memory: a few for each, of at most 5 kB.
AHEAD_RECORDS = 10_000


class ReplayOutcome(Struct, frozen=True, kw_only=True):
    """The outcome of a replay: the number of records in its topics, and when its end was seen.

    `proof` compares its outputs with the records of its range. It is None if the version that
    finished the replay made no proof: then the replay counts as incomplete.
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
        """Return the reason in words, empty if the replay is complete."""
        if self.proof is None:
            return "the version that finished it did not compare its results with its range"
        return self.proof.why_incomplete


class Manifest(Struct, frozen=True, kw_only=True):
    """One replay. Only optional fields are added, because other versions read it.

    Attributes:
        replay_id: In every topic's name and every record's header.
        claim: Random. It separates two replays that were created with one id at the same moment.
        created: When it was created.
        range_text: The range as the operator wrote it.
        topic: The topic of articles.
        spans: The range in every partition of the topic.
        topic_prefix: Of the output topics.
        application_id: Consumer group; the watch state's changelog starts with it.
        versions: The system that began it. Workers of another system are rejected.
        rules: Digest of the rules. Workers with other rules are rejected.
        lateness_seconds: The setting at its creation, which decides the order of mentions.
        pace_ms: How far in event time a partition may be read ahead of the others.
        since: First event time of the range. None: that of its first record.
        until: The first event time after the range.
        rate: Maximum number of articles a second of one worker.
        speed: Seconds of event time in a second of real time.
        selection: The leaders, sources and articles that it is limited to.
        held_back: Partition to the offsets after its end that waited for an open transaction.
        prepared: Whether its topics and offsets are set up.
        finished: Its outcome. None: it is not at its end.
        latest_ms: The latest event time that is allowed, in Unix milliseconds.
        rejected: Partition to ranges of offsets that live workers rejected for their timestamps.
    """

    replay_id: str
    claim: str
    created: datetime
    range_text: str
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
    rejected: dict[int, list[tuple[int, int]]] = {}

    @property
    def partitions(self) -> int:
        """Return the number of partitions of each of its topics: that of the articles."""
        return len(self.spans)

    @property
    def offsets(self) -> int:
        """Return the number of offsets, the maximum number of records that it reads."""
        return sum(span.offsets for span in self.spans)

    @property
    def bounds(self) -> Bounds:
        """Return the bounds of its workers."""
        spans = {one.partition: (one.start, one.end) for one in self.spans}
        latest_ms = math.inf if self.latest_ms is None else self.latest_ms
        return Bounds(
            self.replay_id,
            spans,
            self.pace_ms,
            self.rate,
            self.speed,
            latest_ms=latest_ms,
            refused=self.rejected,
        )


def check_id(replay_id: str) -> str:
    """Return the id if it is valid.

    Raises:
        ReplayStateError: it is not valid.
    """
    if not _ID.fullmatch(replay_id):
        raise ReplayStateError(
            f"{replay_id!r} is not a replay id: an id has 1 to 40 of a-z, 0-9 and -, and begins "
            f"with a letter or digit"
        )
    return replay_id


def read_speed(text: str) -> float:
    """Read a speed such as `60x` or `0.5`.

    Raises:
        ReplayRangeError: it is not a speed.
    """
    read = _SPEED.fullmatch(text.strip())
    speed = float(read[1]) if read else 0.0
    if not 0 < speed <= MAX_SPEED:
        raise ReplayRangeError(
            f"--speed {text!r} is not a speed: write a multiple of real time, such as 60x"
        )
    return speed


def pace_ms(
    offsets: int, since: datetime | None, until: datetime | None, lateness_seconds: float
) -> int:
    """Return how far a partition may be ahead: about `AHEAD_RECORDS` articles of all partitions.

    Below twice the lateness the slowest partition might wait for itself.
    """
    min_ms = round(2_000 * lateness_seconds) + 60_000
    if since is None or until is None:
        return min_ms
    span_ms = (until - since).total_seconds() * 1000
    return max(min_ms, round(span_ms * AHEAD_RECORDS / max(1, offsets)))


def new_id(now: datetime) -> str:
    """Return an id made from the time."""
    return now.strftime("%Y%m%d-%H%M%S")


def topic_prefix(settings: Settings, replay_id: str) -> str:
    """Return the prefix of a replay's output topics."""
    return f"{settings.topic_prefix}{PREFIX}{replay_id}."


def application_id(settings: Settings, replay_id: str) -> str:
    """Return the consumer group of a replay."""
    return f"{settings.application_id}.{PREFIX}{replay_id}"


def settings_of(manifest: Manifest, settings: Settings) -> Settings:
    """Return the settings of a replay's worker: the live ones with its own topics and group."""
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
    """Return the batch size: smaller for a throttled replay, which waits for a whole batch."""
    if manifest.speed:
        return min(usual, 10)
    return min(usual, max(1, round(manifest.rate / 4))) if manifest.rate else usual


def require_complete(manifest: Manifest, *, incomplete: bool = False) -> None:
    """Raise an error if the results of a replay may not be used.

    Args:
        manifest: The replay.
        incomplete: Whether the operator accepts an incomplete replay.

    Raises:
        ReplayStateError: the replay is not finished.
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
            f"Delete it and create it again, or use the results it has with --incomplete"
        )


def check_system(manifest: Manifest, versions: Versions, rules: str) -> None:
    """Raise an error if this system is not the one that began the replay.

    Raises:
        ReplayStateError: the error names the differences.
    """
    before = _system(manifest.versions, manifest.rules)
    now = _system(versions, rules)
    different = [
        f"{name} was {before[name]}, is {now[name]}" for name in now if before[name] != now[name]
    ]
    if different:
        raise ReplayStateError(
            f"the replay {manifest.replay_id} was begun by another system "
            f"({', '.join(different)}), and its alerts would come from two: create a new replay, "
            f"or continue with the system that began it"
        )


def _system(versions: Versions, rules: str) -> Mapping[str, str]:
    return {**msgspec.structs.asdict(versions), "rules": rules}
