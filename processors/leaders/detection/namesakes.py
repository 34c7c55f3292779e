"""Other people who bear a leader's surname in the article: relatives, namesakes.

Owns what makes a surname a namesake's: a given name that is not the leader's, "Mrs", a family
name that opens a longer name. Must not find leaders.
"""

from collections import defaultdict
from collections.abc import Set as AbstractSet

from processors.leaders.detection.article import Article
from processors.leaders.detection.automaton import Automaton
from processors.leaders.detection.context import opens_sentence, word_after
from processors.leaders.detection.reading import Reading
from processors.leaders.languages.words import Words

# Stands for the missing word before a surname that opens a stranger's name; no word is spelt so.
_FAMILY_NAME_FIRST = "-"

Strangers = dict[str, AbstractSet[str]]
"""Words before a surname that make it somebody else's, lower case, by surname as written."""


def note_strangers(reading: Reading, article: Article) -> None:
    """Note who else bears a leader's surname ("Hunter Biden", "Mrs Clinton"), and where first."""
    for index in reading.surnames:
        if index in reading.used:
            continue
        hit = reading.hits[index]
        surname = reading.text[hit.start : hit.end]
        before = reading.before(index)
        stranger = _stranger_before(reading, index, before, article)
        titled_from = hit.start - len(before) - 1
        if not stranger and _is_family_name_first(reading, index, article):
            stranger, titled_from = _FAMILY_NAME_FIRST, hit.start
        if not stranger:
            continue
        reading.strangers.setdefault(surname, {}).setdefault(stranger, hit.start)
        title = reading.hits[index - 1].entry.title if index else None
        if title is not None and reading.hits[index - 1].end == titled_from - 1:
            reading.other_holders.add(surname)
            reading.used_titles.add(index - 1)


def all_strangers(readings: tuple[Reading, ...]) -> Strangers:
    """Return the namesakes of all fields, each with the other holders in the other fields."""
    if not any(reading.strangers for reading in readings):
        return {}
    found: dict[str, set[str]] = defaultdict(set)
    other_holders: set[str] = set()
    for reading in readings:
        other_holders |= reading.other_holders
        for surname, given in reading.strangers.items():
            found[surname] |= given.keys()
    for reading in readings:
        reading.other_holders = other_holders
    return dict(found)


def lost_surnames(
    readings: tuple[Reading, ...], strangers: Strangers, automaton: Automaton, article: Article
) -> frozenset[str]:
    """Surnames that by themselves are a namesake's in this article.

    They are if the namesake comes first; of some families, if the leader is not in office: in 2016
    "Clinton" is Hillary Clinton, though the article names Bill Clinton too.
    """
    if not strangers:
        return frozenset()
    first: list[dict[str, int]] = []
    for reading in readings:
        places: dict[str, int] = {}
        for found in reading.found:
            places[found.person_id] = min(found.start, places.get(found.person_id, found.start))
        first.append(places)
    return frozenset(
        surname
        for surname in strangers
        if _is_lost(surname, automaton.bearers(surname) & article.named, readings, first, article)
    )


def _is_lost(
    surname: str,
    bearers: AbstractSet[str],
    readings: tuple[Reading, ...],
    first: list[dict[str, int]],
    article: Article,
) -> bool:
    if surname.lower() in article.words.shared_surnames and any(
        not article.holders.countries_on(person, article.on) for person in bearers
    ):
        return True
    for reading, places in zip(readings, first, strict=True):
        namesake = _first_namesake(reading, surname, article.words)
        leader = min((places[person] for person in bearers if person in places), default=None)
        if namesake is not None or leader is not None:
            return namesake is not None and (leader is None or namesake < leader)
    return False


def _first_namesake(reading: Reading, surname: str, words: Words) -> int | None:
    """Offset of the first sure namesake, such as a relative; None where there is none.

    A capital before a surname may also be a caption's last word ("AP Photo Trump looks"): it keeps
    that surname from being the leader's, and does not take the others from him.
    """
    places = [
        start
        for stranger, start in reading.strangers.get(surname, {}).items()
        if stranger in words.given_names
        or stranger in words.women
        or stranger == _FAMILY_NAME_FIRST
    ]
    return min(places, default=None)


def _stranger_before(reading: Reading, index: int, before: str, article: Article) -> str:
    if not before[:1].isupper():
        return ""
    lower = before.lower()
    if lower in article.words.women:
        people = article.holders.registry.people
        bearers = reading.hits[index].entry.surnames
        return lower if all(people[person].gender != "f" for person in bearers) else ""
    return lower if _is_given_name(reading, index, before, article.words) else ""


def _is_family_name_first(reading: Reading, index: int, article: Article) -> bool:
    """Whether a surname opens a namesake's name ("Kim Yo Jong", "President Lee Teng-hui")."""
    if reading.in_title_case or reading.in_capitals:
        return False
    hit = reading.hits[index]
    after = word_after(reading.text, hit.end)
    if not (after[:1].isupper() and after.replace("-", "").isalpha()):
        return False
    if after.lower() in article.words.harmless_followers:
        return False
    if after.lower() in article.words.things:
        return False
    surname = reading.text[hit.start : hit.end]
    people = article.holders.registry.people
    return any(people[person].name.startswith(f"{surname} ") for person in hit.entry.surnames)


def _is_given_name(reading: Reading, index: int, before: str, words: Words) -> bool:
    lower = before.lower()
    if lower in words.given_names:
        return True
    if reading.in_title_case or reading.in_capitals or is_harmless(reading, index, lower, words):
        return False
    if lower in words.ranks or lower in words.men:
        return False
    start = reading.hits[index].start - len(before) - 1
    return before.isalpha() and not before.isupper() and not opens_sentence(reading.text, start)


def is_harmless(reading: Reading, index: int, lower: str, words: Words) -> bool:
    """Whether the word before can stand before a surname without being part of the name."""
    if lower in words.openers or lower in words.harmless_followers:
        return True
    if index == 0:
        return False
    other = reading.hits[index - 1]
    gap = reading.text[other.end : reading.hits[index].start]
    if other.entry.countries:
        return gap in words.country_gaps
    return gap == " " and other.entry.title is not None
