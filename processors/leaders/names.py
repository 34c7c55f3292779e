"""The two sure rungs of the ladder: full names, and a title with a surname.

Owns what a name says by itself. Must not use what the rest of the article says, but for who is
named in full.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date

from processors.contracts import MentionKind
from processors.leaders import holders
from processors.leaders.automaton import Hit
from processors.leaders.context import cues_before, is_initial, word_after, word_before
from processors.leaders.reading import Found, Reading
from processors.leaders.registry import Registry
from processors.leaders.words import Title, Words

_HITS_BEFORE = 2  # a country and a title
_AFTER_TITLE = frozenset([" ", "-elect "])
_BETWEEN_NAMES = frozenset([" and ", ", ", " & ", ", and "])


def find_full_names(
    reading: Reading, registry: Registry, words: Words, on: date, countries: AbstractSet[str]
) -> None:
    """Find full names and aliases of several words.

    A name that two leaders bear is left to the date. A common name ("Daniel Ortega") counts only if
    the article names a country of that leader.

    Args:
        reading: The field.
        registry: For terms.
        words: The language.
        on: The article's date.
        countries: Codes of the countries that the article names.
    """
    for index, hit in enumerate(reading.hits):
        entry = hit.entry
        people = entry.names or entry.nicknames
        if not people:
            continue
        reading.used.add(index)
        if entry.not_a_person or is_part_of_a_thing(reading, index, words):
            continue
        if _is_another_monarch(reading, hit, words):
            continue
        person_id = holders.one_in_office(registry, people, on)
        if person_id is None:
            continue
        known_in = {term.country for term in registry.terms[person_id]}
        if entry.common_name and len(people) == 1 and known_in.isdisjoint(countries):
            continue
        kind: MentionKind = "name" if entry.names else "alias"
        cues = cues_before(reading.text, reading.hits, index)
        reading.found.append(Found(person_id, hit.start, hit.end, kind, cues))


def _is_another_monarch(reading: Reading, hit: Hit, words: Words) -> bool:
    """Whether a name made of a title and one name goes on: "King Mohammed Idris"."""
    title, _, name = reading.text[hit.start : hit.end].partition(" ")
    if title not in words.titles or " " in name or reading.in_title_case or reading.in_capitals:
        return False
    return _is_longer_name(word_after(reading.text, hit.end), words)


def is_part_of_a_thing(reading: Reading, index: int, words: Words) -> bool:
    """Whether the name is the first part of something else's ("Trump Tower", "Merkel-Raute")."""
    hit = reading.hits[index]
    after = word_after(reading.text, hit.end)
    # A numeral makes "Pope Leo XIII" another than the one who is known by the shorter name.
    if (after[:1].isupper() or after == "&") and (
        after.lower() in words.things or not after.strip("IVX")
    ):
        return True
    # A hyphen and a capital make another name of it; "Trump-era" and "Trump-Kim summit" do not.
    if reading.text[hit.end : hit.end + 1] != "-" or reading.in_capitals:
        return False
    if not reading.text[hit.end + 1 : hit.end + 2].isupper():
        return False
    return not follows_name_or_country(reading, index)


def follows_name_or_country(reading: Reading, index: int) -> bool:
    """Whether the next hit stands one character after this one ("Trump-Kim", "Putin-China")."""
    if index + 1 == len(reading.hits):
        return False
    following = reading.hits[index + 1]
    entry = following.entry
    return following.start == reading.hits[index].end + 1 and bool(
        entry.surnames or entry.names or entry.countries
    )


def find_composed_names(
    reading: Reading, given_names: Mapping[str, AbstractSet[str]], words: Words
) -> None:
    """Find "Vladimir V. Putin" and "Alexander Lukashenka": a person's given name and surname.

    The registry need not list every spelling with every other, nor every initial.
    """
    for index, hit in enumerate(reading.hits):
        if index in reading.used or not hit.entry.surnames:
            continue
        given, given_end = reading.before(index), hit.start - 1
        if is_initial(given):
            given_end -= len(given) + 1
            given = word_before(reading.text, given_end + 1)
        if not given:
            continue
        people = [p for p in hit.entry.surnames if given in given_names.get(p, ())]
        if len(people) != 1 or is_part_of_a_thing(reading, index, words):
            continue
        start = given_end - len(given)
        near = [*reading.hits[max(0, index - _HITS_BEFORE) : index], Hit(start, hit.end, hit.entry)]
        cues = cues_before(reading.text, near, len(near) - 1)
        reading.found.append(Found(people[0], start, hit.end, "name", cues))
        reading.used.add(index)


def find_titled_surnames(
    reading: Reading, registry: Registry, words: Words, on: date, named: AbstractSet[str]
) -> None:
    """Find "President Xi" and, after a plural, every name of the list ("Presidents Xi and Putin").

    Args:
        reading: The field.
        registry: For terms.
        words: The language.
        on: The article's date.
        named: Those whom the article names in full.
    """
    for index, hit in enumerate(reading.hits):
        title = hit.entry.title
        if title is None or hit.entry.surnames:
            continue
        following = index + 1
        gaps = _AFTER_TITLE
        last_end = hit.end
        while following < len(reading.hits):
            other = reading.hits[following]
            if reading.text[last_end : other.start] not in gaps:
                break
            if not (other.entry.surnames or other.entry.names):
                break
            if following not in reading.used:
                _take_titled(reading, registry, words, (index, following), title, on, named)
            if not title.plural:
                break
            gaps, last_end, following = _BETWEEN_NAMES, other.end, following + 1


def _take_titled(
    reading: Reading,
    registry: Registry,
    words: Words,
    places: tuple[int, int],
    title: Title,
    on: date,
    named: AbstractSet[str],
) -> None:
    title_index, index = places
    hit = reading.hits[index]
    follower = word_after(reading.text, hit.end)
    # "President Park Chung" is somebody with a longer name than the one known here.
    if _is_longer_name(follower, words) and not reading.in_title_case and not reading.in_capitals:
        return
    if is_part_of_a_thing(reading, index, words):
        return
    adjacent = title_index + 1 == index
    cues = cues_before(reading.text, reading.hits, index if adjacent else title_index + 1)
    if title.needs_country and not cues.country:
        return
    person_id = None
    for offices in title.offices:
        person_id = person_id or holders.titled(
            registry,
            hit.entry.surnames,
            offices,
            cues,
            on,
            named=named,
            common=hit.entry.common_surname,
        )
    # "President Alberto Fujimori" makes the article's "President Fujimori" his, not his daughter's.
    surname = reading.text[hit.start : hit.end]
    if person_id is None or (surname in reading.other_holders and person_id not in named):
        return
    reading.found.append(Found(person_id, hit.start, hit.end, "name", cues))
    reading.used.add(index)


def _is_longer_name(follower: str, words: Words) -> bool:
    return (
        bool(follower)
        and follower[0].isupper()
        and follower.lower() not in words.harmless_followers
    )
