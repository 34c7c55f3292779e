"""The third rung: a bare surname, of somebody whom the article names surely elsewhere.

Owns when a surname by itself is that person. Must not support itself: without a full name or a
titled one in the article there is no mention.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from processors.leaders.context import Cues, opens_sentence, word_after
from processors.leaders.names import follows_name_or_country, is_part_of_a_thing
from processors.leaders.reading import Found, Reading
from processors.leaders.registry import Registry
from processors.leaders.words import Words

_NO_CUES = Cues()
# Stands for the missing word before a surname that opens a stranger's name; no word is spelt so.
_FAMILY_NAME_FIRST = "-"


def note_strangers(reading: Reading, registry: Registry, words: Words) -> None:
    """Note who else bears a leader's surname here ("Hunter Biden", "Mrs Clinton"), and where first.

    Args:
        reading: The field.
        registry: For who is addressed as "Mrs".
        words: The language.
    """
    for index, hit in enumerate(reading.hits):
        if index in reading.used or not hit.entry.surnames:
            continue
        surname = reading.text[hit.start : hit.end]
        before = reading.before(index)
        stranger = _stranger_before(reading, index, before, registry, words)
        titled_from = hit.start - len(before) - 1
        if not stranger and _is_family_name_first(reading, index, registry, words):
            stranger, titled_from = _FAMILY_NAME_FIRST, hit.start
        if not stranger:
            continue
        reading.strangers.setdefault(surname, {}).setdefault(stranger, hit.start)
        title = reading.hits[index - 1].entry.title if index else None
        if title is not None and title.offices and reading.hits[index - 1].end == titled_from - 1:
            reading.other_holders.add(surname)


def first_namesake(reading: Reading, surname: str, words: Words) -> int | None:
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


def _stranger_before(
    reading: Reading, index: int, before: str, registry: Registry, words: Words
) -> str:
    if not before[:1].isupper():
        return ""
    lower = before.lower()
    if lower in words.women:
        people = reading.hits[index].entry.surnames
        return lower if all(registry.people[p].gender != "f" for p in people) else ""
    return lower if _is_given_name(reading, index, before, words) else ""


def _is_family_name_first(reading: Reading, index: int, registry: Registry, words: Words) -> bool:
    """Whether a surname opens somebody else's name ("Kim Yo Jong", "President Lee Teng-hui")."""
    if reading.in_title_case or reading.in_capitals:
        return False
    hit = reading.hits[index]
    after = word_after(reading.text, hit.end)
    if not (after[:1].isupper() and after.replace("-", "").isalpha()):
        return False
    if after.lower() in words.harmless_followers:
        return False
    if after.lower() in words.things:
        return False
    surname = reading.text[hit.start : hit.end]
    return any(registry.people[p].name.startswith(f"{surname} ") for p in hit.entry.surnames)


def _is_given_name(reading: Reading, index: int, before: str, words: Words) -> bool:
    lower = before.lower()
    if lower in words.given_names:
        return True
    if reading.in_title_case or reading.in_capitals or _is_harmless(reading, index, lower, words):
        return False
    if lower in words.ranks or lower in words.men:
        return False
    start = reading.hits[index].start - len(before) - 1
    return before.isalpha() and not before.isupper() and not opens_sentence(reading.text, start)


def _is_harmless(reading: Reading, index: int, lower: str, words: Words) -> bool:
    """Whether the word before can stand before a surname without being part of the name."""
    if lower in words.openers or lower in words.harmless_followers:
        return True
    if index == 0:
        return False
    other = reading.hits[index - 1]
    touches = other.end == reading.hits[index].start - 1
    return touches and bool(other.entry.countries or other.entry.title)


def find_bare_surnames(
    reading: Reading,
    registry: Registry,
    words: Words,
    supported: AbstractSet[str],
    strangers: Mapping[str, AbstractSet[str]],
    lost: AbstractSet[str],
) -> None:
    """Find surnames that stand alone, or after "Mr" and the like.

    Args:
        reading: The field.
        registry: For who is addressed as "Mrs".
        words: The language.
        supported: Those named surely in the article.
        strangers: Words before a surname that make it somebody else's, lower case, by surname.
        lost: Surnames that belong to somebody else in this article, but for "Mr" or "Mrs".
    """
    for index, hit in enumerate(reading.hits):
        entry = hit.entry
        if not entry.surnames or index in reading.used or entry.not_a_person:
            continue
        people = entry.surnames & supported
        if len(people) != 1 or entry.title is not None:
            continue
        person_id = next(iter(people))
        surname = reading.text[hit.start : hit.end]
        before = reading.before(index)
        lower = before.lower()
        if lower in words.men or lower in words.women:
            is_woman = registry.people[person_id].gender == "f"
            accepted = is_woman == (lower in words.women)
        else:
            others = strangers.get(surname, frozenset())
            accepted = surname not in lost and _can_precede(reading, index, before, words, others)
        after = word_after(reading.text, hit.end)
        if (
            accepted
            and _can_follow(reading, index, after, words)
            and not _is_calendar(surname, before, after, words)
        ):
            reading.found.append(Found(person_id, hit.start, hit.end, "name", _NO_CUES))
            reading.used.add(index)


def _can_precede(
    reading: Reading, index: int, before: str, words: Words, strangers: AbstractSet[str]
) -> bool:
    lower = before.lower()
    if before == "&" or lower in strangers:
        return False
    if not before[:1].isupper():
        return True
    if reading.in_title_case or reading.in_capitals:
        return lower not in words.given_names and lower not in words.ranks
    return _is_harmless(reading, index, lower, words)


def _can_follow(reading: Reading, index: int, after: str, words: Words) -> bool:
    if is_part_of_a_thing(reading, index, words):
        return False
    if not after or not (after[0].isupper() or after == "&"):
        return True
    if reading.in_title_case or reading.in_capitals:
        return True
    return after.lower() in words.harmless_followers or follows_name_or_country(reading, index)


def _is_calendar(surname: str, before: str, after: str, words: Words) -> bool:
    if surname.lower() not in words.calendar:
        return False
    return before.lower() in words.before_calendar or before.isdigit() or after[:1].isdigit()
