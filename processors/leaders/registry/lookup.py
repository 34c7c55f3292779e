"""Answers a person's questions of the registry: who is called so, and who held what on a day.

Owns how words are matched with names. Must not know how answers are shown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from processors.leaders.languages.fold import fold_characters
from processors.leaders.registry.registry import Registry
from processors.leaders.registry.values import Country, Person, Term


@dataclass(frozen=True, slots=True)
class Found:
    """A person, the names that matched (as they stand in the registry), and all terms by start."""

    person: Person
    matched: tuple[str, ...]
    terms: tuple[Term, ...]


def find_people(registry: Registry, words: str) -> list[Found]:
    """Find the people who are called so.

    Args:
        registry: To search.
        words: A name or a part of one: every word of it must begin a word of one name or alias;
            case and accents do not count. Or an id.

    Returns:
        Those whose whole name it is first, then by name.
    """
    wanted = _words(words)
    found: list[tuple[bool, str, Found]] = []
    for person in registry.people.values():
        names = (person.name, *(alias.text for alias in person.aliases))
        matched = tuple(dict.fromkeys(n for n in names if _begins(wanted, _words(n))))
        if matched or words.strip() == person.person_id:
            exact = any(_words(name) == wanted for name in matched)
            terms = registry.terms_of(person.person_id)
            found.append((not exact, person.name, Found(person, matched, terms)))
    return [each for _, _, each in sorted(found, key=lambda f: f[:2])]


def find_country(registry: Registry, text: str) -> Country | None:
    """Find the country or body of a code or a name; None if there is none of that name."""
    wanted = _plain(text)
    for country in registry.countries.values():
        if wanted in (_plain(country.code), _plain(country.name), *map(_plain, country.names)):
            return country
    return None


def terms_in(registry: Registry, country: str | None, on: date | None) -> list[Term]:
    """Give the terms in a country, or in all of them, that were held on a day, or ever.

    Returns:
        By country, office and start.
    """
    held = (
        term
        for terms in registry.terms.values()
        for term in terms
        if (country is None or term.country == country) and (on is None or term.holds_on(on))
    )
    return sorted(held, key=lambda t: (t.country, t.office, t.start, t.person_id))


def _plain(text: str) -> str:
    return fold_characters(text.strip()).casefold()


def _words(text: str) -> list[str]:
    return _plain(text).replace("-", " ").split()


def _begins(wanted: Sequence[str], words: Iterable[str]) -> bool:
    known = list(words)
    return bool(wanted) and all(any(w.startswith(each) for w in known) for each in wanted)
