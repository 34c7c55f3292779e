"""The proof of a replay: every record of its range has an outcome, or is named as missing.

Owns the account of offsets. Pure: what was found in the topics comes in. Each offset of the range
is one of these: the article was analysed, it is a dead letter, it was left out (it is not selected,
or another replay wrote it), or there is no record (a transaction's marker, an aborted record, a gap
of compaction). What is none of them is missing. Outputs may be repeated: an offset counts once.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from streams.replay.offset_set import OffsetSet
from streams.replay.range import Span

LISTED_RANGES = 20
# Offsets without an output that are so near are looked at in one reading.
NEAR_OFFSETS = 1_000


class Proof(Struct, frozen=True, kw_only=True):
    """What became of the offsets of a range.

    Attributes:
        complete: Whether each record has an outcome, and each output is of a record of the range.
        records: Records of the range, as readers of committed records see them.
        analysed: Records with an analysis.
        dead_letters: Records with a dead letter and no analysis.
        left_out: Records that are not selected, or that another replay wrote.
        without_record: Offsets without a record that can be read.
        missing: Records without an outcome.
        missing_offsets: Their first ranges, as `partition:start-end`; the end is not in it.
        unchecked: Offsets without an output that retention removed before they could be looked at.
        removed: Outputs that retention removed before they could be read.
        outside: Outputs of records that are not of the range.
    """

    complete: bool
    records: int
    analysed: int
    dead_letters: int
    left_out: int
    without_record: int
    missing: int = 0
    missing_offsets: list[str] = []
    unchecked: int = 0
    removed: int = 0
    outside: int = 0

    @property
    def why_incomplete(self) -> str:
        """What is wrong, for a person; empty where it is complete."""
        problems = []
        if self.missing:
            ranges = ", ".join(self.missing_offsets)
            more = " and more" if len(self.missing_offsets) == LISTED_RANGES else ""
            problems.append(
                f"{self.missing} of {self.records} records have neither an analysis nor a dead "
                f"letter, at the offsets {ranges}{more}"
            )
        if self.unchecked:
            problems.append(
                f"retention removed {self.unchecked} offsets without an output before it was known "
                f"whether they held records"
            )
        if self.removed:
            problems.append(f"retention removed {self.removed} outputs before they could be read")
        if self.outside:
            problems.append(f"{self.outside} outputs are of records outside the range")
        return "; ".join(problems)


class Account:
    """Counts what each offset of a range came to. Memory: two bits an offset.

    Args:
        topic: The topic of articles.
        spans: The range.
    """

    def __init__(self, topic: str, spans: Iterable[Span]) -> None:
        self._topic = topic
        self._spans = {one.partition: one for one in spans}
        self._analysed = {p: OffsetSet(one.start, one.end) for p, one in self._spans.items()}
        self._done = {p: OffsetSet(one.start, one.end) for p, one in self._spans.items()}
        self._left_out = self._missing = self._unchecked = self._removed = self._outside = 0
        self._ranges: list[list[int]] = []

    def analysis(self, topic: str, partition: int, offset: int) -> None:
        """Take note of an analysis of a record; any number of times."""
        if self._is_outside(topic, partition, offset):
            self._outside += 1
        else:
            self._analysed[partition].add(offset)
            self._done[partition].add(offset)

    def dead_letter(self, topic: str, partition: int, offset: int) -> None:
        """Take note of a dead letter; those of other topics than the articles' do not count."""
        if topic == self._topic and self._is_outside(topic, partition, offset):
            self._outside += 1
        elif topic == self._topic:
            self._done[partition].add(offset)

    def _is_outside(self, topic: str, partition: int, offset: int) -> bool:
        span = self._spans.get(partition)
        return topic != self._topic or span is None or not span.start <= offset < span.end

    def has(self, partition: int, offset: int) -> bool:
        """Return whether a record has an output."""
        return offset in self._done[partition]

    def without_output(self, partition: int) -> Iterator[tuple[int, int]]:
        """Return ranges that hold every offset without an output, and few that have one."""
        begun: int | None = None
        after = 0
        for first, end in self._done[partition].absent():
            if begun is not None and first - after > NEAR_OFFSETS:
                yield begun, after
                begun = None
            begun = first if begun is None else begun
            after = end
        if begun is not None:
            yield begun, after

    def left_out(self) -> None:
        """Take note of a record without an output that is rightly left out."""
        self._left_out += 1

    def missing(self, partition: int, offset: int) -> None:
        """Take note of a record without an outcome; in the order of its partition's offsets."""
        self._missing += 1
        last = self._ranges[-1] if self._ranges else None
        if last is not None and (last[0], last[2]) == (partition, offset):
            last[2] += 1
        elif len(self._ranges) < LISTED_RANGES:
            self._ranges.append([partition, offset, offset + 1])

    def unchecked(self, offsets: int) -> None:
        """Take note of offsets without an output of which it is not known what was there."""
        self._unchecked += offsets

    def removed(self, outputs: int) -> None:
        """Take note of outputs that cannot be read any more."""
        self._removed += outputs

    def proof(self) -> Proof:
        """Return the result; everything has been looked at."""
        analysed = sum(map(len, self._analysed.values()))
        done = sum(map(len, self._done.values()))
        records = done + self._left_out + self._missing
        offsets = sum(one.offsets for one in self._spans.values())
        return Proof(
            complete=not (self._missing or self._unchecked or self._removed or self._outside),
            records=records,
            analysed=analysed,
            dead_letters=done - analysed,
            left_out=self._left_out,
            without_record=offsets - records - self._unchecked,
            missing=self._missing,
            missing_offsets=[f"{p}:{first}-{end}" for p, first, end in self._ranges],
            unchecked=self._unchecked,
            removed=self._removed,
            outside=self._outside,
        )
