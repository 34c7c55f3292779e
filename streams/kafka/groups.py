"""Reads and changes consumer groups through an admin client: committed offsets and members.

The clients are kafka-python's, and functions take them as arguments.
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
    """Return the next offset to read, for each partition where the group has one."""
    known = group_offsets(admin, group)
    return {tp.partition: one.offset for tp, one in known.items() if tp.topic == topic}


def group_offsets(admin: Any, group: str) -> Mapping[TopicPartition, OffsetAndMetadata]:
    """Return all offsets that a group has committed."""
    known: Mapping[TopicPartition, OffsetAndMetadata] = _patiently(
        lambda: admin.list_group_offsets(group)
    ).get(group, {})
    return known


def members(admin: Any, group: str) -> int:
    """Return the number of workers in the group."""
    return len(_patiently(lambda: admin.describe_groups([group]))[group]["members"])


def remove_members(admin: Any, group: str) -> None:
    """Remove every member from a group. Members that are alive join again."""
    members = admin.describe_groups([group])[group]["members"]
    admin.remove_group_members(group, [MemberToRemove(one["member_id"]) for one in members])


def delete_group(admin: Any, group: str) -> None:
    """Delete a group. A missing group counts as deleted.

    Raises:
        ReplayBusyError: The group has members.
    """
    outcome = _patiently(lambda: admin.delete_groups([group]))[group]
    if outcome not in {"OK", "GroupIdNotFoundError"}:
        raise ReplayBusyError(f"the consumer group {group} cannot be deleted: {outcome}")


def _patiently(ask: Callable[[], T]) -> T:
    """Ask about a group, and ask again while a new cluster creates the offsets topic.

    The first request makes a cluster create it.

    Raises:
        KafkaError: The broker has another answer, or none in time.
    """
    deadline = time.monotonic() + COORDINATOR_SECONDS
    while True:
        try:
            return ask()
        except NO_COORDINATOR:
            if time.monotonic() > deadline:
                raise
            time.sleep(COORDINATOR_RETRY_SECONDS)
