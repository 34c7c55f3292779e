"""The steps of offices: "the British prime minister", then "the president" by itself.

Owns what an office is said of, and when it means its holder on the article's date rather than the
office as such ("as prime minister"), another's office ("president of Harvard") or a holder whom
nobody can date ("the former president"). Must not use names, but for whom the article has named.
"""

import re
from collections.abc import Mapping

from msgspec import Struct

from processors.leaders.detection.article import Article
from processors.leaders.detection.context import (
    Cues,
    cues_before,
    opens_sentence,
    word_after,
    word_before,
)
from processors.leaders.detection.entries import Hit
from processors.leaders.detection.reading import Found, Reading
from processors.leaders.languages.words import Title, Words

_CAPITAL_AFTER_POSSESSIVE = re.compile(r"'s? [A-Z]")
# "Pope and Talbot" is a company; no other office stands without a country and reads like a name.
_AND_ANOTHER = re.compile(r" (?:and|AND|&) [A-Z]")
_AND_COMPANY = re.compile(r" (?:and|&) [A-Z]\w+ (?:Inc|Corp|Co|Ltd|Plc|LLC|Group)\b")
_NAME_IN_APPOSITION = re.compile(r", ([A-Z][\w'-]+ (?:[A-Z]\. |[a-z]{1,3} )*[A-Z][\w-]+)")
_APPOSITION_BEFORE = re.compile(r" ?, (the )?\Z")
_WORD = re.compile(r"[A-Za-z]+")
_MOST_SENTENCE_CHARACTERS = 600
_APPOSITION_REACH = 8
_CLOSES_APPOSITION = re.compile(r" ?[,.;)]|\Z")
_NOBODY: frozenset[str] = frozenset()


class Office(Struct, frozen=True, gc=False):
    """An office spoken of at half-open offsets, and the countries that it can be of.

    `countries` are empty where none is said: then `is_definite` tells "the president" from
    "president".
    """

    start: int
    end: int
    title: Title
    cues: Cues
    countries: frozenset[str]
    is_definite: bool


def find_offices(reading: Reading, article: Article) -> list[Office]:
    """Find the offices of named countries, and return those of which no country is said.

    Args:
        reading: The field; titles that a name has taken are left out.
        article: Date and language.
    """
    alone = []
    named_at: dict[int, Found] | None = None
    named_to: dict[int, Found] = {}
    for index in reading.titles:
        title = reading.hits[index].entry.title
        if title is None or not title.offices or title.plural or index in reading.used_titles:
            continue
        office = read_office(reading, index, title, article)
        if office is None:
            continue
        if not office.countries:
            alone.append(office)
            continue
        person_id = article.holders.holder(office.countries, title, office.cues, article.on)
        if named_at is None:
            # Once: this step finds only offices.
            names = [each for each in reading.found if each.kind != "office"]
            named_at = {each.start: each for each in names}
            named_to = {each.end: each for each in names}
        if person_id is not None and not _is_said_of_another(
            reading, office, person_id, named_at, named_to
        ):
            reading.found.append(_found(person_id, office, "country_office"))
            article.named.add(person_id)
    return alone


def read_office(reading: Reading, index: int, title: Title, article: Article) -> Office | None:
    """Read what stands around the office at `index`; None where it means no holder."""
    words, text = article.words, reading.text
    hit = reading.hits[index]
    end, ends_elect = _end_of_office(text, hit.end, words)
    if _is_taken_by_what_follows(reading, index, end, title, words):
        return None
    cues = cues_before(text, reading.hits, index, words, after_title=True)
    if ends_elect:
        cues = _elected(cues)
    genitive = _genitive(reading, index, end, article)
    countries = _countries_of(genitive, cues, title, article)
    determiner = word_before(text, cues.start)
    if title.holders and _may_be_a_surname(reading, hit, determiner):
        return None
    if countries is None or _is_of_somebody_else(reading, index, cues, determiner, words):
        return None
    start = cues.country_hit.start if cues.country_hit is not None else hit.start
    last = _end_of_genitive(reading, index, end) if genitive else end
    is_definite = determiner.lower() in words.determiners
    return Office(start, last, title, cues, countries, is_definite)


def _may_be_a_surname(reading: Reading, hit: Hit, determiner: str) -> bool:
    """Whether an office that needs no country reads like a name in running text: "Pope said"."""
    if determiner or reading.in_title_case or reading.in_capitals or reading.name == "headline":
        return False
    return reading.text[hit.start].isupper()


def _countries_of(
    genitive: frozenset[str] | None, cues: Cues, title: Title, article: Article
) -> frozenset[str] | None:
    """The countries that an office is said to be of, none where none is; None if of another."""
    if genitive is None:
        return None
    if genitive:
        return _allowed(genitive, title, article) or None
    if cues.country_hit is None:
        return title.holders or _NOBODY
    return _countries_said(cues.country_hit, title, article) or None


