"""The names of people: which of the facts' aliases are kept as what, and which are derived.

Owns what is a surname. Must not read or write files.
"""

import unicodedata

from processors.leaders.languages.fold import fold_characters
from tools.registry.corrections import CORRECTION, has_correction, with_correction
from tools.registry.scope import ALIAS_KINDS, COMMON_WORDS, FAMILY_NAME_FIRST
from tools.registry.spellings import other_names, other_surnames
from tools.registry.tables import Facts, Row

_SPELLING_PREFIX_LETTERS = 3
_MINIMUM_REFERENCE_LETTERS = 2


def plain(text: str) -> str:
    """A text without accents and case, to sort and compare by."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def alias_rows(facts: Facts, people: list[Row]) -> list[Row]:
    """Make the rows of `aliases.csv` for these people, in their order."""
    by_person: dict[str, dict[tuple[str, str], Row]] = {p["person_id"]: {} for p in people}
    for alias in facts.aliases:
        rows = by_person.get(alias["person_id"])
        if rows is None or len(alias["alias"]) < _MINIMUM_REFERENCE_LETTERS:
            continue
        row = {
            "person_id": alias["person_id"],
            "alias": alias["alias"].rstrip(". "),
            "kind": _kind_of(alias),
            "ambiguous": "1" if alias["ambiguous"] == "1" else "0",
            "source": alias["source"],
        }
        known = rows.setdefault((row["kind"], row["alias"]), row)
        known["ambiguous"] = max(known["ambiguous"], row["ambiguous"])
        if row["source"] == CORRECTION and known is not row:
            known["source"] = with_correction(known["source"])
    taken = _names_in_use(people, by_person)
    result: list[Row] = []
    for person in people:
        rows = by_person[person["person_id"]]
        if person["home"] in FAMILY_NAME_FIRST:
            _put_family_name_first(person, rows)
        elif not _has_surname_of_name(person, rows):
            name, _, _ = person["name"].partition(" of ")  # no place is a surname
            _add_derived_surname(person, rows, name.split()[-1])
        kept = [
            row
            for row in rows.values()
            # The name itself is in people.csv; it is repeated only to be marked or as a surname.
            if row["alias"] != person["name"] or row["kind"] == "surname" or row["ambiguous"] == "1"
        ]
        kept += _surname_spellings(person, list(rows.values()))
        kept += _derived_spellings(person, kept, taken)
        result += sorted(map(_marked, kept), key=lambda r: (r["kind"], r["alias"]))
    return result


def _kind_of(alias: Row) -> str:
    kind = ALIAS_KINDS[alias["kind"]]
    # One word stands for a person by itself only as a nickname: "Francis" needs its "Pope".
    return kind if " " in alias["alias"] or kind == "nickname" else "surname"


def _surname_spellings(person: Row, aliases: list[Row]) -> list[Row]:
    """Other spellings of a last surname, read off the full names (Zelenskyy, Zelensky)."""
    surnames = {a["alias"] for a in aliases if a["kind"] == "surname"}
    last = person["name"].split()[-1]
    if last not in surnames:
        return []
    prefix = plain(last)[:_SPELLING_PREFIX_LETTERS]
    found = {
        alias["alias"].split()[-1]
        for alias in aliases
        if alias["kind"] == "name" and plain(alias["alias"].split()[-1]).startswith(prefix)
    }
    return [
        {
            "person_id": person["person_id"],
            "alias": spelling,
            "kind": "surname",
            "ambiguous": "0",
            "source": "derived",
        }
        for spelling in sorted(found - surnames)
    ]


def _add_derived_surname(person: Row, rows: dict[tuple[str, str], Row], surname: str) -> None:
    rows["surname", surname] = {
        "person_id": person["person_id"],
        "alias": surname,
        "kind": "surname",
        "ambiguous": "0",
        "source": "derived",
    }


def _put_family_name_first(person: Row, rows: dict[tuple[str, str], Row]) -> None:
    """Make the name's first word a surname, and drop given names that were taken for one."""
    family, _, given = person["name"].partition(" ")
    corrected = [
        a for (kind, a), r in rows.items() if kind == "surname" and has_correction(r["source"])
    ]
    if corrected and not any(person["name"].startswith(surname) for surname in corrected):
        rows.pop(("surname", family), None)  # "Frank Hsieh": a correction says which one it is
        return
    given_letters = _letters(given)
    for kind, alias in list(rows):
        if kind == "surname" and _letters(alias) and given_letters.endswith(_letters(alias)):
            del rows[kind, alias]
    if ("surname", family) not in rows:
        _add_derived_surname(person, rows, family)


def _has_surname_of_name(person: Row, rows: dict[tuple[str, str], Row]) -> bool:
    """Return whether a surname is a word of the name ("Yel'tsin" is not one of "Yeltsin")."""
    name = f" {plain(person['name'])} "
    return any(kind == "surname" and f" {plain(alias)} " in name for kind, alias in rows)


def _letters(text: str) -> str:
    return "".join(character for character in plain(text) if character.isalpha())


def _marked(alias: Row) -> Row:
    common = alias["kind"] == "surname" and plain(alias["alias"]) in COMMON_WORDS
    return {**alias, "ambiguous": "1"} if common else alias


def _names_in_use(people: list[Row], by_person: dict[str, dict[tuple[str, str], Row]]) -> set[str]:
    """Names that a derived spelling of another must not take."""
    names = {fold_characters(person["name"]) for person in people}
    for rows in by_person.values():
        names |= {fold_characters(alias) for kind, alias in rows if kind != "surname"}
    return names


def _derived_spellings(person: Row, aliases: list[Row], taken: set[str]) -> list[Row]:
    names = [person["name"], *(a["alias"] for a in aliases if a["kind"] == "name")]
    surnames = [a["alias"] for a in aliases if a["kind"] == "surname"]
    found: dict[tuple[str, str], None] = {}
    for name in names:
        for other in other_names(name, person["home"]):
            if fold_characters(other) not in taken:
                found["name", other] = None
    taken.update(fold_characters(other) for _, other in found)
    for surname in surnames:
        for other in other_surnames(surname):
            if other not in surnames:
                found["surname", other] = None
    return [
        {
            "person_id": person["person_id"],
            "alias": alias,
            "kind": kind,
            "ambiguous": "0",
            "source": "derived",
        }
        for kind, alias in found
    ]
