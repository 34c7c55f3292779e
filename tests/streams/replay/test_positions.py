"""What is asked about groups, and how patiently."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from kafka import TopicPartition
from kafka.errors import CoordinatorNotAvailableError, GroupAuthorizationFailedError, NoError
from kafka.structs import OffsetAndMetadata, OffsetAndTimestamp

from streams.errors import ReplayBusyError
from streams.kafka import groups
from streams.replay import positions
from streams.replay.range import RangeRequest, Span
from tests.streams.conftest import Log, LogRecord


class Admin:
    """Answers as it is scripted: an error is raised, a value is given."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.altered: dict[TopicPartition, OffsetAndMetadata] = {}

    def _answer(self, *_: Any) -> Any:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    list_group_offsets = describe_groups = delete_groups = _answer

    def alter_group_offsets(
        self, _group: str, offsets: dict[TopicPartition, OffsetAndMetadata]
    ) -> dict[TopicPartition, type]:
        self.altered = offsets
        return dict.fromkeys(offsets, NoError)


def at(offset: int, partition: int = 0) -> dict[TopicPartition, OffsetAndMetadata]:
    return {TopicPartition("articles", partition): OffsetAndMetadata(offset, "", -1)}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "COORDINATOR_RETRY_SECONDS", 0.0)


def test_a_new_cluster_is_asked_until_it_has_a_coordinator() -> None:
    admin = Admin(CoordinatorNotAvailableError(), CoordinatorNotAvailableError(), {"g": at(7)})
    assert groups.committed(admin, "g", "articles") == {0: 7}
    assert not admin.answers


def test_one_that_never_has_is_not_asked_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "COORDINATOR_SECONDS", -1.0)
    with pytest.raises(CoordinatorNotAvailableError):
        groups.members(Admin(CoordinatorNotAvailableError()), "g")


def test_another_answer_is_taken_at_once() -> None:
    with pytest.raises(GroupAuthorizationFailedError):
        groups.members(Admin(GroupAuthorizationFailedError()), "g")


def test_only_a_partition_without_a_position_is_set_to_its_start() -> None:
    admin = Admin({"g": at(7)}, {"g": {"members": []}})
    positions.set_starts(admin, "g", "articles", [Span(0, 3, 9), Span(1, 4, 9)])
    assert admin.altered == at(4, partition=1)


def test_a_group_with_members_is_not_set() -> None:
    with pytest.raises(ReplayBusyError, match="members already"):
        positions.set_starts(Admin({}, {"g": {"members": [1]}}), "g", "a", [Span(0, 0, 1)])


@pytest.mark.parametrize("answer", ["OK", "GroupIdNotFoundError"])
def test_a_group_that_is_gone_is_deleted(answer: str) -> None:
    groups.delete_group(Admin({"g": answer}), "g")


def test_a_group_that_cannot_be_deleted_is_named() -> None:
    delete: Callable[..., None] = groups.delete_group
    with pytest.raises(ReplayBusyError, match="NonEmptyGroupError"):
        delete(Admin({"g": "NonEmptyGroupError"}), "g")


NOON_MS = 1_795_000_000_000
YEAR_2100_MS = 4_102_444_800_000


class Bounds:
    """An admin client that knows where each partition's log ends."""

    def __init__(self, end: int) -> None:
        self._end = end

    def list_partition_offsets(self, asked: dict[TopicPartition, Any]) -> dict[Any, Any]:
        return {tp: OffsetAndTimestamp(self._end, -1, -1) for tp in asked}


@pytest.mark.parametrize(
    ("since_ms", "until_ms", "expected"),
    [
        # One record of 2100 at offset 1 is neither the beginning nor the end of a range.
        (3, 5, (3, 5)),
        (0, 4, (0, 4)),
        # From the last moment on there is only an impossible one.
        (7, None, (6, None)),
        (8, None, (None, None)),
    ],
)
def test_a_timestamp_of_the_future_bounds_no_range(
    since_ms: int, until_ms: int | None, expected: tuple[int | None, int | None]
) -> None:
    stamps = [NOON_MS, YEAR_2100_MS, *(NOON_MS + n for n in range(2, 6)), NOON_MS + 7]
    records = [LogRecord("articles", 0, n, one) for n, one in enumerate(stamps)]
    log = Log(records, {"articles": 1}, most_a_poll=500)
    asked = RangeRequest(
        since=moment(since_ms), until=None if until_ms is None else moment(until_ms)
    )
    known = positions.logs(Bounds(len(stamps)), log, "articles", asked, NOON_MS + 1_000)[0]
    assert (known.since, known.until) == expected


def moment(after_noon_ms: int) -> datetime:
    return datetime.fromtimestamp((NOON_MS + after_noon_ms) / 1000, UTC)
