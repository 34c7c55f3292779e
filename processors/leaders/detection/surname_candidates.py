"""Who a bare surname can mean on the article's date, before it is asked how likely that is.

Owns the choice among those who bear a surname: by office, by country, by who leads one. Must not
read the words around the name; `processors.leaders.detection.support` weighs those.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from processors.leaders.detection.article import Article
from processors.leaders.detection.entries import Entry

_FAR_MORE_PROMINENT = 0.3
_MORE_PROMINENT = 0.08

Places = Callable[[], AbstractSet[str]]
"""Answers with the codes of the countries that the sentence names; asked only where it decides."""


def meant(entry: Entry, article: Article, here: Places) -> str | None:
    """Who a surname can mean, or None where nobody or more than one is.

    The only bearer in office; of several the only one at the article's home, or whose country the
    sentence names; else the only one who leads a country. A person who is not in office is meant
    only if no other leader ever bore the name.
    """
    holders, on = article.holders, article.on
    held = {person: holders.countries_on(person, on) for person in entry.surnames}
    present = [person for person in sorted(held) if held[person]]
    if not present:
        return next(iter(entry.surnames)) if len(entry.surnames) == 1 else None
    if len(present) == 1:
        return _or_the_famous(present[0], entry, article, held[present[0]])
    for places in (article.home, here(), article.countries):
        near = [person for person in present if not held[person].isdisjoint(places)]
        if near:
            return near[0] if len(near) == 1 else _only_leading(near, article)
    return _only_leading(present, article) or _most_prominent(present, article)


def _only_leading(people: list[str], article: Article) -> str | None:
    holders, on = article.holders, article.on
    leading = [
        person
        for person in people
        if any(holders.leading(c, on) == person for c in holders.countries_on(person, on))
    ]
    return leading[0] if len(leading) == 1 else None


def _or_the_famous(
    person_id: str, entry: Entry, article: Article, held: AbstractSet[str]
) -> str | None:
    """Return the only bearer in office, unless one of a far more prominent country has left one.

    "The Obama administration" is never about the prime minister of Equatorial Guinea, unless his
    country is named.
    """
    if len(entry.surnames) == 1 or is_in_article(held, article):
        return person_id
    own = article.prominence_of(held)
    famous = [
        person
        for person in sorted(entry.surnames)
        if article.holders.has_started(person, article.on)
        and article.prominence_of(article.holders.countries_ever(person))
        > own + _FAR_MORE_PROMINENT
    ]
    if not famous:
        return person_id
    return famous[0] if len(famous) == 1 else None


def _most_prominent(people: list[str], article: Article) -> str | None:
    """Return the one of several whose country is clearly the most prominent."""
    ranked = sorted(
        (article.prominence_of(article.holders.countries_on(p, article.on)), p) for p in people
    )
    if ranked[-1][0] - ranked[-2][0] < _MORE_PROMINENT:
        return None
    return ranked[-1][1]


def is_in_article(countries: AbstractSet[str], article: Article) -> bool:
    """Whether the article is at home in one of the countries, or names it."""
    return not (countries.isdisjoint(article.countries) and countries.isdisjoint(article.home))
