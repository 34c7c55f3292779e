"""What the rungs of the ladder ask about a whole article.

Owns the facts that no single place of the text can tell: the date, the language, where the article
is at home, which countries it names. Must not decide who is meant.
"""

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date

from processors.leaders.detection.holders import Holders
from processors.leaders.detection.reading import Reading
from processors.leaders.detection.surname_model import NO_MODEL, SurnameModel
from processors.leaders.languages.topics import NO_TOPICS, Topics
from processors.leaders.languages.words import Words

_DATELINE_CHARACTERS = 90
_DATELINE_END = re.compile(
    r"\s(?:-{1,2}|\d{4}-\d\d-\d\d)\s|\s\((?:AP|AFP|Reuters|UPI|DPA|dpa)\)|:\s"
)
_SHORTEST_DATELINE_CITY = 3


@dataclass(frozen=True, slots=True)
class Article:
    """One article being read.

    `home` are the codes of where it is at home: the country that came with it, or its dateline's.
    `countries` are the codes of all countries and bodies that it names. `named` grows from rung to
    rung: ids of those found so far.
    """

    holders: Holders
    words: Words
    on: date
    home: frozenset[str]
    countries: AbstractSet[str]
    named: set[str] = field(default_factory=set)
    model: SurnameModel = NO_MODEL
    topics: Topics = NO_TOPICS

    def prominence_of(self, countries: AbstractSet[str]) -> float:
        """Return the prominence of the most prominent of these countries and bodies, 0 to 1."""
        return max((self.model.prominence.get(code, 0.0) for code in countries), default=0.0)

    @property
    def near(self) -> AbstractSet[str]:
        """Codes of the article's home, or else of the countries that it names."""
        return self.home or self.countries


def home_of(text: Reading, country: str) -> frozenset[str]:
    """Where an article is at home.

    Args:
        text: The field that a dateline opens ("NAIROBI - The president ...").
        country: Code that came with the article, "" if none did. It wins over the dateline: a
            paper's own correspondent abroad still writes for its readers.
    """
    if country:
        return frozenset([country])
    end = _DATELINE_END.search(text.text, 0, _DATELINE_CHARACTERS)
    if end is None:
        return frozenset()
    found: frozenset[str] = frozenset()
    for index in text.places:
        hit = text.hits[index]
        if hit.start > end.start():
            break
        word = text.text[hit.start : hit.end]
        if word.isupper() and len(word) >= _SHORTEST_DATELINE_CITY:
            found = hit.entry.countries
    return found


def countries_in(readings: Iterable[Reading]) -> frozenset[str]:
    """Codes of all countries and bodies that the fields name."""
    found: set[str] = set()
    for reading in readings:
        for index in reading.places:
            found |= reading.hits[index].entry.countries
    return frozenset(found)
