"""Carry the collected facts about leaders over into the packaged registry.

    python -m tools.registry.carry_over FACTS_DIR [--out processors/leaders/registry/data]

Owns the way from the facts (`terms.csv`, `aliases.csv`, `countries.csv`, collected from the CIA
World Factbook's public-domain editions, Archigos, REIGN, congress-legislators, Wikidata labels, and
by hand) and the holders of 1945 to 1989 to four tables of the registry. Only facts are carried
over: names, codes and dates. The same facts and corrections always give the same bytes.
"""

import argparse
import sys
from pathlib import Path

from processors.leaders.registry.tables import TABLES
from tools.registry.aliases import alias_rows, plain
from tools.registry.corrections import BadCorrectionError, apply_corrections
from tools.registry.earlier import ALIASES, TERMS, add_earlier
from tools.registry.scope import (
    LEFT_OUT_SOURCES,
    NOTES_AMONG_CAPITALS,
    OWN_KINDS,
    ROLE_OF_OFFICE,
    in_scope,
)
from tools.registry.tables import Facts, Row, read_facts, read_table, write_table

_DEFAULT_OUT = Path(__file__).parents[2] / "processors" / "leaders" / "registry" / "data"
_CORRECTIONS = Path(__file__).with_name("corrections.csv")
_ADDITIONS = Path(__file__).with_name("additions.csv")


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
    return sorted(rows, key=lambda r: (plain(r["name"]), r["person_id"]))


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
    facts_folder: Path,
    corrections: Path,
    out: Path,
    additions: Path | None = None,
    earlier: tuple[Path, Path] | None = None,
) -> dict[str, int]:
    """Write the registry's tables to `out`.

    Args:
        facts_folder: Holds `terms.csv`, `aliases.csv` and `countries.csv`.
        corrections: Corrections to the facts.
        additions: Terms that the facts lack, in the form of the facts' `terms.csv`.
        earlier: Terms and aliases of the holders of 1945 to 1989.
        out: Existing folder for `people.csv`, `aliases.csv`, `terms.csv` and `countries.csv`.

    Returns:
        Rows written, by table, and the number of corrections applied.

    Raises:
        BadCorrectionError: A correction is malformed or matches nothing.
        OSError: A file cannot be read or written.
    """
    facts = read_facts(facts_folder)
    if additions is not None:
        facts.terms += read_table(additions)
    applied = apply_corrections(facts, corrections)
    if earlier is not None:
        add_earlier(facts, *earlier)
    terms = _term_rows(facts)
    people = _people_rows(facts, terms)
    aliases = alias_rows(facts, people)
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
        "corrections": applied,
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the carry-over from the command line; prints the number of rows by table.

    Returns:
        0, or 1 if the corrections cannot be applied: then nothing is written.
    """
    parser = argparse.ArgumentParser(prog="python -m tools.registry.carry_over")
    parser.add_argument("facts", type=Path, metavar="FACTS_DIR")
    parser.add_argument("--out", type=Path, default=_DEFAULT_OUT)
    parser.add_argument("--corrections", type=Path, default=_CORRECTIONS)
    parser.add_argument("--additions", type=Path, default=_ADDITIONS)
    parser.add_argument("--earlier-terms", type=Path, default=TERMS)
    parser.add_argument("--earlier-aliases", type=Path, default=ALIASES)
    options = parser.parse_args(arguments)
    try:
        earlier = (options.earlier_terms, options.earlier_aliases)
        counts = carry_over(
            options.facts, options.corrections, options.out, options.additions, earlier
        )
    except BadCorrectionError as error:
        print(error, file=sys.stderr)
        return 1
    print(" ".join(f"{table}={count}" for table, count in counts.items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
