"""The words of one language that stand around leaders' names and offices.

Owns what a language must say and what each list means; the lists themselves are data, one file a
language in `processors/leaders/languages/data`, read by `processors.leaders.languages.files`. Must
not know any registry.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Title:
    """A word for an office, such as "president", before a name or by itself.

    `offices` are sets of codes as in `terms.csv`, the likeliest first; none means an office that is
    none of a leader's (a vice president). `plural` takes several names. `alone` can stand for the
    one clear country's. `effective` means the country's leader, whatever the office is called.
    `bodies` is said of organisations and by metonym only ("IMF chief"). `holders` are the codes of
    the countries that a word belongs to ("taoiseach"). `female` is a woman's.
    `only` are the countries where the word is an office of a leader's, if it is not everywhere.
    """

    offices: tuple[frozenset[str], ...] = ()
    plural: bool = False
    alone: bool = False
    effective: bool = False
    bodies: bool = False
    holders: frozenset[str] = frozenset()
    female: bool = False
    only: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CountryWords:
    """What a language calls one country: nouns and adjectives."""

    names: tuple[str, ...]
    adjectives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words; sets are in lower case.

    `titles` are keyed as they are written in a text. `countries` and `aliases` add to the
    registry's, which are English. Gaps are the exact strings between an office and a country.
    `cue_kinds` says of words before an office what they make of it: former, elect, acting, late,
    outgoing, or neutral. `nouns_are_lower` says that a capital inside a sentence is a name's, as it
    is not in German.
    """

    language: str
    titles: Mapping[str, Title]
    countries: Mapping[str, CountryWords]
    aliases: Mapping[str, tuple[str, ...]]
    not_people: tuple[str, ...]
    country_gaps: frozenset[str]
    possessives: tuple[str, ...]
    genitives: frozenset[str]
    elect_endings: tuple[str, ...]
    after_title: frozenset[str]
    men: frozenset[str]
    women: frozenset[str]
    ranks: frozenset[str]
    openers: frozenset[str]
    given_names: frozenset[str]
    things: frozenset[str]
    juniors: frozenset[str]
    before_things: frozenset[str]
    harmless_followers: frozenset[str]
    calendar: frozenset[str]
    before_calendar: frozenset[str]
    after_calendar: frozenset[str]
    then: frozenset[str]
    predicate: frozenset[str]
    determiners: frozenset[str]
    indefinite: frozenset[str]
    after_office: frozenset[str]
    own_country: frozenset[str]
    nouns_are_lower: bool
    verbs: frozenset[str]
    statecraft: frozenset[str]
    politics: frozenset[str]
    common_surnames: frozenset[str]
    shared_surnames: frozenset[str]
    never_surnames: frozenset[str]
    particles: frozenset[str]
    cue_kinds: Mapping[str, str]
