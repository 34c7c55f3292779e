"""Watches a process that only reads in a group, such as `tocsin forward`.

It checks the process's rights and its static name.
"""

from collections.abc import Callable
from typing import Any

from streams.errors import MissingRightsError
from streams.kafka.broker_watch import BrokerWatch
from streams.kafka.rights import Needs
from streams.kafka.static_member import Membership, StaticMember

# Rights that are granted one by one are not all present at once.
MISSING_LOOKS = 2


def group_watch(
    needs: Needs,
    static_name: str,
    membership: Membership,
    fail: Callable[[BaseException], None],
) -> BrokerWatch:
    """Return the watch.

    Args:
        needs: The rights that the process needs at the cluster.
        static_name: `TOCSIN_GROUP_INSTANCE_ID`, or "" without one.
        membership: The process's membership in its group.
        fail: Ends the process with an error. It is called in a thread.
    """
    member = StaticMember(static_name, needs.group, membership) if static_name else None
    missing = 0

    def look(admin: Any) -> None:
        nonlocal missing
        if member is not None:
            member.check(lambda: admin.describe_groups([needs.group]).get(needs.group, {}))
        try:
            needs.require(admin)
        except MissingRightsError:
            missing += 1
            if missing >= MISSING_LOOKS:
                raise
        else:
            missing = 0

    return BrokerWatch(
        needs.connection,
        look,
        lambda: missing > 0 or (member is not None and member.is_suspect),
        fail,
    )
