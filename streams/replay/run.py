"""Runs one worker of a replay until the end of the range is committed.

Each worker finds the end by itself, from the offsets committed at the broker. So it does not matter
how many workers there are, which of them die, or when one joins.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import structlog
from kafka.errors import KafkaError

from streams.kafka.deployment import Deployment
from streams.replay.manifest import ReplayOutcome
from streams.replay.progress import ReplayProgress, ReplayProgressMeter
from streams.replay.proof import Proof
from streams.replay.range import Span
from streams.worker.worker import Worker

log = structlog.get_logger(__name__)

# Measuring takes time from the work. When only mentions are left, the end is near.
INTERVAL_SECONDS = 1.0
NEAR_THE_END_SECONDS = 0.25
RETRY_SECONDS = 2.0
# A partition that did not move for so many measurements may only have a gap left.
IDLE_MEASUREMENTS = 3
# A replay that does not move for so long logs what it waits for, at this interval.
STUCK_SECONDS = 30.0


class IdleSpanDetector:
    """Finds partitions whose progress did not change over several measurements."""

    def __init__(self, measurements: int = IDLE_MEASUREMENTS) -> None:
        self._measurements = measurements
        self._seen: dict[Span, int] = {}

    def observe(self, left: Sequence[Span]) -> list[Span]:
        """Add a measurement, and return the spans that have been idle long enough."""
        self._seen = {one: self._seen.get(one, 0) + 1 for one in left}
        return [one for one, count in self._seen.items() if count % self._measurements == 0]


class StallDetector:
    """Logs what each partition waits for when a replay does not move.

    Args:
        replay_id: The replay.
        holds: Returns the reasons why each partition of this worker is not fetched.
        clock: A monotonic clock, in seconds.
    """

    def __init__(
        self,
        replay_id: str,
        holds: Callable[[], Mapping[int, Sequence[str]]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._replay_id, self._holds, self._clock = replay_id, holds, clock
        self._seen: tuple[Sequence[Span], int] | None = None
        self._since = self._logged = clock()

    def check(self, progress: ReplayProgress) -> None:
        """Add a measurement, and log a warning if the progress has not changed for long."""
        now = self._clock()
        seen = (progress.left, progress.mentions_left)
        if seen != self._seen:
            self._seen, self._since, self._logged = seen, now, now
        elif now - self._logged >= STUCK_SECONDS:
            self._logged = now
            log.warning(
                "replay.stuck",
                replay_id=self._replay_id,
                seconds=round(now - self._since),
                articles={
                    one.partition: f"at {one.start} of {one.end}, {self._wait(one.partition)}"
                    for one in progress.left
                },
                mentions_left=progress.mentions_left,
            )

    def _wait(self, partition: int) -> str:
        holds = self._holds()
        if partition not in holds:
            return "not assigned to this worker"
        return ", ".join(holds[partition]) or "fetched"


async def run(
    replay_id: str,
    worker: Worker,
    make_meter: Callable[[], ReplayProgressMeter],
    on_progress: Callable[[ReplayProgress], None],
) -> bool:
    """Run the worker until the end of the replay, or until it is stopped.

    Args:
        replay_id: The replay.
        worker: A worker with the bounds of the replay.
        make_meter: Creates the meter with its clients.
        on_progress: Called with every measurement.

    Returns:
        Whether the replay is finished.

    Raises:
        ReplayRangeError: retention has removed articles that were not read yet.
        Exception: the error that ended the worker.
    """
    working = asyncio.create_task(worker.run())
    following = asyncio.create_task(_follow(replay_id, worker, make_meter, on_progress))
    try:
        await asyncio.wait([working, following], return_when=asyncio.FIRST_COMPLETED)
        worker.stop()
        await working
        return following.done() and following.result()
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def _follow(
    replay_id: str,
    worker: Worker,
    make_meter: Callable[[], ReplayProgressMeter],
    on_progress: Callable[[ReplayProgress], None],
) -> bool:
    idle, stalls = IdleSpanDetector(), StallDetector(replay_id, worker.holds)
    meter: ReplayProgressMeter | None = None
    try:
        while True:
            pause_seconds = INTERVAL_SECONDS
            try:
                if meter is None:
                    meter = await asyncio.to_thread(make_meter)
                progress = await asyncio.to_thread(meter.measure)
                on_progress(progress)
                if progress.is_finished:
                    return True
                if not progress.left:
                    pause_seconds = NEAR_THE_END_SECONDS
                stalls.check(progress)
                for gap in await asyncio.to_thread(meter.empty, idle.observe(progress.left)):
                    worker.skip_to(gap.partition, gap.end)
            except (KafkaError, OSError) as error:
                # The worker also waits for the broker, and loses no record.
                log.warning("replay.measurement_failed", error=str(error) or type(error).__name__)
                if meter is not None:
                    meter.close()
                    meter = None
                pause_seconds = RETRY_SECONDS
            await asyncio.sleep(pause_seconds)
    finally:
        if meter is not None:
            meter.close()


def outcome(meter: ReplayProgressMeter, deployment: Deployment, proof: Proof) -> ReplayOutcome:
    """Return the outcome of a replay that is at its end."""
    names, alerts = deployment.names, deployment.alerts.news
    sizes = meter.sizes([names.analyses, names.mentions, names.dead_letters, *alerts])
    return ReplayOutcome(
        at=datetime.now(UTC),
        analyses=sizes[names.analyses],
        mentions=sizes[names.mentions],
        alerts=sum(sizes[topic] for topic in alerts),
        dead_letters=sizes[names.dead_letters],
        proof=proof,
    )
