"""Watches the surroundings of a running worker: its topics, its rights and its place in the group.

It asks the broker and shows the answers in metrics and health. `streams.kafka.topic_checks` and
`streams.kafka.static_member` find the differences.
"""

from collections.abc import Callable, Sequence
from typing import Any

import structlog
from kafka import TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import GroupAuthorizationFailedError

from streams.kafka.broker_watch import BrokerWatch
from streams.kafka.rights import Needs, missing_of_group
from streams.kafka.static_member import StaticMember
from streams.kafka.topic_checks import Answers, Difference, Finding, TopicChecks, mismatch
from streams.service.health import Health
from streams.service.metrics import Metrics

log = structlog.get_logger(__name__)


class TopicWatch:
    """Checks the topics at the broker regularly, in a thread.

    Args:
        needs: The rights that the worker needs at the cluster.
        checks: Compares the reports.
        metrics: Where partitions and differences are shown.
        health: Where differences are described in words.
        fail: Ends the worker with an error. It is called in the thread.
        member: Watches the static name. None: there is no static name.
    """

    def __init__(
        self,
        needs: Needs,
        checks: TopicChecks,
        metrics: Metrics,
        health: Health,
        fail: Callable[[BaseException], None],
        member: StaticMember | None = None,
    ) -> None:
        self._needs, self._checks = needs, checks
        self._metrics, self._health, self._fail = metrics, health, fail
        self._member = member
        self._watch = BrokerWatch(needs.connection, self._look, self._is_suspect, self._ended)
        self._shown: set[tuple[str, str]] = set()
        self._group_refused = 0

    def start(self) -> None:
        """Start the thread."""
        self._watch.start()

    def stop(self) -> None:
        """Ask the thread to stop."""
        self._watch.stop()

    def check(self) -> None:
        """Do nothing, because the thread passes its error to `fail`."""

    def _is_suspect(self) -> bool:
        return self._member is not None and self._member.is_suspect

    def _ended(self, error: BaseException) -> None:
        self._health.fault = str(error)
        self._fail(error)

    def _look(self, admin: Any) -> None:
        if self._member is not None:
            self._member.check(lambda: _described_group(admin, self._needs.group))
        self._check_group(admin)
        findings = self._checks.look(self._ask(admin))
        self._show(findings)
        ended_by = self._checks.ended_by(findings)
        if not ended_by:
            return
        refused = {
            ("topic", one.topic): one.operations
            for one in ended_by
            if one.difference is Difference.RIGHTS
        }
        changed = [one for one in ended_by if one.difference is not Difference.RIGHTS]
        raise mismatch(changed) if changed else self._needs.missing(refused)

    def _check_group(self, admin: Any) -> None:
        lacking = missing_of_group(admin, self._needs.grants, self._needs.group)
        self._group_refused = self._group_refused + 1 if lacking else 0
        # Rights that are granted one by one are not all present at once.
        if self._group_refused > 1:
            raise self._needs.missing({("group", self._needs.group): lacking})

    def _ask(self, admin: Any) -> Answers:
        topics = admin.describe_topics(self._checks.topics)
        there = {
            topic["name"]: len(topic["partitions"])
            for topic in topics
            if not topic.get("error_code")
        }
        try:
            of_group = admin.list_group_offsets(self._needs.group).get(self._needs.group, {})
        except GroupAuthorizationFailedError:
            of_group = {}
        committed = {
            (tp.topic, tp.partition): known.offset
            for tp, known in of_group.items()
            if tp.partition < there.get(tp.topic, 0) and known.offset > 0
        }
        # A topic without an id is recognised by its ends.
        without_id = {
            (topic["name"], partition)
            for topic in topics
            if topic.get("topic_id") is None
            for partition in range(there.get(topic["name"], 0))
        }
        tps = [TopicPartition(*one) for one in committed.keys() | without_id]
        ends = admin.list_partition_offsets(dict.fromkeys(tps, OffsetSpec.LATEST)) if tps else {}
        return Answers(
            topics, committed, {(tp.topic, tp.partition): at.offset for tp, at in ends.items()}
        )

    def _show(self, findings: Sequence[Finding]) -> None:
        for topic, partitions in self._checks.partitions.items():
            self._metrics.topic_partitions.labels(topic).set(partitions)
        shown = {(one.topic, one.difference.value) for one in findings}
        for one in findings:
            if (one.topic, one.difference.value) not in self._shown:
                log.warning(
                    "topics.differ", topic=one.topic, difference=one.difference, note=one.message
                )
        for labels in self._shown | shown:
            self._metrics.topic_differs.labels(*labels).set(labels in shown)
        self._shown = shown
        works_on = Difference.OTHER_PARTITIONS
        self._health.notes = tuple(one.message for one in findings if one.difference is works_on)
        faults = [one.message for one in findings if one.difference is not works_on]
        self._health.fault = "; ".join(faults)


def _described_group(admin: Any, group: str) -> Any:
    return admin.describe_groups([group]).get(group, {})
