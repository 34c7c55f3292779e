"""When people are known by surname alone: around their days in office.

It says which bearers of one surname belong to one time.
"""

from collections.abc import Collection, Mapping
from datetime import date

from processors.leaders.registry.registry import Registry

KNOWN_YEARS_AFTER = 29
"""How long after their last day in office people are called by surname alone: a generation."""

KNOWN_YEARS_BEFORE = 10
"""How long before their first day in office people are called by surname alone."""

MARKED_TOGETHER_SINCE = date(1990, 1, 1)
"""Rows of people who left office later were marked beside each other, earlier ones one by one."""

_YEAR_DAYS = 365.25
_ALWAYS = (0.0, float("inf"))

KnownDays = Mapping[str, tuple[float, float]]
"""First and last day, as ordinals, by person. People without a term are left out: always known."""


def known_days(registry: Registry) -> KnownDays:
    """Return when each person is known by surname alone."""
    known: dict[str, tuple[float, float]] = {}
    for person_id, terms in registry.terms.items():
        if terms:
            first = min(term.start for term in terms).toordinal()
            last = max((term.end or date.max).toordinal() for term in terms)
            known[person_id] = (
                first - KNOWN_YEARS_BEFORE * _YEAR_DAYS,
                last + KNOWN_YEARS_AFTER * _YEAR_DAYS,
            )
    return known


def common_bearers(marked: Collection[str], bearers: Collection[str], known: KnownDays) -> set[str]:
    """Return the people of whom a mark says that their surname is a common one.

    A mark on a surname of several holders since `MARKED_TOGETHER_SINCE` says that they share it.

    Args:
        marked: Ids of the bearers whose rows mark the surname.
        bearers: Ids of all bearers.
        known: See `known_days`.
    """
    since = MARKED_TOGETHER_SINCE.toordinal() + KNOWN_YEARS_AFTER * _YEAR_DAYS
    together = {person for person in bearers if known.get(person, _ALWAYS)[1] >= since}
    return {person for person in marked if person not in together or len(together) == 1}
