"""The proof of a replay: every record of its range has an outcome, or is named as missing.

Each offset of the range has one of these outcomes: the article was analysed, it is a dead letter,
it was excluded (it is not selected, or another replay wrote it), or it has no record (a
transaction's marker, an aborted record, a gap of compaction). Every other offset is missing.
Outputs may be repeated: an offset counts once.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from streams.replay.offset_set import OffsetSet
from streams.replay.range import Span

LISTED_RANGES = 20
# Offsets without an output that are so close together are read in one scan.
NEAR_OFFSETS = 1_000


class Proof(Struct, frozen=True, kw_only=True):
    """The outcomes of the offsets of a range.

    Attributes:
        complete: Whether each record has an outcome, and each output has a record of the range.
        records: Committed records of the range.
        analysed: Records with an analysis.
        dead_letters: Records with a dead letter and no analysis.
        excluded: Records that are not selected, or that another replay wrote.
        without_record: Offsets without a readable record.
        missing: Records without an outcome.
        missing_offsets: Their first ranges, as half-open `partition:start-end`.
        unchecked: Offsets without an output that retention removed before they were checked.
        removed: Outputs that retention removed before they were read.
        outside: Outputs of records that are not of the range.
    """

    complete: bool
    records: int
    analysed: int
    dead_letters: int
    excluded: int
    without_record: int
    missing: int = 0
    missing_offsets: list[str] = []
    unchecked: int = 0
    removed: int = 0
    outside: int = 0

    @property
    def why_incomplete(self) -> str:
        """Return the reasons in words, empty if the proof is complete."""
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
                f"retention removed {self.unchecked} offsets without an output before they were "
                f"checked for records"
            )
        if self.removed:
            problems.append(f"retention removed {self.removed} outputs before they could be read")
        if self.outside:
            problems.append(f"{self.outside} outputs are of records outside the range")
        return ", and ".join(problems)


class Account:
    """Counts the outcomes of the offsets of a range. It needs two bits of memory an offset.

    Args:
        topic: The topic of articles.
        spans: The range.
    """

    def __init__(self, topic: str, spans: Iterable[Span]) -> None:
        self._topic = topic
        self._spans = {one.partition: one for one in spans}
        self._analysed = {p: OffsetSet(one.start, one.end) for p, one in self._spans.items()}
        self._done = {p: OffsetSet(one.start, one.end) for p, one in self._spans.items()}
        self._excluded = self._missing = self._unchecked = self._removed = self._outside = 0
        self._ranges: list[list[int]] = []

    def add_analysis(self, topic: str, partition: int, offset: int) -> None:
        """Count an analysis of a record. Repeated ones count once."""
        if self._is_outside(topic, partition, offset):
            self._outside += 1
        else:
            self._analysed[partition].add(offset)
            self._done[partition].add(offset)

    def add_dead_letter(self, topic: str, partition: int, offset: int) -> None:
        """Count a dead letter. Dead letters of other topics than the articles are ignored."""
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
        """Yield ranges that cover every offset without an output, and few with one."""
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

    def add_excluded(self) -> None:
        """Count a record that has no output because it is excluded."""
        self._excluded += 1

    def add_missing(self, partition: int, offset: int) -> None:
        """Count a record without an outcome. Call it in the order of a partition's offsets."""
        self._missing += 1
        last = self._ranges[-1] if self._ranges else None
        if last is not None and (last[0], last[2]) == (partition, offset):
            last[2] += 1
        elif len(self._ranges) < LISTED_RANGES:
            self._ranges.append([partition, offset, offset + 1])

    def add_unchecked(self, offsets: int) -> None:
        """Count offsets without an output whose records are gone."""
        self._unchecked += offsets

    def add_removed(self, outputs: int) -> None:
        """Count outputs that can no longer be read."""
        self._removed += outputs

    def proof(self) -> Proof:
        """Return the result, after all outputs and records have been counted."""
        analysed = sum(map(len, self._analysed.values()))
        done = sum(map(len, self._done.values()))
        records = done + self._excluded + self._missing
        offsets = sum(one.offsets for one in self._spans.values())
        return Proof(
            complete=not (self._missing or self._unchecked or self._removed or self._outside),
            records=records,
            analysed=analysed,
            dead_letters=done - analysed,
            excluded=self._excluded,
            without_record=offsets - records - self._unchecked,
            missing=self._missing,
            missing_offsets=[f"{p}:{first}-{end}" for p, first, end in self._ranges],
            unchecked=self._unchecked,
            removed=self._removed,
            outside=self._outside,
        )
