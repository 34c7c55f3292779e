"""Finds leaders in an article: who is meant, in which office on the article's date, how much.

Owns the order of the ladder, from the surest rung down, and what is made of all rungs together:
full names, titles with surnames, bare surnames of those found, bare surnames with other support,
offices of a country, offices alone. It prefers silence to a wrong name. Must not know sentiment.
One automaton reads each field once; every rung is a function in a module of its own.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from processors.contracts import OfficeStatus, Span
from processors.leaders.detection.article import Article, countries_in, home_of
from processors.leaders.detection.automaton import Automaton
from processors.leaders.detection.era import Era
from processors.leaders.detection.holders import Holders
from processors.leaders.detection.names import (
    find_composed_names,
    find_full_names,
    find_titled_surnames,
)
from processors.leaders.detection.namesakes import all_strangers, lost_surnames, note_strangers
from processors.leaders.detection.offices import find_offices, find_offices_alone
from processors.leaders.detection.reading import (
    Found,
    Reading,
    Rung,
    first_sentence_end,
    lead_end,
    read_field,
)
from processors.leaders.detection.relevance import Presence, relevance
from processors.leaders.detection.support import find_supported_surnames
from processors.leaders.detection.surname_model import load_surname_model
from processors.leaders.detection.surnames import find_named_surnames
from processors.leaders.languages.files import languages, load_words, with_offices
from processors.leaders.languages.topics import Topics, load_topics
from processors.leaders.languages.words import Words
from processors.leaders.registry.registry import Registry

FIRST_LANGUAGE = "en"
_MOST_STATUSES = 20_000


@dataclass(frozen=True, slots=True)
class DetectedLeader:
    """A leader in an article.

    `country` is the code of the country or body of `office`, the office held on the article's date
    (or the last one, or the first to come: see `status`). `relevance` is 0 to 100. `spans` are
    half-open offsets into the headline and text as given, the headline's first, in order; `rungs`
    say for each how it was found. `in_lead` is true if the leader is named in the headline or the
    lead.
    """

    leader_id: str
    leader_name: str
    country: str
    office: str
    status: OfficeStatus
    relevance: int
    spans: tuple[Span, ...]
    in_lead: bool
    rungs: tuple[Rung, ...] = ()


class Detector:
    """Finds the leaders of a registry in articles.

    Build it once: it makes the automaton of the first language, and that of another when its first
    article comes. What is found never depends on earlier articles; it may be shared.

    Args:
        registry: Whom to look for.
        extra_words: Languages beside the packaged ones, or instead of them, by primary tag.
    """

    def __init__(self, registry: Registry, extra_words: Iterable[Words] = ()) -> None:
        self._registry = registry
        self._holders = Holders.of(registry)
        self._era = Era(self._holders.known)
        self._extra_words = {words.language: words for words in extra_words}
        self._known = frozenset([*languages(), *self._extra_words])
        self._readers: dict[str, tuple[Automaton, Words]] = {}
        self._topics: dict[str, Topics] = {}
        self._model = load_surname_model()
        self._statuses: dict[tuple[str, date], tuple[str, str, OfficeStatus]] = {}
        self._reader(FIRST_LANGUAGE)

    def _reader(self, language: str) -> tuple[Automaton, Words]:
        reader = self._readers.get(language)
        if reader is None:
            words = self._extra_words.get(language) or load_words(language)
            if language == FIRST_LANGUAGE:
                words = with_offices(words, self._registry.offices)
            reader = self._readers[language] = (Automaton(self._registry, words), words)
            self._topics[language] = load_topics(language)
        return reader

    def detect(
        self, headline: str, text: str, on: date, *, language: str = "", country: str = ""
    ) -> list[DetectedLeader]:
        """Find the leaders that an article names.

        Args:
            headline: May be empty.
            text: May be empty.
            on: The article's date; it decides who held an office.
            language: Lower-case primary tag; "" is read as English. Of a language without words,
                only full names and the surnames after them are read.
            country: Code of the country that the article is at home in, if that is known: it
                supports surnames, and says whose "the president" is.

        Returns:
            The most relevant first.
        """
        is_known = not language or language in self._known
        automaton, words = self._reader(
            (language or FIRST_LANGUAGE) if is_known else FIRST_LANGUAGE
        )
        readings = (
            read_field("headline", headline, automaton),
            read_field("text", text, automaton),
        )
        if not any(reading.hits for reading in readings):
            return []
        article = Article(
            holders=self._holders,
            words=words,
            on=on,
            home=home_of(readings[1], country),
            countries=countries_in(readings),
            model=self._model,
            topics=self._topics[words.language],
        )
        self._climb(readings, article, automaton, knows_words=is_known)
        return self._leaders(readings, {"headline": headline, "text": text}, on)

    def _climb(
        self,
        readings: tuple[Reading, ...],
        article: Article,
        automaton: Automaton,
        *,
        knows_words: bool,
    ) -> None:
        for reading in readings:
            find_full_names(reading, article)
            find_composed_names(reading, automaton.given_names, article)
        _note_named(readings, article)
        self._era.restrict(readings, article.on, article.named)
        for reading in readings:
            note_strangers(reading, article)
        strangers = all_strangers(readings)
        if knows_words:
            for reading in readings:
                find_titled_surnames(reading, article)
            _note_named(readings, article)
        lost = lost_surnames(readings, strangers, automaton, article)
        if knows_words:
            find_supported_surnames(readings, article, strangers, lost)
            _note_named(readings, article)
        for reading in readings:
            find_named_surnames(reading, article, strangers, lost)
        if knows_words:
            _find_offices(readings, article)

    def _leaders(
        self, readings: tuple[Reading, ...], originals: dict[str, str], on: date
    ) -> list[DetectedLeader]:
        found: dict[str, list[tuple[Reading, Found]]] = defaultdict(list)
        for reading in readings:
            for each in sorted(reading.found, key=_start):
                found[each.person_id].append((reading, each))
        total = sum(map(len, found.values()))
        leaders = [
            self._leader(person_id, places, originals, on, total, len(found))
            for person_id, places in found.items()
        ]
        return sorted(leaders, key=lambda leader: (-leader.relevance, leader.leader_id))

    def _leader(
        self,
        person_id: str,
        places: list[tuple[Reading, Found]],
        originals: dict[str, str],
        on: date,
        all_spans: int,
        leaders: int,
    ) -> DetectedLeader:
        spans = tuple(_span(reading, each, originals[reading.name]) for reading, each in places)
        in_headline = places[0][0].name == "headline"
        first_in_text = next((f.start for r, f in places if r.name == "text"), None)
        in_text_lead = in_first_sentence = False
        if first_in_text is not None:
            text = places[-1][0].text
            in_text_lead = first_in_text < lead_end(text)
            in_first_sentence = in_text_lead and first_in_text < first_sentence_end(text)
        presence = Presence(in_headline, in_text_lead, in_first_sentence, len(spans))
        country, office, status = self._status(person_id, [each for _, each in places], on)
        return DetectedLeader(
            leader_id=person_id,
            leader_name=self._registry.people[person_id].name,
            country=country,
            office=office,
            status=status,
            relevance=relevance(presence, all_spans, leaders),
            spans=spans,
            in_lead=in_headline or in_text_lead,
            rungs=tuple(each.rung for _, each in places),
        )

    def _status(
        self, person_id: str, found: list[Found], on: date
    ) -> tuple[str, str, OfficeStatus]:
        country, office, status = self._status_on(person_id, on)
        if status == "in_office":
            return country, office, status
        if status == "former":
            # The day of a change belongs to both: who leaves at noon still held the office.
            last = next((t for t in self._registry.terms[person_id] if t.end == on), None)
            if last is not None:
                return last.country, last.title, "in_office"
        if any(each.cues.elect for each in found):
            coming = next((t for t in self._registry.terms[person_id] if t.start > on), None)
            if coming is not None:
                return coming.country, coming.title, "elect"
        if any(each.cues.former and not each.cues.other_office for each in found):
            return country, office, "former"
        return country, office, status

    def _status_on(self, person_id: str, on: date) -> tuple[str, str, OfficeStatus]:
        """As the registry says; remembered, since a day's articles ask for the same few people."""
        known = self._statuses.get((person_id, on))
        if known is None:
            if len(self._statuses) >= _MOST_STATUSES:
                self._statuses.clear()
            known = self._statuses[person_id, on] = self._registry.status_on(person_id, on)
        return known


def _find_offices(readings: tuple[Reading, ...], article: Article) -> None:
    alone = [find_offices(reading, article) for reading in readings]
    for reading, offices in zip(readings, alone, strict=True):
        find_offices_alone(reading, offices, article)


def _note_named(readings: tuple[Reading, ...], article: Article) -> None:
    for reading in readings:
        article.named.update(each.person_id for each in reading.found)


def _start(found: Found) -> int:
    return found.start


def _span(reading: Reading, found: Found, original: str) -> Span:
    start = reading.folded.original(found.start)
    end = reading.folded.original(found.end - 1) + 1
    return Span(field=reading.name, start=start, end=end, text=original[start:end], kind=found.kind)
