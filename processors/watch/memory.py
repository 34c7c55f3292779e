"""Remembers applied mentions: the last ones by their ids, those before them by their moments.

Delivery is at least once, so an applied mention must not be applied again. A mention that was not
applied is skipped only if it cannot be distinguished from an applied one.

Mentions that fall out of the memory of ids are remembered as stretches of event time. One stretch
would be enough if time only went forward. A feeder that ran ahead leaves a stretch of its own, with
a gap before it in which the others continue. So that they can continue through that stretch too,
ids are kept in two rows: the first maps them to their moments, and the second holds the same as
bytes, which are cheap to keep, to write and to search.
"""

import math
from bisect import bisect_right
from itertools import pairwise
from struct import Struct

from processors.watch.state import MAX_APPLIED, MAX_FORGOTTEN, MAX_RECENT, WatchState

_HOUR_MS = 3_600_000
# So short a gap between two mentions is none.
_SHORT_GAP_MS = 300_000
# Half of an id's hash, and its moment.
_ENTRY = Struct("<Iq")
_ID_BITS = 0xFFFF_FFFF


def was_applied(kept: WatchState, seen: int, moment_ms: int) -> bool:
    """Report whether a mention is known to have been applied."""
    if seen in kept.applied:
        return True
    # Most are later than all of them, and need no search.
    return moment_ms <= kept.recent_until_ms and _packed(seen, moment_ms) in kept.recent


def is_beyond_memory(kept: WatchState, moment_ms: int) -> bool:
    """Report whether a mention that is not known by its id may have been applied before."""
    forgotten = kept.forgotten or []
    at = bisect_right(forgotten, (moment_ms, math.inf))
    return at > 0 and moment_ms <= forgotten[at - 1][1]


def remember(kept: WatchState, seen: int, moment_ms: int) -> bool:
    """Remember a mention that is applied now, and return whether it came late.

    Late is what is earlier than both mentions before it: one alone may have a wrong timestamp.
    """
    applied = kept.applied
    last = reversed(applied.values())
    before_ms = next(last, moment_ms)
    is_late = moment_ms < before_ms and moment_ms < next(last, before_ms)
    kept.newest_ms = max(before_ms, moment_ms)
    applied[seen] = moment_ms
    if len(applied) <= MAX_APPLIED:
        return is_late
    oldest = next(iter(applied))
    gone_ms = applied.pop(oldest)
    kept.recent_until_ms = max(gone_ms, kept.recent_until_ms)
    recent = kept.recent + _packed(oldest, gone_ms)
    if len(recent) > MAX_RECENT * _ENTRY.size:
        _forget(kept, _ENTRY.unpack_from(recent)[1], moment_ms)
        recent = recent[_ENTRY.size :]
    kept.recent = recent
    return is_late


def _packed(seen: int, moment_ms: int) -> bytes:
    return _ENTRY.pack(seen & _ID_BITS, moment_ms)


def _forget(kept: WatchState, gone_ms: int, now_ms: int) -> None:
    if kept.forgotten is None:
        kept.forgotten = []
    forgotten = kept.forgotten
    at = bisect_right(forgotten, (gone_ms, math.inf))
    if at and gone_ms <= forgotten[at - 1][1] + _SHORT_GAP_MS:
        since_ms, until_ms = forgotten[at - 1]
        forgotten[at - 1] = since_ms, max(until_ms, gone_ms)
        return
    forgotten.insert(at, (gone_ms, gone_ms))
    if len(forgotten) > MAX_FORGOTTEN:
        # The gap that matters least goes: it is short, or far from where time is now.
        gaps = [
            ((after[0] - before[1]) / (_distance_ms(before[1], after[0], now_ms) + _HOUR_MS), at)
            for at, (before, after) in enumerate(pairwise(forgotten))
        ]
        _, at = min(gaps)
        forgotten[at : at + 2] = [(forgotten[at][0], forgotten[at + 1][1])]


def _distance_ms(since_ms: int, until_ms: int, now_ms: int) -> int:
    return max(0, since_ms - now_ms, now_ms - until_ms)
