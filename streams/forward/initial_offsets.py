"""Where a group begins that has read nothing yet.

Owns the group's first offsets. They are committed before anything is read, so that what is sent
between the first start and the first delivery is not lost by a restart. Must not know what is read.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kafka.errors import KafkaError, NoError
from kafka.structs import OffsetAndMetadata

from streams.kafka.groups import group_offsets
from streams.kafka.subscriber import offsets_since, partitions_of


def set_first_offsets(
    admin: Any, consumer: Any, group: str, topics: Sequence[str], since: datetime | None
) -> bool:
    """Let a new group begin at a moment; a group that has offsets goes on from them.

    Args:
        admin: A kafka-python admin client.
        consumer: A kafka-python consumer without a group.
        group: The consumer group.
        topics: What it reads.
        since: The moment; None: with the next record.

    Returns:
        Whether the group is new.

    Raises:
        TopicMismatchError: a topic is missing.
        KafkaError: the broker does not let us.
    """
    partitions = partitions_of(consumer, topics)
    if group_offsets(admin, group):
        return False
    ends = consumer.end_offsets(partitions)
    starts = ends if since is None else offsets_since(consumer, ends, since)
    first = {tp: OffsetAndMetadata(offset, "", -1) for tp, offset in starts.items()}
    try:
        for error in admin.alter_group_offsets(group, first).values():
            if error is not NoError:
                raise error(f"setting the first offsets of {group}")
    except KafkaError:
        # Another process of the group was quicker, and has joined: its offsets are there by now.
        if group_offsets(admin, group):
            return False
        raise
    return True
