"""What a worker asks of its consumer group, and of the consumer that is a member of it.

`streams.worker.faust_app` implements it on Faust. The types are here, so that no other module of
the worker depends on Faust.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from streams.kafka.ends import End
from streams.kafka.envelope import TopicPartition


class Commit(NamedTuple):
    """An offset to commit, and the metadata that the group keeps beside it."""

    offset: int
    metadata: str


@dataclass(frozen=True, slots=True)
class FetchedEnd:
    """The end of a partition in the consumer's newest answer to a fetch.

    Attributes:
        end: The end.
        age_seconds: The age of that answer.
        unasked_seconds: For how long no request in flight asks for the partition.
    """

    end: End
    age_seconds: float
    unasked_seconds: float = 0.0


class ConsumerGroup(Protocol):
    """This worker as a member of its consumer group."""

    @property
    def generation(self) -> int:
        """The group's generation. It goes up with every assignment."""
        ...

    @property
    def is_rebalancing(self) -> bool:
        """Whether the group assigns its partitions again, so that ours are revoked."""
        ...

    @property
    def is_recovering(self) -> bool:
        """Whether partitions are being assigned, or their states recovered."""
        ...

    @property
    def confirmed_at(self) -> float:
        """When the group last confirmed the membership, in monotonic seconds."""
        ...

    def assignment(self) -> Collection[TopicPartition]:
        """Return the partitions that the worker has now, those of changelogs included."""
        ...

    def partitions(self, topic: str) -> Collection[int]:
        """Return the partitions of a topic that the worker has now."""
        ...

    def known_partitions(self, topic: str) -> Collection[int]:
        """Return the partitions of a topic in the newest metadata, of all workers."""
        ...

    def fetched_ends(self, topic: str) -> Mapping[int, FetchedEnd]:
        """Return the end of each partition of a topic that the worker has and has fetched."""
        ...

    def stop_fetching(self, tp: TopicPartition) -> None:
        """Stop fetching a partition. Records that were fetched already still arrive."""
        ...

    def resume_fetching(self, tp: TopicPartition) -> None:
        """Fetch a partition again."""
        ...

    def reset_fetching(self) -> None:
        """Fetch all partitions again, because they are being assigned."""
        ...

    def committed_metadata(self, tp: TopicPartition) -> str:
        """Return the metadata beside the offset at which reading of a partition began, or ""."""
        ...

    async def commit(self, commits: Mapping[TopicPartition, Commit]) -> None:
        """Commit the offsets of those partitions that are still assigned.

        Raises:
            KafkaError: the commit was not done. `CommitFailedError` and `IllegalStateError` mean
                that the group is assigning its partitions again.
        """
        ...
