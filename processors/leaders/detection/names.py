"""The two sure steps: full names, and a title with a surname.

Owns what a name says by itself. Must not use what the rest of the article says, but for who is
named in full.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from processors.contracts import MentionKind
from processors.leaders.detection import weights
from processors.leaders.detection.article import Article
from processors.leaders.detection.context import (
    Cues,
    cues_before,
    is_initial,
    word_after,
    word_before,
)
from processors.leaders.detection.entries import Hit
from processors.leaders.detection.reading import Found, Reading
from processors.leaders.detection.surname_evidence import name_evidence
from processors.leaders.languages.words import Title, Words

_HITS_BEFORE = 2  # a country and a title
_BETWEEN_NAMES = frozenset([" and ", ", ", " & ", ", and ", " und "])
_DEFINITE = frozenset(["the"])
_GOES_ON = frozenset(
    ["and", "was", "were", "has", "had", "on", "in", "at", "to", "off", "with", "sailed"]
)
_NAMED_AFTER_PEOPLE = frozenset(["airport"])
_PLAIN_WORDS = 2
_SONS = frozenset(["bin", "ibn", "ben", "bint"])
_ANY_LEADER = (
    frozenset(["supreme-leader"]),
    frozenset(["president", "general-secretary", "chief-executive"]),
    frozenset(["prime-minister", "head-of-government", "chancellor"]),
)


def find_full_names(reading: Reading, article: Article) -> None:
    """Find full names and aliases of several words.

    A name that two leaders bear is left to the date. A common name ("Daniel Ortega") counts only if
    the article names a country of that leader.
    """
    words, holders = article.words, article.holders
    for index in reading.full_names:
        hit = reading.hits[index]
        entry = hit.entry
        people = entry.names or entry.nicknames
        reading.used.add(index)
        if entry.not_a_person or is_part_of_a_thing(reading, index, words):
            continue
        if _is_another_monarch(reading, hit, words) or _is_longer_before(reading, index, words):
            continue
        if _is_called_after(reading, index, article):
            continue
        if word_after(reading.text, hit.end).lower().rstrip(".,") in _NAMED_AFTER_PEOPLE:
            continue
        person_id = holders.one_of(people, article.on, article.near)
        if person_id is None:
            continue
        if _is_doubtful(reading, hit, person_id, article):
            _note_namesake(reading, hit)
            continue
        kind: MentionKind = "name" if entry.names else "alias"
        cues = cues_before(reading.text, reading.hits, index, words)
        reading.found.append(Found(person_id, hit.start, hit.end, kind, cues, "full_name"))


def _note_namesake(reading: Reading, hit: Hit) -> None:
    """Note that somebody else bears a leader's full name, and so the surname too."""
    given, _, surname = reading.text[hit.start : hit.end].rpartition(" ")
    if given:
        reading.strangers.setdefault(surname, {}).setdefault(given.lower(), hit.start)


def _is_doubtful(reading: Reading, hit: Hit, person_id: str, article: Article) -> bool:
    """Whether a full name may be a namesake's: a common one, far from the leader's country.

    So is an English one of a person out of office, whom the world's press does not know by name
    ("Geoffrey Palmer"): there are many of each.
    """
    holders = article.holders
    known_in = holders.countries_ever(person_id)
    if not known_in:
        # A person of the user's own, who holds no office anywhere.
        return False
    is_near = not known_in.isdisjoint(article.countries | article.home)
    if hit.entry.common_name:
        if holders.countries_on(person_id, article.on):
            return not _is_read_as_holder(reading, hit, person_id, article)
        follower = word_after(reading.text, hit.end)
        is_longer = _is_longer_name(follower, article.words) and not reading.in_title_case
        is_shared = len(hit.entry.names | hit.entry.nicknames) > 1
        return is_longer or not (is_near or is_shared)
    if is_near:
        return False
    if holders.is_past(person_id, article.on) and _is_plain(reading, hit, person_id, article):
        return True
    is_prominent = not known_in.isdisjoint(weights.PROMINENT)
    return not is_prominent and _is_english(reading, hit, person_id, article)


def _is_plain(reading: Reading, hit: Hit, person_id: str, article: Article) -> bool:
    """Return whether a name is of two words, the surname a common one: others have it too."""
    name = reading.text[hit.start : hit.end].replace("-", " ")
    aliases = article.holders.registry.people[person_id].aliases
    is_common = any(alias.ambiguous and alias.kind == "surname" for alias in aliases)
    return is_common and len(name.split()) <= _PLAIN_WORDS


def _is_english(reading: Reading, hit: Hit, person_id: str, article: Article) -> bool:
    """Return whether a name is English, of a person out of office or with a common surname."""
    given, _, rest = reading.text[hit.start : hit.end].partition(" ")
    words = article.words
    is_english = given.lower() in words.given_names and given.lower() not in words.titles
    is_common = rest.rpartition(" ")[2].lower() in words.common_surnames
    return is_english and (is_common or not article.holders.countries_on(person_id, article.on))


def _is_read_as_holder(reading: Reading, hit: Hit, person_id: str, article: Article) -> bool:
    """Return whether a common full name is the sitting holder's, by what the sentence is about."""
    held = article.holders.countries_on(person_id, article.on)
    if _is_longer_name(word_after(reading.text, hit.end), article.words) and not (
        reading.in_title_case or reading.in_capitals
    ):
        return False
    features = name_evidence(reading, hit, article, person_id, held)
    return article.model.score(features) > 0.0


def _is_called_after(reading: Reading, index: int, article: Article) -> bool:
    """Return whether "the" makes a ship or the like of a full name: "the George Bush sailed".

    "The Joe Biden administration" and "the Donald Trump of Brazil" go on with a noun or with "of".
    """
    if reading.before(index).lower() not in _DEFINITE:
        return False
    after = word_after(reading.text, reading.hits[index].end).lower()
    return not after or after in _GOES_ON or after in article.topics.deeds


