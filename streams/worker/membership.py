"""Tells whether the consumer group still counts this worker as a member.

A process that was frozen for longer than the session timeout continues as if its partitions were
its own, until the group's next answer. By then another worker may have written newer states. The
group's answers to heartbeats are the only sign, so this module keeps the time of the last one.
"""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiokafka.consumer import consumer as aiokafka_consumer
from aiokafka.consumer.group_coordinator import GroupCoordinator

POLL_SECONDS = 0.02


class ConfirmingCoordinator(GroupCoordinator):  # type: ignore[misc]  # aiokafka ships no types
    """aiokafka's coordinator that records when the group last confirmed the membership."""

    # Monotonic seconds at which the request was sent: an answer may wait in a frozen process.
    confirmed_at = -math.inf

    async def _do_heartbeat(self) -> bool:
        requested_at = time.monotonic()
        is_member = bool(await super()._do_heartbeat())
        if is_member:
            self.confirmed_at = requested_at
        return is_member

    async def _on_join_complete(self, *args: Any, **kwargs: Any) -> None:
        self.confirmed_at = time.monotonic()
        await super()._on_join_complete(*args, **kwargs)


def keep_confirmations() -> None:
    """Make every aiokafka consumer of this process use a `ConfirmingCoordinator`."""
    aiokafka_consumer.GroupCoordinator = ConfirmingCoordinator


@dataclass(frozen=True, slots=True)
class Membership:
    """Tells whether the worker is still a member of its group.

    Attributes:
        confirmed_at: Returns the monotonic seconds of the group's last confirmation.
        timeout_seconds: How long a confirmation holds: the session timeout.
        is_leaving: Returns whether the group rebalances, so that the partitions are revoked.
        clock: Returns monotonic seconds.
    """

    confirmed_at: Callable[[], float]
    timeout_seconds: float
    is_leaving: Callable[[], bool]
    clock: Callable[[], float] = time.monotonic

    async def confirm(self) -> bool:
        """Return whether the group counts this worker as a member. Wait for its answer if needed.

        While the broker is unavailable it does not answer, and no state can be written either.
        """
        while self.clock() - self.confirmed_at() > self.timeout_seconds:
            if self.is_leaving():
                return False
            await asyncio.sleep(POLL_SECONDS)
        return True
