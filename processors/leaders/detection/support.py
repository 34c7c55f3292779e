"""The rung of bare surnames that the article never explains: "Xi and Putin hold talks".

Owns what supports such a surname, and how much: `processors.leaders.detection.weights` has the
numbers. Must not find anybody who is not the only bearer in office, unless nobody else in the
registry bears the name.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Set as AbstractSet
from functools import partial

from msgspec import Struct

from processors.leaders.detection import weights
from processors.leaders.detection.article import Article
from processors.leaders.detection.automaton import PLACE, SURNAME, TITLE
from processors.leaders.detection.context import word_after
from processors.leaders.detection.holders import ELECT_DAYS
from processors.leaders.detection.names import follows_name_or_country
from processors.leaders.detection.namesakes import Strangers
from processors.leaders.detection.reading import Found, Reading
from processors.leaders.detection.surname_candidates import is_placed, meant
from processors.leaders.detection.surnames import NO_CUES, stands_alone
from processors.leaders.languages.words import Words

_WORD = re.compile(r"[a-z][a-z'-]*")
_POSSESSIVE = re.compile(r"'s?(?= )")
_MOST_SENTENCE_CHARACTERS = 600
_VERB_REACH = 24


class Candidate(Struct, gc=False):
    """A surname that may be a leader's, and the points that it has without company.

    `acts` says that something is said of it as of a leader, or that it is distinctive enough
    without; `is_near` that its country stands near, which only a common surname needs.
    """

    index: int
    person_id: str
    sentence: int
    points: int
    acts: bool
    is_near: bool


def find_supported_surnames(
    reading: Reading, article: Article, strangers: Strangers, lost: AbstractSet[str]
) -> None:
    """Find bare surnames with enough support.

    Args:
        reading: The field.
        article: Whose home, countries and date support a name.
        strangers: Who else bears a surname; such a surname has no support.
        lost: Surnames that belong to somebody else in this article.
    """
    candidates = _candidates(reading, article, strangers, lost)
    if not candidates:
        return
    beside: dict[int, set[str]] = defaultdict(set)
    places: dict[int, list[int]] = defaultdict(list)
    for found in reading.found:
        sentence = reading.sentence(found.start)
        beside[sentence].add(found.person_id)
        places[sentence].append(found.start)
    for each in candidates:
        if each.points >= weights.COMPANION_POINTS:
            beside[each.sentence].add(each.person_id)
            places[each.sentence].append(reading.hits[each.index].start)
    for starts in places.values():
        starts.sort()
    for each in candidates:
        others = beside[each.sentence]
        company = len(others) - (each.person_id in others)
        points = each.points + weights.company(company)
        hit = reading.hits[each.index]
        if not each.is_near and not _has_neighbour(hit.start, places[each.sentence]):
            continue
        if points >= weights.SURNAME_THRESHOLD and (each.acts or company):
            kind = hit.entry.kind_for(each.person_id)
            found = Found(each.person_id, hit.start, hit.end, kind, NO_CUES, "supported_surname")
            reading.found.append(found)
            reading.used.add(each.index)


def _has_neighbour(start: int, places: list[int]) -> bool:
    """Whether another leader is named within a few words; `places` are in order."""
    after = bisect_right(places, start)
    if after < len(places) and places[after] - start <= weights.NEIGHBOUR_CHARACTERS:
        return True
    before = bisect_left(places, start) - 1
    return before >= 0 and start - places[before] <= weights.NEIGHBOUR_CHARACTERS


def _candidates(
    reading: Reading, article: Article, strangers: Strangers, lost: AbstractSet[str]
) -> list[Candidate]:
    candidates = []
    for index in reading.surnames:
        if index in reading.used:
            continue
        hit = reading.hits[index]
        entry = hit.entry
        if entry.kinds != SURNAME or not entry.surnames.isdisjoint(article.named):
            continue
        if reading.text[hit.start : hit.end] in strangers:
            continue
        person_id = meant(entry, article, partial(_countries_near, reading, hit.start))
        if person_id is None or not is_placed(person_id, article):
            continue
        if not stands_alone(reading, index, article, strangers, lost, person_id):
            continue
        if not _is_clear_of_capitals(reading, index, article.words):
            continue
        held = article.holders.countries_on(person_id, article.on)
        if (held and _is_of_another_office(reading, index)) or _owns_a_thing(reading, index):
            continue
        surname = reading.text[hit.start : hit.end].lower()
        if not held and surname in article.words.shared_surnames:
            continue
        candidates.append(_candidate(reading, index, article, person_id, held))
    return candidates


def _countries_near(reading: Reading, offset: int) -> AbstractSet[str]:
    return reading.countries_of(reading.sentence(offset))


def _candidate(
    reading: Reading, index: int, article: Article, person_id: str, held: AbstractSet[str]
) -> Candidate:
    hit = reading.hits[index]
    entry = hit.entry
    sentence = reading.sentence(hit.start)
    around = reading.countries_of(sentence) | article.home
    known_in = held or article.holders.countries_ever(person_id)
    is_near = not known_in.isdisjoint(around)
    is_of_state = _speaks_of_state(reading, article, sentence)
    has_verb = _has_verb(reading, index, article)
    points = _points_of_office(person_id, article, held)
    if not known_in.isdisjoint(weights.PROMINENT):
        points += weights.PROMINENT_COUNTRY
    if points > weights.NOT_YET + weights.PROMINENT_COUNTRY:
        points += _points_of_country(known_in, article, is_near=is_near)
    before = reading.before(index).lower()
    if before in article.words.men or before in article.words.women:
        points += weights.COURTESY
    points += weights.VERB * has_verb + weights.STATECRAFT * is_of_state
    if entry.common_surname:
        # The head of a body has no country that a text could name.
        heads_body = any(article.holders.is_body(code) for code in held)
        is_near = bool(held) and (is_near or heads_body)
        acts = has_verb or (is_of_state and not held.isdisjoint(around))
        return Candidate(
            index, person_id, sentence, points + weights.COMMON_WORD, acts=acts, is_near=is_near
        )
    is_distinctive = len(entry.surnames) == 1
    points += weights.DISTINCTIVE * is_distinctive
    acts = has_verb or is_distinctive or is_of_state or is_near
    return Candidate(index, person_id, sentence, points, acts=acts, is_near=True)


def _points_of_office(person_id: str, article: Article, held: AbstractSet[str]) -> int:
    if held:
        return weights.SOLE_IN_OFFICE
    terms = article.holders.registry.terms[person_id]
    # Who has won and waits for the day is as well known as who has left.
    is_known = any((term.start - article.on).days <= ELECT_DAYS for term in terms)
    return weights.FORMER if is_known else weights.NOT_YET


def _points_of_country(known_in: AbstractSet[str], article: Article, *, is_near: bool) -> int:
    if is_near:
        return weights.COUNTRY_NEAR
    if not known_in.isdisjoint(article.countries):
        return weights.COUNTRY_IN_ARTICLE
    return weights.ELSEWHERE if article.home else 0


def _has_verb(reading: Reading, index: int, article: Article) -> bool:
    """Whether a verb of speech or act stands beside the name: "Park ordered", "said Erdogan".

    A country that owns it is as good: "Hungary's Orban".
    """
    hit = reading.hits[index]
    if index and reading.hits[index - 1].entry.countries:
        gap = reading.text[reading.hits[index - 1].end : hit.start]
        if gap in article.words.possessives:
            return True
    verbs = article.words.verbs
    if reading.before(index).lower() in verbs:
        return True
    end = hit.end
    owned = _POSSESSIVE.match(reading.text, end)
    after = word_after(reading.text, owned.end() if owned else end)
    if after.lower() in verbs:
        return True
    # "Xi and Putin hold talks", "Putin, Xi sign accord": the verb comes after the other name.
    window = reading.text[end : end + _VERB_REACH]
    if not window.startswith((" and ", ", ")):
        return False
    return not verbs.isdisjoint(_WORD.findall(window))


def _is_of_another_office(reading: Reading, index: int) -> bool:
    """Whether an office that is no leader's stands before: "opposition leader Putin"."""
    if not index:
        return False
    title = reading.hits[index - 1].entry.title
    touches = reading.hits[index - 1].end == reading.hits[index].start - 1
    return touches and title is not None and not title.offices


