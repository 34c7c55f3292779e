"""The range of a replay: how it is written, and which offsets it covers.

The offsets at the broker and the time come in as arguments. A range is half-open: its end is not in
it. Both ends are fixed when the replay is created, so later records change nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from streams.errors import ReplayRangeError
from streams.reading.time_argument import BEGINNING, FORMS, moment_of

_OFFSETS = re.compile(r"([0-9]{1,9}):([0-9]{0,18})-([0-9]{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    """The part of one partition: offsets from `start` to before `end`.

    It has at most `end - start` records: compaction and transactions leave gaps.
    """

    partition: int
    start: int
    end: int

    @property
    def offsets(self) -> int:
        """Return the number of offsets."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class RangeRequest:
    """A requested range: by time, by offsets of partitions, or the newest records of each.

    Attributes:
        since: The first moment. None: from the oldest record that is kept.
        until: The first moment after the range. None: to the current end.
        offsets: Partition to (start, end), where None leaves a side open. Partitions that are not
            named are not in the range.
        last: The number of newest records of every partition.
    """

    since: datetime | None = None
    until: datetime | None = None
    offsets: Mapping[int, tuple[int | None, int | None]] | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Log:
    """The bounds of one partition at the broker.

    Attributes:
        first: The oldest offset that is kept.
        end: The last stable offset: all records before it are committed or aborted.
        since: The first offset at or after the requested start, or None.
        until: The first offset at or after the requested end, or None.
        last: The first of the requested number of newest records.
        written: The offset that the next record will get. It is after `end` while a transaction
            is open. None: the same as `end`.
    """

    first: int
    end: int
    since: int | None = None
    until: int | None = None
    last: int | None = None
    written: int | None = None

    @property
    def held_back(self) -> int:
        """Return how many offsets an open transaction holds back."""
        return 0 if self.written is None else self.written - self.end


def parse_range(
    since: str | None,
    until: str | None,
    offsets: Sequence[str],
    last: int | None,
    now: datetime,
) -> RangeRequest:
    """Read the options of a range.

    Args:
        since: A moment (see `streams.reading.time_argument`).
        until: A moment.
        offsets: `partition:start-end`, where either side of the hyphen may be empty.
        last: Number of records of each partition.
        now: The time that durations count back from.

    Raises:
        ReplayRangeError: none or more than one kind of range is given, or a text is not valid.
    """
    ways = [since is not None or until is not None, bool(offsets), last is not None]
    if sum(ways) != 1:
        raise ReplayRangeError(
            "give the range to replay in one way: --since and --until (where `--since beginning` "
            "is the oldest record kept), --offsets, or --last"
        )
    if last is not None:
        return RangeRequest(last=last)
    if offsets:
        return RangeRequest(offsets=dict(map(_offsets, offsets)))
    begin = None if since in {None, BEGINNING} else _moment("--since", since or "", now)
    end = None if until is None else _moment("--until", until, now)
    if end is not None and end > now:
        raise ReplayRangeError(
            f"--until {until} is in the future, and a replay has a fixed end: leave --until out to "
            f"end at the newest record"
        )
    if begin is not None and begin > now:
        raise ReplayRangeError(f"--since {since} is in the future: give a moment in the past")
    if begin is not None and end is not None and begin >= end:
        raise ReplayRangeError(
            f"the range is empty: it begins at {begin.isoformat()} and ends at {end.isoformat()}"
        )
    return RangeRequest(since=begin, until=end)


def resolve(
    request: RangeRequest, logs: Mapping[int, Log], *, allow_truncated: bool = False
) -> list[Span]:
    """Return the offsets that a range covers.

    Args:
        request: The range.
        logs: Every partition of the topic.
        allow_truncated: Whether to take the rest if retention has removed the start.

    Returns:
        A span for every partition of the topic. It is empty for a partition without a record in
        the range.

    Raises:
        ReplayRangeError: the range is empty, names a partition or offset that does not exist, or
            retention has removed its start.
    """
    if request.offsets is not None:
        spans = _by_offsets(request.offsets, logs, allow_truncated=allow_truncated)
    elif request.last is not None:
        last = request.last
        spans = [
            Span(p, max(log.first, log.end - last) if log.last is None else log.last, log.end)
            for p, log in logs.items()
        ]
    else:
        spans = _by_time(request, logs, allow_truncated=allow_truncated)
    if not any(span.offsets for span in spans):
        kept = sum(log.end - log.first for log in logs.values())
        held = sum(log.held_back for log in logs.values())
        open_one = f" ({held} more wait for the end of an open transaction)" if held else ""
        raise ReplayRangeError(
            f"the range is empty: it has none of the {kept} records that are kept{open_one}"
        )
    return sorted(spans, key=lambda span: span.partition)


