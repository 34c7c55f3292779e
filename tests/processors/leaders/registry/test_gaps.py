"""What the registry does not know: gaps, overlaps, and which of them are known."""

from datetime import date

import pytest

from processors.leaders.registry.gaps import (
    Finding,
    Review,
    coverage,
    days_of_existence,
    findings,
    load_reviews,
)
from processors.leaders.registry.registry import Registry, load_registry, read_registry
from processors.leaders.registry.tables import TABLES, Layer

REGISTRY = load_registry()
UNTIL = date(2026, 11, 1)


def land(*terms: str, since: str = "1990-01-01", until: str = "") -> Registry:
    """A registry of one country, whose people are named by what they hold."""
    ids = sorted({term.split(",")[0] for term in terms})
    rows = {
        "people.csv": [f"{i},Name {i},LL,,,book" for i in ids],
        "terms.csv": [f"{term},book" for term in terms],
        "countries.csv": [f"LL,Landia,country,,,,,,{since},{until},book"],
    }
    texts = {t: "\n".join([",".join(c), *rows.get(t, [])]) for t, c in TABLES.items()}
    return read_registry([Layer(texts, complete=True)])


def found(registry: Registry) -> list[tuple[str, str, str, str]]:
    return [(f.kind, f.seat, str(f.start), str(f.end)) for f in findings(registry, UNTIL)]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (["x-a,LL,president,President,both,1980,"], []),
        (
            ["x-a,LL,president,President,state,1980,"],
            [("gap", "government", "1990-01-01", "2026-11-01")],
        ),
        (
            [
                "x-a,LL,president,President,both,1980,2000-01-01",
                "x-b,LL,president,President,both,2000-03-01,",
            ],
            [
                ("gap", "government", "2000-01-01", "2000-03-01"),
                ("gap", "state", "2000-01-01", "2000-03-01"),
            ],
        ),
        (
            [
                "x-a,LL,president,President,both,1980,2000-01-01",
                "x-b,LL,president,President,both,2000-01-31,",
            ],
            [],
        ),
        (
            [
                "x-a,LL,president,President,both,1980,2000-03-01",
                "x-b,LL,president,President,both,2000-01-01,",
            ],
            [("overlap", "president", "2000-01-01", "2000-03-01")],
        ),
        (
            [
                "x-a,LL,co-prince,Co-Prince,both,1980,",
                "x-b,LL,co-prince,Co-Prince,both,1980,",
            ],
            [],
        ),
    ],
)
def test_a_seat_that_nobody_or_two_hold_is_found(
    terms: list[str], expected: list[tuple[str, str, str, str]]
) -> None:
    assert found(land(*terms)) == expected


def test_seats_are_looked_at_from_july_1945_on() -> None:
    registry = land("x-a,LL,president,President,both,1944,1950-01-01", since="", until="1951-01-01")
    assert found(registry) == [
        ("gap", "government", "1950-01-01", "1951-01-01"),
        ("gap", "state", "1950-01-01", "1951-01-01"),
    ]
    before = land("x-a,LL,president,President,both,1946,", since="")
    assert found(before)[0] == ("gap", "government", "1945-07-01", "1946-01-01")


def test_a_country_is_asked_for_no_day_before_it_was_or_after() -> None:
    registry = land(
        "x-a,LL,president,President,both,1995,2001", since="1995-01-01", until="2001-01-20"
    )
    assert found(registry) == []
    country = registry.countries["LL"]
    assert days_of_existence(country, UNTIL) == (date(1995, 1, 1), date(2001, 1, 20))


def test_a_review_gives_what_lies_within_it_a_reason() -> None:
    registry = land("x-a,LL,president,President,both,1991,")
    review = Review("vacant", "LL", "state", date(1990, 1, 1), date(1991, 1, 1), "civil war")
    reasons = {f.seat: f.reason for f in findings(registry, UNTIL, [review])}
    assert reasons == {"state": "civil war", "government": ""}
    too_long = Finding("gap", "LL", "state", date(1990, 1, 1), date(1991, 1, 2))
    assert not review.covers(too_long)


def test_coverage_counts_seats_on_the_first_of_july() -> None:
    registry = land("x-a,LL,president,President,state,1995,2003")
    review = Review("vacant", "LL", "state", date(1990, 1, 1), date(1992, 1, 1), "civil war")
    counted = {
        (c.decade, c.seat): (c.seats, c.known, c.vacant)
        for c in coverage(registry, date(2005, 1, 1), [review])
    }
    assert counted == {
        (1990, "state"): (8, 5, 2),
        (1990, "government"): (10, 0, 0),
        (2000, "state"): (5, 4, 0),
        (2000, "government"): (5, 0, 0),
    }


def test_the_packaged_registry_has_no_gap_or_overlap_that_nobody_looked_at() -> None:
    unknown = [f for f in findings(REGISTRY, UNTIL, load_reviews()) if not f.reason]
    assert unknown == []


def test_every_review_speaks_of_something() -> None:
    bare = findings(REGISTRY, UNTIL)
    idle = [review for review in load_reviews() if not any(map(review.covers, bare))]
    assert idle == []
