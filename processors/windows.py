"""Windows of event time, and their arithmetic.

The start of a tumbling window depends only on the moment and the length. A live run, a replay and
another worker find the same window, so an alert's id can be made from it.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from processors.contracts import Window

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOURS_12H, HOURS_24H, HOURS_3D, HOURS_7D = 12, 24, 72, 168
_MILLISECOND = timedelta(milliseconds=1)


def tumbling(moment: datetime, length_seconds: int) -> Window:
    """Return the window of this length that holds the moment, counted from the Unix epoch."""
    length = timedelta(seconds=length_seconds)
    start = EPOCH + ((moment - EPOCH) // length) * length
    return Window(start=start, end=start + length)


def milliseconds(moment: datetime) -> int:
    """Return a moment as whole milliseconds since the Unix epoch."""
    return (moment - EPOCH) // _MILLISECOND


def counted(hours: Iterable[tuple[int, int]], hour: int) -> list[int]:
    """Sum hourly counts over the last 12 hours, 24 hours, 3 days and 7 days.

    Args:
        hours: Whole hours since the Unix epoch, and the count of each.
        hour: The current hour, which is the last one that counts.
    """
    h12 = h24 = d3 = d7 = 0
    for other, count in hours:
        age = hour - other
        # Nested, because this runs for every report and most hours of a long story are in none.
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
    """Return the moment of so many milliseconds since the Unix epoch."""
    return EPOCH + timedelta(milliseconds=milliseconds_since_epoch)


def window_to(since_ms: int, until_ms: int) -> Window:
    """Return the half-open window from one moment to another, with the last moment in it."""
    return Window(start=moment_of(since_ms), end=moment_of(until_ms + 1))
