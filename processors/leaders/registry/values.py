"""The values of the registry: people, their terms in office, countries and bodies.

Owns what a fact about a leader looks like once it has been checked. Must not know files.
"""

import calendar
import re
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

AliasKind = Literal["name", "nickname", "surname"]
PersonKind = Literal["person", "organisation"]
Role = Literal["state", "government", "both", "party", "organisation"]

_STANDING_IN = ("acting ", "interim ")
_FULL_DATE_CHARACTERS = 10
_PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z", re.ASCII)


class Alias(Struct, frozen=True, gc=False):
    """Another way to name a person.

    `kind` is "name" or "nickname" for what names the person by itself, and "surname" for what needs
    a title or the full name nearby. `ambiguous` marks what others are called too.
    """

    text: str
    kind: AliasKind
    ambiguous: bool


class Term(Struct, frozen=True, gc=False):
    """One stay in one office: from `start` to before `end`, None while it runs.

    A partial date is widened: `start` is its first day, `end` the day after its last. `role` is
    what the office makes its holder: head of state, head of government, both, head of the ruling
    party, or head of an international body (or of anything that an extra file adds).
    """

    person_id: str
    country: str
    office: str
    title: str
    start: date
    end: date | None
    role: Role

    @property
    def acting(self) -> bool:
        """Whether the holder stands in for another, as the title says."""
        return self.title.lower().startswith(_STANDING_IN)

    def holds_on(self, on: date) -> bool:
        """Whether the office was held on that day."""
        return self.start <= on and (self.end is None or on < self.end)


class Person(Struct, frozen=True):
    """One leader, or whom an extra file adds. `person_id` is a Wikidata QID or an own id `x-…`.

    `home` is the country or body that the person is best known with; `gender` is "f" where it is
    known and "" elsewhere, and only decides whether "Mr" or "Mrs" can be meant.
    """

    person_id: str
    name: str
    home: str
    gender: str
    aliases: tuple[Alias, ...]
    kind: PersonKind = "person"


class Country(Struct, frozen=True):
    """A country or an international body, and the words that point to it.

    `kind` is "country", "former country", "territory" or "organisation". A country that became or
    ceased to be one since July 1945 has the day in `since` or `until` (the first day without it).
    """

    code: str
    name: str
    kind: str
    names: tuple[str, ...]
    adjectives: tuple[str, ...]
    demonyms: tuple[str, ...]
    capitals: tuple[str, ...]
    metonyms: tuple[tuple[str, str], ...]
    since: date | None = None
    until: date | None = None


def first_day(text: str) -> date:
    """The first day that `YYYY`, `YYYY-MM` or `YYYY-MM-DD` can mean.

    Raises:
        ValueError: Not such a date, or no day of the calendar.
    """
    if _is_full(text):
        return date.fromisoformat(text)
    year, month, day = _parts(text)
    return date(year, month or 1, day or 1)


def day_after(text: str) -> date:
    """The exclusive end that `YYYY`, `YYYY-MM` or `YYYY-MM-DD` stands for.

    A full date is itself exclusive already; a partial one ends with its year or month, so that a
    term is rather a few weeks too long than taken for over.

    Raises:
        ValueError: Not such a date, or no day of the calendar.
    """
    if _is_full(text):
        return date.fromisoformat(text)
    year, month, day = _parts(text)
    if day is not None:
        return date(year, month or 1, day)
    if year == date.max.year:
        raise ValueError(f"{text!r} is later than any term can end")
    last_month = month or 12
    last_day = calendar.monthrange(year, last_month)[1]
    return date(year, last_month, last_day) + timedelta(days=1)


def _is_full(text: str) -> bool:
    """Whether a text has the shape of a full date; nine in ten have, and this way is far faster."""
    return len(text) == _FULL_DATE_CHARACTERS and text[4] == text[7] == "-" and text.isascii()


def _parts(text: str) -> tuple[int, int | None, int | None]:
    match = _PARTIAL_DATE.match(text)
    if match is None:
        raise ValueError(f"{text!r} is no date of the form YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day = match.groups()
    checked = date(int(year), int(month or 1), int(day or 1))
    return (
        checked.year,
        checked.month if month else None,
        checked.day if day else None,
    )
