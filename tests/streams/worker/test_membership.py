"""A worker that was frozen is no member until the group says so again."""

import asyncio
import math
from dataclasses import dataclass, field

from streams.worker.membership import Membership

TIMEOUT_SECONDS = 6.0


@dataclass
class Group:
    """The group's answers, one for each look; the clock stands still between them."""

    now: float = 100.0
    confirmed: list[float] = field(default_factory=lambda: [100.0])
    leaves_after_looks: float = math.inf
    looks: int = 0

    def confirmed_at(self) -> float:
        self.looks += 1
        return self.confirmed.pop(0) if len(self.confirmed) > 1 else self.confirmed[0]

    def confirm(self) -> bool:
        membership = Membership(
            self.confirmed_at,
            TIMEOUT_SECONDS,
            lambda: self.looks >= self.leaves_after_looks,
            lambda: self.now,
        )
        return asyncio.run(asyncio.wait_for(membership.confirm(), 10))


def test_a_confirmation_holds_for_the_session_timeout() -> None:
    group = Group(now=100.0 + TIMEOUT_SECONDS)
    assert group.confirm()
    assert group.looks == 1


def test_a_worker_that_was_frozen_waits_for_the_groups_answer() -> None:
    group = Group(now=115.0, confirmed=[100.0, 100.0, 114.9])
    assert group.confirm()
    assert group.looks == 3


def test_a_worker_that_was_frozen_is_no_member_once_the_group_rebalances() -> None:
    group = Group(now=115.0, leaves_after_looks=2)
    assert not group.confirm()


def test_a_rebalance_alone_takes_nothing_away() -> None:
    group = Group(now=101.0, leaves_after_looks=0)
    assert group.confirm()
