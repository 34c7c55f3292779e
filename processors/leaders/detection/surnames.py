"""The step of bare surnames of those whom the article names surely elsewhere.

Owns when a surname by itself can be a leader's at all. Must not support itself: without a full name
or a title in the article, `processors.leaders.detection.support` decides.
"""

from collections.abc import Set as AbstractSet

from processors.leaders.detection.article import Article
from processors.leaders.detection.context import Cues, modifier_before, opens_sentence, word_after
from processors.leaders.detection.names import follows_name_or_country, is_part_of_a_thing
from processors.leaders.detection.namesakes import Strangers, is_harmless
from processors.leaders.detection.reading import SLUG, Found, Reading
from processors.leaders.languages.topics import NO_TOPICS, Topics
from processors.leaders.languages.words import Words

NO_CUES = Cues()
_ARABIC_ARTICLES = ("al-", "el-")
# "the pre-Castro government" and "mid-May" name a time, not a person.
_OTHER_TIMES = frozenset(["pre", "post", "mid"])
# "Anti-Trump rally".
_SIDES = frozenset(["anti", "pro", "non"])


def find_named_surnames(
    reading: Reading, article: Article, strangers: Strangers, lost: AbstractSet[str]
) -> None:
    """Find surnames that stand alone, or after "Mr" and the like, of those in `article.named`.

    Args:
        reading: The field.
        article: With those named surely.
        strangers: Who else bears a surname.
        lost: Surnames that belong to another in this article, but for "Mr" or "Mrs".
    """
    if not article.named:
        return
    for index in reading.surnames:
        if index in reading.used:
            continue
        hit = reading.hits[index]
        entry = hit.entry
        person_id = _one_named(entry.surnames & article.named, article)
        if person_id is None or entry.title is not None:
            continue
        if stands_alone(reading, index, article, strangers, lost, person_id):
            kind = entry.kind_for(person_id)
            found = Found(person_id, hit.start, hit.end, kind, NO_CUES, "named_surname")
            reading.found.append(found)
            reading.used.add(index)


def _one_named(people: AbstractSet[str], article: Article) -> str | None:
    """The only one named; of several, such as a father and a son, the only one in office."""
    if len(people) <= 1:
        return next(iter(people), None)
    present = [p for p in sorted(people) if article.holders.countries_on(p, article.on)]
    return present[0] if len(present) == 1 else None


def stands_alone(
    reading: Reading,
    index: int,
    article: Article,
    strangers: Strangers,
    lost: AbstractSet[str],
    person_id: str,
    topics: Topics = NO_TOPICS,
) -> bool:
    """Return whether a surname is a name by itself here, and can be this person's."""
    words = article.words
    hit = reading.hits[index]
    surname = reading.text[hit.start : hit.end]
    before = reading.before(index)
    lower = before.lower()
    if lower in words.men or lower in words.women:
        is_woman = article.holders.registry.people[person_id].gender == "f"
        accepted = is_woman == (lower in words.women)
    else:
        others = strangers.get(surname, frozenset())
        accepted = surname not in lost and _can_precede(
            reading, index, before, words, others, topics
        )
    after = word_after(reading.text, hit.end)
    if hit.start and reading.text[hit.start - 1] == "-" and not _can_be_hyphened(reading, index):
        return False
    return (
        accepted
        and _can_follow(reading, index, after, words)
        and not _is_calendar(surname, before, after, words)
    )


def _can_be_hyphened(reading: Reading, index: int) -> bool:
    """Whether a hyphen before can stand: "Trump-Kim", "anti-Modi", not "Bhutto-Zardari"."""
    start = reading.hits[index].start
    if index and reading.hits[index - 1].end == start - 1:
        return True
    prefix = modifier_before(reading.text, start)
    begin = start - 1 - len(prefix)
    slug = SLUG.match(reading.text)
    if reading.name == "headline" and slug is not None and slug.end() == start:
        return True
    return prefix not in _OTHER_TIMES and (
        reading.text[begin : begin + 1].islower() or prefix in _SIDES
    )


def _can_precede(
    reading: Reading,
    index: int,
    before: str,
    words: Words,
    strangers: AbstractSet[str],
    topics: Topics,
) -> bool:
    lower = before.lower()
    if before == "&" or lower in strangers or before in words.particles:
        return False
    if before.startswith(_ARABIC_ARTICLES):
        return False
    if not before[:1].isupper():
        return True
    if reading.in_title_case or reading.in_capitals:
        return (
            lower not in words.given_names
            and lower not in topics.given
            and lower not in words.ranks
        )
    return not _follows_surname(reading, index) and (
        is_harmless(reading, index, lower, words) or _is_opener(reading, index, before, topics)
    )


def _is_opener(reading: Reading, index: int, before: str, topics: Topics) -> bool:
    """Return whether an ordinary word opens the sentence: "Defiant Macron", "URGENT Putin"."""
    start = reading.hits[index].start - len(before) - 1
    lower = before.lower()
    return (
        lower in topics.ordinary
        and lower not in topics.given
        and (before.isupper() or opens_sentence(reading.text, start))
    )


def _follows_surname(reading: Reading, index: int) -> bool:
    """Return whether another leader's surname stands directly before: "May Li"."""
    if not index:
        return False
    other = reading.hits[index - 1]
    return (
        other.end == reading.hits[index].start - 1
        and reading.text[other.end] == " "
        and bool(other.entry.surnames)
        and not other.entry.countries
        and other.entry.title is None
    )


def _can_follow(reading: Reading, index: int, after: str, words: Words) -> bool:
    if is_part_of_a_thing(reading, index, words):
        return False
    if after in words.particles or after.startswith(_ARABIC_ARTICLES):
        return False
    if not after or not (after[0].isupper() or after == "&"):
        return True
    if _opens_longer_name(reading, index):
        return False
    if reading.in_title_case or reading.in_capitals:
        return True
    return after.lower() in words.harmless_followers or follows_name_or_country(reading, index)


def _opens_longer_name(reading: Reading, index: int) -> bool:
    """Whether another surname follows, one space away: "Elizabeth May"."""
    if index + 1 == len(reading.hits):
        return False
    end, following = reading.hits[index].end, reading.hits[index + 1]
    return (
        following.start == end + 1
        and reading.text[end] == " "
        and bool(following.entry.surnames)
        and not following.entry.countries
    )


def _is_calendar(surname: str, before: str, after: str, words: Words) -> bool:
    if surname.lower() not in words.calendar:
        return False
    if before.lower() in words.before_calendar or before.isdigit() or after[:1].isdigit():
        return True
    # "May he rest in peace" wishes; "May told them" tells.
    return not before and after.lower() in words.after_calendar