def _is_said_of_another(
    reading: Reading,
    office: Office,
    person_id: str,
    named_at: Mapping[int, Found],
    named_to: Mapping[int, Found],
) -> bool:
    """Whether an apposition gives the office to another person.

    In 2018 "the Philippine dictator, Ferdinand Marcos", or "Yahya Jammeh, president of Gambia".
    """
    text = reading.text
    follows = _NAME_IN_APPOSITION.match(text, office.end)
    if follows is not None and not reading.has_place_or_title(follows.start(1)):
        named = named_at.get(follows.start(1))
        return named is None or named.person_id != person_id
    start = office.cues.start
    before = _APPOSITION_BEFORE.search(text, max(0, start - _APPOSITION_REACH), start)
    if before is None or (before[1] and not _CLOSES_APPOSITION.match(text, office.end)):
        return False
    named = named_to.get(before.start())
    return named is not None and named.person_id != person_id


def _found(person_id: str, office: Office, rung: str) -> Found:
    return Found(person_id, office.start, office.end, "office", office.cues, rung)  # type: ignore[arg-type]


def _elected(cues: Cues) -> Cues:
    return Cues(elect=True, country=cues.country, country_hit=cues.country_hit, start=cues.start)


def _end_of_office(text: str, end: int, words: Words) -> tuple[int, bool]:
    for ending in words.elect_endings:
        if text[end : end + len(ending)].lower() == ending:
            return end + len(ending), True
    return end, False


def _is_taken_by_what_follows(
    reading: Reading, index: int, end: int, title: Title, words: Words
) -> bool:
    """Whether a name follows ("President Smith"), or a thing ("prime minister candidate")."""
    text = reading.text
    if text.startswith("-", end) or _CAPITAL_AFTER_POSSESSIVE.match(text, end):
        return True
    after = word_after(text, end)
    lower = after.lower().removesuffix("'s")
    if lower in words.after_office or _AND_COMPANY.match(text, end):
        return True
    if title.holders and _AND_ANOTHER.match(text, end):
        return True
    if not after[:1].isupper() or lower in words.harmless_followers:
        return False
    if not reading.in_title_case and not reading.in_capitals:
        return words.nouns_are_lower or _opens_a_name(reading, index)
    # In such a headline every word has a capital: only a name takes the office away.
    return lower in words.given_names or _opens_a_name(reading, index)


def _opens_a_name(reading: Reading, index: int) -> bool:
    if index + 1 == len(reading.hits):
        return False
    following = reading.hits[index + 1]
    return following.start == reading.hits[index].end + 1 and bool(
        following.entry.surnames or following.entry.names
    )


def _genitive(reading: Reading, index: int, end: int, article: Article) -> frozenset[str] | None:
    """The countries of "of France"; none where no "of" follows; None where it is of another."""
    words, text = article.words, reading.text
    following = reading.hits[index + 1] if index + 1 < len(reading.hits) else None
    if following is not None and text[end : following.start] in words.genitives:
        entry = following.entry
        after = text[following.end : following.end + 2]
        rest = word_after(text, following.end)
        is_longer = rest[:1].isupper() and rest.lower() not in words.harmless_followers
        if reading.in_title_case or reading.in_capitals:
            is_longer = is_longer and rest.lower() not in words.verbs
        if entry.nouns and not after.startswith(("'", "-", " '")) and not is_longer:
            return entry.nouns
        return None
    for gap in words.genitives:
        if gap != " " and text.startswith(gap, end):
            owned = word_after(text, end + len(gap) - 1).lower()
            return _NOBODY if owned in words.own_country else None
    return _NOBODY


def _end_of_genitive(reading: Reading, index: int, end: int) -> int:
    following = reading.hits[index + 1] if index + 1 < len(reading.hits) else None
    return following.end if following is not None and following.entry.nouns else end


def _countries_said(country: Hit, title: Title, article: Article) -> frozenset[str]:
    """The countries that the word before the office names, or nobody's if it is no such word."""
    entry = country.entry
    countries = _allowed(entry.nouns | entry.adjectives, title, article)
    # "Kremlin chief": a seat of power is as good as a body's name.
    return countries or (entry.adjectives & entry.places if title.bodies else countries)


def _allowed(countries: frozenset[str], title: Title, article: Article) -> frozenset[str]:
    """Those countries that a word can be an office of: "chief" is said of bodies alone."""
    if title.only:
        countries &= title.only
    if title.bodies:
        return frozenset(code for code in countries if article.holders.is_body(code))
    return countries


