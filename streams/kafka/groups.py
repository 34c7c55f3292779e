"""Consumer groups: their committed offsets and their members, read and changed by an admin client.

Clients are kafka-python's and come in as arguments.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from kafka import TopicPartition
from kafka.admin import MemberToRemove
from kafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    NotCoordinatorError,
)
from kafka.structs import OffsetAndMetadata

from streams.errors import ReplayBusyError

COORDINATOR_SECONDS = 20.0
COORDINATOR_RETRY_SECONDS = 0.3
NO_COORDINATOR = (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    NotCoordinatorError,
)
T = TypeVar("T")


def committed(admin: Any, group: str, topic: str) -> dict[int, int]:
    """Give the offset that is read next, of each partition where the group has one."""
    known = group_offsets(admin, group)
    return {tp.partition: one.offset for tp, one in known.items() if tp.topic == topic}


def group_offsets(admin: Any, group: str) -> Mapping[TopicPartition, OffsetAndMetadata]:
    """Give everything that a group has committed."""
    known: Mapping[TopicPartition, OffsetAndMetadata] = _patiently(
        lambda: admin.list_group_offsets(group)
    ).get(group, {})
    return known


def members(admin: Any, group: str) -> int:
    """Say how many workers the group has now."""
    return len(_patiently(lambda: admin.describe_groups([group]))[group]["members"])


def remove_members(admin: Any, group: str) -> None:
    """Put every member out of a group; those that live join again."""
    members = admin.describe_groups([group])[group]["members"]
    admin.remove_group_members(group, [MemberToRemove(one["member_id"]) for one in members])


def delete_group(admin: Any, group: str) -> None:
    """Delete a group; one that is not there is deleted already.

    Raises:
        ReplayBusyError: it has members.
    """
    outcome = _patiently(lambda: admin.delete_groups([group]))[group]
    if outcome not in {"OK", "GroupIdNotFoundError"}:
        raise ReplayBusyError(f"the consumer group {group} cannot be deleted: {outcome}")


def _patiently(ask: Callable[[], T]) -> T:
    """Ask about a group; a new cluster makes the topic of offsets when it is asked the first time.

    Raises:
        KafkaError: the broker has another answer, or none in time.
    """
    deadline = time.monotonic() + COORDINATOR_SECONDS
    while True:
        try:
            return ask()
        except NO_COORDINATOR:
            if time.monotonic() > deadline:
                raise
            time.sleep(COORDINATOR_RETRY_SECONDS)
