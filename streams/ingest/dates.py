"""The dates of a feed's entries.

Owns the choice among an entry's dates, and what is sent where none can be read.
"""

import re
from collections.abc import Sequence
from typing import Final

from processors.articles.timestamps import read_timestamp
from processors.errors import BadArticleError

# "Mon, 01 Jan 0001": what software writes that has no date.
_YEAR_OF_NONE: Final = re.compile(r"\b00[0-9]{2}\b")


def published_of(
    dates: Sequence[str], language: str, country: str, received: str = ""
) -> tuple[str, Sequence[str]]:
    """Return the first of an entry's dates that can be read, as RFC 3339 in UTC.

    Args:
        dates: As the publisher wrote them, the date of publication first.
        language: The entry's language, for names of months.
        country: The feed's country, for names of zones.
        received: When the feed was fetched, RFC 3339.

    Returns:
        The date, "" where none can be read, and what is to be said of it: date_not_understood.
    """
    del language, country, received
    for date in dates:
        if _YEAR_OF_NONE.search(date):
            continue
        try:
            moment = read_timestamp(date, "published")
        except BadArticleError:
            continue
        if moment is not None:
            return moment.isoformat().replace("+00:00", "Z"), ()
    return "", ("date_not_understood",) if any(date.strip() for date in dates) else ()