def _is_of_somebody_else(
    reading: Reading, index: int, cues: Cues, determiner: str, words: Words
) -> bool:
    """Whether a word before takes the office: "Ontario's premier", "Turkish Cypriot leader".

    After "as" or "elected" it is the office as such; after a hyphen it is part of a word.
    """
    if determiner.lower() in words.predicate:
        return True
    if cues.start and reading.text[cues.start - 1] in "-/":
        return True
    if determiner:
        earlier = word_before(reading.text, cues.start - len(determiner) - 1)
        if earlier.lower() in words.indefinite:
            return True
    before = index - 1 - (cues.country_hit is not None)
    if before >= 0:
        other = reading.hits[before]
        gap = reading.text[other.end : cues.start]
        entry = other.entry
        if gap in words.country_gaps and (entry.countries or entry.not_a_person):
            return True
    return determiner.endswith("'s") or _is_part_of_name(reading, cues.start, determiner, words)


def _is_part_of_name(reading: Reading, start: int, word: str, words: Words) -> bool:
    """Whether the word before an office belongs to it as a name's would: "Congress president"."""
    if not word[:1].isupper() or reading.in_title_case or reading.in_capitals:
        return False
    lower = word.lower()
    for harmless in (words.determiners, words.openers, words.verbs, words.harmless_followers):
        if lower in harmless:
            return False
    return not opens_sentence(reading.text, start - len(word) - 1)


def find_offices_alone(reading: Reading, offices: list[Office], article: Article) -> None:
    """Find "the president" where one leader alone can be meant.

    The only one whom the article names and who holds such an office; if it names none, the holder
    of the one country where the article is at home, or (but for a president, whom every company
    has) the only country that it names.
    """
    if not offices:
        return
    named = _NamedHolders(article)
    for office in offices:
        if not office.is_definite or not office.title.alone or office.cues.former:
            continue
        person_id = _meant(reading, office, article, named)
        if person_id is not None:
            reading.found.append(_found(person_id, office, "office"))


class _NamedHolders:
    """Those whom the article has named, by the office that they hold on its date.

    Each person is looked at once, however many offices the article speaks of.
    """

    def __init__(self, article: Article) -> None:
        self._article = article
        self._holders: dict[str, set[str]] | None = None
        self._of: dict[tuple[frozenset[str], ...], tuple[str, ...]] = {}

    def of(self, offices: tuple[frozenset[str], ...]) -> tuple[str, ...]:
        """Return the holders of one of these offices: at most two, which is enough to tell."""
        known = self._of.get(offices)
        if known is None:
            known = self._of[offices] = self._find(offices)
        return known

    def _find(self, offices: tuple[frozenset[str], ...]) -> tuple[str, ...]:
        if self._holders is None:
            self._holders = self._by_office()
        found: set[str] = set()
        for office in frozenset().union(*offices):
            found |= self._holders.get(office, _NOBODY)
        return tuple(sorted(found)[:2])

    def _by_office(self) -> dict[str, set[str]]:
        holders: dict[str, set[str]] = {}
        for person in self._article.named:
            for term in self._article.holders.registry.terms[person]:
                if term.holds_on(self._article.on):
                    holders.setdefault(term.office, set()).add(person)
        return holders


def _meant(reading: Reading, office: Office, article: Article, named: _NamedHolders) -> str | None:
    title, cues, holders = office.title, office.cues, article.holders
    if not (cues.elect or cues.acting or cues.late):
        people = named.of(title.offices)
        if len(people) == 1:
            return people[0] if _agrees_with_home(people[0], office, article) else None
        if people:
            return None
    if article.home:
        return holders.holder(article.home, title, cues, article.on)
    nations = frozenset(code for code in article.countries if not holders.is_body(code))
    if len(nations) == 1 and (
        "president" not in title.offices[0]
        or _speaks_of_politics(reading, office, article, nations)
    ):
        return holders.holder(nations, title, cues, article.on)
    return None


def _speaks_of_politics(
    reading: Reading, office: Office, article: Article, nations: frozenset[str]
) -> bool:
    """Whether the sentence names the country and its politics: "Brazil's senate removed ..."."""
    sentence = reading.sentence(office.start)
    if nations.isdisjoint(reading.countries_of(sentence)):
        return False
    start, end = reading.bounds(sentence)
    words = _WORD.findall(reading.text, start, min(end, start + _MOST_SENTENCE_CHARACTERS))
    return not article.words.politics.isdisjoint(word.lower() for word in words)


def _agrees_with_home(person_id: str, office: Office, article: Article) -> bool:
    """Whether no holder at the article's home could be meant as well."""
    if article.home.isdisjoint(article.countries):
        return True
    at_home = article.holders.holder(article.home, office.title, office.cues, article.on)
    return at_home in (None, person_id)
