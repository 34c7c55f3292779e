"""The tables of the holders of 1945 to 1989, and that the packaged registry has them all."""

import csv
from pathlib import Path

import pytest

from processors.leaders.registry.registry import load_registry
from processors.leaders.registry.values import day_after, first_day
from tools.registry.earlier import ALIASES, TERMS

REGISTRY = load_registry()


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_earlier_term_is_packaged_as_it_stands() -> None:
    packaged = {
        (term.person_id, term.country, term.office, term.start, term.end)
        for terms in REGISTRY.terms.values()
        for term in terms
    }
    missing = [
        row
        for row in rows(TERMS)
        if (
            row["person_id"],
            row["country"],
            row["office"],
            first_day(row["start"]),
            day_after(row["end"]),
        )
        not in packaged
    ]
    assert missing == []


def test_every_earlier_alias_is_packaged() -> None:
    missing = [
        row
        for row in rows(ALIASES)
        if row["alias"] not in {a.text for a in REGISTRY.people[row["person_id"]].aliases}
        and row["alias"] != REGISTRY.people[row["person_id"]].name
    ]
    assert missing == []


@pytest.mark.parametrize("row", rows(TERMS)[:1])
def test_the_table_says_how_sure_it_is(row: dict[str, str]) -> None:
    assert set(row) >= {"sources", "confidence", "gender", "home"}
    sure = {each["confidence"] for each in rows(TERMS)}
    assert sure <= {"high", "medium", "low"}
    partial = [r for r in rows(TERMS) if min(len(r["start"]), len(r["end"])) < len("1945-07-01")]
    assert all(each["confidence"] != "high" for each in partial)


def test_no_person_of_one_country_has_two_ids() -> None:
    seen: dict[tuple[str, str], str] = {}
    for row in rows(TERMS):
        person = seen.setdefault((row["country"], row["name"]), row["person_id"])
        assert person == row["person_id"], row
