"""The figures of the leader registry."""

import csv
from collections import Counter
from collections.abc import Sequence
from datetime import date
from importlib.resources import files

from processors.leaders.registry.gaps import coverage, load_reviews
from processors.leaders.registry.registry import (
    REGISTRY_CHECKED_UNTIL,
    REGISTRY_EDITION,
    load_registry,
)
from tools.reference.table import table


def registry() -> str:
    """Return the size of the registry, and how many seats it knows by decade."""
    people, aliases, terms, countries = (
        _rows(name) for name in ("people", "aliases", "terms", "countries")
    )
    running = [term for term in terms if not term["end"]]
    kinds = {country["code"]: country["kind"] for country in countries}
    held = Counter(kinds[code] for code in {term["country"] for term in running})
    return (
        f"The registry holds {len(people):,} people with {len(aliases):,} names and "
        f"{len(terms):,} dated terms of office. {len({t['person_id'] for t in running}):,} of the "
        f"people\nhold an office now, in {held['country']} countries and {held['organisation']} "
        f"international bodies. Holders were checked until {REGISTRY_CHECKED_UNTIL}.\n"
        f"The newest term begins on {max(term['start'] for term in terms)}. "
        f"{_without_qid(people)}\n\n"
        f"{_coverage()}"
    )


def _without_qid(people: Sequence[dict[str, str]]) -> str:
    own = sum(person["person_id"].startswith("x-") for person in people)
    return f"{len(people) - own:,} people have a Wikidata QID, and {own} an id of our own."


def _coverage() -> str:
    """Return the seats known on each 1 July up to the edition, whatever day it is now."""
    year, month = map(int, REGISTRY_EDITION.split("."))
    counted = coverage(load_registry(), date(year, month, 1), load_reviews())
    rows = []
    for decade in sorted({each.decade for each in counted}):
        cells = []
        for seat in ("state", "government"):
            (one,) = (c for c in counted if (c.decade, c.seat) == (decade, seat))
            share = 100 * one.known / one.seats
            cells += [f"{one.known:,} of {one.seats:,} ({share:.1f} %)", str(one.vacant)]
        rows.append([f"{decade}s", *cells])
    heads = ["Heads of state", "Vacant", "Heads of government", "Vacant or no such seat"]
    return table(["1 July of each year", *heads], rows)


def _rows(name: str) -> list[dict[str, str]]:
    text = (
        files("processors.leaders.registry")
        .joinpath(f"data/{name}.csv")
        .read_text(encoding="utf-8")
    )
    return list(csv.DictReader(text.splitlines()))
