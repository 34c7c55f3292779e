"""Carry the collected facts about leaders over into the packaged registry.

    python -m streams.registry.carry_over FACTS_DIR [--out processors/leaders/data]

Owns the way from the facts (`terms.csv`, `aliases.csv`, `countries.csv`, collected from the CIA
World Factbook's public-domain editions, Archigos, REIGN, congress-legislators, Wikidata labels, and
by hand) to the four tables of the registry. Must not be needed at run time. Only facts are carried
over: names, codes and dates. The same facts and mends always give the same bytes.
"""

import argparse
import sys
import unicodedata
from pathlib import Path

from processors.leaders.fold import fold_characters
from processors.leaders.tables import TABLES
from streams.registry.mends import BadMendError, apply_mends, has_mend, with_mend
from streams.registry.scope import (
    ALIAS_KINDS,
    COMMON_WORDS,
    FAMILY_NAME_FIRST,
    LEFT_OUT_SOURCES,
    NOTES_AMONG_CAPITALS,
    OWN_KINDS,
    ROLE_OF_OFFICE,
    in_scope,
)
from streams.registry.spellings import other_names, other_surnames
from streams.registry.tables import Facts, Row, read_facts, read_table, write_table

_DEFAULT_OUT = Path(__file__).parents[2] / "processors" / "leaders" / "data"
_MENDS = Path(__file__).with_name("mends.csv")
_ADDITIONS = Path(__file__).with_name("additions.csv")

_SPELLING_PREFIX_LETTERS = 3
_MINIMUM_REFERENCE_LETTERS = 2


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def _source(sources: str) -> str:
    kept = [s for s in sources.split("+") if not s.startswith(LEFT_OUT_SOURCES)]
    return "+".join(kept) or "hand"


def _term_rows(facts: Facts) -> list[Row]:
    wanted = {t["person_id"] for t in facts.terms if in_scope(t["end"])}
    rows = [
        {
            "person_id": term["person_id"],
            "country": term["country"],
            "office": term["office"],
            "title": term["office_title"],
            "role": ROLE_OF_OFFICE.get(term["office"], term["role"]),
            "start": term["start"],
            "end": term["end"],
            "source": _source(term["sources"]),
        }
        for term in facts.terms
        if term["person_id"] in wanted
    ]
    return sorted(rows, key=lambda r: (r["country"], r["office"], r["start"], r["person_id"]))


