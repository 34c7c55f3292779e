"""The labelled sentences: the sure ones are all right, the others as often as was measured.

Each row says which leaders a text names on a date, in which status and by which kind of span; the
column `trap` says what is hard about it. `make quality` prints every error.
"""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from processors.leaders import DetectedLeader, Detector, Registry, load_registry
from processors.leaders.languages.fold import fold_characters

FOLDER = Path(__file__).parent / "labelled"
FLOORS = {
    ("de", "usual"): 1.0,
    ("en", "usual"): 1.0,
    ("en", "hard"): 0.94,
    ("en-second", "usual"): 1.0,
    ("en-second", "hard"): 0.5,
    ("en-third", "usual"): 0.98,
    ("en-third", "hard"): 0.6,
    ("en-fourth", "usual"): 1.0,
}
"""Share that must be right, by file and tier: what was measured when the set was last changed."""

REGISTRY = load_registry()
DETECTOR = Detector(REGISTRY)
ROWS = [
    (path.stem, row)
    for path in sorted(FOLDER.glob("*.tsv"))
    for row in csv.DictReader(
        path.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE
    )
]


def ids_by_name(registry: Registry) -> dict[str, str]:
    """The id of everybody whose full name or alias is nobody else's."""
    found: dict[str, set[str]] = {}
    for person in registry.people.values():
        full = [alias.text for alias in person.aliases if alias.kind == "name"]
        for text in (person.name, *full):
            found.setdefault(fold_characters(text), set()).add(person.person_id)
        found.setdefault(person.name, set()).add(person.person_id)
    return {name: next(iter(people)) for name, people in found.items() if len(people) == 1}


IDS = ids_by_name(REGISTRY)


def expected(row: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Status and kind of each leader, by id; a name that the registry does not know is an error."""
    leaders = (each.rsplit(":", 2) for each in row["expected"].split("; ") if each)
    return {IDS[fold_characters(name)]: (status, kind) for name, status, kind in leaders}


def found(row: dict[str, str]) -> dict[str, DetectedLeader]:
    """Those detected, by id."""
    leaders = DETECTOR.detect(
        row["headline"],
        row["text"].replace("\\n", "\n"),
        date.fromisoformat(row["date"]),
        language=row["language"],
        country=row["country"],
    )
    return {leader.leader_id: leader for leader in leaders}


def is_right(row: dict[str, str]) -> bool:
    """Whether exactly the expected leaders are found, each in its status."""
    statuses = {who: status for who, (status, _) in expected(row).items()}
    return {who: leader.status for who, leader in found(row).items()} == statuses


SURE = [row for _, row in ROWS if row["tier"] == "sure"]


@pytest.mark.parametrize("row", SURE, ids=lambda row: f"{row['date']} {row['text'][:60]}")
def test_a_sure_sentence_is_read_right(row: dict[str, str]) -> None:
    assert is_right(row)


@pytest.mark.parametrize(("stem", "tier"), FLOORS)
def test_the_other_tiers_keep_what_was_measured(stem: str, tier: str) -> None:
    rows = [row for name, row in ROWS if (name, row["tier"]) == (stem, tier)]
    assert sum(map(is_right, rows)) / len(rows) >= FLOORS[stem, tier]


def test_nobody_is_found_where_nobody_is_named_but_in_the_hard_tier() -> None:
    nobody = [row for _, row in ROWS if not row["expected"] and row["tier"] != "hard"]
    assert [row["text"] for row in nobody if found(row)] == []


def test_a_leader_is_found_by_name_or_by_office_as_was_expected() -> None:
    for _, row in ROWS:
        leaders = found(row)
        for who, (_, kind) in expected(row).items():
            if who in leaders:
                by_office = {span.kind == "office" for span in leaders[who].spans}
                assert (kind == "office") in by_office, row["text"]


def test_the_set_is_as_wide_as_it_claims() -> None:
    english = [row for name, row in ROWS if name.startswith("en")]
    assert len(english) >= 250
    assert sum(not row["expected"] for _, row in ROWS) * 3 >= len(ROWS)
    decades = Counter(row["date"][:3] for row in english)
    assert min(decades[decade] for decade in ("199", "200", "201", "202")) >= 20
    assert {row["tier"] for row in english} == {"sure", "usual", "hard"}


def test_the_kinds_and_rungs_of_an_article_are_those_of_its_spans() -> None:
    text = "Joe Biden met the Japanese prime minister. Biden smiled. Later the president left."
    leaders = DETECTOR.detect("", text, date(2021, 4, 17))
    assert [(one.leader_name, [span.kind for span in one.spans], one.rungs) for one in leaders] == [
        (
            "Joe Biden",
            ["name", "name", "office"],
            ("full_name", "named_surname", "office"),
        ),
        ("Yoshihide Suga", ["office"], ("country_office",)),
    ]
