"""Chooses among the dates of a feed's entry.

`processors.articles.dates` reads them from the publisher's own words: feedparser reads a zone that
it does not know as UTC.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from processors.articles.dates import read_date

ZONE_ASSUMED: Final = "zone_assumed"

_MAX_CHARACTERS: Final = 100


def published_of(
    dates: Sequence[str], language: str, country: str, received: datetime | None = None
) -> tuple[str, Sequence[str]]:
    """Return the first of an entry's dates that can be read, as RFC 3339 in UTC.

    Args:
        dates: As the publisher wrote them, the date of publication first.
        language: The entry's language, for names of months.
        country: The feed's country, for names of zones.
        received: When the feed was fetched.

    Returns:
        The date, and `ZONE_ASSUMED` where it names no zone. Where none can be read, the first that
        may be one, as it was written: the worker flags the article as `published_unreadable`.
    """
    unreadable = ""
    for date in dates:
        reading = read_date(date, language=language, country=country, reference=received)
        if reading.moment is not None:
            assumed = (ZONE_ASSUMED,) if reading.how == "zone_assumed" else ()
            return reading.moment.isoformat().replace("+00:00", "Z"), assumed
        if reading.how == "unreadable":
            unreadable = unreadable or date.strip()[:_MAX_CHARACTERS]
    return unreadable, ()