def _people_rows(facts: Facts, terms: list[Row]) -> list[Row]:
    names = {term["person_id"]: term["name"] for term in facts.terms}
    latest: dict[str, Row] = {}
    for term in terms:
        known = latest.get(term["person_id"])
        if known is None or (term["end"] or "9999", term["start"]) > (
            known["end"] or "9999",
            known["start"],
        ):
            latest[term["person_id"]] = term
    rows = [
        {
            "person_id": person_id,
            "name": names[person_id],
            "home": facts.people_columns.get(person_id, {}).get("home", term["country"]),
            "gender": facts.people_columns.get(person_id, {}).get("gender", ""),
            "kind": "",
            "source": term["source"],
        }
        for person_id, term in latest.items()
    ]
    return sorted(rows, key=lambda r: (_plain(r["name"]), r["person_id"]))


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
    prefix = _plain(last)[:_SPELLING_PREFIX_LETTERS]
    found = {
        alias["alias"].split()[-1]
        for alias in aliases
        if alias["kind"] == "name" and _plain(alias["alias"].split()[-1]).startswith(prefix)
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
    mended = [a for (kind, a), r in rows.items() if kind == "surname" and has_mend(r["source"])]
    if mended and not any(person["name"].startswith(surname) for surname in mended):
        rows.pop(("surname", family), None)  # "Frank Hsieh": a mend says which one it is
        return
    given_letters = _letters(given)
    for kind, alias in list(rows):
        if kind == "surname" and _letters(alias) and given_letters.endswith(_letters(alias)):
            del rows[kind, alias]
    if ("surname", family) not in rows:
        _add_derived_surname(person, rows, family)


def _has_surname_of_name(person: Row, rows: dict[tuple[str, str], Row]) -> bool:
    """Whether one of the surnames is a word of the name ("Yel'tsin" alone is none of "Yeltsin")."""
    name = f" {_plain(person['name'])} "
    return any(kind == "surname" and f" {_plain(alias)} " in name for kind, alias in rows)


def _letters(text: str) -> str:
    return "".join(character for character in _plain(text) if character.isalpha())


def _alias_rows(facts: Facts, people: list[Row]) -> list[Row]:
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
        if row["source"] == "mend" and known is not row:
            known["source"] = with_mend(known["source"])
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


def _marked(alias: Row) -> Row:
    common = alias["kind"] == "surname" and _plain(alias["alias"]) in COMMON_WORDS
    return {**alias, "ambiguous": "1"} if common else alias


def _names_in_use(people: list[Row], by_person: dict[str, dict[tuple[str, str], Row]]) -> set[str]:
    """Names that a derived spelling of somebody else must not take."""
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


def _names(value: str) -> str:
    kept = [name for name in value.split("|") if name and name not in NOTES_AMONG_CAPITALS]
    return "|".join(dict.fromkeys(kept))


def _country_rows(facts: Facts) -> list[Row]:
    rows = [
        {
            "code": country["code"],
            "name": country["name"],
            "kind": country["kind"],
            "names": _names(country["other_names"]),
            "adjectives": _names(country["adjective"]),
            "demonyms": _names(country["demonym_noun"]),
            "capitals": _names(country["capital"]),
            "metonyms": country["metonyms"],
            "since": country.get("since", ""),
            "until": country.get("until", ""),
            "source": "hand" if country["kind"] in OWN_KINDS else "factbook+iso-3166",
        }
        for country in facts.countries
    ]
    return sorted(rows, key=lambda r: r["code"])


def carry_over(
    facts_folder: Path, mends: Path, out: Path, additions: Path | None = None
) -> dict[str, int]:
    """Write the registry's tables to `out`.

    Args:
        facts_folder: Holds `terms.csv`, `aliases.csv` and `countries.csv`.
        mends: Corrections to the facts.
        additions: Terms that the facts lack, in the form of the facts' `terms.csv`.
        out: Existing folder for `people.csv`, `aliases.csv`, `terms.csv` and `countries.csv`.

    Returns:
        Rows written, by table, and the number of mends applied.

    Raises:
        BadMendError: A mend is malformed or matches nothing.
        OSError: A file cannot be read or written.
    """
    facts = read_facts(facts_folder)
    if additions is not None:
        facts.terms += read_table(additions)
    applied = apply_mends(facts, mends)
    terms = _term_rows(facts)
    people = _people_rows(facts, terms)
    aliases = _alias_rows(facts, people)
    countries = _country_rows(facts)
    write_table(out / "people.csv", TABLES["people.csv"], people)
    write_table(out / "aliases.csv", TABLES["aliases.csv"], aliases)
    write_table(out / "terms.csv", TABLES["terms.csv"], terms)
    write_table(out / "countries.csv", TABLES["countries.csv"], countries)
    return {
        "people": len(people),
        "aliases": len(aliases),
        "terms": len(terms),
        "countries": len(countries),
        "mends": applied,
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the carry-over from the command line; prints the number of rows by table.

    Returns:
        0, or 1 if the mends cannot be applied: then nothing is written.
    """
    parser = argparse.ArgumentParser(prog="python -m streams.registry.carry_over")
    parser.add_argument("facts", type=Path, metavar="FACTS_DIR")
    parser.add_argument("--out", type=Path, default=_DEFAULT_OUT)
    parser.add_argument("--mends", type=Path, default=_MENDS)
    parser.add_argument("--additions", type=Path, default=_ADDITIONS)
    options = parser.parse_args(arguments)
    try:
        counts = carry_over(options.facts, options.mends, options.out, options.additions)
    except BadMendError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the command's own message
        return 1
    print(" ".join(f"{table}={count}" for table, count in counts.items()))  # noqa: T201 - the command's output
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
