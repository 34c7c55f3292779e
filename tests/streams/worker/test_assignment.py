"""Which partitions a worker has, and what a rebalance makes of them."""

import asyncio

from streams.kafka.envelope import TopicPartition
from streams.kafka.lag import Lag
from streams.kafka.topics import TopicNames
from streams.service.metrics import Metrics
from streams.service.settings import Settings
from streams.worker.assignment import Assignment
from streams.worker.batch_tracker import BatchTracker
from streams.worker.fetch_holds import FetchHolds, HoldReason
from tests.streams.worker.records import MENTIONS, OTHER, PARTITION, records

MENTIONS_0 = TopicPartition(MENTIONS, 0)
CHANGELOG = TopicPartition("app-watch-changelog", 0)


class Group:
    """A consumer group that records whether fetching was reset."""

    resets = 0

    def reset_fetching(self) -> None:
        self.resets += 1


class Assigned:
    """An assignment of two partitions of articles and one of mentions."""

    def __init__(self, wait_seconds: float = 0.02) -> None:
        self.tracker, self.metrics, self.group = BatchTracker(), Metrics(), Group()
        self.holds = FetchHolds(self.group)  # type: ignore[arg-type]  # only what is reset
        # Of each save, whether the tracker still knew finished offsets.
        self.saved_in_flight: list[bool] = []
        names = TopicNames.of(Settings())
        self.assignment = Assignment(
            names, self.metrics, 2 * wait_seconds, self.tracker, self.holds, None, self._save
        )
        asyncio.run(
            self.assignment.on_assigned([PARTITION, OTHER, MENTIONS_0, CHANGELOG]),
        )

    async def _save(self) -> None:
        await asyncio.sleep(0)
        self.saved_in_flight.append(bool(self.tracker.committable()))

    def sample(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, labels)


def test_partitions_of_articles_and_mentions_are_counted_and_no_others() -> None:
    one = Assigned()
    assert len(one.assignment) == 3
    assert one.sample("tocsin_assigned_partitions", topic=PARTITION.topic) == 2
    assert one.sample("tocsin_assigned_partitions", topic=MENTIONS) == 1
    assert one.sample("tocsin_rebalances_total") == 1


def test_a_revoked_partition_waits_for_the_batch_in_flight_and_is_forgotten() -> None:
    async def run() -> None:
        one.tracker.current(1, [])
        batch = one.tracker.begin(1, records(0))
        loop = asyncio.get_running_loop()
        loop.call_soon(one.tracker.finish, 1, batch.offsets)
        await one.assignment.on_revoked([PARTITION])

    one = Assigned(wait_seconds=5.0)
    asyncio.run(run())
    assert one.tracker.committable() == {}
    assert one.group.resets == 1
    # The states of the batch are saved before the tracker forgets its partitions.
    assert one.saved_in_flight == [True]
    assert len(one.assignment) == 2
    # No batch begins before the next assignment.
    assert one.tracker.begin(1, records(1)).records == []


def test_a_batch_that_takes_too_long_is_left_to_the_next_worker() -> None:
    one = Assigned()
    one.tracker.begin(1, records(0))
    asyncio.run(one.assignment.on_revoked([PARTITION, OTHER, MENTIONS_0]))
    assert len(one.assignment) == 0


def test_offsets_are_skipped_in_assigned_partitions_of_articles_alone() -> None:
    one = Assigned()
    one.assignment.skip_to(1, 40)
    one.assignment.skip_to(7, 40)
    assert {tp: each.offset for tp, each in one.tracker.committable().items()} == {OTHER: 40}


def test_holds_and_lag_are_those_of_the_assigned_partitions() -> None:
    one = Assigned()
    one.holds.hold(HoldReason.AHEAD, OTHER)
    assert one.assignment.holds() == {0: [], 1: ["ahead_of_the_others"]}
    assert one.assignment.waiting(None) is None
    elsewhere = TopicPartition(PARTITION.topic, 9)
    lags = {tp: Lag(5, 0.0, None) for tp in (PARTITION, MENTIONS_0, elsewhere)}
    assert one.assignment.waiting(lags) == 10
