"""The watch over a process that only reads in a group, such as `tocsin forward`.

Owns which of its rights are looked at, and its static name. Must not know how the process ends.
"""

from collections.abc import Callable
from typing import Any

from streams.errors import MissingRightsError
from streams.kafka.broker_watch import BrokerWatch
from streams.kafka.rights import Needs
from streams.kafka.static_member import Membership, StaticMember

# Rights that are given one after the other are not all there at once.
MISSING_LOOKS = 2


def group_watch(
    needs: Needs,
    static_name: str,
    membership: Membership,
    fail: Callable[[BaseException], None],
) -> BrokerWatch:
    """Make the watch.

    Args:
        needs: What the process needs at the cluster.
        static_name: `TOCSIN_GROUP_INSTANCE_ID`; "" where there is none.
        membership: The process in its group.
        fail: Ends the process with an error; called in a thread.
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
