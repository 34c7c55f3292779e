"""Reads the words of a language from its file.

Owns the form of `processors/leaders/languages/data/<language>.toml` and what is made of it: the
forms that a word takes at the start of a sentence, in a title and in capitals. Must not know any
registry. Who adds a language adds a file: docs/concepts/detector.md.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from importlib import resources
from typing import Any

from processors.errors import BadRegistryError
from processors.leaders.languages.words import CountryWords, Title, Words

_WORD_BLOCKS = (
    *(
        "men",
        "women",
        "ranks",
        "openers",
        "given_names",
        "things",
        "juniors",
        "before_things",
        "harmless_followers",
    ),
    *(
        "calendar",
        "before_calendar",
        "after_calendar",
        "common_surnames",
        "never_surnames",
        "shared_surnames",
        "particles",
    ),
)
_CUE_BLOCKS = ("then", "predicate", "determiners", "indefinite", "after_office", "own_country")
# In the order in which they win over each other.
_CUE_KINDS = ("neutral", "outgoing", "elect", "late", "acting", "former")
_SUPPORT_BLOCKS = ("verbs", "statecraft", "politics")
_LISTS = ("possessives", "joiners", "genitives", "elect_endings", "adjective_endings")
_SPANS = ("not_people", "not_places", "no_leaders")
_TABLES = ("cues", "support", "countries", "aliases")
_OFFICE_KEYS = frozenset(
    ["words", "plural", "codes", "holders", "alone", "effective", "bodies", "female"]
)
_KEYS = frozenset([*_WORD_BLOCKS, *_LISTS, *_SPANS, *_TABLES, "offices", "nouns_are_lower"])


def languages() -> tuple[str, ...]:
    """The languages that there is a file for, by their primary tags."""
    names = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def load_words(language: str) -> Words:
    """Read the packaged words of a language (a few milliseconds).

    Raises:
        BadRegistryError: There is no such language, or its file is wrong.
    """
    path = _folder().joinpath(f"{language}.toml")
    if not path.is_file():
        raise BadRegistryError(
            f"there is no language {language!r}; known are {', '.join(languages())}"
        )
    return read_words(language, path.read_text(encoding="utf-8"))


def read_words(language: str, text: str) -> Words:
    """Read the words of a language from the text of its file.

    Raises:
        BadRegistryError: Names the key that is wrong, and what to do.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadRegistryError(f"{language}.toml is no TOML: {error}; mend that line") from error
    unknown = sorted(data.keys() - _KEYS)
    if unknown:
        raise BadRegistryError(
            f"{language}.toml: unknown key {unknown[0]!r}; use one of {', '.join(sorted(_KEYS))}"
        )
    lists = {name: _strings(language, data, name) for name in (*_LISTS, *_SPANS)}
    countries = _countries(language, data.get("countries", {}), lists["adjective_endings"])
    return Words(
        language=language,
        titles=_titles(language, data),
        countries=countries,
        aliases={
            person: tuple(_strings(language, data["aliases"], person))
            for person in data.get("aliases", {})
        },
        not_people=(*lists["not_people"], *lists["not_places"]),
        country_gaps=frozenset([*lists["possessives"], *lists["joiners"]]),
        possessives=tuple(lists["possessives"]),
        genitives=frozenset(lists["genitives"]),
        elect_endings=tuple(lists["elect_endings"]),
        after_title=frozenset([" ", *(f"{ending} " for ending in lists["elect_endings"])]),
        nouns_are_lower=bool(data.get("nouns_are_lower", True)),
        cue_kinds={
            word: kind
            for kind in _CUE_KINDS
            for word in _block(language, data.get("cues", {}), kind)
        },
        **{name: _block(language, data, name) for name in _WORD_BLOCKS},
        **{name: _block(language, data.get("cues", {}), name) for name in _CUE_BLOCKS},
        **{name: _block(language, data.get("support", {}), name) for name in _SUPPORT_BLOCKS},
    )


def with_offices(words: Words, offices: Mapping[tuple[str, str], tuple[str, ...]]) -> Words:
    """Add the words of `offices.csv`, which are English, where the language has none of its own.

    Such a word needs a country beside it ("Cuba's first secretary"): by itself it says too little.
    A country may have it for a leader although it is elsewhere none of a leader's ("the Saudi crown
    prince").
    """
    codes: dict[str, frozenset[str]] = {}
    only: dict[str, frozenset[str]] = {}
    for (country, office), names in offices.items():
        for name in names:
            known = words.titles.get(name)
            if known is None or (country and not known.offices):
                codes[name] = codes.get(name, frozenset()) | {office}
                only[name] = only.get(name, frozenset()) | {country}
    titles = {
        # A row without a country is said everywhere.
        form: Title((codes[name],), only=frozenset() if "" in only[name] else only[name])
        for name in codes
        for form in _forms(name)
    }
    own = {
        form: title for form, title in words.titles.items() if title.offices or form not in titles
    }
    return replace(words, titles={**titles, **own})


def _folder() -> Any:
    return resources.files(__package__).joinpath("data")


def _block(language: str, data: Mapping[str, Any], name: str) -> frozenset[str]:
    value = data.get(name, "")
    if not isinstance(value, str):
        raise BadRegistryError(f"{language}.toml: {name} must be one string of words")
    return frozenset(value.lower().split())


def _strings(language: str, data: Mapping[str, Any], name: str) -> list[str]:
    value = data.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise BadRegistryError(f"{language}.toml: {name} must be a list of strings, none empty")
    return value


def _countries(
    language: str, data: Mapping[str, Any], endings: list[str]
) -> dict[str, CountryWords]:
    found = {}
    for code, value in data.items():
        names = _strings(language, value, "names")
        stems = _strings(language, value, "adjectives")
        adjectives = [stem + ending for stem in stems for ending in ("", *endings)]
        found[code] = CountryWords(tuple(names), tuple(adjectives))
    return found


def _titles(language: str, data: Mapping[str, Any]) -> dict[str, Title]:
    titles: dict[str, Title] = {}
    for office in data.get("offices", []):
        unknown = sorted(office.keys() - _OFFICE_KEYS)
        if unknown or not office.get("words"):
            problem = f"unknown key {unknown[0]!r}" if unknown else "an office has no words"
            raise BadRegistryError(f"{language}.toml: [[offices]]: {problem}")
        codes = tuple(frozenset(tier) for tier in office.get("codes", []))
        holders = frozenset(_strings(language, office, "holders"))
        for name, plural in (("words", False), ("plural", True)):
            title = Title(
                codes,
                plural=plural,
                holders=holders,
                alone=bool(office.get("alone", False)),
                effective=bool(office.get("effective", False)),
                bodies=bool(office.get("bodies", False)),
                female=bool(office.get("female", False)),
            )
            for word in _strings(language, office, name):
                titles.update(dict.fromkeys(_forms(word), title))
    no_leader = Title()
    for word in _strings(language, data, "no_leaders"):
        titles.update(dict.fromkeys(_forms(word), no_leader))
    return titles


def _forms(word: str) -> list[str]:
    """A word as it is, at the start of a sentence, and in a title."""
    title = " ".join(part[:1].upper() + part[1:] for part in word.split(" "))
    hyphenated = "-".join(part[:1].upper() + part[1:] for part in title.split("-"))
    return [word, word[:1].upper() + word[1:], title, hyphenated]