def held_back(request: RangeRequest, logs: Mapping[int, Log]) -> dict[int, int]:
    """Return how many offsets of each partition the range excludes because of open transactions.

    A range without an explicit end ends where the first open transaction begins.
    """
    return {
        partition: log.held_back
        for partition, log in logs.items()
        if log.held_back and _is_open_ended(request, partition, log)
    }


def _is_open_ended(request: RangeRequest, partition: int, log: Log) -> bool:
    if request.offsets is not None:
        return partition in request.offsets and request.offsets[partition][1] is None
    return request.until is None or log.until is None


def _by_time(
    request: RangeRequest, logs: Mapping[int, Log], *, allow_truncated: bool
) -> list[Span]:
    spans = []
    for partition, log in logs.items():
        start = log.first
        if request.since is not None:
            start = log.end if log.since is None else log.since
            # Removed records before the oldest one may have been in the range.
            if start == log.first > 0 and not allow_truncated:
                raise _truncated(
                    partition, log.first, f"before {request.since.isoformat()} or later"
                )
        end = log.end if request.until is None or log.until is None else log.until
        start = min(max(start, log.first), log.end)
        # A producer that sets timestamps itself may have written a later one first.
        spans.append(Span(partition, start, min(max(start, end), log.end)))
    return spans


def _by_offsets(
    wanted: Mapping[int, tuple[int | None, int | None]],
    logs: Mapping[int, Log],
    *,
    allow_truncated: bool,
) -> list[Span]:
    unknown = sorted(set(wanted) - set(logs))
    if unknown:
        raise ReplayRangeError(
            f"the topic has no partition {unknown[0]}: it has {len(logs)}, from 0 on"
        )
    spans = []
    for partition, log in logs.items():
        if partition not in wanted:
            spans.append(Span(partition, log.end, log.end))
            continue
        start, end = wanted[partition]
        if start is not None and start < log.first and not allow_truncated:
            raise _truncated(partition, log.first, f"from offset {start} on")
        if end is not None and log.end < end <= log.end + log.held_back:
            raise ReplayRangeError(
                f"partition {partition} can be read to offset {log.end}, and the range ends at "
                f"{end}: a transaction is open from there on. End it, or leave the end out to stop "
                f"before it"
            )
        if end is not None and end > log.end:
            raise ReplayRangeError(
                f"partition {partition} ends at offset {log.end}, and the range at {end}: a replay "
                f"has a fixed end. Leave the end out to stop at the newest record"
            )
        begin = log.first if start is None else max(start, log.first)
        stop = log.end if end is None else end
        if begin > stop:
            raise ReplayRangeError(
                f"the range of partition {partition} begins at offset {begin} and ends at {stop}"
            )
        spans.append(Span(partition, begin, stop))
    return spans


def _truncated(partition: int, first: int, lost: str) -> ReplayRangeError:
    return ReplayRangeError(
        f"retention has removed the start of the range: the oldest offset of partition {partition} "
        f"is {first}, and records {lost} may be gone. Begin later, or replay the rest with "
        f"--allow-truncated"
    )


def _offsets(text: str) -> tuple[int, tuple[int | None, int | None]]:
    read = _OFFSETS.fullmatch(text.strip())
    if read is None:
        raise ReplayRangeError(
            f"--offsets {text!r} is not a range: write PARTITION:START-END, such as 0:100-200. "
            f"Either offset may be left out"
        )
    partition, start, end = read.groups()
    return int(partition), (int(start) if start else None, int(end) if end else None)


def _moment(option: str, text: str, now: datetime) -> datetime:
    try:
        return moment_of(text, now)
    except ValueError as error:
        raise ReplayRangeError(f"{option} {text!r} is not a moment: write {FORMS}") from error
