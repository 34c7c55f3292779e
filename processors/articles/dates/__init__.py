"""Publishers' dates, however they are written, as aware UTC.

Reads values of JSON and text of feeds alike::

    from processors.articles.dates import read_date

    reading = read_date("Fri, 01 May 2026 08:57:00 CEST", country="FR", reference=fetched_at)
    reading.moment        # datetime(2026, 5, 1, 6, 57, tzinfo=UTC), or None
    reading.how           # "read", "zone_assumed", "missing" or "unreadable"

`language` and `country` decide what is written alike in several places ("IST", "01/02/2026");
`reference` is when the article was received: of the readings that remain, one that is not in its
future wins. There is no clock here. A date is read as a whole or not at all: a wrong date is worse
than none. Nothing is raised for a value, whatever it is.
"""

from processors.articles.dates.reading import FIRST_YEAR, LAST_YEAR, DateReading, read_date

__all__ = ["FIRST_YEAR", "LAST_YEAR", "DateReading", "read_date"]
