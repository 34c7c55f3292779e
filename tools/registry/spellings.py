"""Other ways to write the names of the facts: transliterations, name order, hyphens, articles.

Owns the rules by which a spelling is derived. Must not read or write files. The rules are our own,
from how English-language agencies spell: each holds for every name of its kind, so that no leader
is known by more spellings than another.
"""

from collections.abc import Iterator

GIVEN_NAMES = (
    ("Mohammed", "Mohamed", "Mohammad", "Muhammad", "Mohamad"),
    ("Ahmed", "Ahmad"),
    ("Mahmoud", "Mahmud"),
    ("Hassan", "Hasan"),
    ("Hussein", "Hossein", "Hussain", "Husain"),
    ("Ibrahim", "Ebrahim"),
    ("Omar", "Umar"),
    ("Yusuf", "Yousef", "Youssef", "Yousuf", "Yousaf"),
    ("Khaled", "Khalid"),
    ("Said", "Saeed"),
    ("Mustafa", "Moustafa", "Mostafa"),
    ("Abdullah", "Abdallah", "Abdulla"),
    ("Tariq", "Tarek", "Tareq"),
    ("Rashid", "Rachid", "Rashed"),
    ("Abdel", "Abdul"),
    ("Aleksandr", "Alexander", "Alexandr", "Aleksander"),
    ("Alexei", "Aleksei", "Alexey", "Aleksey"),
    ("Dmitry", "Dmitri", "Dmitriy"),
    ("Evgeny", "Yevgeny", "Yevgeni", "Evgeni"),
    ("Mikhail", "Mikhael"),
    ("Nikolai", "Nikolay", "Nikolaj"),
    ("Sergei", "Sergey", "Serguei"),
    ("Viktor", "Victor"),
    ("Yuri", "Yury", "Yuriy"),
    ("Yulia", "Yuliya", "Julia"),
    ("Oleksandr", "Olexander"),
)
"""Spellings of one given name, any of which may stand for any other."""

SURNAME_FIRST = frozenset(["HU", "JP"])
"""Where people are also called with the surname first, while the facts have it last."""

HYPHENATED = frozenset(["KP", "KR", "TW", "CN"])
"""Where a given name of two syllables is written with a hyphen, apart or together."""

_MOST_WORDS_AFTER_GIVEN_NAME = 2
_ARTICLES = ("al-", "el-", "Al-", "El-", "Al ", "El ")
_OTHERS: dict[str, list[str]] = {}
for _names in GIVEN_NAMES:
    for _name in _names:
        _OTHERS.setdefault(_name, []).extend(other for other in _names if other != _name)


def other_names(name: str, home: str) -> Iterator[str]:
    """Other spellings of a full name.

    Args:
        name: Of two or three words, or nothing is given: nobody writes out longer ones in two ways.
        home: Code of the country.
    """
    given, _, rest = name.partition(" ")
    if not rest or len(rest.split()) > _MOST_WORDS_AFTER_GIVEN_NAME:
        return
    for other in _OTHERS.get(given, ()):
        yield f"{other} {rest}"
    if home in HYPHENATED and rest.count("-") == 1 and " " not in rest:
        first, second = rest.split("-")
        yield f"{given} {first} {second.capitalize()}"
        yield f"{given} {first}-{second.capitalize()}"
        yield f"{given} {first}{second.lower()}"
    if home in SURNAME_FIRST and " " not in rest:
        yield f"{rest} {given}"


def other_surnames(surname: str) -> Iterator[str]:
    """A surname with and without its Arabic article ("al-Assad", "Assad", "el-Assad")."""
    for article in _ARTICLES:
        bare = surname.removeprefix(article)
        if bare != surname and len(bare) > 2 and " " not in bare:  # noqa: PLR2004 - no syllable
            yield bare
            yield f"al-{bare}"
            yield f"el-{bare}"
            return
