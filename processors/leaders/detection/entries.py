"""What one string can mean: people, offices, countries; and where it was found in a text.

It says of which kinds an entry is, and when its surname is a common one.
"""

from msgspec import Struct, structs

from processors.contracts import MentionKind
from processors.leaders.languages.words import Title

FULL_NAME = 1
SURNAME = 2
TITLE = 4
PLACE = 8
"""Bits of `Entry.kinds`."""

NOBODY: frozenset[str] = frozenset()


class Entry(Struct, gc=False):
    """What one string can mean; sets hold ids of people, or codes of countries and bodies.

    `nouns` and `adjectives` name a country, `places` lie in it and stand for it (a capital, the
    Kremlin). `kinds` sums up which of these there are, for what reads every hit. A surname is
    common if it is a common word, or if the row of its only bearer says so (`common_to`, which are
    those of `marked_by` whose mark does not only say that leaders share the surname).
    """

    length: int
    names: frozenset[str] = NOBODY
    nicknames: frozenset[str] = NOBODY
    surnames: frozenset[str] = NOBODY
    common_name: bool = False
    common_surname: bool = False
    common_word: bool = False
    marked_by: frozenset[str] = NOBODY
    common_to: frozenset[str] = NOBODY
    title: Title | None = None
    nouns: frozenset[str] = NOBODY
    adjectives: frozenset[str] = NOBODY
    places: frozenset[str] = NOBODY
    countries: frozenset[str] = NOBODY
    not_a_person: bool = False
    capitals_only: bool = False
    kinds: int = 0

    def kind_for(self, person_id: str) -> MentionKind:
        """Whether the string names this person or is an alias."""
        return "alias" if person_id in self.nicknames else "name"

    @property
    def marked_surname(self) -> bool:
        """Whether the row of a bearer says that others have the surname too."""
        return bool(self.marked_by)


class Hit(Struct, frozen=True, gc=False):
    """An entry found at half-open offsets of a folded text."""

    start: int
    end: int
    entry: Entry


def without_bearers(entry: Entry, people: frozenset[str]) -> Entry:
    """Return a copy of an entry without these bearers of the surname, and without their marks."""
    others = structs.replace(
        entry,
        surnames=entry.surnames - people,
        nicknames=entry.nicknames - people,
        marked_by=entry.marked_by - people,
        common_to=entry.common_to - people,
    )
    sum_up(others)
    return others


def sum_up(entry: Entry) -> None:
    """Set what follows from the rest of an entry: whether its surname is common, and its kinds."""
    is_shared = len(entry.surnames) > 1
    entry.common_surname = entry.common_word or (bool(entry.common_to) and not is_shared)
    entry.kinds = _kinds(entry)


def _kinds(entry: Entry) -> int:
    # A nickname of one word ("Bibi") is read as a surname.
    kinds = FULL_NAME if entry.names or entry.nicknames - entry.surnames else 0
    if entry.surnames and not entry.not_a_person:
        kinds |= SURNAME
    if entry.title is not None:
        kinds |= TITLE
    return kinds | PLACE if entry.countries else kinds
