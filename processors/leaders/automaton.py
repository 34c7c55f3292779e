"""One Aho-Corasick automaton over every name, title, country word and look-alike.

Owns what the automaton knows and how a text is read once into hits. Must not know dates or decide
who is meant. The method is Aho and Corasick's (1975), by pyahocorasick: the time to read a text
does not grow with the number of names in the automaton.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import ahocorasick
from msgspec import Struct

from processors.leaders.fold import fold_characters
from processors.leaders.registry import Registry
from processors.leaders.values import Person
from processors.leaders.words import Title, Words


@dataclass(slots=True)
class Entry:
    """What one string can mean; `names`, `nicknames` and `surnames` hold ids of people."""

    length: int
    names: set[str] = field(default_factory=set)
    nicknames: set[str] = field(default_factory=set)
    surnames: set[str] = field(default_factory=set)
    common_name: bool = False
    common_surname: bool = False
    title: Title | None = None
    countries: set[str] = field(default_factory=set)
    not_a_person: bool = False
    capitals_only: bool = False


class Hit(Struct, frozen=True):
    """An entry found at half-open offsets of a folded text."""

    start: int
    end: int
    entry: Entry


class Automaton:
    """Finds all entries of a registry and a language in a folded text.

    Args:
        registry: Whose names are to be found.
        words: The language's titles and look-alikes.
    """

    def __init__(self, registry: Registry, words: Words) -> None:
        self.given_names: dict[str, set[str]] = defaultdict(set)
        self._entries: dict[str, Entry] = {}
        for person in registry.people.values():
            self._add_person(person, words)
        for text, title in words.titles.items():
            self._entry(text).title = title
            if not text.islower():
                self._entry_in_capitals(text).title = title
        for country in registry.countries.values():
            for text in (country.name, *country.names, *country.adjectives):
                if text[:1].isupper():
                    self._entry(text).countries.add(country.code)
        for text in words.not_people:
            self._entry(text).not_a_person = True
            self._entry_in_capitals(text).not_a_person = True
        self._matcher: Any = ahocorasick.Automaton()
        for text, entry in self._entries.items():
            self._matcher.add_word(text, entry)
        self._matcher.make_automaton()

    def _entry(self, text: str) -> Entry:
        folded = fold_characters(text)
        entry = self._entries.get(folded)
        if entry is None:
            entry = self._entries[folded] = Entry(len(folded))
        entry.capitals_only = False
        return entry

    def _entry_in_capitals(self, text: str) -> Entry:
        folded = fold_characters(text).upper()
        entry = self._entries.get(folded)
        if entry is None:
            entry = self._entries[folded] = Entry(len(folded), capitals_only=True)
        return entry

    def _add_person(self, person: Person, words: Words) -> None:
        names = [(person.name, "name")] + [(a.text, a.kind) for a in person.aliases]
        common = {a.text for a in person.aliases if a.ambiguous}
        for text, kind in names:
            if " " not in text or kind == "surname":
                self._add_surname(person, text, common=text in common)
                continue
            given = text.split()[0]
            # A son's given name is his father's too, and "King" is none.
            if not text.endswith("Jr") and given not in words.titles:
                self.given_names[person.person_id].add(fold_characters(given))
            capitals = self._entry_in_capitals(text)
            # A full name in capitals is as sure as one in mixed case: agencies write it so.
            capitals.capitals_only = False
            for entry in (self._entry(text), capitals):
                (entry.nicknames if kind == "nickname" else entry.names).add(person.person_id)
                entry.common_name = entry.common_name or text in common

    def _add_surname(self, person: Person, text: str, *, common: bool) -> None:
        # A sentence that opens with "von der Leyen" or "al-Sharaa" opens with a capital.
        opening = text[0].upper() + text[1:]
        for entry in (self._entry(text), self._entry(opening), self._entry_in_capitals(text)):
            entry.surnames.add(person.person_id)
            entry.common_surname = entry.common_surname or common

    def bearers(self, surname: str) -> frozenset[str]:
        """Ids of the people who bear a surname, written as in a folded text."""
        entry = self._entries.get(surname)
        return frozenset(entry.surnames) if entry else frozenset()

    def hits(self, text: str, *, in_capitals: bool) -> list[Hit]:
        """Read a folded text once.

        Args:
            text: Folded as by `processors.leaders.fold`.
            in_capitals: Whether the text is written in capitals throughout.

        Returns:
            Hits at word boundaries that do not overlap, the leftmost longest first.
        """
        found: list[tuple[int, int, Entry]] = []
        size = len(text)
        for last, entry in self._matcher.iter(text):
            end = last + 1
            if end < size and text[end].isalnum():
                continue
            start = end - entry.length
            if start and not _opens_word(text, start):
                continue
            if entry.capitals_only and not in_capitals:
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


def _place(found: tuple[int, int, Entry]) -> tuple[int, int]:
    return found[0], found[1]


def _opens_word(text: str, start: int) -> bool:
    before = text[start - 1]
    if before.isalnum():
        return False
    # "O'Brown": the apostrophe of a name opens no word, an opening quote does.
    return before != "'" or start == 1 or not text[start - 2].isalnum()
