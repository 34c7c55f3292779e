"""Whether another process has the same static name, as the group's members tell."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from streams.errors import DuplicateMemberError
from streams.kafka.static_member import SUSPECT_SECONDS, StaticMember


@dataclass
class Member:
    """A membership that is told what the broker called it."""

    member_id: str = "mine"
    left: list[str] = field(default_factory=list)
    becomes: str | None = None

    def leave(self, member_id: str) -> bool:
        self.member_id = self.becomes or self.member_id
        if self.member_id == member_id:
            self.left.append(member_id)
        return self.member_id == member_id


def group(*members: tuple[str, str | None]) -> dict[str, Any]:
    return {"members": [{"member_id": one, "group_instance_id": name} for one, name in members]}


def test_a_name_that_is_another_members_ends_this_one() -> None:
    member = Member()
    watch = StaticMember("same", "tocsin", member)
    with pytest.raises(DuplicateMemberError, match=r"'same'.*TOCSIN_GROUP_INSTANCE_ID"):
        watch.check(lambda: group(("theirs", "same"), ("other", "b")))
    assert member.left == ["mine"]


@pytest.mark.parametrize(
    "described",
    [
        group(("mine", "same"), ("other", "b")),
        # The session was lost, or the group is not there any more: this one joins again.
        group(("other", "b")),
        group(),
        {},
    ],
)
def test_a_name_that_is_ours_or_belongs_to_no_member_is_well(described: dict[str, Any]) -> None:
    member = Member()
    StaticMember("same", "tocsin", member).check(lambda: described)
    assert member.left == []


def test_while_it_joins_it_has_no_id_and_nothing_is_decided() -> None:
    member = Member(member_id="")
    StaticMember("same", "tocsin", member).check(lambda: group(("theirs", "same")))
    assert member.left == []


def test_one_that_joined_again_while_the_broker_was_asked_stays() -> None:
    member = Member()

    def ask() -> dict[str, Any]:
        member.member_id = "mine again"
        return group(("theirs", "same"))

    StaticMember("same", "tocsin", member).check(ask)
    assert member.left == []
    member = Member(becomes="mine again")
    StaticMember("same", "tocsin", member).check(lambda: group(("theirs", "same")))
    assert member.left == []


def test_it_is_suspect_for_a_while_after_it_joined() -> None:
    now, member = [0.0], Member(member_id="")
    watch = StaticMember("same", "tocsin", member, lambda: now[0])
    assert not watch.is_suspect
    member.member_id = "mine"
    assert watch.is_suspect
    now[0] += SUSPECT_SECONDS
    assert not watch.is_suspect
