"""Windows of event time. Owns their arithmetic; must not know what happens in one.

A tumbling window's start depends on nothing but the moment and the length, so a live run, a replay
and another worker name the same window, and an alert's id can be made from it.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from processors.contracts import Window

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOURS_12H, HOURS_24H, HOURS_3D, HOURS_7D = 12, 24, 72, 168
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
    h12 = h24 = d3 = d7 = 0
    for other, count in hours:
        age = hour - other
        # Nested, since most hours of a long story are in none or in one: this is asked for every
        # report.
        if 0 <= age < HOURS_7D:
            d7 += count
            if age < HOURS_3D:
                d3 += count
                if age < HOURS_24H:
                    h24 += count
                    if age < HOURS_12H:
                        h12 += count
    return [h12, h24, d3, d7]


def moment_of(milliseconds_since_epoch: int) -> datetime:
    """Give the moment of so many milliseconds since the Unix epoch."""
    return EPOCH + timedelta(milliseconds=milliseconds_since_epoch)
