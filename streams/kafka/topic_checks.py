"""Detects changes of the topics while a worker runs: deletion, recreation, partitions and rights.

It compares the broker's report with the plan and with the previous report, and decides which
differences end the worker. A broker that has just become available may not know a topic for a
moment. So a difference that may be transient counts only when it is seen several times in a row.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kafka.errors import NoError, UnknownTopicOrPartitionError

from streams.errors import TopicMismatchError
from streams.kafka.acls import Grant
from streams.kafka.rights import missing_of_topics
from streams.kafka.topics import TopicPlan

# Maps (topic, partition) to an offset.
Offsets = Mapping[tuple[str, int], int]


class Difference(StrEnum):
    """How a topic differs. It is a metric label."""

    MISSING = "missing"
    MADE_AGAIN = "made_again"
    PARTITIONS = "partitions"
    OTHER_PARTITIONS = "other_partitions"
    RIGHTS = "rights"
    OFFSETS = "offsets"


# The number of consecutive checks with the difference that end the worker. None: it never does.
_LOOKS: Mapping[Difference, int | None] = {
    Difference.MISSING: 3,
    Difference.MADE_AGAIN: 1,
    Difference.PARTITIONS: 1,
    Difference.OTHER_PARTITIONS: None,
    Difference.RIGHTS: 2,
    Difference.OFFSETS: 3,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference. `operations` are the missing rights."""

    topic: str
    difference: Difference
    message: str
    operations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """The broker's report at one check.

    Attributes:
        topics: As kafka-python's admin client describes them.
        committed: The group's offsets, asked for before `ends`.
        ends: The ends of the partitions whose offsets are committed, and of topics without an id.
    """

    topics: Sequence[Mapping[str, Any]]
    committed: Offsets
    ends: Offsets


class TopicChecks:
    """Compares the reports of the broker.

    Args:
        wanted: The plan of every topic.
        grants: The rights that the worker needs.
        group: Its consumer group.
        fixed: Topics of which a fixed range is read, regardless of new partitions.
    """

    def __init__(
        self,
        wanted: Iterable[TopicPlan],
        grants: Sequence[Grant],
        group: str,
        fixed: Sequence[str] = (),
    ) -> None:
        self._wanted = {one.name: one for one in wanted}
        self._grants = grants
        self._group = group
        self._fixed = frozenset(fixed)
        self._ids: dict[str, Any] = {}
        self._ends: dict[tuple[str, int], int] = {}
        self._looks: dict[tuple[str, Difference], int] = {}
        self.partitions: dict[str, int] = {}

    @property
    def topics(self) -> list[str]:
        """The names of the topics that are checked."""
        return list(self._wanted)

    def look(self, answers: Answers) -> list[Finding]:
        """Return all current differences."""
        findings = [found for topic in answers.topics for found in self._of_topic(topic)]
        rights = missing_of_topics(self._grants, answers.topics)
        findings += [
            Finding(
                name,
                Difference.RIGHTS,
                f"the broker does not allow {' and '.join(operations)} on topic {name}",
                tuple(operations),
            )
            for name, operations in rights.items()
        ]
        findings += self._of_offsets(answers)
        seen = {(one.topic, one.difference) for one in findings}
        self._looks = {one: self._looks.get(one, 0) + 1 for one in seen}
        return findings

    def ended_by(self, findings: Sequence[Finding]) -> list[Finding]:
        """Return those of the newest findings that end the worker."""
        return [
            one
            for one in findings
            if (looks := _LOOKS[one.difference]) is not None
            and self._looks.get((one.topic, one.difference), 0) >= looks
        ]

    def _of_topic(self, topic: Mapping[str, Any]) -> list[Finding]:
        name, want = topic["name"], self._wanted[topic["name"]]
        code = topic.get("error_code") or 0
        if code == UnknownTopicOrPartitionError.errno:
            return [
                Finding(
                    name,
                    Difference.MISSING,
                    f"the topic {name} is gone: it was deleted while the worker ran. Make it "
                    "again with `tocsin topics apply`, then start the worker",
                )
            ]
        if code != NoError.errno:
            return []
        found = self._id_finding(name, topic.get("topic_id"))
        partitions = len(topic["partitions"])
        self.partitions[name] = partitions
        if partitions != want.partitions and not (name in self._fixed and want.takes(partitions)):
            found.append(_partitions_finding(want, partitions))
        return found

    def _id_finding(self, name: str, topic_id: Any) -> list[Finding]:
        if topic_id is None or self._ids.setdefault(name, topic_id) == topic_id:
            return []
        return [Finding(name, Difference.MADE_AGAIN, _made_again(name, "it has another id"))]

    def _of_offsets(self, answers: Answers) -> list[Finding]:
        findings = {}
        for (name, partition), end in sorted(answers.ends.items()):
            # Without topic ids, a recreated topic shows by its ends, which otherwise only grow.
            before = self._ends.get((name, partition), 0)
            if end < before and name not in self._ids:
                why = f"partition {partition} ended at {before}, and ends at {end} now"
                findings[name] = Finding(name, Difference.MADE_AGAIN, _made_again(name, why))
            self._ends[name, partition] = max(before, end)
            committed = answers.committed.get((name, partition), 0)
            if committed > end and name not in findings:
                findings[name] = Finding(
                    name, Difference.OFFSETS, self._beyond(name, partition, committed, end)
                )
        return list(findings.values())

    def _beyond(self, name: str, partition: int, committed: int, end: int) -> str:
        return (
            f"the group {self._group} has finished offset {committed} of partition {partition} of "
            f"{name}, which ends at {end}: the topic was made again, or the broker lost records. "
            "What comes up to that offset would be skipped. Stop all workers, set the offsets "
            f"(`kafka-consumer-groups.sh --group {self._group} --topic {name} --reset-offsets "
            "--to-earliest --execute`), then start again"
        )


def mismatch(findings: Sequence[Finding]) -> TopicMismatchError:
    """Return the error for findings that end the worker."""
    listed = "".join(f"\n  - {one.message}" for one in findings)
    return TopicMismatchError(f"The topics have changed under the worker:{listed}")


def _partitions_finding(want: TopicPlan, partitions: int) -> Finding:
    found = f"{want.name} has {partitions} partitions, the plan says {want.partitions}"
    if want.takes(partitions):
        note = "all of them are read" if want.partition_rule == "any" else "the others stay empty"
        return Finding(want.name, Difference.OTHER_PARTITIONS, f"{found}: {note}")
    return Finding(
        want.name,
        Difference.PARTITIONS,
        f"{found}: a leader's mentions and state would no longer be in one partition. Make the "
        "topic again with the planned partitions, or move to a new application id with a replay "
        "(docs/operate/operating.md, Partitions)",
    )


def _made_again(name: str, why: str) -> str:
    return (
        f"the topic {name} was deleted and made again while the worker ran ({why}). Look at its "
        "partitions with `tocsin topics plan`, then start the worker: it reads the new topic from "
        "its beginning"
    )
