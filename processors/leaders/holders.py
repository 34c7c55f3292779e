"""Decides which of several people a name or a title with a surname means on a date.

Owns the rule "the one who held such an office that day, or nobody". Must not read text.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import date

from processors.leaders.context import Cues
from processors.leaders.registry import Registry
from processors.leaders.values import Term

ELECT_DAYS = 120
"""How long before the first day in office somebody can be called "elect"; the US takes 76 days."""


def _matching(
    registry: Registry, person_id: str, offices: AbstractSet[str], cues: Cues
) -> list[Term]:
    return [
        term
        for term in registry.terms[person_id]
        if term.office in offices and (not cues.country or term.country in cues.country)
    ]


def _only(people: Iterable[str]) -> str | None:
    found = list(dict.fromkeys(people))
    return found[0] if len(found) == 1 else None


def one_in_office(registry: Registry, people: AbstractSet[str], on: date) -> str | None:
    """The only one of `people`, or the only one of several who holds any office on the day."""
    if len(people) == 1:
        return next(iter(people))
    return _only(
        person_id
        for person_id in sorted(people)
        if any(term.holds_on(on) for term in registry.terms[person_id])
    )


def titled(
    registry: Registry,
    people: AbstractSet[str],
    offices: AbstractSet[str],
    cues: Cues,
    on: date,
    *,
    named: AbstractSet[str],
    common: bool,
) -> str | None:
    """Who of `people`, who share a surname, a title with that surname means on a day.

    Args:
        registry: For their terms.
        people: Ids of those who bear the surname.
        offices: What the title can mean.
        cues: Country, former and elect as read before the title.
        on: The article's date.
        named: Those whom the article names in full; they go before a guess from the past.
        common: Whether the surname is a common word or widely shared: no guess then.

    Returns:
        An id, or None where nobody or more than one is meant.
    """
    terms = {p: _matching(registry, p, offices, cues) for p in sorted(people)}
    if cues.elect:
        return _only(
            p
            for p, held in terms.items()
            if any(0 < (t.start - on).days <= ELECT_DAYS for t in held)
        )
    present = [p for p, held in terms.items() if any(t.holds_on(on) for t in held)]
    past = [p for p, held in terms.items() if any(t.start <= on for t in held)]
    if present and not cues.former:
        return _only(present)
    if cues.former:
        before = [p for p in past if p not in present] or past
        return _only(p for p in before if p in named) or _only(before)
    known = _only(p for p in past if p in named)
    if known is not None:
        return known
    return None if common else _only(past)
