"""Finds leaders in an article: who is meant, in which office on the article's date, how much.

Owns the order of the ladder, from the surest rung down, and what is made of all rungs together:
full names, titles with surnames, then bare surnames of those found. It prefers silence to a wrong
name. Must not know sentiment. The rungs are `names` and `surnames`; one automaton reads each field
once.
"""

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from processors.contracts import OfficeStatus, Span
from processors.leaders.automaton import Automaton
from processors.leaders.names import (
    find_composed_names,
    find_full_names,
    find_titled_surnames,
)
from processors.leaders.reading import Found, Reading, first_sentence_end, lead_end, read_field
from processors.leaders.registry import Registry
from processors.leaders.relevance import Presence, relevance
from processors.leaders.surnames import find_bare_surnames, first_namesake, note_strangers
from processors.leaders.words import ENGLISH


@dataclass(frozen=True, slots=True)
class DetectedLeader:
    """A leader in an article.

    `country` is the code of the country or body of `office`, the office held on the article's date
    (or the last one, or the first to come: see `status`). `relevance` is 0 to 100. `spans` are
    half-open offsets into the headline and text as given, the headline's first, in order.
    `in_lead` is true if the leader is named in the headline or the lead.
    """

    leader_id: str
    leader_name: str
    country: str
    office: str
    status: OfficeStatus
    relevance: int
    spans: tuple[Span, ...]
    in_lead: bool


class Detector:
    """Finds the leaders of a registry in articles.

    Build it once: it makes the automaton. It keeps no state between articles and may be shared.

    Args:
        registry: Whom to look for.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._automaton = Automaton(registry, ENGLISH)

    def detect(self, headline: str, text: str, on: date) -> list[DetectedLeader]:
        """Find the leaders that an article names.

        Args:
            headline: May be empty.
            text: May be empty.
            on: The article's date; it decides who held an office.

        Returns:
            The most relevant first.
        """
        fields = (
            read_field("headline", headline, self._automaton),
            read_field("text", text, self._automaton),
        )
        if not any(reading.hits for reading in fields):
            return []
        self._climb(fields, on)
        found: dict[str, list[tuple[Reading, Found]]] = defaultdict(list)
        for reading in fields:
            for each in sorted(reading.found, key=lambda f: f.start):
                found[each.person_id].append((reading, each))
        originals = {"headline": headline, "text": text}
        total = sum(map(len, found.values()))
        leaders = [
            self._leader(person_id, places, originals, on, total, len(found))
            for person_id, places in found.items()
        ]
        return sorted(leaders, key=lambda leader: (-leader.relevance, leader.leader_id))

    def _climb(self, fields: Iterable[Reading], on: date) -> None:
        registry, words = self._registry, ENGLISH
        countries = {c for reading in fields for hit in reading.hits for c in hit.entry.countries}
        for reading in fields:
            find_full_names(reading, registry, words, on, countries)
            find_composed_names(reading, self._automaton.given_names, words)
        named = {each.person_id for reading in fields for each in reading.found}
        strangers: dict[str, AbstractSet[str]] = defaultdict(set)
        for reading in fields:
            note_strangers(reading, registry, words)
            for surname, given in reading.strangers.items():
                strangers[surname] |= given.keys()
        other_holders = {surname for reading in fields for surname in reading.other_holders}
        for reading in fields:
            reading.other_holders = other_holders
            find_titled_surnames(reading, registry, words, on, named)
        supported = {each.person_id for reading in fields for each in reading.found}
        if not supported:
            return
        lost = {s for s in strangers if self._is_lost(s, supported, fields, on)}
        for reading in fields:
            find_bare_surnames(reading, registry, words, supported, strangers, lost)

    def _is_lost(
        self, surname: str, supported: AbstractSet[str], fields: Iterable[Reading], on: date
    ) -> bool:
        """Whether a surname by itself is a namesake's in this article.

        It is if the namesake comes first, or if the leader is not in office on the date: in 2016
        "Clinton" is Hillary Clinton, though the article names Bill Clinton too.
        """
        bearers = self._automaton.bearers(surname) & supported
        if any(self._registry.status_on(p, on)[2] != "in_office" for p in bearers):
            return True
        for reading in fields:
            namesake = first_namesake(reading, surname, ENGLISH)
            leaders = [found.start for found in reading.found if found.person_id in bearers]
            if namesake is not None or leaders:
                return namesake is not None and all(namesake < start for start in leaders)
        return False

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
        )

    def _status(
        self, person_id: str, found: list[Found], on: date
    ) -> tuple[str, str, OfficeStatus]:
        country, office, status = self._registry.status_on(person_id, on)
        if status == "in_office":
            return country, office, status
        if any(each.cues.elect for each in found):
            coming = next((t for t in self._registry.terms[person_id] if t.start > on), None)
            if coming is not None:
                return coming.country, coming.title, "elect"
            return country, office, "elect"
        if any(each.cues.former and not each.cues.other_office for each in found):
            return country, office, "former"
        return country, office, status


def _span(reading: Reading, found: Found, original: str) -> Span:
    start = reading.folded.original(found.start)
    end = reading.folded.original(found.end - 1) + 1
    return Span(field=reading.name, start=start, end=end, text=original[start:end], kind=found.kind)
