"""Windows of event time. Owns their arithmetic; must not know what happens in one.

A tumbling window's start depends on nothing but the moment and the length, so a live run, a replay
and another worker name the same window, and an alert's id can be made from it.
"""

from datetime import UTC, datetime, timedelta

from processors.contracts import Window

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def tumbling(moment: datetime, length_seconds: int) -> Window:
    """Give the window of this length that holds the moment; windows start at the Unix epoch."""
    length = timedelta(seconds=length_seconds)
    start = EPOCH + ((moment - EPOCH) // length) * length
    return Window(start=start, end=start + length)


def milliseconds(moment: datetime) -> int:
    """Give a moment as whole milliseconds since the Unix epoch."""
    return (moment - EPOCH) // timedelta(milliseconds=1)
