"""The range of a replay: what was asked for, and the offsets that it comes to.

Owns the notation of a range and every reason to refuse one. Pure: what the broker knows and what
the time is come in as arguments. A range is half-open: its end is not in it. The ends are fixed
when the range is made, so what arrives later changes nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from streams.errors import ReplayRangeError
from streams.reading.time_argument import FORMS, moment_of

BEGINNING = "beginning"
_OFFSETS = re.compile(r"([0-9]{1,9}):([0-9]{0,18})-([0-9]{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    """The part of one partition: offsets from `start` to before `end`.

    `end - start` is the most records that it has: compaction and transactions leave gaps.
    """

    partition: int
    start: int
    end: int

    @property
    def offsets(self) -> int:
        """How many offsets it has."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class RangeRequest:
    """What was asked for: by time, by offsets of partitions, or the last so many of each.

    Attributes:
        since: The first moment; None: the oldest record that is kept.
        until: The first moment that is no longer in it; None: the end as it is now.
        offsets: Partition to (start, end), None where that side is open; partitions that are not
            named are not in it.
        last: The newest so many records of every partition.
    """

    since: datetime | None = None
    until: datetime | None = None
    offsets: Mapping[int, tuple[int | None, int | None]] | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Log:
    """What the broker knows of one partition.

    Attributes:
        first: The oldest offset that is kept.
        end: The last stable offset: what is before it is committed or aborted.
        since: The first offset from the asked moment on; None: there is none.
        until: The first offset from the asked end on; None: there is none.
        last: The first of the newest so many records that were asked for.
        written: The offset that the next record will get. It is behind `end` where a transaction
            is open; None: as `end`.
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


def asked(
    since: str | None,
    until: str | None,
    offsets: Sequence[str],
    last: int | None,
    now: datetime,
) -> RangeRequest:
    """Read a range as a person writes it.

    Args:
        since: A moment (see `streams.reading.time_argument`; `-7d` is `7d`), or `beginning`.
        until: A moment.
        offsets: `partition:start-end`, either side of the hyphen may be empty.
        last: Records of each partition.
        now: The time that spans count back from.

    Raises:
        ReplayRangeError: nothing or more than one way is given, or a text is not understood.
    """
    ways = [since is not None or until is not None, bool(offsets), last is not None]
    if sum(ways) != 1:
        raise ReplayRangeError(
            "say which range to replay, in one way: --from and --to (times; `--from beginning` is "
            "all that is kept), --offsets, or --last"
        )
    if last is not None:
        return RangeRequest(last=last)
    if offsets:
        return RangeRequest(offsets=dict(map(_offsets, offsets)))
    begin = None if since in {None, BEGINNING} else _moment("--from", since or "", now)
    end = None if until is None else _moment("--to", until, now)
    if end is not None and end > now:
        raise ReplayRangeError(
            f"--to {until} is in the future, and a replay has a fixed end: leave --to out to end "
            f"at what is there now"
        )
    if begin is not None and begin > now:
        raise ReplayRangeError(f"--from {since} is in the future: nothing can be there yet")
    if begin is not None and end is not None and begin >= end:
        raise ReplayRangeError(
            f"the range is empty: it begins at {begin.isoformat()} and ends at {end.isoformat()}"
        )
    return RangeRequest(since=begin, until=end)


def resolve(
    asked: RangeRequest, logs: Mapping[int, Log], *, allow_truncated: bool = False
) -> list[Span]:
    """Say which offsets the range comes to.

    Args:
        asked: The range.
        logs: Every partition of the topic.
        allow_truncated: Whether to take what is left where retention has removed the start.

    Returns:
        A span for every partition of the topic; partitions without a record in the range have one
        that is empty.

    Raises:
        ReplayRangeError: the range is empty, names what the topic has not, or retention has
            removed its start.
    """
    if asked.offsets is not None:
        spans = _by_offsets(asked.offsets, logs, allow_truncated=allow_truncated)
    elif asked.last is not None:
        last = asked.last
        spans = [
            Span(p, max(log.first, log.end - last) if log.last is None else log.last, log.end)
            for p, log in logs.items()
        ]
    else:
        spans = _by_time(asked, logs, allow_truncated=allow_truncated)
    if not any(span.offsets for span in spans):
        kept = sum(log.end - log.first for log in logs.values())
        held = sum(log.held_back for log in logs.values())
        open_one = f" ({held} more wait for the end of an open transaction)" if held else ""
        raise ReplayRangeError(
            f"the range is empty: none of the {kept} records that are kept is in it{open_one}"
        )
    return sorted(spans, key=lambda span: span.partition)


def held_back(asked: RangeRequest, logs: Mapping[int, Log]) -> dict[int, int]:
    """Return how many offsets of each partition the range leaves to a transaction that is open.

    A range without an end of its own ends where the first open transaction begins.
    """
    return {
        partition: log.held_back
        for partition, log in logs.items()
        if log.held_back and _is_open_ended(asked, partition, log)
    }


def _is_open_ended(asked: RangeRequest, partition: int, log: Log) -> bool:
    if asked.offsets is not None:
        return partition in asked.offsets and asked.offsets[partition][1] is None
    return asked.until is None or log.until is None


def _by_time(asked: RangeRequest, logs: Mapping[int, Log], *, allow_truncated: bool) -> list[Span]:
    spans = []
    for partition, log in logs.items():
        start = log.first
        if asked.since is not None:
            start = log.end if log.since is None else log.since
            # Whatever was before the oldest record kept may have been of the range, too.
            if start == log.first > 0 and not allow_truncated:
                raise _truncated(partition, log.first, f"before {asked.since.isoformat()} or later")
        end = log.end if asked.until is None or log.until is None else log.until
        start = min(max(start, log.first), log.end)
        # A producer that stamps its records itself may have put a late moment first.
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
                f"{end}: a transaction is open from there on. End it, or leave the end out to take "
                f"what is before it"
            )
        if end is not None and end > log.end:
            raise ReplayRangeError(
                f"partition {partition} ends at offset {log.end}, and the range at {end}: a replay "
                f"has a fixed end; leave the end out to take what is there now"
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
        f"is {first}, and records {lost} may be gone. Begin later, or take what is left with "
        f"--allow-truncated"
    )


def _offsets(text: str) -> tuple[int, tuple[int | None, int | None]]:
    read = _OFFSETS.fullmatch(text.strip())
    if read is None:
        raise ReplayRangeError(
            f"--offsets {text!r} is no range: write PARTITION:START-END, such as 0:100-200; "
            f"either offset may be left out"
        )
    partition, start, end = read.groups()
    return int(partition), (int(start) if start else None, int(end) if end else None)


def _moment(option: str, text: str, now: datetime) -> datetime:
    try:
        return moment_of(text.strip().removeprefix("-"), now)
    except ValueError as error:
        raise ReplayRangeError(
            f"{option} {text!r} is no moment; write {FORMS}, or with a minus: -7d"
        ) from error