def _is_longer_before(reading: Reading, index: int, words: Words) -> bool:
    """Return whether a name goes on before: "Jose Luis Gonzalez", "Tamim bin Hamad al-Thani"."""
    before = reading.before(index)
    if before.lower() in _SONS:
        return True
    return before[:1].isupper() and before.lower() in words.given_names


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
    if reading.before(index).lower() in words.before_things or after.lower() in words.juniors:
        return True
    if (after[:1].isupper() or after == "&") and (
        after.lower() in words.things
        or after.lower().rstrip(".") in words.things
        or not after.strip("IVX")
    ):
        return True
    # A hyphen and a capital make another name of it; "Trump-era" and "Trump-Kim summit" do not.
    if reading.text[hit.end : hit.end + 1] != "-" or reading.in_capitals:
        return False
    if not reading.text[hit.end + 1 : hit.end + 2].isupper():
        return False
    return not follows_name_or_country(reading, index)


def follows_name_or_country(reading: Reading, index: int) -> bool:
    """Whether the next hit stands one character after this one ("Trump-Kim", "Putin China visit").

    Two surnames with a space between are one longer name: "Rashid Karami".
    """
    if index + 1 == len(reading.hits):
        return False
    end = reading.hits[index].end
    following = reading.hits[index + 1]
    entry = following.entry
    if following.start != end + 1:
        return False
    is_name = bool(entry.surnames or entry.names)
    return bool(entry.countries) or (is_name and reading.text[end] != " ")


def find_composed_names(
    reading: Reading, given_names: Mapping[str, AbstractSet[str]], article: Article
) -> None:
    """Find "Vladimir V. Putin" and "Alexander Lukashenka": a person's given name and surname.

    The registry need not list every spelling with every other, nor every initial.
    """
    words = article.words
    for index in reading.surnames:
        if index in reading.used:
            continue
        hit = reading.hits[index]
        given, given_end = reading.before(index), hit.start - 1
        if is_initial(given):
            given_end -= len(given) + 1
            given = word_before(reading.text, given_end + 1)
        if not given or word_before(reading.text, given_end - len(given)).lower() in _SONS:
            continue
        people = [p for p in hit.entry.surnames if given in given_names.get(p, ())]
        if len(people) != 1 or is_part_of_a_thing(reading, index, words):
            continue
        start = given_end - len(given)
        if _is_doubtful(reading, Hit(start, hit.end, hit.entry), people[0], article):
            continue
        near = [*reading.hits[max(0, index - _HITS_BEFORE) : index], Hit(start, hit.end, hit.entry)]
        cues = cues_before(reading.text, near, len(near) - 1, words)
        reading.found.append(Found(people[0], start, hit.end, "name", cues, "full_name"))
        reading.used.add(index)


def find_titled_surnames(reading: Reading, article: Article) -> None:
    """Find "President Xi" and, after a plural, a list of names ("Presidents Xi and Putin")."""
    after_title = article.words.after_title
    for index in reading.titles:
        hit = reading.hits[index]
        title = hit.entry.title
        if title is None or hit.entry.surnames:
            continue
        following = index + 1
        gaps = after_title
        last_end = hit.end
        while following < len(reading.hits):
            other = reading.hits[following]
            if reading.text[last_end : other.start].lower() not in gaps:
                break
            if not (other.entry.surnames or other.entry.names):
                break
            if following not in reading.used:
                _take_titled(reading, article, (index, following), title)
            reading.used_titles.add(index)
            if not title.plural:
                break
            gaps, last_end, following = _BETWEEN_NAMES, other.end, following + 1


def _take_titled(reading: Reading, article: Article, places: tuple[int, int], title: Title) -> None:
    title_index, index = places
    hit = reading.hits[index]
    words = article.words
    follower = word_after(reading.text, hit.end)
    # "President Park Chung" is a person with a longer name than the one known here.
    if _is_longer_name(follower, words) and not reading.in_title_case and not reading.in_capitals:
        return
    if is_part_of_a_thing(reading, index, words):
        return
    adjacent = title_index + 1 == index
    cues = cues_before(reading.text, reading.hits, index if adjacent else title_index + 1, words)
    person_id = _titled(article, hit, title, cues)
    # "President Alberto Fujimori" makes the article's "President Fujimori" his, not his daughter's.
    surname = reading.text[hit.start : hit.end]
    if person_id is None or (surname in reading.other_holders and person_id not in article.named):
        return
    reading.found.append(Found(person_id, hit.start, hit.end, "name", cues, "titled_surname"))
    reading.used.add(index)


def _titled(article: Article, hit: Hit, title: Title, cues: Cues) -> str | None:
    entry = hit.entry
    if title.effective:
        # "leader" and "chief" are said of many; with a country they mean its leader.
        leading = {article.holders.leading(code, article.on) for code in sorted(cues.country)}
        people = [person for person in sorted(entry.surnames) if person in leading]
        if len(people) == 1 and not cues.former:
            return people[0]
        if title.bodies or not cues.country:
            return None
        offices: tuple[frozenset[str], ...] = _ANY_LEADER
    else:
        offices = title.offices
    for codes in offices:
        found = article.holders.titled(
            entry.surnames,
            codes,
            cues,
            article.on,
            named=article.named,
            near=article.near,
            common=entry.common_surname,
        )
        if found is not None:
            return found
    return None


def _is_longer_name(follower: str, words: Words) -> bool:
    return (
        bool(follower)
        and follower[0].isupper()
        and follower.lower() not in words.harmless_followers
    )
