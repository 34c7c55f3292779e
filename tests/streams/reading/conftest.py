"""A consumer over records in memory, with the answers that kafka-python's gives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest
from kafka import TopicPartition
from kafka.structs import OffsetAndTimestamp


class Record(NamedTuple):
    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None = None
    value: bytes | None = b""
    headers: Sequence[tuple[str, bytes]] = ()


@dataclass
class Log:
    """Records by topic and partition; `ends` adds offsets without records behind the last."""

    records: Sequence[Record]
    partitions: Mapping[str, int]
    ends: Mapping[TopicPartition, int] = field(default_factory=dict)
    starts: Mapping[TopicPartition, int] = field(default_factory=dict)
    most_a_poll: int = 2
    polls: int = 0
    _positions: dict[TopicPartition, int] = field(default_factory=dict)
    _paused: set[TopicPartition] = field(default_factory=set)

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        return set(range(self.partitions[topic])) if topic in self.partitions else None

    def beginning_offsets(self, tps: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return {tp: self.starts.get(tp, 0) for tp in tps}

    def end_offsets(self, tps: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return {
            tp: self.ends.get(tp, max((r.offset + 1 for r in self._of(tp)), default=0))
            for tp in tps
        }

    def offsets_for_times(self, times: Mapping[TopicPartition, int]) -> dict[Any, Any]:
        assert all(timestamp >= 0 for timestamp in times.values())
        return {
            tp: next(
                (
                    OffsetAndTimestamp(r.offset, r.timestamp, 0)
                    for r in self._of(tp)
                    if r.timestamp >= timestamp
                ),
                None,
            )
            for tp, timestamp in times.items()
        }

    def assign(self, tps: Sequence[TopicPartition]) -> None:
        self._positions = dict.fromkeys(tps, 0)
        self._paused = set()

    def seek(self, tp: TopicPartition, offset: int) -> None:
        assert tp in self._positions
        self._positions[tp] = offset

    def pause(self, *tps: TopicPartition) -> None:
        self._paused |= set(tps)

    def resume(self, *tps: TopicPartition) -> None:
        self._paused -= set(tps)

    def position(self, tp: TopicPartition) -> int:
        return self._positions[tp]

    def poll(
        self, timeout_ms: int, max_records: int | None = None
    ) -> dict[TopicPartition, list[Record]]:
        assert timeout_ms > 0
        assert max_records is None or max_records > 0
        self.polls += 1
        assert self.polls < 1_000, "polls without an end"
        fetched = {}
        for tp, position in self._positions.items():
            if tp in self._paused:
                continue
            records = [r for r in self._of(tp) if r.offset >= position][: self.most_a_poll]
            if records:
                fetched[tp] = records
                self._positions[tp] = records[-1].offset + 1
            else:
                # What is behind the last record is a gap, and is passed over.
                self._positions[tp] = max(position, self.end_offsets([tp])[tp])
        return fetched

    def _of(self, tp: TopicPartition) -> list[Record]:
        return [r for r in self.records if (r.topic, r.partition) == (tp.topic, tp.partition)]


@pytest.fixture
def record() -> type[Record]:
    return Record


@pytest.fixture
def log() -> Callable[..., Log]:
    return Log
