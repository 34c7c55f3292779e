"""The step of bare surnames that the article never explains: "Xi and Putin hold talks".

Owns which surnames are asked about, and what company of other leaders adds. The evidence is read by
`surname_evidence` and weighed by `surname_model`.
"""

from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import partial

from msgspec import Struct

from processors.leaders.detection.article import Article
from processors.leaders.detection.entries import SURNAME
from processors.leaders.detection.namesakes import Strangers
from processors.leaders.detection.reading import Found, Reading
from processors.leaders.detection.surname_candidates import meant
from processors.leaders.detection.surname_evidence import (
    Features,
    combine,
    is_too_obscure,
    read_evidence,
    read_prior,
)
from processors.leaders.detection.surnames import NO_CUES, stands_alone

_COMPANION_SCORE = -1.0
"""Log odds that another bare surname must have by itself to count as company."""


_MAX_SCORE = 3.0
_DECIDING_MENTIONS = 4


class Candidate(Struct, gc=False):
    """A surname that may be a leader's, the evidence for it and its log odds without company."""

    index: int
    person_id: str
    sentence: int
    features: Features
    score: float


def find_supported_surnames(
    readings: Sequence[Reading], article: Article, strangers: Strangers, lost: AbstractSet[str]
) -> None:
    """Find bare surnames with enough support, in the headline and in the text.

    The first mentions of a surname decide together: "Germany's Merz hit all ten targets" means no
    leader below "Merz wins biathlon sprint".
    """
    weighed = [
        (each, weighed_candidates(each, article, strangers, lost))
        for each in readings
        if each.surnames
    ]
    scores: dict[str, list[float]] = defaultdict(list)
    for _, candidates in weighed:
        for each in candidates:
            scores[each.person_id].append(max(-_MAX_SCORE, min(_MAX_SCORE, each.score)))
    for reading, candidates in weighed:
        for each in candidates:
            together = sum(scores[each.person_id][:_DECIDING_MENTIONS])
            if each.score > 0.0 and together > 0.0 and not is_too_obscure(each.features, reading):
                _take(reading, each)


def _take(reading: Reading, candidate: Candidate) -> None:
    hit = reading.hits[candidate.index]
    person_id = candidate.person_id
    kind = hit.entry.kind_for(person_id)
    found = Found(person_id, hit.start, hit.end, kind, NO_CUES, "supported_surname")
    reading.found.append(found)
    reading.used.add(candidate.index)


def weighed_candidates(
    reading: Reading,
    article: Article,
    strangers: Strangers,
    lost: AbstractSet[str],
) -> list[Candidate]:
    """Return the surnames that may be a leader's, with their log odds, company included."""
    candidates = _candidates(reading, article, strangers, lost)
    if not candidates:
        return []
    beside: dict[int, set[str]] = defaultdict(set)
    for found in reading.found:
        beside[reading.sentence(found.start)].add(found.person_id)
    for each in candidates:
        if each.score >= _COMPANION_SCORE or _is_in_pair(reading, each.index):
            beside[each.sentence].add(each.person_id)
    for each in candidates:
        others = beside[each.sentence]
        company = len(others) - (each.person_id in others)
        if company:
            each.features["one_companion" if company == 1 else "more_companions"] = 1.0
        elif article.named:
            each.features["leader_in_article"] = 1.0
        combine(each.features, reading)
        each.score = article.model.score(each.features)
    return candidates


def _candidates(
    reading: Reading,
    article: Article,
    strangers: Strangers,
    lost: AbstractSet[str],
) -> list[Candidate]:
    candidates = []
    for index in reading.surnames:
        if index in reading.used:
            continue
        hit = reading.hits[index]
        entry = hit.entry
        if entry.kinds != SURNAME or not entry.surnames.isdisjoint(article.named):
            continue
        surname = reading.text[hit.start : hit.end]
        if surname in strangers:
            continue
        person_id = meant(entry, article, partial(_countries_near, reading, hit.start))
        if person_id is None:
            continue
        if not stands_alone(reading, index, article, strangers, lost, person_id, article.topics):
            continue
        held = article.holders.countries_on(person_id, article.on)
        if _is_after_title(reading, index):
            continue
        if not held and surname.lower() in article.words.shared_surnames:
            continue
        features = read_prior(person_id, hit, surname, article, held)
        known_in = held or article.holders.countries_ever(person_id)
        features |= read_evidence(reading, index, article, known_in)
        if _is_one_of_two(reading, index, surname):
            continue
        sentence = reading.sentence(hit.start)
        score = article.model.score(features)
        candidates.append(Candidate(index, person_id, sentence, features, score))
    return candidates


def _is_one_of_two(reading: Reading, index: int, surname: str) -> bool:
    """Return whether two of one name stand together: "Kaczynski and Kaczynski"."""
    hit = reading.hits[index]
    pair = f"{surname} and {surname}"
    return reading.text.startswith(pair, hit.start) or reading.text.endswith(pair, 0, hit.end)


def _is_in_pair(reading: Reading, index: int) -> bool:
    """Return whether a hyphen joins the surname with another one: "Modi-Trump"."""
    hits = reading.hits
    hit = hits[index]
    before = index > 0 and hits[index - 1].end == hit.start - 1 and hits[index - 1].entry.surnames
    after = (
        index + 1 < len(hits)
        and hits[index + 1].start == hit.end + 1
        and hits[index + 1].entry.surnames
    )
    return bool(
        (before and reading.text[hit.start - 1] == "-") or (after and reading.text[hit.end] == "-")
    )


def _countries_near(reading: Reading, offset: int) -> AbstractSet[str]:
    return reading.countries_of(reading.sentence(offset))


def _is_after_title(reading: Reading, index: int) -> bool:
    """Return whether an office stands before that made no leader of the name.

    "Opposition leader Putin" is nobody's office here, "Prime Minister Lee" may be one of two.
    """
    if not index:
        return False
    title = reading.hits[index - 1].entry.title
    return reading.hits[index - 1].end == reading.hits[index].start - 1 and title is not None
