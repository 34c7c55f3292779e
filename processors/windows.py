"""Windows of event time. Owns their arithmetic; must not know what happens in one.

A tumbling window's start depends on nothing but the moment and the length, so a live run, a replay
and another worker name the same window, and an alert's id can be made from it.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from processors.contracts import Window

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COUNTED_HOURS = (12, 24, 72, 168)
_MILLISECOND = timedelta(milliseconds=1)


def tumbling(moment: datetime, length_seconds: int) -> Window:
    """Give the window of this length that holds the moment; windows start at the Unix epoch."""
    length = timedelta(seconds=length_seconds)
    start = EPOCH + ((moment - EPOCH) // length) * length
    return Window(start=start, end=start + length)


def milliseconds(moment: datetime) -> int:
    """Give a moment as whole milliseconds since the Unix epoch."""
    return (moment - EPOCH) // _MILLISECOND


def counted(hours: Iterable[tuple[int, int]], hour: int) -> list[int]:
    """Sum hourly counts over the last 12 hours, 24 hours, 3 days and 7 days.

    Args:
        hours: Whole hours since the Unix epoch, and what was counted in each.
        hour: The hour of now; it is the last one that counts.
    """
    counts = [0] * len(COUNTED_HOURS)
    for other, count in hours:
        age = hour - other
        if age >= 0:
            for index, length in enumerate(COUNTED_HOURS):
                if age < length:
                    counts[index] += count
    return counts


def moment_of(milliseconds_since_epoch: int) -> datetime:
    """Give the moment of so many milliseconds since the Unix epoch."""
    return EPOCH + timedelta(milliseconds=milliseconds_since_epoch)