def _owns_a_thing(reading: Reading, index: int) -> bool:
    """Whether a shop or the like is called so: "Milei's Bakery", not "Putin's Russia"."""
    end = reading.hits[index].end
    owned = _POSSESSIVE.match(reading.text, end)
    if owned is None or reading.in_title_case or reading.in_capitals:
        return False
    start = owned.end() + 1
    return reading.text[start : start + 1].isupper() and not reading.has_place_or_title(start)


def _is_clear_of_capitals(reading: Reading, index: int, words: Words) -> bool:
    """Whether the words beside the name are no part of one, where every word has a capital."""
    if not reading.in_title_case and not reading.in_capitals:
        return True
    hits = reading.hits
    before = reading.before(index).lower()
    is_courteous = before in words.men or before in words.women
    if before and not is_courteous and not _is_known(before, words):
        touches = index and hits[index - 1].end == hits[index].start - 1
        if not touches or not hits[index - 1].entry.kinds & (PLACE | TITLE):
            return False
    after = word_after(reading.text, hits[index].end).lower()
    if not after or _is_known(after, words) or "'" in after:
        return True
    return follows_name_or_country(reading, index)


def _is_known(word: str, words: Words) -> bool:
    return word in words.openers or word in words.harmless_followers or word in words.verbs


def _speaks_of_state(reading: Reading, article: Article, sentence: int) -> bool:
    known = reading.statecraft.get(sentence)
    if known is None:
        start, end = reading.bounds(sentence)
        words = _WORD.findall(
            reading.text[start : min(end, start + _MOST_SENTENCE_CHARACTERS)].lower()
        )
        known = not article.words.statecraft.isdisjoint(words)
        reading.statecraft[sentence] = known
    return known
