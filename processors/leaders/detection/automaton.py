"""One Aho-Corasick automaton over every name, office, country word and look-alike.

Owns what the automaton knows and how a text is read once into hits. Must not know dates or decide
who is meant. The method is Aho and Corasick's (1975), by pyahocorasick: the time to read a text
does not grow with the number of names in the automaton.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import ahocorasick

from processors.leaders.detection.entries import NOBODY, Entry, Hit, sum_up
from processors.leaders.detection.known import common_bearers, known_days
from processors.leaders.languages.fold import fold_characters
from processors.leaders.languages.transliteration import spellings
from processors.leaders.languages.words import CountryWords, Title, Words
from processors.leaders.registry.registry import Registry
from processors.leaders.registry.values import AliasKind, Country, Person

_INITIALS_APART = re.compile(r"(?<=\b[A-Z]\.) (?=[A-Z]\.)")

_MARKS_BEFORE_WORDS = "\n\"'([{<>/|-,;:#*@_=+~!?\u00bf\u00a1"
_MARKS = bytes(ord(" ") if chr(code) in _MARKS_BEFORE_WORDS else code for code in range(256))
_PART_OF_NAMES = frozenset(["monarch", "pope", "supreme-leader"])
_NO_WORDS = CountryWords((), ())
_SEAT_STRENGTHS = frozenset(["strong", "medium"])


class Automaton:
    """Finds all entries of a registry and a language in a folded text.

    Args:
        registry: Whose names are to be found.
        words: The language's offices, countries and look-alikes.
    """

    def __init__(self, registry: Registry, words: Words) -> None:
        self.given_names: dict[str, set[str]] = defaultdict(set)
        self._entries: dict[str, Entry] = {}
        for person in registry.people.values():
            self._add_person(person, words)
        for text, title in words.titles.items():
            self._entry(text).title = title
            self._entry_in_capitals(text).title = title
        for country in registry.countries.values():
            self._add_country(country, words)
        for text in words.not_people:
            self._entry(text).not_a_person = True
            self._entry_in_capitals(text).not_a_person = True
        self._matcher: Any = ahocorasick.Automaton()
        known = known_days(registry)
        for key, entry in self._entries.items():
            entry.countries = entry.nouns | entry.adjectives | entry.places
            if entry.marked_by:
                common = common_bearers(entry.marked_by, entry.surnames, known)
                entry.common_to = frozenset(common)
            sum_up(entry)
            self._matcher.add_word(f" {key}", entry)
        self._matcher.make_automaton()

    def _entry(self, text: str) -> Entry:
        key = _key(fold_characters(text)).strip()
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = Entry(len(key))
        entry.capitals_only = False
        return entry

    def _entry_in_capitals(self, text: str) -> Entry:
        key = _key(fold_characters(text)).strip().upper()
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = Entry(len(key), capitals_only=True)
        return entry

    def _add_person(self, person: Person, words: Words) -> None:
        names: list[tuple[str, AliasKind]] = [(person.name, "name")]
        names += [(a.text, a.kind) for a in person.aliases]
        names += [(text, "name") for text in words.aliases.get(person.person_id, ())]
        common = {a.text for a in person.aliases if a.ambiguous}
        surnames = {text for text, kind in names if kind == "surname"}
        respelt = {text for name in surnames for text in spellings(name, person.home)}
        # Another spelling of a common surname is as common.
        marked = {text for name in surnames & common for text in spellings(name, person.home)}
        for text in surnames | _tails(person.name, surnames) | respelt:
            self._add_surname(person, text, words, marked=text in marked | common)
        for text, kind in _spellings(names, person.home):
            if kind == "surname":
                continue
            if " " not in text:
                self._add_single_name(person, text, words, is_nickname=kind == "nickname")
                continue
            given = text.split()[0]
            if _is_office(words.titles.get(given)):
                continue
            # A son's given name is his father's too, and "King" is none.
            if not text.endswith("Jr") and given not in words.titles:
                self.given_names[person.person_id].add(fold_characters(given))
            capitals = self._entry_in_capitals(text)
            # A full name in capitals is as sure as one in mixed case: agencies write it so.
            capitals.capitals_only = False
            for entry in (self._entry(text), capitals):
                if kind == "nickname":
                    entry.nicknames |= {person.person_id}
                else:
                    entry.names |= {person.person_id}
                entry.common_name = entry.common_name or text in common

    def _add_single_name(
        self, person: Person, text: str, words: Words, *, is_nickname: bool
    ) -> None:
        """A name of one word: of a body it is the whole name ("Nestle"), of a person a surname."""
        if person.kind == "organisation":
            self._entry(text).names |= {person.person_id}
        else:
            marked = any(alias.ambiguous and alias.text == text for alias in person.aliases)
            self._add_surname(person, text, words, marked=marked)
            if is_nickname:
                for entry in self._in_both_cases(text):
                    entry.nicknames |= {person.person_id}

    def _add_surname(self, person: Person, text: str, words: Words, *, marked: bool) -> None:
        # A sentence that opens with "von der Leyen" or "al-Sharaa" opens with a capital.
        opening = text[0].upper() + text[1:]
        if text.lower() in words.never_surnames:
            return
        is_common = text.lower() in words.common_surnames or text.lower() in words.given_names
        for entry in (self._entry(text), self._entry(opening), self._entry_in_capitals(text)):
            entry.surnames |= {person.person_id}
            entry.common_word |= is_common
            if marked:
                entry.marked_by |= {person.person_id}

    def _add_country(self, country: Country, words: Words) -> None:
        code = frozenset([country.code])
        extra = words.countries.get(country.code, _NO_WORDS)
        for text in _capitalised((country.name, *country.names, *extra.names)):
            for entry in self._in_both_cases(text):
                entry.nouns |= code
        adjectives = _capitalised((*country.adjectives, *country.demonyms))
        for text in (*adjectives, *extra.adjectives, *map(_with_capital, extra.adjectives)):
            for entry in self._in_both_cases(text):
                entry.adjectives |= code
        seats = [text for text, strength in country.metonyms if strength in _SEAT_STRENGTHS]
        for text in _capitalised((*country.capitals, *seats)):
            for entry in self._in_both_cases(text):
                # A dateline is in capitals: "NAIROBI - The president ...".
                entry.places |= code
                entry.capitals_only = False

    def _in_both_cases(self, text: str) -> tuple[Entry, Entry]:
        return self._entry(text), self._entry_in_capitals(text)

    def bearers(self, surname: str) -> frozenset[str]:
        """Ids of the people who bear a surname, written as in a folded text."""
        entry = self._entries.get(_key(surname))
        return entry.surnames if entry else NOBODY

    def hits(self, text: str, *, in_capitals: bool) -> list[Hit]:
        """Read a folded text once.

        Args:
            text: Folded as by `processors.leaders.languages.fold`.
            in_capitals: Whether the text is written in capitals throughout.

        Returns:
            Hits at word boundaries that do not overlap, the leftmost longest first.
        """
        found: list[tuple[int, int, Entry]] = []
        size = len(text)
        # The space put before the text shifts all by one: `end` is right as it comes.
        for end, entry in self._matcher.iter(f" {_key(text)}"):
            if end < size and text[end].isalnum():
                continue
            if entry.capitals_only and not in_capitals:
                continue
            start = end - entry.length
            # "O'Brown": the apostrophe of a name opens no word, an opening quote does.
            if start > 1 and text[start - 1] == "'" and text[start - 2].isalnum():
                continue
            found.append((start, -end, entry))
        found.sort(key=_place)
        hits: list[Hit] = []
        taken = 0
        for start, minus_end, entry in found:
            if start >= taken:
                taken = -minus_end
                hits.append(Hit(start, taken, entry))
        return hits


def _spellings(names: list[tuple[str, AliasKind]], home: str) -> list[tuple[str, AliasKind]]:
    """Names with initials are written with and without spaces: "H. W." and "H.W."."""
    joined = [(_INITIALS_APART.sub("", text), kind) for text, kind in names]
    respelt = [
        (text, kind) for name, kind in names if " " in name for text in spellings(name, home)
    ]
    return list(dict.fromkeys([*names, *joined, *respelt]))


def _with_capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _capitalised(texts: Iterable[str]) -> list[str]:
    """What is written with a capital: "the alliance" would be found in every text."""
    return [text for text in texts if text[:1].isupper()]


def _is_office(title: Title | None) -> bool:
    """Whether a name that begins so has an office before it ("President Joe Biden"), no King."""
    return title is not None and not any(_PART_OF_NAMES & codes for codes in title.offices)


def _tails(name: str, surnames: set[str]) -> set[str]:
    """What follows a surname within a name belongs to it ("Kengo wa Dondo"), spelt as there."""
    spelt = name.lower()
    tails = {name[name.index(f" {one} ") + 1 :] for one in surnames if f" {one} " in name}
    several = {fold_characters(one).lower() for one in surnames if " " in one}
    plain = fold_characters(spelt)
    return tails | {name[-len(one) :] for one in several if plain.endswith(f" {one}")}


def _place(found: tuple[int, int, Entry]) -> tuple[int, int]:
    return found[0], found[1]


def _key(text: str) -> str:
    """What is matched: as long as `text`, with a space for each mark that can stand before a word.

    Every entry begins with a space then, so that the automaton leaves its root at the beginnings of
    words alone: that takes a third of the time of looking for a first letter at every character.
    """
    if text.isascii():
        return text.encode("ascii").translate(_MARKS).decode("ascii")
    # Other text has no table in C: some replacements are much faster than a look-up a character.
    for mark in _MARKS_BEFORE_WORDS:
        if mark in text:
            text = text.replace(mark, " ")
    return text
