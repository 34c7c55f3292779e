"""Who a bare surname can mean on the article's date, before it is asked how likely that is.

Owns the choice among those who bear a surname: by office, by country, by who leads one. Must not
read the words around the name; `processors.leaders.detection.support` weighs those.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from processors.leaders.detection import weights
from processors.leaders.detection.article import Article
from processors.leaders.detection.automaton import Entry
from processors.leaders.detection.holders import Holders

Places = Callable[[], AbstractSet[str]]
"""Answers with the codes of the countries that the sentence names; asked only where it decides."""


def meant(entry: Entry, article: Article, here: Places) -> str | None:
    """Who a surname can mean, or None where nobody or more than one is.

    The only bearer in office; of several the only one at the article's home, or whose country the
    sentence names; else the only one who leads a country. Somebody who is not in office is meant
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
    return _only_leading(present, article)


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
    """The only bearer in office, unless one of another country is better known by that name.

    "The Obama administration" is never about the prime minister of Equatorial Guinea, unless his
    country is named.
    """
    if not held.isdisjoint(weights.PROMINENT) or is_in_article(held, article):
        return person_id
    holders = article.holders
    famous = [person for person in entry.surnames if _is_prominent_nations(person, holders)]
    return famous[0] if len(famous) == 1 else None


def is_placed(person_id: str, article: Article) -> bool:
    """Whether the article names the country, or the world's press calls its leaders by surname."""
    holders = article.holders
    held = holders.countries_on(person_id, article.on)
    if not held.isdisjoint(weights.PROMINENT) or _is_prominent_nations(person_id, holders):
        return True
    return is_in_article(held or holders.countries_ever(person_id), article)


def is_in_article(countries: AbstractSet[str], article: Article) -> bool:
    """Whether the article is at home in one of the countries, or names it."""
    return not (countries.isdisjoint(article.countries) and countries.isdisjoint(article.home))


def _is_prominent_nations(person_id: str, holders: Holders) -> bool:
    """Whether somebody has held an office of a prominent country; a body is known by its head."""
    return any(
        code in weights.PROMINENT and not holders.is_body(code)
        for code in holders.countries_ever(person_id)
    )
