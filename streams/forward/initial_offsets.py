"""Sets the first offsets of a new consumer group.

They are committed before anything is read. Otherwise a restart would lose the records that were
sent between the first start and the first delivery.
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
    """Set where a new group begins, and return whether the group is new.

    A group that has offsets continues from them.

    Args:
        admin: A kafka-python admin client.
        consumer: A kafka-python consumer without a group.
        group: The consumer group.
        topics: The topics that it reads.
        since: Where a new group begins. None: with the next record.

    Raises:
        TopicMismatchError: a topic is missing.
        KafkaError: the broker denies access.
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
        # Another process of the group joined first, and has set the offsets.
        if group_offsets(admin, group):
            return False
        raise
    return True
