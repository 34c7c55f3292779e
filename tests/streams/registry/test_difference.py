"""What is new in Wikidata, and what becomes of it in a folder of one's own."""

from datetime import date
from pathlib import Path

import pytest

from processors.errors import BadRegistryError, MisconfigurationError
from processors.leaders.registry.registry import Registry, load_registry
from streams.registry.acceptance import accept
from streams.registry.difference import Change, changes
from streams.registry.wikidata import Seat, Statement

REGISTRY = load_registry()
SINCE = date(2025, 1, 1)
TODAY = date(2030, 2, 3)
NEW = Statement("FR", "state", "Q999999999", "Ann Other", "2027-05-13", "")
MACRON_LEAVES = Statement("FR", "state", "Q3052772", "Emmanuel Macron", "2017-05-14", "2027-05-13")


def changed(*statements: Statement, registry: Registry = REGISTRY) -> list[Change]:
    return changes(registry, statements, SINCE)


def kinds(*statements: Statement) -> list[str]:
    return [change.kind for change in changed(*statements)]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (NEW, ["added"]),
        (MACRON_LEAVES, ["ended"]),
        (Statement("FR", "state", "Q3052772", "Emmanuel Macron", "2017-05-14", ""), []),
        # The re-election is no second term of office here.
        (Statement("FR", "state", "Q3052772", "Emmanuel Macron", "2022-05-13", ""), []),
        (Statement("DE", "government", "Q566257", "Friedrich Merz", "2025-05-06", ""), []),
        (Statement("DE", "government", "Q61053", "Olaf Scholz", "2021-12-08", "2025-05-06"), []),
        (
            Statement("DE", "government", "Q61053", "Olaf Scholz", "2021-12-08", "2025-10-06"),
            ["differs"],
        ),
        (Statement("DE", "government", "Q1", "Somebody Old", "1999-01-01", "2003-01-01"), []),
        (Statement("ZZ", "government", "Q1", "Somebody", "2027-01-01", ""), []),
        (Statement("CA", "government", "Q1372", "Mark Carney", "2025-03-14", ""), []),
    ],
)
def test_only_news_differ(statement: Statement, expected: list[str]) -> None:
    assert kinds(statement) == expected


@pytest.mark.parametrize(
    ("code", "seat", "office", "role"),
    [
        ("FR", "state", "president", "state"),
        ("FR", "government", "prime-minister", "government"),
        ("US", "state", "president", "both"),
        ("DE", "government", "chancellor", "government"),
        ("GB", "state", "monarch", "state"),
    ],
)
def test_a_new_holder_gets_the_office_of_the_one_before(
    code: str, seat: Seat, office: str, role: str
) -> None:
    (change,) = changed(Statement(code, seat, "Q999999999", "Ann Other", "2029-01-20", ""))
    assert (change.office, change.role) == (office, role)


def test_changes_are_in_order() -> None:
    later = Statement("AT", "state", "Q999999998", "Bo Other", "2029-01-01", "")
    assert [c.country for c in changed(NEW, later, MACRON_LEAVES)] == ["AT", "FR", "FR"]


def test_what_is_accepted_is_the_registry_of_the_next_run(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert accept(changed(NEW, MACRON_LEAVES), REGISTRY, folder, TODAY) == 2
    registry = load_registry(folder)
    assert registry.people["Q999999999"].name == "Ann Other"
    assert registry.status_on("Q999999999", date(2028, 1, 1)) == ("FR", "President", "in_office")
    (left,) = [term for term in registry.terms_of("Q3052772") if term.country == "FR"]
    assert left.end == date(2027, 5, 13)
    assert changed(NEW, MACRON_LEAVES, registry=registry) == []
    assert "wikidata-2030-02-03" in (folder / "terms.csv").read_text(encoding="utf-8")


def test_what_the_folder_holds_already_is_kept(tmp_path: Path) -> None:
    accept(changed(NEW), REGISTRY, tmp_path, TODAY)
    before = load_registry(tmp_path)
    leaves = Statement("FR", "state", "Q999999999", "Ann Other", "2027-05-13", "2029-01-01")
    accept(changed(leaves, registry=before), before, tmp_path, TODAY)
    (term,) = load_registry(tmp_path).terms_of("Q999999999")
    assert (term.start, term.end) == (date(2027, 5, 13), date(2029, 1, 1))


def test_a_term_known_to_the_month_is_ended_and_not_doubled(tmp_path: Path) -> None:
    running = next(
        term
        for terms in REGISTRY.terms.values()
        for term in terms
        if (term.person_id, term.country) == ("x-nizar-amedi", "IQ")
    )
    leaves = Statement("IQ", "state", "Q999999997", "Nizar Amedi", "2026-04-05", "2027-01-09")
    (change,) = changed(leaves)
    assert (change.kind, change.known_as, running.end) == ("ended", "x-nizar-amedi", None)
    accept([change], REGISTRY, tmp_path, TODAY)
    assert len(load_registry(tmp_path).terms_of("x-nizar-amedi")) == 1


def test_differing_dates_are_never_written(tmp_path: Path) -> None:
    differs = changed(
        Statement("DE", "government", "Q61053", "Olaf Scholz", "2021-12-08", "2025-10-06")
    )
    assert accept(differs, REGISTRY, tmp_path / "mine", TODAY) == 0
    assert not (tmp_path / "mine").exists()


def test_tables_that_would_be_wrong_are_not_written(tmp_path: Path) -> None:
    namesake = Statement("FR", "state", "Q999999999", "Donald Trump", "2027-05-13", "")
    with pytest.raises(BadRegistryError, match=r"people.csv:2: 'Donald Trump' of Q999999999"):
        accept(changed(namesake), REGISTRY, tmp_path, TODAY)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(MisconfigurationError, match=r"cannot write .*file.*--into"):
        accept(changed(NEW), REGISTRY, tmp_path / "file" / "mine", TODAY)
