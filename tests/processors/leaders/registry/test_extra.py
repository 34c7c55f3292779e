"""Tables of a user's own: what they add, what they replace, and what is wrong with them."""

from datetime import date
from pathlib import Path

import pytest

from processors.errors import BadRegistryError
from processors.leaders import Detector, load_registry
from processors.leaders.registry.tables import TABLES

EXAMPLE = Path(__file__).parents[4] / "docs" / "guides" / "registry-extra"
PACKAGED = load_registry()
ON = date(2026, 5, 20)


def head(table: str) -> str:
    return ",".join(TABLES[table]) + "\n"


def test_the_documented_example_adds_a_company_its_head_and_a_person() -> None:
    registry = load_registry(EXAMPLE)
    assert len(registry.people) == len(PACKAGED.people) + 3
    assert registry.people["x-example-motors"].kind == "organisation"
    assert registry.status_on("x-ada-sample", ON) == (
        "x-example-motors",
        "Chief Executive Officer",
        "in_office",
    )
    assert registry.status_on("x-max-muster", ON) == ("DE", "", "none")
    assert registry.office_words("x-example-motors", "chief-executive-officer")[-1] == "ceo"


def test_what_it_adds_is_found_in_articles() -> None:
    detector = Detector(load_registry(EXAMPLE))
    text = (
        "Ada Sample said on Monday that Example Motors would close a plant. Max Muster disagreed."
    )
    found = {leader.leader_id: leader.status for leader in detector.detect("", text, ON)}
    assert found == {
        "x-ada-sample": "in_office",
        "x-example-motors": "none",
        "x-max-muster": "none",
    }


def test_the_content_is_part_of_the_version(tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    table.write_text(head("people.csv") + "x-a,Ann Other,FR,,,me\n", encoding="utf-8")
    one = load_registry(table).version
    table.write_text(head("people.csv") + "x-a,Ann Others,FR,,,me\n", encoding="utf-8")
    assert len({PACKAGED.version, one, load_registry(table).version}) == 3


@pytest.mark.parametrize(
    ("table", "row", "what"),
    [
        ("people.csv", "x-a,Ann Other,FR,,,me", "Ann Other"),
        ("aliases.csv", "Q22686,The Donald,nickname,0,me", "The Donald"),
        ("countries.csv", "XX,Ruritania,country,,,,,,,,me", "Ruritania"),
        ("offices.csv", "FR,president,president|locataire de l'Elysee,me", "locataire"),
    ],
)
def test_one_file_is_recognised_by_its_columns(
    tmp_path: Path, table: str, row: str, what: str
) -> None:
    file = tmp_path / "any name.csv"
    file.write_text(f"\ufeff{head(table)}{row}\n", encoding="utf-8")
    registry = load_registry(file)
    content = (registry.people, registry.countries, registry.offices)
    assert what in repr(content)
    assert what not in repr((PACKAGED.people, PACKAGED.countries, PACKAGED.offices))


def test_a_row_of_the_same_fact_replaces_the_packaged_one(tmp_path: Path) -> None:
    (running,) = [t for t in PACKAGED.terms_of("Q3052772") if t.country == "FR"]
    assert running.end is None
    file = tmp_path / "terms.csv"
    row = f"Q3052772,FR,president,President,state,{running.start},2027-05-13,me"
    file.write_text(f"{head('terms.csv')}{row}\n", encoding="utf-8")
    (ended,) = [t for t in load_registry(tmp_path).terms_of("Q3052772") if t.country == "FR"]
    assert ended.end == date(2027, 5, 13)


def test_problems_name_the_users_file_and_line_and_come_together(tmp_path: Path) -> None:
    people, terms = tmp_path / "people.csv", tmp_path / "terms.csv"
    people.write_text(
        f"{head('people.csv')}x-a,Donald Trump,XX,,,me\nx-b,Ann Other,FR,,firm,me\n", "utf-8"
    )
    terms.write_text(f"{head('terms.csv')}x-c,FR,boss,Boss,chief,2020,,me\n", "utf-8")
    with pytest.raises(BadRegistryError) as caught:
        load_registry(tmp_path)
    lines = str(caught.value).splitlines()
    for start, what in [
        (f"{people}:2: unknown country 'XX'", "add it there"),
        (f"{people}:2: 'Donald Trump' of x-a is also Q22686", "ambiguous 1"),
        (f"{people}:3: kind 'firm'", "'organisation'"),
        (f"{terms}:2: unknown person 'x-c'", "people.csv"),
        (f"{terms}:2: role 'chief'", "'government'"),
    ]:
        assert any(line.startswith(start) and what in line for line in lines), (start, lines)


def test_columns_that_are_wrong_are_named(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("person_id,name,age\n", encoding="utf-8")
    with pytest.raises(BadRegistryError, match=r"remove or rename 'age'; add 'home', 'gender'"):
        load_registry(tmp_path)


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    with pytest.raises(BadRegistryError, match=rf"{missing}: cannot be read \(No such file"):
        load_registry(missing)
    with pytest.raises(BadRegistryError, match=r"holds no table; a table is one of people\.csv"):
        load_registry(tmp_path)
    (tmp_path / "poeple.csv").write_text("x\n", encoding="utf-8")
    with pytest.raises(BadRegistryError, match=r"holds poeple.csv; a table is one of"):
        load_registry(tmp_path)
    with pytest.raises(BadRegistryError, match=r"poeple.csv:1: the columns are those of no table"):
        load_registry(tmp_path / "poeple.csv")
    (tmp_path / "people.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(BadRegistryError, match=r"people.csv: is no UTF-8"):
        load_registry(tmp_path / "people.csv")
