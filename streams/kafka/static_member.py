"""Detects whether another process uses the same static name in the consumer group.

aiokafka does not send the name with its heartbeats, so a broker cannot report that a member was
fenced. It answers "unknown member", and the client joins again under the name. Two processes then
take the name from each other until one is stopped. The broker's list of members shows this. If the
name belongs to another member while this process still considers itself a member, another process
has joined with the name. After a restart the old process has ended, and the list shows no
difference.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import structlog

from streams.errors import DuplicateMemberError

log = structlog.get_logger(__name__)

# After this process has joined, a second one would join within a few heartbeats.
SUSPECT_SECONDS = 30.0
LEAVE_SECONDS = 10.0


class Membership(Protocol):
    """This process's membership in its group."""

    @property
    def member_id(self) -> str:
        """The broker's name for it since it joined last, or "" while it joins."""
        ...

    def leave(self, member_id: str) -> bool:
        """End the membership if it still has that member id, and return whether it had."""
        ...


class AiokafkaMembership:
    """The membership of an aiokafka consumer that runs in another event loop.

    Args:
        consumer: Returns the consumer and its loop, or None before it is started.
    """

    def __init__(
        self, consumer: Callable[[], tuple[Any, asyncio.AbstractEventLoop] | None]
    ) -> None:
        self._consumer = consumer

    @property
    def member_id(self) -> str:
        """See `Membership`."""
        coordinator = self._coordinator()
        return "" if coordinator is None else str(coordinator[0].member_id)

    def leave(self, member_id: str) -> bool:
        """See `Membership`. It blocks, and must not run in the consumer's loop."""
        found = self._coordinator()
        if found is None:
            return False
        coordinator, loop = found

        async def close_if_still() -> bool:
            # There is no await between the check and the close, because the client may join again
            # at an await.
            if coordinator.member_id != member_id:
                return False
            await coordinator.close()
            return True

        closing = asyncio.run_coroutine_threadsafe(close_if_still(), loop)
        try:
            return closing.result(LEAVE_SECONDS)
        except TimeoutError:
            # The consumer is closed. Only its last request is pending.
            return True

    def _coordinator(self) -> tuple[Any, asyncio.AbstractEventLoop] | None:
        found = self._consumer()
        if found is None:
            return None
        consumer, loop = found
        coordinator = getattr(consumer, "_coordinator", None)
        return None if coordinator is None else (coordinator, loop)


class StaticMember:
    """Watches one static name.

    Args:
        name: The name, `TOCSIN_GROUP_INSTANCE_ID`.
        group: The consumer group.
        membership: This process's membership in the group.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        name: str,
        group: str,
        membership: Membership,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self._group = name, group
        self._membership = membership
        self._clock = clock
        self._known = ""
        self._joined = -SUSPECT_SECONDS

    @property
    def is_suspect(self) -> bool:
        """Whether this process joined recently, so that a check of the group is due soon."""
        member_id = self._membership.member_id
        if member_id != self._known:
            self._known, self._joined = member_id, self._clock()
        return self._clock() - self._joined < SUSPECT_SECONDS

    def check(self, ask: Callable[[], Mapping[str, Any]]) -> None:
        """Ask the broker for the members, and end the membership if another process has the name.

        Args:
            ask: Returns the group as kafka-python's admin client describes it.

        Raises:
            DuplicateMemberError: Another process has the name. The membership is over, and the
                other process keeps its partitions.
        """
        before = self._membership.member_id
        members = ask().get("members", ())
        owners = [one["member_id"] for one in members if one.get("group_instance_id") == self._name]
        if not before or not owners or before in owners or before != self._membership.member_id:
            return
        if not self._membership.leave(before):
            return
        log.error("group.duplicate_member", name=self._name, group=self._group)
        raise DuplicateMemberError(
            f"another process of the group {self._group} uses the name {self._name!r} "
            "(TOCSIN_GROUP_INSTANCE_ID) as well, and has taken this one's partitions. Give each "
            "worker a name of its own, such as its pod's or host's, or set none"
        )
