"""What is committed beside an offset, and what a rejected commit leaves to the next."""

import asyncio
from collections.abc import Mapping

import pytest
from aiokafka.errors import CommitFailedError, IllegalStateError, TopicAuthorizationFailedError

from streams.kafka.envelope import TopicPartition
from streams.service.metrics import Metrics
from streams.worker.batch_tracker import BatchTracker
from streams.worker.commits import Committer
from streams.worker.consumer_group import Commit
from tests.streams.worker.records import ARTICLES, MENTIONS, OTHER, PARTITION, record

MENTIONS_0 = TopicPartition(MENTIONS, 0)


class Group:
    """A consumer group that records commits, or rejects them."""

    def __init__(self, error: Exception | None = None) -> None:
        self.is_rebalancing = False
        self.error = error
        self.commits: list[Mapping[TopicPartition, Commit]] = []

    def committed_metadata(self, tp: TopicPartition) -> str:
        return f"known of {tp.partition}"

    async def commit(self, commits: Mapping[TopicPartition, Commit]) -> None:
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        self.commits.append(commits)


class Committing:
    """A committer and what it works on."""

    def __init__(self, error: Exception | None = None) -> None:
        self.tracker, self.metrics, self.group = BatchTracker(), Metrics(), Group(error)
        self.committer = Committer(
            self.group,  # type: ignore[arg-type]  # only what commits
            self.tracker,
            ARTICLES,
            self.metrics,
        )

    def finish(self, offset: int, tp: TopicPartition = PARTITION, timestamp_ms: int = 7) -> None:
        one = record(offset, tp=tp, timestamp_ms=timestamp_ms)
        self.tracker.finish(1, self.tracker.begin(1, [one]).offsets)

    def counted(self, outcome: str) -> float:
        labels = {"outcome": outcome}
        return self.metrics.registry.get_sample_value("tocsin_commits_total", labels) or 0.0


def test_articles_carry_their_event_time_and_mentions_carry_none() -> None:
    one = Committing()
    one.finish(3, timestamp_ms=1_500)
    one.finish(9, tp=MENTIONS_0)
    one.tracker.skip_gap(1, OTHER, 0, 2)
    asyncio.run(one.committer.commit())
    assert one.group.commits == [
        {
            PARTITION: Commit(4, "event-time-ms=1500"),
            MENTIONS_0: Commit(10, ""),
            # Only markers were skipped since the last commit: its note still holds.
            OTHER: Commit(2, "known of 1"),
        }
    ]
    assert one.tracker.committable() == {}
    assert one.counted("committed") == 1


@pytest.mark.parametrize("error", [CommitFailedError(), IllegalStateError()])
def test_the_next_commit_makes_up_for_one_that_a_rebalance_rejects(error: Exception) -> None:
    one = Committing(error)
    one.finish(3)
    asyncio.run(one.committer.commit())
    assert one.counted("failed") == 1
    one.group.error = None
    asyncio.run(one.committer.commit())
    assert one.group.commits == [{PARTITION: Commit(4, "event-time-ms=7")}]


def test_nothing_is_committed_during_a_rebalance_and_other_errors_are_raised() -> None:
    one = Committing(TopicAuthorizationFailedError())
    one.finish(3)
    one.group.is_rebalancing = True
    asyncio.run(one.committer.commit())
    one.group.is_rebalancing = False
    with pytest.raises(TopicAuthorizationFailedError):
        asyncio.run(one.committer.commit())
